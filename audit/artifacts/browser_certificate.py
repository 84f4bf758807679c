"""Root certificates that were added to one browser's own list.

Firefox, and Chromium on Linux, keep them in an NSS database, `cert9.db`: SQLite, a row for each PKCS#11 object, a column `a` + the
number in hexadecimal for each attribute (NSS, lib/softoken/sdb.c). Mozilla's own list is in a library, not in it. Newer Chromium keeps what
is added in a profile's `ServerCertificate` (components/server_certificate_database). Firefox takes over the system's own list on Windows
and macOS only (its policy ImportEnterpriseRoots).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.artifacts.browser_profiles import chromium_profiles, firefox_profiles
from audit.model import GapKind, Platform
from audit.sources.base import Home
from audit.stores import certificate, sqlite

# CKA_CLASS 0x0, CKA_VALUE 0x11, CKA_ISSUER 0x81, CKA_SERIAL_NUMBER 0x82; CKO_CERTIFICATE 1 (PKCS#11). That one is an authority for
# servers or clients: up to NSS 3.87 at least CKO_NSS_TRUST, CKA_TRUST_SERVER_AUTH and _CLIENT_AUTH, CKT_NSS_TRUSTED_DELEGATOR (pkcs11n.h); in
# NSS 3.125 CKO_TRUST 0xb, CKA_PKCS_TRUST_SERVER_AUTH 0x62c and _CLIENT_AUTH 0x62d, CKT_TRUST_ANCHOR 2 (PKCS#11 3.2). Seen with certutil.
_CERTIFICATES = "SELECT a81, a82, a11 FROM nssPublic WHERE a0 = x'00000001'"
_TRUSTED = (
    (
        "SELECT a81, a82 FROM nssPublic WHERE a0 = x'ce534353' AND x'ce534352' IN (ace536358, ace536359)",
        "ace536358",
    ),
    ("SELECT a81, a82 FROM nssPublic WHERE a0 = x'0000000b' AND x'00000002' IN (a62c, a62d)", "a62c"),
)
_COLUMNS = "SELECT name FROM pragma_table_info('nssPublic')"
_SHARED = (".pki/nssdb", "snap/chromium/current/.pki/nssdb")
_FLATPAK = ".var/app"
_TRUST = b"\x08\x03"  # CertificateTrust.trust_type = TRUSTED, in the message's first field
_MOST_APPS = 300
WHAT = "root certificates that were added"
EVERY = "every profile"
BROWSERS = "Chromium browsers"


@dataclass(frozen=True, slots=True)
class BrowserCertificate(Artifact):
    """One certificate that a browser takes for an authority. `fingerprint`: SHA-256."""

    KIND: ClassVar[str] = "browser-certificate"
    browser: str
    profile: str
    user: str
    name: str
    organisation: str
    fingerprint: str
    settings: str
    until: datetime | None = None


@collects(BrowserCertificate)
def collect(look: Look) -> Iterator[BrowserCertificate]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what=WHAT)
        return
    for each in firefox_profiles(look):
        where = each.browser, each.name
        yield from _found(look, each.home.user, where, f"{each.folder}/cert9.db", parse_nss)
    for home in look.homes:
        for folder in (*_SHARED, *_apps(look, home)):
            path = f"{home.path}/{folder}/cert9.db"
            yield from _found(look, home.user, (BROWSERS, EVERY), path, parse_nss)
    for each in chromium_profiles(look):
        where = each.browser, each.name
        yield from _found(look, each.home.user, where, f"{each.folder}/ServerCertificate", parse_chromium)


def _apps(look: Look, home: Home) -> Iterator[str]:
    """Each Flatpak app that has a database of its own, below its own home."""
    folder = f"{home.path}/{_FLATPAK}"
    for entry in first(look, folder, look.scan(folder), _MOST_APPS):
        if entry.is_dir:
            yield f"{_FLATPAK}/{entry.name}/.pki/nssdb"


def _found(
    look: Look, user: str, where: tuple[str, str], path: str, parser: Callable[[bytes, bytes], list[bytes]]
) -> Iterator[BrowserCertificate]:
    data = look.read(path)
    if data is None:
        return
    wal = look.read(f"{path}-wal", 64 << 20) or b""
    try:
        found = [certificate.read(der) for der in parser(data, wal)]
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path=look.show(path), detail=str(error))
        return
    for each in dict.fromkeys(found):
        yield BrowserCertificate(
            browser=where[0],
            profile=where[1],
            user=user,
            name=each.name,
            organisation=each.organisation,
            fingerprint=each.fingerprint,
            settings=look.show(path),
            until=each.until,
        )


def parse_nss(data: bytes, wal: bytes) -> list[bytes]:
    """The DER of each certificate that an NSS database trusts as an authority. Raises ParseError."""
    columns = {name for (name,) in sqlite.select(data, wal, _COLUMNS)}
    trusted: set[tuple[object, object]] = set()
    for query, column in _TRUSTED:
        if column in columns:
            trusted.update((issuer, serial) for issuer, serial in sqlite.select(data, wal, query))
    if not trusted:
        return []
    rows = sqlite.select(data, wal, _CERTIFICATES)
    return [der for issuer, serial, der in rows if (issuer, serial) in trusted and isinstance(der, bytes)]


def parse_chromium(data: bytes, wal: bytes) -> list[bytes]:
    """The DER of each certificate that a person had Chromium trust (server_certificate_database.proto). Raises ParseError."""
    rows = sqlite.select(data, wal, "SELECT der_cert, trust_settings FROM certificates")
    return [der for der, trust in rows if isinstance(der, bytes) and _trusts(trust)]


def _trusts(settings: object) -> bool:
    if not isinstance(settings, bytes) or len(settings) < 2 or settings[0] != 0x0A:
        return False
    return settings[2 : 2 + settings[1]].startswith(_TRUST)
