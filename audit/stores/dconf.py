"""dconf: where GNOME and programs like it keep their settings, as one person's programs would read them.

`settings(look, home)` gives path → value, for instance `/org/gnome/desktop/screensaver/lock-enabled` → False. Booleans, numbers
and text come as Python's own; tuples and arrays as lists, dictionaries as lists of pairs, "nothing" as None. **What was never changed
is not in it**: then the schema's default holds (`gsettings list-schemas`; a distribution's own in *.gschema.override), and whoever
asks must know that default. What cannot be read or understood becomes a gap through `look`; no file at all is no gap.

A system database that was not made yet is read from the text files it is made from; a home kept as text, from `user.txt`.
Which files, and what goes before what: dconf(7), and dconf-engine.c of dconf 0.40: of several databases that name a key the
first in the profile counts, unless a later one locks that very key. Tried against `dconf`, `gsettings` and `dconf compile`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model import GapKind
from audit.stores import ParseError, gvariant, gvariant_text, gvdb, keyfile

if TYPE_CHECKING:
    from audit.artifacts.base import Look
    from audit.sources.base import Entry, Home

USER = ".config/dconf/user"  # below a home
PROFILES = ("/etc/dconf/profile/user", "/usr/share/dconf/profile/user")
SYSTEM = "/etc/dconf/db"
_MOST_DATABASES = 16
_MOST_FILES = 200
_NAME = re.compile(r"(?:keyfile/)?[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Database:
    """One database: its settings, and the paths that those before it in the profile may not change."""

    values: Mapping[str, Any]
    locks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Layer:
    """A database in its place: the file that it was read from, as records show it."""

    settings: str
    database: Database


def settings(look: Look, home: Home) -> Mapping[str, Any]:
    """What holds for one person: path → value. Empty where nothing was ever changed."""
    return {path: value for path, (value, _) in placed(look, home).items()}


def placed(look: Look, home: Home) -> Mapping[str, tuple[Any, str]]:
    """As `settings`, each value with the file that it stands in: path → (value, file as records show it)."""
    found: dict[str, tuple[Any, str]] = {}
    layers = list(databases(look, home))
    for number, layer in enumerate(layers):
        later = {path for after in layers[number + 1 :] for path in after.database.locks}
        for path, value in layer.database.values.items():
            if path not in later and path not in found:
                found[path] = value, layer.settings
    return found


def databases(look: Look, home: Home) -> Iterator[Layer]:
    """The databases of the profile `user`, the person's own first."""
    lines = [each for profile in PROFILES if (each := look.parse(parse_profile, profile, 1 << 16))]
    for kind, name in lines[0] if lines else [("user-db", "user")]:
        path = {
            "user-db": f"{home.path}/.config/dconf/{name}",
            "system-db": f"{SYSTEM}/{name}",
            "file-db": name,
            "service-db": f"{home.path}/.config/dconf/{name.removeprefix('keyfile/')}.txt",
        }.get(kind, "")
        if kind == "system-db" and look.stat(path) is None:
            yield from _key_files(look, f"{path}.d")
        elif path and (found := look.parse(parse_keys if kind == "service-db" else parse, path)) is not None:
            yield Layer(look.show(path), found)


def _key_files(look: Look, folder: str) -> Iterator[Layer]:
    """The files that a database is made from, where it was not made yet (`dconf update`): the last by name goes before the others."""
    locks = [
        look.parse(parse_locks, f"{folder}/locks/{entry.name}", 1 << 20) or frozenset()
        for entry in _first(look, f"{folder}/locks")
    ]
    if locks:
        yield Layer(look.show(f"{folder}/locks"), Database({}, frozenset().union(*locks)))
    for entry in reversed(_first(look, folder)):
        path = f"{folder}/{entry.name}"
        if entry.is_file and (found := look.parse(parse_keys, path, 1 << 20)) is not None:
            yield Layer(look.show(path), found)


def _first(look: Look, folder: str) -> Sequence[Entry]:
    found = look.scan(folder)
    if len(found) > _MOST_FILES:
        look.gap(GapKind.BOUNDED, what=look.show(folder), most=str(_MOST_FILES))
    return found[:_MOST_FILES]


def parse_profile(data: bytes) -> list[tuple[str, str]]:
    """(kind, name) for each line of a profile, in order. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    found = []
    for line in data.decode("utf-8", "surrogateescape").splitlines()[:1000]:
        kind, _, name = line.partition("#")[0].strip().partition(":")
        if (kind == "file-db" and name.startswith("/")) or _NAME.fullmatch(name):
            found.append((kind, name))
    return found[:_MOST_DATABASES]


def parse_keys(data: bytes) -> Database:
    """A key file: a group for each path, values as GVariant text (dconf(7), "Key files"). Raises ParseError."""
    values = {
        f"/{group.strip('/')}/{key}".replace("//", "/"): gvariant_text.value(text)
        for group, key, text in keyfile.parse(data).lines
    }
    return Database(values)


def parse_locks(data: bytes) -> frozenset[str]:
    """The paths in a file of locks, one a line (dconf(7), "Locks"). Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    lines = (line.strip() for line in data.decode("utf-8", "surrogateescape").splitlines())
    return frozenset(line for line in lines if line.startswith("/"))


def parse(data: bytes) -> Database:
    """A compiled database. Raises ParseError."""
    table = gvdb.read(data)
    locks = table.get(".locks")
    values = {
        path: gvariant.variant(value)
        for path, value in table.items()
        if path.startswith("/") and isinstance(value, memoryview)
    }
    return Database(values, frozenset(locks) if isinstance(locks, Mapping) else frozenset())
