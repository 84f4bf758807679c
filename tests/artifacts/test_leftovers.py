"""Trash, previews, lists of recent files and caches: counted, never named."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import leftovers, recent_files, thumbnails, trash
from audit.artifacts.base import ParseError
from audit.artifacts.caches import Cache
from audit.artifacts.recent_files import Count, RecentFiles
from audit.artifacts.thumbnails import Thumbnails
from audit.artifacts.trash import Trash
from tests.artifacts.devices import device, see, system

DATA = "home/alice/.local/share"
# As glib's `gio trash` 2.74 writes it.
INFO = "[Trash Info]\nPath=/home/alice/Pictures/secret%20name.jpg\nDeletionDate=2025-05-04T08:01:57\n"
XBEL = """<?xml version="1.0" encoding="UTF-8"?>
<xbel version="1.0" xmlns:bookmark="http://www.freedesktop.org/standards/desktop-bookmarks">
  <bookmark href="file:///home/alice/Pictures/secret%20name.JPG" added="2026-01-01T00:00:00Z" visited="2026-01-01T00:00:00Z">
    <info><metadata owner="http://freedesktop.org"/></info>
  </bookmark>
  <bookmark href="file:///home/alice/letter.odt"/>
</xbel>"""


def preview(uri: str, before: bytes = b"") -> bytes:
    """A PNG as ffmpegthumbnailer 2.2 writes it: the text chunks before the picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    text = chunk(b"tEXt", b"Thumb::MTime\x001") + before + chunk(b"tEXt", b"Thumb::URI\x00" + uri.encode())
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + text + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def test_the_trash_of_a_home_and_of_a_stick(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            f"{DATA}/Trash/files/secret name.jpg": b"x" * 100,
            f"{DATA}/Trash/files/album/b.MP4": b"x" * 200,
            f"{DATA}/Trash/files/letter.odt": "x",
            f"{DATA}/Trash/info/secret name.jpg.trashinfo": INFO,
            f"{DATA}/Trash/info/letter.odt.trashinfo": INFO.replace("2025", "2026"),
            f"{DATA}/Trash/info/odd.trashinfo": "[Trash Info]\nDeletionDate=yesterday\n",
        },
    )
    uid = (tmp_path / "home/alice").stat().st_uid
    device(
        root,
        {
            f"media/alice/STICK/.Trash-{uid}/files/c.png": b"x" * 10,
            "media/alice/OTHER/.Trash-99999/files/d.png": "x",
        },
    )
    found = see(root, Trash)
    assert list(found) == [
        Trash("~/.local/share/Trash", "alice", 3, 1, 1, 300, "2025-05-04"),
        Trash(f"/media/alice/STICK/.Trash-{uid}", "alice", 1, 1, 0, 10, removable=True),
    ]
    assert "secret" not in repr(found)
    assert list(found.gaps) == []


def test_a_trash_too_large_to_count_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "MOST", 3)
    root = system(tmp_path, {f"{DATA}/Trash/files/{number}.jpg": "x" for number in range(5)})
    found = see(root, Trash)
    assert [each.pictures for each in found] == [3]
    assert [gap.kind for gap in found.gaps] == ["bounded"]


def test_previews_whose_picture_is_gone(tmp_path: Path) -> None:
    cache = "home/alice/.cache/thumbnails"
    root = system(
        tmp_path,
        {
            "home/alice/Pictures/here now.jpg": "x",
            f"{cache}/normal/a.png": preview("file:///home/alice/Pictures/here%20now.jpg"),
            f"{cache}/large/b.png": preview("file:///home/alice/Pictures/secret.jpg"),
            f"{cache}/large/c.png": preview("file:///media/alice/STICK/d.jpg"),
            f"{cache}/large/d.png": preview("sftp://host/e.jpg"),
            f"{cache}/large/e.png": b"no picture",
            f"{cache}/large/f.txt": "x",
            f"{cache}/fail/gnome/g.png": preview("file:///home/alice/gone.jpg"),
        },
    )
    found = see(root, Thumbnails)
    (each,) = found
    assert (each.path, each.files, each.looked, each.gone, each.unsure) == ("~/.cache/thumbnails", 5, 5, 1, 3)
    assert "secret" not in repr(found)
    assert list(found.gaps) == []


def test_many_previews_are_not_all_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "MOST_LOOKED", 2)
    files: dict[str, str | bytes] = {
        f"home/alice/.cache/thumbnails/normal/{number}.png": preview("file:///gone.jpg")
        for number in range(4)
    }
    found = see(system(tmp_path, files), Thumbnails)
    assert [(each.files, each.looked, each.gone) for each in found] == [(4, 2, 2)]
    assert [gap.kind for gap in found.gaps] == ["bounded"]


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c", "/a/b c"),
        ("file://localhost/a", "/a"),
        ("file://other/a", ""),
        ("a", ""),
        ("/a/b%20c", "/a/b%20c"),
        ("file:///a%00b", ""),
        ("file:///caf%E9", "/caf\udce9"),
    ],
)
def test_addresses_of_files(uri: str, path: str) -> None:
    assert thumbnails.path_of(uri) == path


def test_recent_files(tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    with sqlite3.connect(made) as database:
        database.execute(
            "CREATE TABLE ResourceScoreCache (usedActivity TEXT, initiatingAgent TEXT, targettedResource TEXT)"
        )
        rows = [
            ("a", "b", "/home/alice/secret.jpg"),
            ("a", "c", "/home/alice/secret.jpg"),
            ("a", "b", "applications:x.desktop"),
        ]
        database.executemany("INSERT INTO ResourceScoreCache VALUES (?, ?, ?)", rows)
    database.close()
    root = system(
        tmp_path,
        {
            f"{DATA}/recently-used.xbel": XBEL,
            f"{DATA}/RecentDocuments/secret.png.desktop": "",
            f"{DATA}/RecentDocuments/letter.odt.desktop": "",
            f"{DATA}/kactivitymanagerd/resources/database": made.read_bytes(),
        },
    )
    found = see(root, RecentFiles)
    assert [(each.path.rpartition("/")[2], each.entries, each.media) for each in found] == [
        ("recently-used.xbel", 2, 1),
        ("RecentDocuments", 2, 1),
        ("database", 1, 1),
    ]
    assert "secret" not in repr(found)


def test_caches(tmp_path: Path) -> None:
    home = "home/alice"
    root = system(
        tmp_path,
        {
            f"{home}/.cache/chromium/Default/Cache/Cache_Data/f_1": b"x" * 100_000,
            f"{home}/.cache/google-chrome/Default/empty": b"x",
            f"{home}/.local/share/TelegramDesktop/tdata/user_data#2/media_cache/0/1": b"x" * 100_000,
            f"{home}/Pictures/thumbnails-digikam.db": b"x" * 10,
        },
    )
    found = see(root, Cache)
    assert [(each.program, each.files, each.size) for each in found] == [
        ("Chromium", 1, 100_000),
        ("Telegram Desktop", 1, 100_000),
        ("digiKam", 1, 10),
    ]
    assert list(found.gaps) == []


@pytest.mark.parametrize("kind", [Trash, Thumbnails, RecentFiles, Cache])
def test_a_new_home_has_no_leftovers(tmp_path: Path, kind: type[Trash]) -> None:
    root = system(
        tmp_path,
        {f"{DATA}/Trash/files/": "", f"{DATA}/Trash/info/": "", "home/alice/.cache/thumbnails/normal/": ""},
    )
    found = see(root, kind)
    assert (list(found), list(found.gaps)) == ([], [])


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "less than 1 MB"), (999_999, "less than 1 MB"), (1_000_000, "1 MB"), (2_500_000_000, "2 GB")],
)
def test_sizes_in_words(count: int, words: str) -> None:
    assert leftovers.size_of(count) == words


def test_what_is_a_picture_by_its_name() -> None:
    assert [leftovers.is_media(name) for name in ("a.JPG", "b.mkv", "c.odt", "jpg", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_chunk_that_claims_too_much_ends_the_search() -> None:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0xFFFFFFFF) + b"tEXtThumb::URI\0file:///x"
    assert thumbnails.parse_uri(head) == "file:///x"


@pytest.mark.parametrize(
    "parser", [trash.parse_info, thumbnails.parse_uri, recent_files.parse_xbel, recent_files.parse_activities]
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"[Trash Info]\nDeletionDate=" + data, b"\x89PNG\r\n\x1a\n" + data, b"<xbel>" + data + b"</xbel>",
                    b"SQLite format 3\0" + data * 3, b"<a>" * 3000):  # fmt: skip
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]


@given(uri=st.text(max_size=200))
def test_any_address(uri: str) -> None:
    for each in (uri, "file:///" + uri):
        path = thumbnails.path_of(each)
        assert path == "" or path.startswith("/")


def test_entries_are_counted_not_kept() -> None:
    assert recent_files.parse_xbel(XBEL.encode()) == Count(2, 1)
