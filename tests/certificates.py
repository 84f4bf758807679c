"""Certificates made for tests, and NSS databases shaped as certutil writes them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2035, 1, 1, tzinfo=UTC)


@cache
def made(name: str, *, authority: bool | None = True, organisation: str = "") -> x509.Certificate:
    """A certificate that signs itself; `authority` None leaves the mark out."""
    key = ec.derive_private_key(4711, ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    parts += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    who = x509.Name(parts)
    builder = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(4712)
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256())


def der(name: str, *, authority: bool | None = True, organisation: str = "") -> bytes:
    return made(name, authority=authority, organisation=organisation).public_bytes(serialization.Encoding.DER)


def pem(name: str, *, authority: bool | None = True, organisation: str = "") -> bytes:
    return made(name, authority=authority, organisation=organisation).public_bytes(serialization.Encoding.PEM)


def nss(folder: Path, rows: list[dict[str, bytes]], columns: str) -> bytes:
    """An NSS database with these objects: column → value."""
    path = folder / "made.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            f"CREATE TABLE nssPublic (id PRIMARY KEY UNIQUE ON CONFLICT ABORT, {', '.join(columns.split())})"
        )
        for number, row in enumerate(rows):
            names = ["id", *row]
            marks = ",".join("?" * len(names))
            database.execute(
                f"INSERT INTO nssPublic ({','.join(names)}) VALUES ({marks})", [number, *row.values()]
            )
        database.commit()
    data = path.read_bytes()
    path.unlink()
    return data
