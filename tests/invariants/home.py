"""A home with a little of everything that a scan opens."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from tests.artifacts.devices import device
from tests.cli.command import PREFERENCES
from tests.pictures import photo

SYNCTHING = """<configuration version="37">
  <folder id="a" label="Pictures" path="~/Pictures" type="sendreceive"><device id="AAAAAAA-B"></device></folder>
  <device id="AAAAAAA-B" name="other-desktop"></device>
</configuration>"""


def full(root: Path) -> Path:
    """A home with browsers, a synced folder of pictures, and things that are no files."""
    home = device(
        root,
        {
            ".config/chromium/Default/Preferences": PREFERENCES,
            ".config/syncthing/config.xml": SYNCTHING,
            "Pictures/one.jpg": photo(),
            "Pictures/empty.jpg": b"",
            "Pictures/cut.jpg": photo()[:900],
            "Pictures/.stfolder/": "",
            "Documents/": "",
        },
    )
    firefox(home / ".mozilla/firefox/abc.default")
    os.mkfifo(home / "Pictures" / "photo.jpg")
    (home / "Pictures" / "loop").symlink_to("loop")
    return home


def firefox(profile: Path) -> None:
    """A profile as Firefox leaves it while it runs: the grant stands in the write-ahead log only."""
    profile.mkdir(parents=True)
    place = profile / "permissions.sqlite"
    live = sqlite3.connect(place)
    live.execute("PRAGMA journal_mode = WAL")
    live.execute(
        "CREATE TABLE moz_perms (id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER,"
        " expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)"
    )
    live.execute(
        "INSERT INTO moz_perms VALUES (1, 'https://call.example.org', 'camera', 1, 0, 0, 1700000000000)"
    )
    live.commit()
    kept = {name: (profile / name).read_bytes() for name in ("permissions.sqlite", "permissions.sqlite-wal")}
    live.close()
    for name, data in kept.items():
        (profile / name).write_bytes(data)


def state(root: Path) -> dict[str, tuple[object, ...]]:
    """Every name below a folder with all that a scan could change; times of access are set far back."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(root.rglob("*")):
        facts = path.lstat()
        link = os.readlink(path) if path.is_symlink() else ""
        found[str(path.relative_to(root))] = (
            facts.st_mode,
            facts.st_size,
            facts.st_mtime_ns,
            facts.st_uid,
            link,
        )
    return found


def age(root: Path) -> dict[str, int]:
    """Set every file's access time far back, before its change; says them by name."""
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    for path in files:
        os.utime(path, (1_000_000_000, 1_500_000_000))
    return accessed(root)


def accessed(root: Path) -> dict[str, int]:
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(root)): path.stat().st_atime_ns for path in files}
