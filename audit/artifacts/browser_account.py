"""Accounts that browsers are signed in to. What a signed-in browser syncs, everybody who has the account can read.

Chromium family: `account_info` in a profile's `Preferences` (components/signin, account_tracker_service.cc) and `user_name` of the profile in
`Local State` (profile_attributes_entry.cc; the key was seen written by Chromium 156). Firefox: `email` in signedInUser.json
(services/fxaccounts, FxAccountsStorage.sys.mjs). No token and no key of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.browser_profiles import chromium_profiles, firefox_profiles
from audit.artifacts.extension_facts import mapping, text
from audit.stores import json_object

CHROMIUM = "not the settings of a Chromium browser"
FIREFOX = "not the account of a Firefox profile"
MOST = 100  # accounts in one profile


@dataclass(frozen=True, slots=True)
class BrowserAccount(Artifact):
    """`account` is an e-mail address, as a rule."""

    KIND: ClassVar[str] = "browser-account"
    browser: str
    profile: str
    user: str
    account: str
    settings: str


@collects(BrowserAccount)
def collect(look: Look) -> Iterator[BrowserAccount]:
    tops: dict[str, Mapping[str, str]] = {}
    for profile in chromium_profiles(look):
        settings = f"{profile.folder}/Preferences"
        found = look.parse(parse_preferences, settings, 64 << 20)
        if found is None:
            continue
        if profile.top not in tops:
            tops[profile.top] = look.parse(parse_local_state, f"{profile.top}/Local State") or {}
        named = tops[profile.top].get(profile.name, "")
        for account in dict.fromkeys([*found, *([named] if named else [])]):
            yield BrowserAccount(
                profile.browser, profile.name, profile.home.user, account, look.show(settings)
            )
    for profile in firefox_profiles(look):
        settings = f"{profile.folder}/signedInUser.json"
        if address := look.parse(parse_firefox, settings, 1 << 20):
            yield BrowserAccount(
                profile.browser, profile.name, profile.home.user, address, look.show(settings)
            )


def parse_preferences(data: bytes) -> list[str]:
    """The addresses that a profile is signed in with. Raises ParseError."""
    rows = json_object.read(data, CHROMIUM).get("account_info")
    found = (text(mapping(row).get("email")) for row in (rows if isinstance(rows, list) else ()))
    return list(islice((address for address in found if address), MOST))


def parse_local_state(data: bytes) -> dict[str, str]:
    """Profile folder → the address that it is signed in with. Raises ParseError."""
    profiles = mapping(mapping(json_object.read(data, CHROMIUM).get("profile")).get("info_cache"))
    rows = ((name, text(mapping(entry).get("user_name"))) for name, entry in profiles.items())
    return {name: address for name, address in rows if address}


def parse_firefox(data: bytes) -> str:
    """The address of the account, or empty. Raises ParseError."""
    return text(mapping(json_object.read(data, FIREFOX).get("accountData")).get("email"))
