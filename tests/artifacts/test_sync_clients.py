"""Clients that only some people have: OneDrive, Seafile, Maestral."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import maestral, onedrive, seafile
from audit.artifacts.base import ParseError
from audit.artifacts.sync import SyncFolder
from tests.artifacts.devices import see, system

REPO = "0b1c2d3e-0000-0000-0000-000000000000"


def repo_db(folder: Path, rows: list[tuple[str, str, object]]) -> bytes:
    """The table that seaf-daemon 8.0 creates, and one that is never asked for."""
    path = folder / "made.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE RepoProperty (repo_id TEXT, key TEXT, value TEXT)")
        database.execute("CREATE TABLE RepoPasswd (repo_id TEXT PRIMARY KEY, passwd TEXT NOT NULL)")
        database.execute("INSERT INTO RepoPasswd VALUES ('x', 'SECRET')")
        database.executemany("INSERT INTO RepoProperty VALUES (?, ?, ?)", rows)
    database.close()
    return path.read_bytes()


def seen(tmp_path: Path, files: dict[str, str | bytes]) -> list[SyncFolder]:
    return list(
        see(system(tmp_path, {f"home/alice/{path}": text for path, text in files.items()}), SyncFolder)
    )


def test_onedrive_counts_when_somebody_is_signed_in(tmp_path: Path) -> None:
    config = '# sync_dir = "~/Elsewhere"\nsync_dir = "~/Cloud Bilder"\ndownload_only = "false"\n'
    assert seen(tmp_path, {".config/onedrive/config": config}) == []
    found = seen(tmp_path, {".config/onedrive/refresh_token": "SECRET"})
    assert [(each.client, each.path, each.receives_only) for each in found] == [
        ("OneDrive", "~/Cloud Bilder", False)
    ]
    assert "SECRET" not in repr(found)


def test_onedrive_without_settings_of_its_own(tmp_path: Path) -> None:
    found = seen(tmp_path, {".config/onedrive/refresh_token": ""})
    assert [each.path for each in found] == ["~/OneDrive"]
    assert onedrive.parse_config(b'download_only = "true"').downloads


def test_seafile(tmp_path: Path) -> None:
    rows: list[tuple[str, str, object]] = [
        (REPO, "worktree", "/home/alice/Seafile/Fotos"),
        (REPO, "email", "alice@example.org"),
        (REPO, "server-url", "https://me:hunter2@sea.example.org/"),
        (REPO, "token", "SECRET"),
        ("other", "email", "bob@example.org"),
        ("other", "worktree", None),
    ]
    found = seen(
        tmp_path,
        {
            ".ccnet/seafile.ini": "/home/alice/seafile-data",
            "seafile-data/repo.db": repo_db(tmp_path, rows),
        },
    )
    assert [(each.client, each.path, each.account) for each in found] == [
        ("Seafile", "~/Seafile/Fotos", "alice@example.org · sea.example.org")
    ]
    assert "SECRET" not in repr(found)
    assert "hunter2" not in repr(found)


def test_maestral(tmp_path: Path) -> None:
    config = "[main]\nversion = 20.0.0\n\n[auth]\naccount_id = dbid:SECRET\n\n[sync]\npath = /home/alice/Dropbox (Maestral)\n"
    found = seen(
        tmp_path, {".config/maestral/maestral.ini": config, ".config/maestral/other.ini": "[sync]\npath = \n"}
    )
    assert [(each.client, each.path, each.account) for each in found] == [
        ("Maestral", "~/Dropbox (Maestral)", "Dropbox")
    ]
    assert "SECRET" not in repr(found)


@pytest.mark.parametrize(
    "parser", [onedrive.parse_config, maestral.parse_config, seafile.parse_ini, seafile.parse_repos]
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (
        data,
        b"sync_dir = " + data,
        b"[sync]\npath=" + data,
        b"/" + data,
        b"SQLite format 3\0" + data * 3,
    ):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
