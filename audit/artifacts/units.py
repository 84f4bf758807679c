"""systemd: which units start by themselves, and what they run. Folders and their order: systemd.unit(5), tables 1 and 2."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audit.artifacts.base import Look
from audit.artifacts.starting import SETTINGS_SIZE, Start, files_in
from audit.sources.base import Home
from audit.stores import keyfile

SYSTEM_UNITS = (
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
)
USER_UNITS = (
    "/etc/systemd/user",
    "/run/systemd/user",
    "/usr/local/share/systemd/user",
    "/usr/share/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
)
HOME_UNITS = (".config/systemd/user.control", ".config/systemd/user", ".local/share/systemd/user")
# Programs that systemd runs before it starts units: systemd.generator(7), systemd.environment-generator(7).
GENERATORS = tuple(
    f"{top}/systemd/{kind}-generators"
    for top in ("/etc", "/run", "/usr/local/lib", "/usr/lib")
    for kind in ("system", "user", "system-environment", "user-environment")
)
SYSTEM = "system service"
PERSONAL = "user service"
_LINKS = (".wants", ".requires", ".upholds")
_RUNS = ("ExecStart", "ExecCondition", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost")
# Started by graphical.target under this name (the unit files of display managers, [Install] Alias=).
_ALIASES = ("display-manager.service",)
_HAND_MADE = ("/etc/", "/run/", "/usr/local/")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit's text, or a drop-in of it. `name` of a drop-in ends in `.d`."""

    name: str
    path: str
    text: keyfile.KeyFile
    home: Home | None
    personal: bool
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class _Listing:
    texts: dict[str, _File] = field(default_factory=dict)
    linked: dict[str, _File] = field(default_factory=dict)
    drop_ins: dict[str, list[str]] = field(default_factory=dict)
    masked: set[str] = field(default_factory=set)


def starts(look: Look) -> Iterator[Start]:
    for unit in units(look):
        for key in _RUNS:
            for line in unit.text.all("Service", key):
                if line:
                    way = PERSONAL if unit.personal else SYSTEM
                    yield Start(way, unit.name, unit.path, line, 0, unit.home, not unit.personal,
                                enabled=unit.enabled)  # fmt: skip
    for folder in GENERATORS:
        for path in files_in(look, folder):
            yield Start(
                SYSTEM, posixpath.basename(path), path, path, as_root="/system-" in folder, exact=True
            )


def units(look: Look) -> Iterator[Unit]:
    """Every unit that starts by itself, and those that somebody made here and that are not switched on."""
    yield from _of(look, SYSTEM_UNITS, SYSTEM_UNITS, None, personal=False)
    yield from _of(look, USER_UNITS, USER_UNITS, None, personal=True)
    for home in look.homes:
        own = [f"{home.path}/{place}" for place in HOME_UNITS]
        yield from _of(look, own, [*own, *USER_UNITS], home, personal=True)


def _of(
    look: Look, asked: Sequence[str], searched: Sequence[str], home: Home | None, *, personal: bool
) -> Iterator[Unit]:
    here = _listing(look, asked)
    every = _listing(look, searched) if here.linked and len(searched) > len(asked) else here
    started: set[str] = set()
    aliases = {name: here.texts[name] for name in _ALIASES if name in here.texts}
    for name, link in {**here.linked, **aliases}.items():
        if name not in every.masked:
            for found, path, text in _with_what_it_starts(look, every, name, link):
                started |= {name, found}
                yield Unit(name, path, text, home, personal)
    for name, paths in here.drop_ins.items():
        for path in paths:
            if (drop_in := look.parse(keyfile.parse, path, SETTINGS_SIZE)) is not None:
                yield Unit(f"{name}.d", path, drop_in, home, personal)
    for name, file in here.texts.items():
        by_hand = not file.is_link and (home is not None or file.path.startswith(_HAND_MADE))
        if by_hand and name.endswith(".service") and name not in started:
            unused = look.parse(keyfile.parse, file.path, SETTINGS_SIZE)
            if unused is not None:
                yield Unit(name, file.path, unused, home, personal, enabled=False)


def _listing(look: Look, folders: Sequence[str]) -> _Listing:
    """What stands in unit folders; of one name, the first folder's file counts. A link to /dev/null masks a unit."""
    found = _Listing()
    merged = any(entry.name == "lib" and entry.is_link for entry in look.scan("/"))
    for folder in folders:
        if merged and folder.startswith("/lib/"):
            continue
        for entry in look.scan(folder):
            path = f"{folder}/{entry.name}"
            if entry.is_dir and entry.name.endswith(_LINKS):
                links = (each for each in look.scan(path) if not each.is_dir)
                found.linked.update({each.name: _File(f"{path}/{each.name}", each.is_link) for each in links})
            elif entry.is_dir and entry.name.endswith(".d"):
                found.drop_ins.setdefault(entry.name[:-2], []).extend(files_in(look, path, r".*\.conf"))
            elif not entry.is_dir and entry.name not in found.texts:
                found.texts[entry.name] = _File(path, entry.is_link)
                if _is_masked(look, found.texts[entry.name]):
                    found.masked.add(entry.name)
    return found


def _is_masked(look: Look, file: _File) -> bool:
    return file.is_link and look.readlink(file.path) == "/dev/null"


def _named(listing: _Listing, name: str) -> _File | None:
    """Where a unit's text stands; `a@b.service` is an instance of `a@.service`."""
    return listing.texts.get(name) or listing.texts.get(re.sub(r"@[^@]*(?=\.\w+$)", "@", name))


def _with_what_it_starts(
    look: Look, listing: _Listing, name: str, link: _File
) -> Iterator[tuple[str, str, keyfile.KeyFile]]:
    """(name, file, text). A timer, path or socket starts the service of the same name unless it says another."""
    file: _File | None = _named(listing, name) or link
    text = _text(look, file)
    kind = name.rpartition(".")[2]
    if text is not None and kind in ("timer", "path", "socket"):
        group = kind.capitalize()
        name = text.get(group, "Unit") or text.get(group, "Service") or f"{name.rpartition('.')[0]}.service"
        file = None if name in listing.masked else _named(listing, posixpath.basename(name))
        text = _text(look, file)
    if file is not None and text is not None:
        yield name, file.path, text


def _text(look: Look, file: _File | None) -> keyfile.KeyFile | None:
    if file is None or _is_masked(look, file):
        return None
    return look.parse(keyfile.parse, file.path, SETTINGS_SIZE)
