from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.browser_certificate import BrowserCertificate, parse_chromium, parse_nss
from audit.model import GapKind
from tests.artifacts.devices import device, see, system
from tests.certificates import der, nss, pem

OLD = "a0 a3 a11 a81 a82 ace536358 ace536359"
NEW = f"{OLD} a62c a62d"
CERTIFICATE, OLD_TRUST, NEW_TRUST = b"\0\0\0\1", b"\xce\x53\x43\x53", b"\0\0\0\x0b"
AUTHORITY, PEER, UNKNOWN = b"\xce\x53\x43\x52", b"\xce\x53\x43\x51", b"\xce\x53\x43\x53"
PLACE = "home/alice/.mozilla/firefox/abc.default/cert9.db"


def certificate(name: str) -> dict[str, bytes]:
    return {"a0": CERTIFICATE, "a11": der(name), "a81": name.encode(), "a82": b"\2\1\1"}


def trust(name: str, server: bytes, client: bytes = UNKNOWN) -> dict[str, bytes]:
    return {
        "a0": OLD_TRUST, "a81": name.encode(), "a82": b"\2\1\1", "ace536358": server, "ace536359": client
    }  # fmt: skip


def anchor(name: str, server: int, client: int = 4) -> dict[str, bytes]:
    return {
        "a0": NEW_TRUST, "a81": name.encode(), "a82": b"\2\1\1",
        "a62c": server.to_bytes(4, "big"), "a62d": client.to_bytes(4, "big"),
    }  # fmt: skip


def chromium(folder: Path, rows: list[tuple[str, bytes, bytes]]) -> bytes:
    path = folder / "made"
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE certificates(sha256hash_hex TEXT PRIMARY KEY,der_cert BLOB NOT NULL,trust_settings BLOB NOT NULL)"
        )
        database.executemany("INSERT INTO certificates VALUES (?,?,?)", rows)
        database.commit()
    data = path.read_bytes()
    path.unlink()
    return data


def test_only_authorities_count(tmp_path: Path) -> None:
    rows = [certificate(name) for name in ("root", "client", "peer", "mail", "met")]
    rows += [
        trust("root", AUTHORITY),
        trust("client", UNKNOWN, AUTHORITY),
        trust("peer", PEER),
        trust("mail", UNKNOWN),
    ]
    assert parse_nss(nss(tmp_path, rows, OLD), b"") == [der("root"), der("client")]


def test_the_newer_way_of_writing_trust(tmp_path: Path) -> None:
    rows = [certificate(name) for name in ("root", "peer", "refused", "old")]
    rows += [anchor("root", 2), anchor("peer", 1), anchor("refused", 3), trust("old", AUTHORITY)]
    assert parse_nss(nss(tmp_path, rows, NEW), b"") == [der("root"), der("old")]


def test_what_was_added_in_chromium_itself(tmp_path: Path) -> None:
    rows = [
        ("1", der("trusted"), b"\x0a\x02\x08\x03"),
        ("2", der("limited"), b"\x0a\x02\x08\x03\x12\x05\x0a\x03a.b"),
        ("3", der("refused"), b"\x0a\x02\x08\x02"),
        ("4", der("hint"), b"\x0a\x02\x08\x01"),
        ("5", der("odd"), b"\x12\x02\x08\x03"),
    ]
    assert parse_chromium(chromium(tmp_path, rows), b"") == [der("trusted"), der("limited")]


def test_every_place(tmp_path: Path) -> None:
    store = nss(tmp_path, [certificate("Filter"), trust("Filter", AUTHORITY)], OLD)
    own = chromium(tmp_path, [("1", der("Mine"), b"\x0a\x02\x08\x03")])
    device(
        tmp_path,
        {
            PLACE: store,
            "home/alice/.pki/nssdb/cert9.db": store,
            "home/alice/.var/app/com.google.Chrome/.pki/nssdb/cert9.db": store,
            "home/alice/.config/chromium/Default/ServerCertificate": own,
        },
    )
    found = see(system(tmp_path, {}), BrowserCertificate)
    assert [(each.browser, each.profile, each.name, each.settings) for each in found] == [
        ("Firefox", "abc.default", "Filter", "~/.mozilla/firefox/abc.default/cert9.db"),
        ("Chromium browsers", "every profile", "Filter", "~/.pki/nssdb/cert9.db"),
        ("Chromium browsers", "every profile", "Filter", "~/.var/app/com.google.Chrome/.pki/nssdb/cert9.db"),
        ("Chromium", "Default", "Mine", "~/.config/chromium/Default/ServerCertificate"),
    ]
    assert found.gaps == ()


@pytest.mark.skipif(shutil.which("certutil") is None, reason="certutil is not installed")
def test_what_certutil_writes(tmp_path: Path) -> None:
    folder = tmp_path / "home/alice/.pki/nssdb"
    folder.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True)
    for name, flags in (
        ("Root", "C,,"),
        ("Client", "T,,"),
        ("Peer", "P,,"),
        ("Mail", ",C,"),
        ("Nothing", ",,"),
    ):
        (tmp_path / "x.pem").write_bytes(pem(name))
        add = [
            "certutil",
            "-A",
            "-d",
            f"sql:{folder}",
            "-n",
            name,
            "-t",
            flags,
            "-i",
            str(tmp_path / "x.pem"),
        ]
        subprocess.run(add, check=True)
    assert {each.name for each in see(system(tmp_path, {}), BrowserCertificate)} == {"Root", "Client"}


def test_an_empty_one_and_a_damaged_one(tmp_path: Path) -> None:
    assert see(system(tmp_path, {PLACE: nss(tmp_path, [], OLD)}), BrowserCertificate).items == ()
    broken = nss(tmp_path, [{**certificate("x"), "a11": b"\x30\x01x"}, trust("x", AUTHORITY)], OLD)
    found = see(system(tmp_path, {PLACE: broken}), BrowserCertificate)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize("parser", [parse_nss, parse_chromium])
@given(data=st.binary(max_size=600), wal=st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(parser: object, data: bytes, wal: bytes) -> None:
    with suppress(ParseError):
        parser(b"SQLite format 3\0" + data, wal)  # type: ignore[operator]


@given(data=st.data())
def test_damaged_databases_are_read_or_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    image = bytearray(
        nss(tmp_path_factory.getbasetemp(), [certificate("Filter"), trust("Filter", AUTHORITY)], OLD)
    )
    for _ in range(data.draw(st.integers(1, 8))):
        image[data.draw(st.integers(16, len(image) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ParseError):
        assert all(isinstance(each, bytes) for each in parse_nss(bytes(image), b""))
