"""Extensions, policies, accounts and helper programs of browsers, as Chromium and Firefox write them."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from tests import chromium_grants
from tests.planted.base import Fact, Tree

CHROMIUM = "~/.config/chromium"
FIREFOX = "~/.mozilla/firefox/planted.browsers"
KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzAbZmJXi98eAJ0zyMOycf6oEw1oxOxEnJL/ItNPKWpF+SHC7ykqtefwp"
    "OuIj1RlKsJsXykO8LNTTr3Kfd9yXIXGmnLakI1MZCnqPwn8o4v0ZqhXZAtp9eNTP4nRpnhc7z7znMG7cPKyz4KMe0jDwoRbx0hb9"
    "g5/SCF+BHFz0S+4evex/+kBZvPRyQbFxzOwltaHH4Pfm1U3H+qUX0GsLdEl8Uhu+NLPgVWG636fjB97Fh9q40Z2nozMlA9p1sDf4"
    "5tvfG8KG6WfajY/N2SLVsGuh+XpCju03zmm54gvJhx1tvZS1eKze6y+YFmRdJTmfllJNV4JiroulAgWIF7W8EwIDAQAB"
)  # makes the identifier below, wherever the folder stands
HELPER = "hfmjebcpbaljpegiggmpkemhgbebochk"
STORE = "https://clients2.google.com/service/update2/crx"
POLICY = "/etc/chromium/policies/managed/home"
RIGHTS = ["tabs", "history", "cookies", "webRequest", "scripting"]
FACTS = (
    Fact("browser/side-loaded-extensions", f"{CHROMIUM}/Planted: {HELPER}", "loaded from a folder at the start", "chromium"),
    Fact("browser/side-loaded-extensions", f"{FIREFOX}: helper@watch.example", "an unsigned one", "firefox-esr"),
    Fact("browser/site-location", f"{FIREFOX}/permissions.sqlite: https://where.example.org", "knows the place", "firefox-esr"),
    Fact("browser/site-location", f"{CHROMIUM}/Planted/Preferences: https://maps.example.org", "knows the place", "chromium"),
    Fact("browser/broad-extensions", f"{CHROMIUM}/Stored: " + "a" * 32, "a store's, which sees every site"),
    Fact("browser/vpn-extensions", f"{CHROMIUM}/Stored: " + "b" * 32, "a store's, which may set a proxy"),
    Fact("browser/forced-by-policy", f"Chromium: {POLICY}", "adds an extension, takes private windows away"),
    Fact("browser/sync-account", "sam@example.net", "a browser signed in to an account"),
    Fact("browser/helper-programs", "~/.hidden/bridge", "a program that an extension may start"),
)  # fmt: skip


def plant(tree: Tree) -> None:
    tree.write("~/.cache/helper/a.js", "")
    tree.write("~/.cache/helper/manifest.json", json.dumps({**manifest(3), "key": KEY}))
    start_chromium(tree, f"--load-extension={tree.at('~/.cache/helper')}")
    if tree.has("chromium"):
        told = [str(tree.at(CHROMIUM)), "Planted", "https://maps.example.org", "location"]
        tree.run([sys.executable, str(Path(chromium_grants.__file__)), *told])
    tree.write(f"{FIREFOX}/extensions/helper@watch.example.xpi", package(manifest(2)))
    tree.write(f"{FIREFOX}/user.js", FREE)
    start_firefox(tree)
    if tree.has("firefox-esr"):
        allow_location(tree.at(f"{FIREFOX}/permissions.sqlite"), "https://where.example.org")
    rights = {"a" * 32: ["tabs", "cookies"], "b" * 32: ["proxy"]}
    tree.write(f"{CHROMIUM}/Stored/Preferences", stored(rights))
    policy = (
        f'{{"ExtensionInstallForcelist": ["{"c" * 32};{STORE}"], // ours\n "IncognitoModeAvailability": 1,}}'
    )
    tree.write(POLICY, policy)
    account = {"version": 1, "accountData": {"email": "sam@example.net", "uid": "0", "verified": True}}
    tree.write("~/.mozilla/firefox/planted.account/signedInUser.json", json.dumps(account))
    helper(tree, "~/.hidden/bridge", "~/.mozilla/native-messaging-hosts")


def clean(tree: Tree) -> None:
    """Both browsers as they are after their first start, what Debian's packages bring, and a blocker from a store."""
    start_chromium(tree)
    start_firefox(tree)
    tree.write(f"{CHROMIUM}/Stored/Preferences", stored({"ddkjiahejlhfcafbddmgiahcphecmpfh": RIGHTS}))
    tree.write(
        "/etc/firefox/policies/policies.json",
        '{"policies": {"DisableTelemetry": true, "NoDefaultBookmarks": true}}',
    )
    helper(tree, "/usr/bin/gnome-browser-connector-host", "/etc/chromium/native-messaging-hosts")


FREE = 'user_pref("extensions.autoDisableScopes", 0);\nuser_pref("xpinstall.signatures.required", false);\n'


def manifest(version: int) -> dict[str, Any]:
    """A page helper that reads along; each family has its own way to say so."""
    told: dict[str, Any] = {"manifest_version": version, "name": "Page Helper", "version": "1.2"}
    told["content_scripts"] = [{"matches": ["<all_urls>"], "js": ["a.js"]}]
    if version == 3:
        return {**told, "permissions": RIGHTS, "host_permissions": ["<all_urls>"]}
    gecko = {"gecko": {"id": "helper@watch.example"}}
    return {**told, "permissions": ["<all_urls>", "tabs", "history"], "browser_specific_settings": gecko}


def package(told: dict[str, Any]) -> bytes:
    with io.BytesIO() as made:
        with zipfile.ZipFile(made, "w") as files:
            files.writestr("manifest.json", json.dumps(told))
            files.writestr("a.js", "")
        return made.getvalue()


def start_chromium(tree: Tree, *more: str) -> None:
    if tree.has("chromium"):
        place = tree.at(CHROMIUM)
        flags = [
            "--no-sandbox",
            "--headless=new",
            "--disable-gpu",
            f"--user-data-dir={place}",
            "--profile-directory=Planted",
        ]
        tree.run(["chromium", *flags, *more, "--dump-dom", "about:blank"])
        at_home(tree, place / "Planted/Preferences")


def start_firefox(tree: Tree) -> None:
    if tree.has("firefox-esr"):
        place = tree.at(FIREFOX)
        place.mkdir(parents=True, exist_ok=True)
        picture = tree.root / "blank.png"
        tree.run(
            [
                "firefox-esr",
                "--headless",
                "--profile",
                str(place),
                "--screenshot",
                str(picture),
                "about:blank",
            ]
        )
        picture.unlink(missing_ok=True)
        at_home(tree, place / "extensions.json")


def at_home(tree: Tree, path: Path) -> None:
    """The browser saw the tree from outside: its own paths begin at the root of the device."""
    path.write_text(path.read_text("utf-8").replace(str(tree.root), ""), "utf-8")


def stored(rights: dict[str, list[str]]) -> bytes:
    """A profile with extensions from the store, which cannot be reached from here: shaped as Chromium writes them."""
    entries = {
        name: {
            "active_permissions": {"api": api, "explicit_host": ["<all_urls>"], "scriptable_host": []},
            "disable_reasons": [],
            "from_webstore": True,
            "location": 1,
            "manifest": {"name": "From a store", "version": "1.0", "update_url": STORE},
            "path": f"{name}/1.0_0",
        }
        for name, api in rights.items()
    }
    return json.dumps({"extensions": {"settings": entries}}).encode()


def allow_location(path: Path, site: str) -> None:
    """A row as Firefox writes it, in the database that it made."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(
            "INSERT INTO moz_perms (origin, type, permission, expireType, expireTime, modificationTime)"
            " VALUES (?, 'geo', 1, 0, 0, 1763683675214)",
            (site,),
        )


def helper(tree: Tree, program: str, folder: str) -> None:
    tree.write(program, "#!/bin/sh\n", 0o755)
    path = program.replace("~", "/home/alice")
    told = {"name": "org.helper", "description": "a helper", "path": path, "type": "stdio"}
    tree.write(
        f"{folder}/org.helper.json", json.dumps({**told, "allowed_extensions": ["helper@watch.example"]})
    )
