"""Root certificates that were added to the system: whoever holds the key of one can show programs here any site as genuine.

Debian, Alpine, Gentoo: update-ca-certificates(8). Fedora: update-ca-trust(8). Arch: ca-certificates-utils. openSUSE: its own
update-ca-certificates(8), p11-kit's trust(1). What the system's own package brings is not recorded.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.model import GapKind, Platform
from audit.stores import certificate

OWN = "/usr/share/ca-certificates"  # CERTSDIR of update-ca-certificates: what packages bring
USED = "/etc/ssl/certs"
BUNDLE = f"{USED}/ca-certificates.crt"
# Mozilla's list as the packages of Arch, Fedora and openSUSE hold it.
LISTS = ("/usr/share/ca-certificates/trust-source", "/usr/share/pki/ca-trust-source", "/usr/share/pki/ca-trust-legacy",
         "/usr/share/pki/trust")  # fmt: skip
# Folders whose certificates count as authorities, and that hold none as they come.
ADDED = (
    "/usr/local/share/ca-certificates",
    "/etc/pki/ca-trust/source",
    "/etc/ca-certificates/trust-source",
    "/etc/pki/trust/anchors",
    "/usr/share/ca-certificates/trust-source/anchors",
    "/usr/share/pki/ca-trust-source/anchors",
    "/usr/share/pki/trust/anchors",
)
DPKG = "/var/lib/dpkg/info"
_ENDINGS = (".crt", ".pem", ".cer", ".der", ".p11-kit", ".0")
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
_MOST_FILES = 600
_MOST_LISTS = 10_000
_DEEPEST = 4
_NEVER = ("blocklist", "blacklist")  # folders of certificates that are to be refused
WHAT = "root certificates that were added"


@dataclass(frozen=True, slots=True)
class RootCertificate(Artifact):
    """One added certificate that the system trusts. `fingerprint`: SHA-256. `added`: when its file was last written."""

    KIND: ClassVar[str] = "root-certificate"
    name: str
    organisation: str
    fingerprint: str
    authority: bool
    settings: str
    added: datetime | None = None
    until: datetime | None = None


@collects(RootCertificate)
def collect(look: Look) -> Iterator[RootCertificate]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what=WHAT)
        return
    added = list(dict.fromkeys(path for folder in ADDED for path in _files(look, folder, _NEVER)))
    own, unowned = _own(look)
    loose = list(_loose(look))
    if not own and loose:
        look.gap(GapKind.NOT_VISIBLE, path=USED, what=WHAT)
    elif own:
        added += [*unowned, BUNDLE, *loose]
    seen: set[str] = set()
    for path in added:
        for der in look.parse(certificate.ders, path) or ():
            mark = certificate.fingerprint(der)
            if mark not in own and mark not in seen:
                seen.add(mark)
                yield from _record(look, der, path)


def _record(look: Look, der: bytes, path: str) -> Iterator[RootCertificate]:
    try:
        found = certificate.read(der)
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path=look.show(path), detail=str(error))
        return
    if not found.authority and posixpath.dirname(path) == USED:
        return  # a server's own certificate often lies there (ssl-cert's snakeoil); alone it makes nobody an authority
    at = look.stat(path) if path != BUNDLE else None
    yield RootCertificate(
        name=found.name,
        organisation=found.organisation,
        fingerprint=found.fingerprint,
        authority=found.authority,
        settings=look.show(path),
        added=datetime.fromtimestamp(int(at.modified), UTC) if at else None,
        until=found.until,
    )


def _loose(look: Look) -> Iterator[str]:
    """What stands among the trusted ones, but for the short names that openssl-rehash(1) makes for its neighbours."""
    for entry in look.scan(USED):
        path = f"{USED}/{entry.name}"
        if entry.is_dir or path == BUNDLE or not entry.name.endswith(_ENDINGS):
            continue
        if entry.is_link and _HASHED.fullmatch(entry.name) and "/" not in (look.readlink(path) or "/"):
            continue
        yield path


def _own(look: Look) -> tuple[set[str], list[str]]:
    """The fingerprints that packages bring, and the files among theirs that no package brought."""
    mine = [path for folder in LISTS for path in _files(look, folder, ("anchors", *_NEVER))]
    standing = [path for path in _files(look, OWN, ()) if not path.startswith(LISTS)]
    unowned: list[str] = []
    if look.stat(DPKG) is not None:
        brought = set(look.parse(_paths, f"{DPKG}/ca-certificates.list", 4 << 20) or ())
        unowned = [path for path in standing if path not in brought]
        others = _brought(look) if unowned else set()
        unowned = [path for path in unowned if path not in others]
    mine += [path for path in standing if path not in unowned]
    return {
        certificate.fingerprint(der) for path in mine for der in look.parse(certificate.ders, path) or ()
    }, unowned


def _brought(look: Look) -> set[str]:
    """What other packages of Debian brought there (dpkg-query(1), --listfiles). Read only where something is not ca-certificates' own."""
    names = [each.name for each in look.scan(DPKG) if each.name.endswith(".list")]
    lists = first(look, DPKG, names, _MOST_LISTS)
    return {path for name in lists for path in look.parse(_paths, f"{DPKG}/{name}", 8 << 20) or ()}


def _paths(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    return [line for line in lines if line.startswith(OWN)]


def _files(look: Look, folder: str, without: Sequence[str], deepest: int = _DEEPEST) -> list[str]:
    """The certificate files below a folder, links too, as `find -L` gives them; links to folders are not followed."""
    found = []
    for entry in look.scan(folder):
        path = f"{folder}/{entry.name}"
        if entry.is_dir and deepest > 1 and entry.name not in without:
            found += _files(look, path, without, deepest - 1)
        elif not entry.is_dir and entry.name.endswith(_ENDINGS):
            found.append(path)
    return list(first(look, folder, found, _MOST_FILES))
