from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from audit.artifacts.base import ParseError
from audit.artifacts.browser_account import (
    BrowserAccount,
    parse_firefox,
    parse_local_state,
    parse_preferences,
)
from audit.model import GapKind
from tests.artifacts.devices import see, system
from tests.artifacts.hostile import BYTES, DOCUMENTS, NUMBERS

PARSERS = (parse_preferences, parse_local_state, parse_firefox)
SIGNED_IN = {  # the fields of services/fxaccounts, FxAccountsStorage.sys.mjs
    "version": 1,
    "accountData": {
        "email": "alice@example.org",
        "uid": "0123456789abcdef",
        "sessionToken": "secret-token",
        "verified": True,
    },
}


def test_accounts_of_every_profile(tmp_path: Path) -> None:
    top = "home/alice/.config/google-chrome"
    info = {
        "Default": {"user_name": "alice@example.org", "name": "Alice"},
        "Profile 1": {"user_name": "sam@example.net"},
    }
    files: dict[str, str | bytes] = {
        f"{top}/Local State": json.dumps({"profile": {"info_cache": info}}),
        f"{top}/Default/Preferences": json.dumps(
            {
                "account_info": [
                    {"email": "alice@example.org", "gaia": "1"},
                    {"email": "work@example.org"},
                    {},
                    3,
                ]
            }
        ),
        f"{top}/Profile 1/Preferences": "{}",
        f"{top}/Profile 2/Preferences": "{}",
        "home/alice/.mozilla/firefox/x.default/signedInUser.json": json.dumps(SIGNED_IN),
    }
    found = see(system(tmp_path, files), BrowserAccount)
    assert [(each.browser, each.profile, each.account) for each in found] == [
        ("Google Chrome", "Default", "alice@example.org"),
        ("Google Chrome", "Default", "work@example.org"),
        ("Google Chrome", "Profile 1", "sam@example.net"),
        ("Firefox", "x.default", "alice@example.org"),
    ]
    assert "secret" not in str(found)
    assert found.gaps == ()


def test_a_profile_of_debians_chromium_is_signed_in_nowhere(tmp_path: Path) -> None:
    """As Chromium 156 wrote it at its first start."""
    info = {
        "Default": {"gaia_id": "", "is_consented_primary_account": False, "name": "Work", "user_name": ""}
    }
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Local State": json.dumps({"profile": {"info_cache": info}}),
        "home/alice/.config/chromium/Default/Preferences": json.dumps({"signin": {"allowed": False}}),
    }
    found = see(system(tmp_path, files), BrowserAccount)
    assert (found.items, found.gaps) == ((), ())


def test_broken_files_are_gaps(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Local State": "{",
        "home/alice/.config/chromium/Default/Preferences": "{}",
        "home/alice/.mozilla/firefox/x/signedInUser.json": "[]",
    }
    assert [gap.kind for gap in see(system(tmp_path, files), BrowserAccount).gaps] == [GapKind.MALFORMED] * 2


@given(BYTES)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parser in PARSERS:
        with suppress(ParseError):
            parser(data)


@given(DOCUMENTS)
def test_any_document_is_read_or_refused(value: Any) -> None:
    shapes = (
        value,
        {"account_info": value, "profile": value, "accountData": value},
        {"account_info": [value], "profile": {"info_cache": value}, "accountData": {"email": value}},
        {"account_info": [{"email": value}], "profile": {"info_cache": {"x": {"user_name": value}}}},
    )
    for shape in shapes:
        for parser in PARSERS:
            with suppress(ParseError):
                assert isinstance(parser(json.dumps(shape).encode()), list | dict | str)


@pytest.mark.parametrize("data", NUMBERS)
def test_deep_nesting_and_huge_numbers_are_refused_or_harmless(data: bytes) -> None:
    for parser in PARSERS:
        with suppress(ParseError):
            parser(b'{"account_info": %s, "accountData": %s}' % (data, data))
