from __future__ import annotations

import os
from pathlib import Path

from audit.artifacts.root_certificate import RootCertificate
from audit.model import GapKind
from audit.stores import certificate
from tests.artifacts.devices import see, system
from tests.certificates import UNTIL, der, pem

MOZILLA = "usr/share/ca-certificates/mozilla/Known.crt"
DEBIAN: dict[str, str | bytes] = {
    MOZILLA: pem("Known"),
    "var/lib/dpkg/info/ca-certificates.list": f"/usr\n/{MOZILLA}\n",
    "etc/ssl/certs/ca-certificates.crt": pem("Known"),
}


def names(root: Path) -> list[tuple[str, str]]:
    return [(each.name, each.settings) for each in see(root, RootCertificate)]


def test_an_added_root_is_found_once(tmp_path: Path) -> None:
    place = "usr/local/share/ca-certificates/deep/er/filter.crt"
    files = {
        **DEBIAN,
        place: pem("Filter", organisation="Filter Ltd"),
        "etc/ssl/certs/ca-certificates.crt": pem("Known") + pem("Filter", organisation="Filter Ltd"),
    }
    root = system(tmp_path, files)
    os.utime(root / place, (1_760_000_000, 1_760_000_000))
    (each,) = see(root, RootCertificate)
    assert (each.name, each.organisation, each.authority) == ("Filter", "Filter Ltd", True)
    assert each.fingerprint == certificate.fingerprint(der("Filter", organisation="Filter Ltd"))
    assert each.settings == f"/{place}"
    assert each.until == UNTIL
    assert each.added is not None
    assert each.added.timestamp() == 1_760_000_000


def test_what_packages_bring_is_not_found(tmp_path: Path) -> None:
    other = "usr/share/ca-certificates/cacert.org/root.crt"
    files = {**DEBIAN, other: pem("Cacert"), "var/lib/dpkg/info/ca-cacert.list": f"/{other}\n"}
    found = see(system(tmp_path, files), RootCertificate)
    assert (found.items, found.gaps) == ((), ())


def test_one_put_among_the_packages_own(tmp_path: Path) -> None:
    files = {**DEBIAN, "usr/share/ca-certificates/mozilla/Sly.crt": pem("Sly")}
    assert names(system(tmp_path, files)) == [("Sly", "/usr/share/ca-certificates/mozilla/Sly.crt")]


def test_one_only_in_the_bundle_or_among_the_trusted(tmp_path: Path) -> None:
    files = {
        **DEBIAN,
        "etc/ssl/certs/ca-certificates.crt": pem("Known") + pem("Appended"),
        "etc/ssl/certs/loose.pem": pem("Loose"),
        "etc/ssl/certs/ssl-cert-snakeoil.pem": pem("laptop", authority=False),
        "opt/x/ca.pem": pem("Linked"),
    }
    root = system(tmp_path, files)
    (root / "etc/ssl/certs/linked.pem").symlink_to("/opt/x/ca.pem")
    (root / "etc/ssl/certs/0123abcd.0").symlink_to("loose.pem")
    assert names(root) == [
        ("Appended", "/etc/ssl/certs/ca-certificates.crt"),
        ("Linked", "/etc/ssl/certs/linked.pem"),
        ("Loose", "/etc/ssl/certs/loose.pem"),
    ]


def test_fedora_and_arch(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit": b"[p11-kit-object-v1]\ntrusted: true\n"
        + pem("Known"),
        "etc/pki/ca-trust/source/README": "Put certificates here",
        "etc/pki/ca-trust/source/ca-bundle.legacy.crt": "# none\n",
        "etc/pki/ca-trust/source/anchors/a.pem": pem("Anchor"),
        "etc/pki/ca-trust/source/blocklist/b.pem": pem("Refused"),
        "etc/ca-certificates/trust-source/stored.p11-kit": b"[p11-kit-object-v1]\ntrusted: true\n"
        + pem("Stored"),
        "etc/ssl/certs/ca-certificates.crt": pem("Known") + pem("Anchor"),
    }
    found = see(system(tmp_path, files), RootCertificate)
    assert sorted(each.name for each in found) == ["Anchor", "Stored"]
    assert found.gaps == ()


def test_without_the_systems_own_list_nothing_is_claimed_of_the_rest(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"etc/ssl/certs/a.pem": pem("Known")}), RootCertificate)
    assert found.items == ()
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_VISIBLE]


def test_a_damaged_one_is_a_gap_and_the_others_are_read(tmp_path: Path) -> None:
    files = {
        **DEBIAN,
        "usr/local/share/ca-certificates/a.crt": b"\x30\x03abc",
        "usr/local/share/ca-certificates/b.crt": pem("Filter"),
    }
    found = see(system(tmp_path, files), RootCertificate)
    assert [each.name for each in found] == ["Filter"]
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]
