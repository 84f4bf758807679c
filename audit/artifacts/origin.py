"""Where a file that starts by itself comes from: the package that brought it, and whether it is still as the package has it.

Only the files that records of `Autostart` name are looked up. rpm keeps its list in a database that this version does not read.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from audit.artifacts.autostart import Autostart
from audit.artifacts.base import Artifact, Look, collects, first
from audit.artifacts.login_hook import modules
from audit.artifacts.starting import find_program
from audit.model import GapKind, Platform
from audit.stores import packages

DPKG = "/var/lib/dpkg"
PACMAN = "/var/lib/pacman/local"
APK = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")  # before and after its merge of /usr
_LIST_SIZE = 16 << 20
_MOST_LISTS = 20_000
_LARGEST = 24 << 20  # of one program that is compared
_MOST_BYTES = 192 << 20  # of all of them
_LINKS = 20
AS_BROUGHT = "whether programs are as their packages brought them"
BROUGHT = "which package brought a program"
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}  # by their length in hexadecimal
# Fedora since 36, and before; openSUSE, with its older places as links (rpm(8), "FILES").
RPM = tuple(
    f"{folder}/{name}"
    for folder in ("/usr/lib/sysimage/rpm", "/var/lib/rpm")
    for name in ("rpmdb.sqlite", "Packages.db", "Packages")
)


@dataclass(frozen=True, slots=True)
class Origin(Artifact):
    """A file that exists and that something starts, or that checks passwords (a module of PAM). `path` as a record of `Autostart` names it, `file` what that leads to.

    `package` is empty where no package brought it. `altered`: it is not what the package brought; false too where that is not known.
    """

    KIND: ClassVar[str] = "origin"
    path: str
    file: str
    package: str = ""
    altered: bool = False

    @property
    def checks_passwords(self) -> bool:
        return self.file.endswith(".so") and "/security/" in self.file


@dataclass(frozen=True, slots=True)
class _Owner:
    package: str
    listed: str  # the path in the package's own list
    sha1: str = ""
    folder: str = ""  # pacman's, for the package


@dataclass(slots=True)
class _Known:
    """What the package databases said: path → owner; path → MD5 of those that were asked for."""

    owners: dict[str, _Owner] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    any: bool = False

    def owner(self, path: str) -> _Owner | None:
        place = self.moved.get(path, path)
        return next((self.owners[each] for each in packages.spellings(place) if each in self.owners), None)


@collects(Origin)
def collect(look: Look) -> Iterator[Origin]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what=BROUGHT)
        return
    links = _Links(look)
    found = {path: file for path in _named(look) if (file := find_program(look, path))}
    places = {path: links.end(file) for path, file in found.items()}
    known = _read(look, {*found.values(), *places.values()})
    if not known.any:
        look.gap(GapKind.NOT_LOOKED, what=BROUGHT)
        return
    if any(look.exists(path) for path in RPM):  # beside the lists of another system
        look.gap(GapKind.NOT_LOOKED, what=BROUGHT)
    compare = _Compare(look)
    for path, file in places.items():
        owner = known.owner(file) or known.owner(found[path])
        diverted = file in known.moved.values() or file in known.moved
        altered = owner is not None and not diverted and compare.is_altered(owner, file)
        yield Origin(path, file, owner.package if owner else "", altered)


def _named(look: Look) -> list[str]:
    """The files of the system that records name; those in homes belong to no package."""
    homes = tuple(f"{home.path}/" for home in look.homes)
    starts = look.see(Autostart)
    names = [name for entry in starts for name in (entry.settings, entry.program, entry.script)]
    return [
        name
        for name in dict.fromkeys([*names, *modules(look)])
        if name and not name.startswith(("~", *homes))
    ]


class _Links:
    """Follows links as they stand, each folder listed once."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._links: dict[str, set[str]] = {}

    def end(self, path: str) -> str:
        waiting = [part for part in reversed(path.split("/")) if part]
        done, left = "", _LINKS
        while waiting:
            name = waiting.pop()
            here = posixpath.normpath(f"{done}/{name}")
            target = self.look.readlink(here) if left and self._is_link(done or "/", name) else None
            if target:
                left -= 1
                whole = posixpath.normpath(posixpath.join(done or "/", target))
                waiting += [part for part in reversed(whole.split("/")) if part]
                done = ""
            else:
                done = here
        return done or "/"

    def _is_link(self, folder: str, name: str) -> bool:
        if folder not in self._links:
            self._links[folder] = {entry.name for entry in self.look.scan(folder) if entry.is_link}
        return name in self._links[folder]


def _read(look: Look, wanted: set[str]) -> _Known:
    known = _Known()
    known.moved = look.parse(packages.diversions, f"{DPKG}/diversions", _LIST_SIZE) or {}
    asked = {each for path in wanted for each in packages.spellings(known.moved.get(path, path))}
    names = packages.encoded(asked)
    noted = [entry.name for entry in look.scan(f"{DPKG}/info") if entry.name.endswith(".list")]
    lists = first(look, f"{DPKG}/info", noted, _MOST_LISTS)
    for name in lists:
        found = look.parse(lambda data: packages.listed(data, names), f"{DPKG}/info/{name}", _LIST_SIZE)
        _add(known, name.removesuffix(".list"), found or ())
    folders = first(look, PACMAN, [entry.name for entry in look.scan(PACMAN) if entry.is_dir], _MOST_LISTS)
    for folder in folders:
        found = look.parse(
            lambda data: packages.pacman_files(data, names), f"{PACMAN}/{folder}/files", _LIST_SIZE
        )
        _add(known, re.sub(r"-[^-]+-[^-]+$", "", folder), found or (), f"{PACMAN}/{folder}")
    tables = [
        look.parse(lambda data: packages.apk_installed(data, asked), path, 4 * _LIST_SIZE) for path in APK
    ]
    for table in tables:
        known.owners |= {path: _Owner(name, path, sha1) for path, (name, sha1) in (table or {}).items()}
    known.any = bool(lists or folders or any(table is not None for table in tables))
    return known


def _add(known: _Known, package: str, found: Sequence[bytes] | set[bytes], folder: str = "") -> None:
    for each in found:
        path = each.decode("utf-8", "surrogateescape")
        known.owners.setdefault(path, _Owner(package, path, folder=folder))


class _Compare:
    """Compares a file with the digest that its package states. Files are read once, and not more than a bound in all."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._sums: dict[str, Mapping[str, str]] = {}
        self._answers: dict[str, bool] = {}
        self._left = _MOST_BYTES

    def is_altered(self, owner: _Owner, file: str) -> bool:
        if file not in self._answers:
            self._answers[file] = self._compare(owner, file)
        return self._answers[file]

    def _compare(self, owner: _Owner, file: str) -> bool:
        settings = owner.listed.startswith("/etc/")  # which people are meant to change
        wanted = "" if settings else owner.sha1 or self._noted(owner)
        found = self.look.stat(file) if wanted else None
        if found is None or found.mode & 0o170000 != 0o100000:
            return False
        if found.size > min(_LARGEST, self._left):
            self.look.gap(GapKind.TOO_BIG, path=self.look.show(file), size=str(found.size))
            return False
        self._left -= found.size
        data = self.look.read(file, _LARGEST)
        digest = _DIGESTS[len(wanted)]
        return data is not None and hashlib.new(digest, data, usedforsecurity=False).hexdigest() != wanted

    def _noted(self, owner: _Owner) -> str:
        """The digest that dpkg or pacman noted, or nothing. Only a package's list of files under its own spelling counts."""
        path = f"{owner.folder}/mtree" if owner.folder else f"{DPKG}/info/{owner.package}.md5sums"
        if path not in self._sums:
            parser = packages.mtree if owner.folder else packages.md5sums
            self._sums[path] = self.look.parse(parser, path, _LIST_SIZE) or {}
            if self.look.exists(path) is False:
                self.look.gap(GapKind.NOT_VISIBLE, what=AS_BROUGHT, path=path)
        digest = self._sums[path].get(owner.listed, "").lower()
        return digest if len(digest) in _DIGESTS else ""
