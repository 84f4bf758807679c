from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import online_accounts
from audit.artifacts.base import ParseError
from audit.artifacts.online_accounts import Account, OnlineAccount
from tests.artifacts.devices import see, system

# As goa-daemon 3.46 writes it.
GOA = """[Account account_1656063063_0]
Provider=google
Identity=alice@example.org
PresentationIdentity=alice@example.org
MailEnabled=true
CalendarEnabled=false
ContactsEnabled=true
PhotosEnabled=true
FilesEnabled=true
PrintersEnabled=true

[Account account_2]
Provider=kerberos
Identity=ALICE@EXAMPLE.ORG

[Other]
Provider=google
"""
# The tables of libaccounts-glib 1.25, as its library creates them, without those that are not read.
TABLES = """
CREATE TABLE Accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, provider TEXT, enabled INTEGER);
INSERT INTO Accounts (name, provider, enabled) VALUES ('alice@example.org', 'google', 1), ('old', 'nextcloud', 0), (NULL, 'x', 1);
"""


def kde(folder: Path) -> bytes:
    path = folder / "made.db"
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
    database.close()
    return path.read_bytes()


def test_gnome() -> None:
    assert online_accounts.parse_goa(GOA.encode()) == [
        Account("Google", "alice@example.org", ("mail", "contacts", "photos", "files")),
        Account("Kerberos", "ALICE@EXAMPLE.ORG", ()),
    ]


def test_an_account_of_each_kind(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "home/alice/.config/goa-1.0/accounts.conf": GOA,
            "home/alice/.config/libaccounts-glib/accounts.db": kde(tmp_path),
            "home/alice/.local/share/data/Mega Limited/MEGAsync/MEGAsync.cfg": b"\0\1",
        },
    )
    found = see(root, OnlineAccount)
    assert [(each.through, each.service, each.identity) for each in found] == [
        ("GNOME", "Google", "alice@example.org"),
        ("GNOME", "Kerberos", "ALICE@EXAMPLE.ORG"),
        ("KDE", "Google", "alice@example.org"),
        ("KDE", "x", ""),
        ("MEGA", "MEGA", ""),
    ]
    assert [gap.kind for gap in found.gaps] == ["not-visible"]


def test_an_ordinary_home_has_none(tmp_path: Path) -> None:
    found = see(system(tmp_path, {}), OnlineAccount)
    assert (list(found), list(found.gaps)) == ([], [])


@pytest.mark.parametrize("parser", [online_accounts.parse_goa, online_accounts.parse_kde])
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"[Account a]\nProvider=" + data, b"SQLite format 3\0" + data * 3):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
