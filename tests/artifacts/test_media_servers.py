from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import media_servers
from audit.artifacts.base import ParseError
from audit.artifacts.shares import NetworkShare
from tests.artifacts.devices import see, system

# As Debian's rygel 0.42 installs it in /etc/rygel.conf, shortened.
RYGEL = """[general]
port=0
[Tracker3]
enabled=true
share-pictures=true
share-videos=false
share-music=true
[MediaExport]
enabled=true
uris=@MUSIC@;@VIDEOS@;/srv/films
"""
UNIT = "home/alice/.config/systemd/user/default.target.wants/rygel.service"
HOME = {"home/alice/Pictures/": "", "home/alice/Videos/": ""}


def plex(folder: Path) -> bytes:
    path = folder / "made.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE section_locations (id INTEGER, library_section_id INTEGER, root_path TEXT)"
        )
        database.execute("INSERT INTO section_locations VALUES (1, 1, '/srv/photos'), (2, 1, NULL)")
    database.close()
    return path.read_bytes()


def seen(tmp_path: Path, files: dict[str, str | bytes]) -> list[tuple[str, str, bool]]:
    found = see(system(tmp_path, {**HOME, **files}), NetworkShare)
    return [(each.service, each.path, each.guest) for each in found]


def test_rygel_counts_only_where_it_is_switched_on(tmp_path: Path) -> None:
    assert seen(tmp_path, {"etc/rygel.conf": RYGEL}) == []
    assert seen(tmp_path, {UNIT: ""}) == [
        ("Rygel", "~/Videos", True),
        ("Rygel", "/srv/films", True),
        ("Rygel", "~/Pictures", True),
    ]


def test_rygel_reads_the_settings_of_the_person_first(tmp_path: Path) -> None:
    own = "[MediaExport]\nenabled=true\nuris=@PICTURES@\n"
    files: dict[str, str | bytes] = {UNIT: "", "etc/rygel.conf": RYGEL, "home/alice/.config/rygel.conf": own}
    assert seen(tmp_path, files) == [("Rygel", "~/Pictures", True)]


def test_jellyfin_and_plex(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "var/lib/jellyfin/root/default/Photos/family.mblink": "/srv/family",
        "var/lib/jellyfin/root/default/Photos/options.xml": "<x/>",
        media_servers.PLEX.lstrip("/"): plex(tmp_path),
    }
    assert seen(tmp_path, files) == [("Jellyfin", "/srv/family", False), ("Plex", "/srv/photos", False)]


def test_what_gnome_switched_on() -> None:
    key = f"{media_servers.SHARING}/rygel/enabled-connections"
    assert media_servers.switched_on({key: ["0a1b"]}, "rygel")
    assert not media_servers.switched_on({key: []}, "rygel")
    assert not media_servers.switched_on({key: ["0a1b"]}, "gnome-user-share-webdav")


def test_the_public_folder() -> None:
    assert (
        media_servers.parse_public(b'XDG_PUBLICSHARE_DIR="$HOME/\xc3\x96ffentlich"\n') == "$HOME/Öffentlich"
    )
    assert media_servers.parse_public(b"") == ""


@pytest.mark.parametrize(
    "parser",
    [
        media_servers.parse_rygel,
        media_servers.parse_public,
        media_servers.parse_mblink,
        media_servers.parse_plex,
    ],
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"[MediaExport]\nuris=" + data, b"/" + data, b"SQLite format 3\0" + data * 3):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
