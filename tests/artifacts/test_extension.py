"""Lists of extensions, shaped as Chromium 156 and Firefox ESR 153 wrote them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from audit.artifacts.base import ParseError
from audit.artifacts.chromium_extensions import parse_manifest, parse_messages, parse_preferences
from audit.artifacts.extension import Extension
from audit.artifacts.extension_facts import EVERY_SITE
from audit.artifacts.firefox_extensions import parse_extensions, parse_granted
from audit.model import GapKind
from tests.artifacts.devices import device, see, system
from tests.artifacts.hostile import BYTES, DOCUMENTS, NUMBERS

ID = "kmafdnkbkiilfomahhkfjocmhgencfhk"
OTHER = "hfmjebcpbaljpegiggmpkemhgbebochk"
WHEN = datetime(2026, 11, 21, 7, 40, 45, 826440, tzinfo=UTC)
STORE = "https://clients2.google.com/service/update2/crx"


def entry(**more: Any) -> dict[str, Any]:
    rights = {
        "api": ["cookies", "tabs", "storage", {"socket": ["tcp-connect"]}],
        "explicit_host": ["<all_urls>"],
        "manifest_permissions": [],
        "scriptable_host": [],
    }
    return {
        "active_permissions": rights,
        "creation_flags": 38,
        "disable_reasons": [],
        "first_install_time": "13439720445826440",
        "from_webstore": False,
        "granted_permissions": rights,
        "location": 8,
        "path": "/home/alice/helper",
        **more,
    }


def preferences(**extensions: Any) -> bytes:
    return json.dumps({"extensions": {"alerts": {"initialized": True}, "settings": extensions}}).encode()


def addon(**more: Any) -> dict[str, Any]:
    return {
        "id": "helper@watch.example",
        "version": "1.0",
        "type": "extension",
        "defaultLocale": {"name": "Page Helper", "creator": None},
        "active": True,
        "installDate": 1795247112447,
        "path": "/home/alice/.mozilla/firefox/x.default/extensions/helper@watch.example.xpi",
        "sourceURI": None,
        "foreignInstall": False,
        "signedState": 2,
        "userPermissions": {"permissions": ["tabs", "webRequestBlocking"], "origins": ["<all_urls>"]},
        "installTelemetryInfo": {"source": "amo"},
        "location": "app-profile",
        **more,
    }


def addons(*rows: Any) -> bytes:
    return json.dumps({"schemaVersion": 37, "addons": rows}).encode()


def test_what_the_command_line_loaded() -> None:
    [found] = parse_preferences(preferences(**{ID: entry()}))
    assert (found.id, found.origin, found.path) == (ID, "command-line", "/home/alice/helper")
    assert (found.every_site, found.rights, found.enabled) == (True, ("tabs", "cookies"), True)
    assert found.installed == WHEN


@pytest.mark.parametrize(
    ("more", "origin"),
    [
        ({"location": 1, "from_webstore": True}, "store"),
        ({"location": 1, "manifest": {"update_url": "https://edge.microsoft.com/extensionwebstorebase/v1/crx"}}, "store"),
        ({"location": 1, "manifest": {"update_url": "https://watch.example/clients2.google.com"}}, "elsewhere"),
        ({"location": 1, "manifest": {"update_url": "http://clients2.google.com/x"}}, "elsewhere"),
        ({"location": 1, "manifest": {"update_url": "https://["}}, "elsewhere"),
        ({"location": 2}, "external"),
        ({"location": 3}, "external"),
        ({"location": 6, "from_webstore": True}, "external-from-store"),
        ({"location": 6, "manifest": {"update_url": STORE}, "was_installed_by_default": True}, "store"),
        ({"location": 4}, "unpacked"),
        ({"location": 7}, "policy"),
        ({"location": 9}, "policy"),
    ],
)  # fmt: skip
def test_where_it_came_from(more: dict[str, Any], origin: str) -> None:
    assert [each.origin for each in parse_preferences(preferences(**{ID: entry(**more)}))] == [origin]


@pytest.mark.parametrize(
    "more",
    [{"location": 5}, {"location": 10}, {"location": 0}, {"location": True}, {"location": None},
     {"location": 4, "manifest": {"theme": {}}}, {"location": 6, "state": 2}],
)  # fmt: skip
def test_what_is_part_of_the_browser_a_theme_or_gone_is_left_out(more: dict[str, Any]) -> None:
    assert parse_preferences(preferences(**{ID: entry(**more)})) == []


@pytest.mark.parametrize(
    ("more", "enabled"),
    [({}, True), ({"disable_reasons": [1]}, False), ({"disable_reasons": 1}, False), ({"disable_reasons": 0}, True),
     ({"state": 0}, False), ({"state": 1}, True)],
)  # fmt: skip
def test_whether_it_is_switched_on(more: dict[str, Any], enabled: bool) -> None:
    assert [each.enabled for each in parse_preferences(preferences(**{ID: entry(**more)}))] == [enabled]


@pytest.mark.parametrize("site", sorted(EVERY_SITE))
def test_content_scripts_for_every_site_count(site: str) -> None:
    rights = {"api": [], "explicit_host": ["https://one.example/*"], "scriptable_host": [site]}
    assert [
        each.every_site for each in parse_preferences(preferences(**{ID: entry(active_permissions=rights)}))
    ] == [True]


def test_some_sites_are_not_every_site() -> None:
    rights = {
        "api": ["tabs"],
        "explicit_host": ["https://*.example.org/*"],
        "scriptable_host": ["*://*.org/*"],
    }
    assert [
        each.every_site for each in parse_preferences(preferences(**{ID: entry(active_permissions=rights)}))
    ] == [False]


def test_names_are_looked_up(tmp_path: Path) -> None:
    """A folder's own manifest names it; so does that of a package, where the settings keep only its place."""
    chromium = "home/alice/.config/chromium/Default"
    files: dict[str, str | bytes] = {
        f"{chromium}/Preferences": preferences(
            **{
                ID: entry(location=4),
                OTHER: entry(location=7, path=f"{OTHER}/1.2_0", manifest={"name": "__MSG_Title__"}),
            }
        ),
        "home/alice/helper/manifest.json": '{"name": "__MSG_title__", "version": "1.2.3", "default_locale": "de", } // by hand',
        "home/alice/helper/_locales/de/messages.json": '{"TITLE": {"message": "Hilfe"}}',
        f"{chromium}/Extensions/{OTHER}/1.2_0/manifest.json": '{"name": "__MSG_title__", "version": "1.2", "default_locale": "en"}',
        f"{chromium}/Extensions/{OTHER}/1.2_0/_locales/en/messages.json": '{"title": {"message": "Packed Helper"}}',
    }
    found = see(system(tmp_path, files), Extension)
    assert [(each.name, each.version, each.origin) for each in found] == [
        ("Hilfe", "1.2.3", "unpacked"),
        ("Packed Helper", "1.2", "policy"),
    ]
    assert found.items[0].path == "~/helper"
    assert found.items[0].settings == "~/.config/chromium/Default/Preferences"
    assert found.gaps == ()


def test_a_folder_that_is_gone_leaves_the_identifier(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Default/Preferences": preferences(**{ID: entry(location=4)})
    }
    found = see(system(tmp_path, files), Extension)
    assert [(each.name, each.every_site) for each in found] == [(ID, True)]
    assert found.gaps == ()


def test_a_locale_that_is_a_path_is_not_followed(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Default/Preferences": preferences(**{ID: entry(location=4)}),
        "home/alice/helper/manifest.json": '{"name": "__MSG_title__", "default_locale": "../../secret"}',
        "home/alice/secret/messages.json": '{"title": {"message": "Secret"}}',
    }
    assert [each.name for each in see(system(tmp_path, files), Extension)] == [ID]


def test_what_packages_of_the_system_bring(tmp_path: Path) -> None:
    """Debian starts Chromium with --load-extension for them; Firefox finds them in /usr/share, unsigned."""
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Default/Preferences": preferences(
            **{ID: entry(path="/usr/share/chromium/extensions/ublock-origin"), OTHER: entry(path="/usr/local/share/x")}
        ),
        "home/alice/.mozilla/firefox/x.default/extensions.json": addons(
            addon(id="uBlock0@raymondhill.net", location="app-system-share", signedState=None, foreignInstall=True,
                  path="/usr/share/mozilla/extensions/{ec8030f7-c20a-464f-9b0e-13a3a9e97384}/uBlock0@raymondhill.net"),
        ),
    }  # fmt: skip
    found = see(system(tmp_path, files), Extension)
    assert [(each.browser, each.origin) for each in found] == [
        ("Chromium", "system"),
        ("Chromium", "command-line"),
        ("Firefox", "system"),
    ]


@pytest.mark.parametrize(
    ("more", "origin"),
    [
        ({}, "store"),
        ({"sourceURI": "https://addons.mozilla.org/firefox/downloads/file/1/x.xpi"}, "store"),
        ({"sourceURI": "https://maker.example/x.xpi"}, "signed-elsewhere"),
        ({"signedState": 0}, "unsigned"),
        ({"signedState": None}, "unsigned"),
        ({"signedState": True}, "unsigned"),
        ({"signedState": -2}, "unsigned"),
        ({"foreignInstall": True}, "external"),
        ({"location": "app-system-user", "foreignInstall": True}, "external"),
        ({"location": "app-system-user", "foreignInstall": True, "signedState": 0}, "unsigned"),
        ({"installTelemetryInfo": {"source": "enterprise-policy"}, "foreignInstall": True}, "policy"),
    ],
)
def test_where_it_came_from_in_firefox(more: dict[str, Any], origin: str) -> None:
    [found] = parse_extensions(addons(addon(**more)))
    assert found.origin == origin
    assert (found.name, found.rights, found.every_site) == ("Page Helper", ("tabs", "webRequest"), True)


@pytest.mark.parametrize(
    "more",
    [{"type": "theme"}, {"type": "locale"}, {"type": "dictionary"}, {"location": "app-builtin-addons"},
     {"location": "app-builtin"}, {"location": "app-system-addons"}, {"id": None}],
)  # fmt: skip
def test_themes_languages_and_firefoxs_own_are_left_out(more: dict[str, Any]) -> None:
    assert parse_extensions(addons(addon(**more), 3, None)) == []


def test_what_was_granted_later_counts(tmp_path: Path) -> None:
    folder = "home/alice/.mozilla/firefox/x.default"
    bare = addon(userPermissions={"permissions": ["tabs"], "origins": []}, active=False)
    granted = {"helper@watch.example": {"permissions": ["history"], "origins": ["<all_urls>"]}, "x": 3}
    files: dict[str, str | bytes] = {
        f"{folder}/extensions.json": addons(bare),
        f"{folder}/extension-preferences.json": json.dumps(granted),
    }
    [found] = see(system(tmp_path, files), Extension)
    assert (found.rights, found.every_site, found.enabled) == (("tabs", "history"), True, False)


def test_protected_settings_of_other_systems(tmp_path: Path) -> None:
    folder = "Users/alice/AppData/Local/Google/Chrome/User Data/Default"
    manifest = (
        f"Users/alice/AppData/Local/Google/Chrome/User Data/Default/Extensions/{OTHER}/1_0/manifest.json"
    )
    files: dict[str, str | bytes] = {
        "Windows/": "",
        f"{folder}/Preferences": preferences(**{ID: entry(location=1, from_webstore=True, path=f"{ID}\\1_0")}),
        f"{folder}/Secure Preferences": preferences(**{ID: entry(location=4), OTHER: entry(location=4, path=f"{OTHER}\\1_0")}),
        manifest: '{"name": "Packed"}',
    }  # fmt: skip
    found = see(device(tmp_path, files), Extension)
    assert [(each.id, each.origin, each.name) for each in found] == [
        (ID, "store", ID),
        (OTHER, "unpacked", "Packed"),
    ]


def test_broken_lists_are_gaps(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Default/Preferences": "[]",
        "home/alice/.mozilla/firefox/x/extensions.json": "{",
    }
    assert [gap.kind for gap in see(system(tmp_path, files), Extension).gaps] == [GapKind.MALFORMED] * 2


PARSERS = (parse_preferences, parse_extensions, parse_granted, parse_manifest, parse_messages)


@given(BYTES)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parser in PARSERS:
        with suppress(ParseError):
            parser(data)


@given(DOCUMENTS)
def test_any_document_is_read_or_refused(value: Any) -> None:
    keys = ("location", "path", "manifest", "active_permissions", "disable_reasons", "state", "first_install_time",
            "from_webstore", "type", "signedState", "userPermissions", "defaultLocale", "installTelemetryInfo", "id", "installDate",
            "sourceURI", "name", "default_locale", "message")  # fmt: skip
    inner = dict.fromkeys(keys, value)
    shapes = [value, inner, {"extensions": value}, {"extensions": {"settings": value}}, {"addons": value}]
    for name in keys:
        odd = entry(**{name: value}), addon(**{name: value})
        shapes += [{"extensions": {"settings": {"x": odd[0]}}}, {"addons": [odd[1]]}, {"x": {name: value}}]
    for shape in shapes:
        for parser in PARSERS:
            with suppress(ParseError):
                parser(json.dumps(shape).encode())


@pytest.mark.parametrize("data", NUMBERS)
def test_deep_nesting_and_huge_numbers_are_refused_or_harmless(data: bytes) -> None:
    for parser in PARSERS:
        with suppress(ParseError):
            parser(data)
    wrapped = b'{"extensions": {"settings": {"x": {"location": 4, "first_install_time": %s}}}}' % data
    with suppress(ParseError):
        assert parse_preferences(wrapped)[0].installed is None
