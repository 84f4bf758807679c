"""Copies of whole phones that stand on this device: iPhone backups, `adb backup` files.

An iPhone backup is a folder named after the phone's identity, with Manifest.plist (IsEncrypted) and Info.plist (Device Name, Last Backup
Date): libimobiledevice, idevicebackup2(1), and the documentation of Mobile Verification Toolkit, "Backup". An Android backup begins with
four lines: magic, version, compressed, encryption ("none" or "AES-256"): AOSP, BackupManagerService.

They may stand anywhere in a home: the search goes four folders deep, past hidden ones, the upper ones first, and ends after five
thousand folders, which it says.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from xml.parsers.expat import ExpatError

from audit.artifacts.base import Artifact, Look, collects
from audit.sources.base import Home
from audit.stores import ParseError

_DEEPEST = 4
MOST_FOLDERS = 5000
_IPHONE = r"(?:[0-9a-f]{40}|[0-9A-F]{8}-[0-9A-F]{16})(?:-\d{8}-\d{6})?"
_ANDROID = r".+\.[aA][bB]"
_MAGIC = b"ANDROID BACKUP\n"


@dataclass(frozen=True, slots=True)
class PhoneBackup(Artifact):
    """`made`: the day of the last backup, as it says itself, or empty. `device`: the phone's name, where it says it."""

    KIND: ClassVar[str] = "phone-backup"
    system: str
    path: str
    user: str
    encrypted: bool
    device: str = ""
    made: str = ""


@collects(PhoneBackup)
def collect(look: Look) -> Iterator[PhoneBackup]:
    for home in look.homes:
        for path in look.search(home.path, f"{_ANDROID}|{_IPHONE}", _DEEPEST, MOST_FOLDERS):
            yield from _android(look, home, path) if path[-3:].lower() == ".ab" else _iphone(look, home, path)


def _android(look: Look, home: Home, path: str) -> Iterator[PhoneBackup]:
    head = look.head(path, 512)
    if head is not None and (locked := parse_android(head)) is not None:
        yield PhoneBackup("Android", look.show(path), home.user, locked)


def _iphone(look: Look, home: Home, path: str) -> Iterator[PhoneBackup]:
    locked = look.parse(parse_manifest, f"{path}/Manifest.plist")
    if locked is not None:
        name, made = look.parse(parse_info, f"{path}/Info.plist") or ("", "")
        yield PhoneBackup("iPhone", look.show(path), home.user, locked, name, made)


def parse_manifest(data: bytes) -> bool:
    """Whether an iPhone backup has a password. Raises ParseError."""
    locked = _plist(data).get("IsEncrypted")
    if not isinstance(locked, bool):
        raise ParseError("not the manifest of a backup")
    return locked


def parse_info(data: bytes) -> tuple[str, str]:
    """The phone's name and the day of its last backup; empty where they are not told. Raises ParseError."""
    info = _plist(data)
    name, made = info.get("Device Name"), info.get("Last Backup Date")
    return (
        name[:100] if isinstance(name, str) else "",
        made.date().isoformat() if isinstance(made, datetime) else "",
    )


def _plist(data: bytes) -> dict[str, Any]:
    try:
        found = plistlib.loads(data)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError,
            ExpatError, plistlib.InvalidFileException) as error:  # fmt: skip
        raise ParseError("not a property list") from error
    if not isinstance(found, dict):
        raise ParseError("not a property list")
    return found


def parse_android(head: bytes) -> bool | None:
    """Whether an Android backup has a password, from its first lines; None where they do not tell."""
    lines = head.split(b"\n", 4)
    if len(lines) < 5 or not head.startswith(_MAGIC) or not lines[1].isdigit():
        return None
    return {b"none": False, b"AES-256": True}.get(lines[3])
