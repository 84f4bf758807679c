from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.folders import UserFolder, inside, parse_user_dirs, top
from audit.artifacts.photo import PhotoFolder, below, grouped, outermost
from tests.artifacts.devices import device, see, system


def usual(root: Path) -> list[tuple[str, str]]:
    return [(each.purpose, each.path) for each in see(root, UserFolder)]


def test_as_the_settings_say(tmp_path: Path) -> None:
    text = '# x\nXDG_PICTURES_DIR="$HOME/Fotos"\nXDG_DOWNLOAD_DIR="/srv/dl"\nXDG_DESKTOP_DIR="$HOME/"\nXDG_MUSIC_DIR="$HOME/M"\n'
    root = system(
        tmp_path, {"home/alice/.config/user-dirs.dirs": text, "home/alice/Fotos/": "", "srv/dl/": ""}
    )
    assert usual(root) == [("pictures", "~/Fotos"), ("downloads", "/srv/dl")]


def test_by_name_where_there_are_no_settings(tmp_path: Path) -> None:
    root = device(
        tmp_path, {"Bilder/": "", "Рабочий стол/": "", "Downloads/": "", "Documents/": "", "Videos": "a file"}
    )
    assert usual(root) == [
        ("pictures", "~/Bilder"),
        ("desktop", "~/Рабочий стол"),
        ("downloads", "~/Downloads"),
    ]


def test_a_folder_is_named_once(tmp_path: Path) -> None:
    text = 'XDG_PICTURES_DIR="$HOME/Pictures"\nXDG_VIDEOS_DIR="$HOME/Pictures"\n'
    assert usual(device(tmp_path, {".config/user-dirs.dirs": text, "Pictures/": ""})) == [
        ("pictures", "~/Pictures")
    ]


@given(st.binary(max_size=500))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b'XDG_PICTURES_DIR="' + data + b'"'):
        with suppress(ParseError):
            parse_user_dirs(content)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("~/Pictures/2024/May", "~/Pictures"),
        ("~/Pictures", "~/Pictures"),
        ("~", "~"),
        ("/home/bob/Sync/x", "/home/bob/Sync"),
        ("/srv/media/x/y", "/srv/media"),
        ("/x", "/x"),
        ("/", "/"),
    ],
)
def test_what_people_would_name(path: str, named: str) -> None:
    assert top(path) == named


def test_inside() -> None:
    assert inside("~/a/b", "~/a")
    assert inside("~/a", "~/a")
    assert inside("/a", "/")
    assert not inside("~/ab", "~/a")


def test_outermost() -> None:
    folders = ["/h/a/b", "/h/a-b", "/h/a", "/h/a/", "/h/c/d", "/h/a.x/y"]
    assert sorted(outermost(folders)) == ["/h/a", "/h/a-b", "/h/a.x/y", "/h/c/d"]
    assert outermost(["/x", "/"]) == ["/"]


def test_an_empty_path_holds_nothing() -> None:
    assert below([PhotoFolder("~/a", "alice", 1)], "").parts == []


def test_groups_count_at_least() -> None:
    one = PhotoFolder("~/P/a", "alice", 5, {"owner": 2, "serial": 3}, {"serial": ("~/P/a/x.jpg",)})
    two = PhotoFolder("~/P/b", "alice", 5, {"owner": 2})
    (group,) = grouped([one, two])
    assert (group.folder, group.pictures, group.count(("owner", "serial"))) == ("~/P", 10, 4)
    assert group.example(("owner", "serial")) == "~/P/a/x.jpg"
    assert group.example(("location",)) == "~/P"
    assert [each.locator for each in group.evidence(("serial",))] == ["~/P/a"]
