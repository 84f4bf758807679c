"""The folders that Samba offers, as smb.conf(5) says: shares with a name, and `[homes]`, each account's own folder.

`include` is followed where it names one file. The database that `include = registry` and the like ask for is not read: that is a gap.
`[homes]` opens only for accounts that have a password of Samba's own: pdbedit(8); its usual list, passdb.tdb, keeps them under
`USER_` and the name in small letters (source3/passdb/pdb_tdb.c).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from audit.artifacts.base import Look
from audit.model import GapKind
from audit.sources.base import Home
from audit.stores import ini
from audit.stores.ini import Setting

SAMBA = "/etc/samba/smb.conf"
ACCOUNTS = "/var/lib/samba/private/passdb.tdb"
REGISTRY = "/var/lib/samba/registry.tdb"
WHAT = "folders that Samba offers"
_NO_FOLDERS = frozenset(
    {"global", "homes", "printers", "print$", "netlogon"}
)  # smb.conf(5), "SPECIAL SECTIONS"
_SYNONYMS = {"public": "guestok", "directory": "path", "writeable": "writable", "writeok": "writable"}
_DEEPEST = 8
_MOST_FILES = 64

Section = Mapping[str, str]


class Offer(NamedTuple):
    name: str
    path: str
    guest: bool


def offers(look: Look) -> Iterator[Offer]:
    """Every folder, whoever may open it. What is not read is a gap."""
    sections = sections_of(list(_whole(look, SAMBA, 0, [_MOST_FILES])))
    common = _common(sections)
    if "registry" in (common.get("configbackend"), common.get("include")) or ini.is_yes(
        common.get("registryshares", "no")
    ):
        look.gap(GapKind.NOT_VISIBLE, what=WHAT, path=REGISTRY)
    for each in named(sections):
        if "%" in each.path:
            look.gap(GapKind.NOT_VISIBLE, what=WHAT, path=each.path)
        else:
            yield each
    homes = next((each for name, each in sections.items() if name.lower() == "homes"), None)
    if homes is not None and ini.is_yes(homes.get("available", "yes")):
        yield from _homes(look, homes, common)


def _homes(look: Look, homes: Section, common: Section) -> Iterator[Offer]:
    backend = common.get("passdbbackend", "tdbsam")
    accounts = b""
    if backend != "tdbsam":
        look.gap(GapKind.NOT_VISIBLE, what=WHAT, path=f"passdb backend = {backend.partition(':')[0]}")
    else:
        accounts = look.read(ACCOUNTS) or b""
    for home in look.homes:
        if b"USER_" + home.user.lower().encode() + b"\0" in accounts:
            path = _place(homes.get("path", "%H"), home)
            yield Offer("homes", path, guest=False)


def _place(path: str, home: Home) -> str:
    """What `[homes]` names for one account (smb.conf(5), "VARIABLE SUBSTITUTIONS")."""
    marks = {"S": home.user, "U": home.user, "u": home.user, "H": home.path}
    return re.sub(r"%([SUuH])", lambda found: marks[found[1]], path)


def _whole(look: Look, path: str, depth: int, left: list[int]) -> Iterator[Setting]:
    """The settings of a file with what it includes, in order. `left` files may still be read."""
    left[0] -= 1
    if left[0] < 0 or depth > _DEEPEST:
        look.gap(GapKind.BOUNDED, what=SAMBA, most=str(_MOST_FILES - max(left[0], 0)))
        return
    for each in look.parse(settings, path) or ():
        if _plain(each.key) != "include" or each.value.strip('"') == "registry":
            yield each
            continue
        place = posixpath.join(posixpath.dirname(path), each.value.strip('"'))
        if "%" in place:
            look.gap(GapKind.NOT_VISIBLE, what=WHAT, path=place)
        else:
            inner = _whole(look, place, depth + 1, left)
            yield from (one if one.section else one._replace(section=each.section) for one in inner)


def settings(data: bytes) -> list[Setting]:
    """Every line, and each section's own beginning as a line without a key. Raises ParseError."""
    found: list[Setting] = []
    section = ""
    for line in ini.lines_of(data, continued=True):
        if line.startswith("[") and "]" in line:
            section = line[1 : line.rindex("]")].strip()
            found.append(Setting(section, "", ""))
        elif line[0] not in "#;" and "=" in line:
            key, _, value = line.partition("=")
            found.append(Setting(section, key.strip(), value.strip()))
    return found


def sections_of(found: Sequence[Setting]) -> dict[str, dict[str, str]]:
    """Section → setting → value. Names of settings count without case and blanks."""
    sections: dict[str, dict[str, str]] = {}
    for section, key, value in found:
        name = _plain(key)
        said = sections.setdefault(section, {})
        said[_SYNONYMS.get(name, name)] = value.strip('"')
    return sections


def _plain(key: str) -> str:
    return re.sub(r"\s+", "", key).lower()


def _common(sections: Mapping[str, Section]) -> Section:
    return next((each for name, each in sections.items() if name.lower() == "global"), {})


def named(sections: Mapping[str, Section]) -> list[Offer]:
    """The shares with a folder of their own, that are no printers and not switched off. `%U` and the like stand for many folders."""
    common = _common(sections)
    return [
        Offer(name, each["path"], ini.is_yes(each.get("guestok", common.get("guestok", "no"))))
        for name, each in sections.items()
        if name.lower() not in _NO_FOLDERS and _offered(each)
    ]


def _offered(share: Section) -> bool:
    off = not ini.is_yes(share.get("available", "yes")) or ini.is_yes(share.get("printable", "no"))
    return not off and share.get("path", "").startswith(("/", "%"))
