"""Invariant 10: remote mounts and cloud placeholders are never opened, since that would fetch them: they are gaps."""

from __future__ import annotations

import sys

import pytest

from audit import mounts, photo_survey, photos
from audit.artifacts.browser import SiteGrant
from audit.artifacts.photo import PhotoFolder
from audit.hosts import CollectingHost
from audit.model import GapKind
from audit.mounts import Remote
from audit.sources import live
from audit.sources.base import Home
from audit.sources.live import LiveSource
from tests.artifacts.devices import device
from tests.cli.command import PREFERENCES
from tests.pictures import photo

TOUCHED: list[str] = []
WATCHED: list[str] = []
EVENTS = {"open", "os.listdir", "os.scandir"}


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if WATCHED and event in EVENTS and str(arguments[0]).startswith(WATCHED[0]):
        TOUCHED.append(f"{event} {arguments[0]}")


sys.addaudithook(_note)


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = device(
        tmp_path / "alice",
        {
            "cloud/chromium/Default/Preferences": PREFERENCES,
            "cloud/one.jpg": photo(),
            "Pictures/here.jpg": photo(),
            "Pictures/inside/two.jpg": photo(),
            ".config/": "",
        },
    )
    (home / ".config/chromium").symlink_to("../cloud/chromium")
    (home / "Pictures/album").symlink_to("../cloud")
    remote = (Remote(str(home / "cloud"), "fuse.rclone"), Remote(str(home / "Pictures/inside"), "nfs4"))
    for module in (mounts, live, photos):
        monkeypatch.setattr(module, "remote_mounts", lambda: remote)
    return home


@pytest.fixture
def seen(home):
    source = LiveSource({})
    source.homes = (Home("alice", str(home)),)
    host = CollectingHost(source, lambda folders: photo_survey.summarise(folders, jobs=1))

    def see(kind, watched):
        WATCHED[:] = [str(watched)]
        try:
            return host.see(kind)
        finally:
            WATCHED.clear()

    TOUCHED.clear()
    return see


def test_settings_that_lie_elsewhere(seen, home):
    found = seen(SiteGrant, home / "cloud")
    assert TOUCHED == []
    assert found.items == ()
    assert (GapKind.ELSEWHERE, "fuse.rclone") in {(gap.kind, gap.params.get("through")) for gap in found.gaps}


def test_pictures_that_lie_elsewhere(seen, home):
    found = seen(PhotoFolder, home / "Pictures" / "inside")
    assert TOUCHED == []
    assert [(folder.path, folder.pictures) for folder in found.items] == [("~/Pictures", 1)]
    assert GapKind.ELSEWHERE in {gap.kind for gap in found.gaps}


def test_the_watch_sees_what_is_opened(seen, home):
    seen(PhotoFolder, home / "Pictures" / "here.jpg")
    assert TOUCHED


@pytest.mark.parametrize("name", ["one.jpg.nextcloud", "one.jpg.owncloud"])
def test_placeholders(seen, home, name):
    (home / "Pictures" / name).write_bytes(b" ")
    found = seen(PhotoFolder, home / "Pictures" / name)
    assert TOUCHED == []
    assert GapKind.ELSEWHERE in {gap.kind for gap in found.gaps}


@pytest.mark.parametrize(
    ("fstype", "remote"),
    [
        ("nfs4", True),
        ("cifs", True),
        ("fuse.sshfs", True),
        ("fuse.rclone", True),
        ("fuse.something-new", True),
        ("fuse", True),
        ("autofs", True),
        ("ext4", False),
        ("btrfs", False),
        ("fuseblk", False),
        ("fuse.gocryptfs", False),
        ("tmpfs", False),
    ],
)
def test_which_places_are_elsewhere(fstype, remote):
    assert mounts.is_remote(fstype) is remote
