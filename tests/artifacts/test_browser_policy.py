from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from audit.artifacts.base import ParseError
from audit.artifacts.browser_policy import BrowserPolicy, parse_chromium, parse_firefox
from audit.model import GapKind
from tests.artifacts.devices import device, see, system
from tests.artifacts.hostile import BYTES, DOCUMENTS, NUMBERS

ID = "abcdefghijklmnopabcdefghijklmnop"
MOBILE = {  # Debian's firefox-esr-mobile-config
    "DisableFirefoxScreenshots": True, "DisableTelemetry": True, "OverrideFirstRunPage": "",
    "Homepage": {"URL": "about:home", "Locked": False}, "UserMessaging": {"WhatsNew": False},
}  # fmt: skip


def chromium(**policy: Any) -> list[tuple[str, str]]:
    return [(about, value) for about, _, value in parse_chromium(json.dumps(policy).encode())]


def firefox(**policy: Any) -> list[tuple[str, str]]:
    return [(about, value) for about, _, value in parse_firefox(json.dumps({"policies": policy}).encode())]


def test_what_chromiums_policies_decide() -> None:
    assert chromium(
        ExtensionInstallForcelist=[f"{ID};https://clients2.google.com/service/update2/crx", 3],
        ExtensionSettings={
            "b" * 32: {"installation_mode": "force_installed"},
            "*": {"installation_mode": "blocked"},
            "c": 1,
        },
        VideoCaptureAllowedUrls=["https://watch.example"],
        DefaultGeolocationSetting=1,
        ProxySettings={"ProxyMode": "fixed_servers", "ProxyServer": "proxy.example:3128"},
        CACertificates=["MII"],
        IncognitoModeAvailability=1,
        AllowDeletingBrowserHistory=False,
        CloudManagementEnrollmentToken="37185d02-secret",
        HomepageLocation="https://example.org",
    ) == [
        ("extension", ID),
        ("extension", "b" * 32),
        ("camera", "https://watch.example"),
        ("location", "*"),
        ("proxy", ""),
        ("certificates", ""),
        ("private-windows", ""),
        ("history", ""),
        ("enrolment", ""),
    ]


@pytest.mark.parametrize(
    "policy",
    [{}, {"DefaultGeolocationSetting": 2}, {"DefaultGeolocationSetting": True}, {"ProxyMode": "system"}, {"ProxyMode": "direct"},
     {"ProxySettings": {"ProxyMode": "system", "ProxyServer": "x"}}, {"IncognitoModeAvailability": 0}, {"CACertificates": []},
     {"AllowDeletingBrowserHistory": True}, {"ExtensionInstallForcelist": "no list"}, {"ProxyMode": 3}],
)  # fmt: skip
def test_policies_that_decide_nothing_of_this(policy: dict[str, Any]) -> None:
    assert chromium(**policy) == []


def test_an_old_proxy_policy_without_a_mode() -> None:
    assert chromium(ProxyServer="proxy.example:3128") == [("proxy", "")]


def test_what_firefoxs_policies_decide() -> None:
    assert firefox(
        ExtensionSettings={
            "helper@watch.example": {"installation_mode": "normal_installed", "install_url": "x"}
        },
        Extensions={"Install": ["https://watch.example/a.xpi"]},
        Permissions={
            "Location": {"Allow": ["https://where.example"]},
            "Camera": {"Block": ["https://b.example"]},
        },
        Proxy={"Mode": "manual", "HTTPProxy": "proxy.example"},
        Certificates={"Install": ["ours.crt"]},
        DisablePrivateBrowsing=True,
    ) == [
        ("extension", "helper@watch.example"),
        ("extension", "https://watch.example/a.xpi"),
        ("location", "https://where.example"),
        ("proxy", ""),
        ("certificates", ""),
        ("private-windows", ""),
    ]
    assert firefox(**MOBILE) == []
    assert firefox(Proxy={"Mode": "system"}, Certificates={"ImportEnterpriseRoots": True}) == []


def test_where_policies_stand(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/chromium/policies/managed/by-hand": '{"IncognitoModeAvailability": 1, } // no ending in its name',
        "etc/chromium/policies/managed/sub/x.json": '{"IncognitoModeAvailability": 1}',
        "etc/chromium/policies/recommended/x.json": '{"IncognitoModeAvailability": 1}',
        "etc/opt/edge/policies/managed/e.json": "[]",
        "etc/opt/chrome/policies/enrollment/CloudManagementEnrollmentToken": "37185d02-secret",
        "usr/lib/firefox-esr/distribution/policies.json": '{"policies": {"DisablePrivateBrowsing": true}}',
    }
    found = see(system(tmp_path, files), BrowserPolicy)
    assert [(each.browser, each.about, each.settings) for each in found] == [
        ("Chromium", "private-windows", "/etc/chromium/policies/managed/by-hand"),
        ("Firefox", "private-windows", "/usr/lib/firefox-esr/distribution/policies.json"),
        ("Google Chrome", "enrolment", "/etc/opt/chrome/policies/enrollment/CloudManagementEnrollmentToken"),
    ]
    assert "secret" not in str(found)
    assert [gap.params["path"] for gap in found.gaps] == ["/etc/opt/edge/policies/managed/e.json"]


def test_a_folder_of_policies_without_an_end_is_a_gap(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"etc/chromium/policies/managed/{number}": "{}" for number in range(201)}
    assert [gap.kind for gap in see(system(tmp_path, files), BrowserPolicy).gaps] == [GapKind.BOUNDED]


def test_other_systems_and_copied_homes_say_what_was_not_seen(tmp_path: Path) -> None:
    windows = device(tmp_path / "w", {"Windows/": "", "Users/alice/": ""})
    assert [gap.kind for gap in see(windows, BrowserPolicy).gaps] == [GapKind.NOT_LOOKED]
    home = device(tmp_path / "h", {"Pictures/": ""})
    assert {gap.kind for gap in see(home, BrowserPolicy).gaps} == {GapKind.NOT_HELD}


@given(BYTES)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parser in (parse_chromium, parse_firefox):
        with suppress(ParseError):
            parser(data)


@given(DOCUMENTS)
def test_any_document_is_read_or_refused(value: Any) -> None:
    keys = ("ExtensionInstallForcelist", "ExtensionSettings", "VideoCaptureAllowedUrls", "DefaultGeolocationSetting", "ProxySettings",
            "ProxyMode", "CACertificates", "IncognitoModeAvailability", "Extensions", "Permissions", "Proxy", "Certificates")  # fmt: skip
    inner = dict.fromkeys(keys, value)
    for shape in (
        value,
        inner,
        {"policies": value},
        {"policies": inner},
        {"policies": {"Permissions": {"Location": value}}},
    ):
        for parser in (parse_chromium, parse_firefox):
            with suppress(ParseError):
                parser(json.dumps(shape).encode())


@pytest.mark.parametrize("data", NUMBERS)
def test_deep_nesting_and_huge_numbers_are_refused_or_harmless(data: bytes) -> None:
    for parser in (parse_chromium, parse_firefox):
        with suppress(ParseError):
            parser(b'{"DefaultGeolocationSetting": %s, "policies": %s}' % (data, data))
