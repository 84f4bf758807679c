from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.site_override import SiteOverride, leads_nowhere, parse_dnsmasq, parse_hosts
from audit.model import GapKind
from tests.artifacts.devices import see, system

HOSTS = """\
127.0.0.1\tlocalhost
127.0.1.1\tlaptop
::1\tlocalhost ip6-localhost
# 0.0.0.0 refuge.org.uk
0.0.0.0 ads.example.com thehotline.org WWW.Thehotline.ORG.  # against advertisements
203.0.113.7\taccounts.google.com
127.0.0.1 metrics.malwarebytes.com notthehotline.org
"""


def test_only_names_on_the_list_are_recorded(tmp_path: Path) -> None:
    assert see(system(tmp_path, {"etc/hosts": HOSTS}), SiteOverride).items == (
        SiteOverride("thehotline.org", "help", "0.0.0.0", nowhere=True, settings="/etc/hosts"),
        SiteOverride("www.thehotline.org", "help", "0.0.0.0", nowhere=True, settings="/etc/hosts"),
        SiteOverride("accounts.google.com", "account", "203.0.113.7", nowhere=False, settings="/etc/hosts"),
    )


def test_a_long_list_against_advertisements_is_quiet(tmp_path: Path) -> None:
    text = "".join(f"0.0.0.0 ad{number}.example.net\n" for number in range(120_000))
    found = see(system(tmp_path, {"etc/hosts": text}), SiteOverride)
    assert (found.items, found.gaps) == ((), ())


def test_dnsmasq(tmp_path: Path) -> None:
    settings = (
        "# address=/refuge.org.uk/0.0.0.0\naddress=/techsafety.org/rainn.org/0.0.0.0\naddress=/hilfetelefon.de/\n"
        "server=/womensaid.org.uk/9.9.9.9\nlocal=/galop.org.uk/\naddress=/#/192.0.2.1\nserver=1.1.1.1\n"
    )
    files: dict[str, str | bytes] = {
        "etc/hosts": "",
        "etc/NetworkManager/dnsmasq.d/x.conf": settings,
        "etc/dnsmasq.d/README": "no settings",
        "etc/dnsmasq.d/old.bak": "address=/refuge.org.uk/0.0.0.0\n",
    }
    found = see(system(tmp_path, files), SiteOverride)
    assert [(each.name, each.nowhere) for each in found] == [
        ("techsafety.org", True),
        ("rainn.org", True),
        ("hilfetelefon.de", True),
        ("galop.org.uk", True),
    ]


@pytest.mark.parametrize(
    ("address", "nowhere"),
    [("0.0.0.0", True), ("127.0.0.53", True), ("::", True), ("::1", True), ("", True), ("fe80::1%lo", False),
     ("192.0.2.1", False), ("what", False)],
)  # fmt: skip
def test_what_leads_nowhere(address: str, nowhere: bool) -> None:
    assert leads_nowhere(address) is nowhere


def test_a_file_that_is_no_text_is_a_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"etc/hosts": b"0.0.0.0 x\0"}), SiteOverride)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize("parser", [parse_hosts, parse_dnsmasq])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(parser: object, data: bytes) -> None:
    for start in (b"", b"0.0.0.0 ", b"address=/", b"address=/thehotline.org/"):
        with suppress(ParseError):
            parser(start + data)  # type: ignore[operator]
