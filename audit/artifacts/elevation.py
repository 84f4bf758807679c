"""Accounts that become root without a password: by sudo, doas or polkit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.artifacts import sudoers
from audit.artifacts.account import groups_of, parse_groups, parse_passwd
from audit.artifacts.base import Artifact, Look, collects, first
from audit.artifacts.sudoers import Person
from audit.model import GapKind
from audit.stores import ini, keyfile

SUDOERS = "/etc/sudoers"
DOAS = ("/etc/doas.conf", "/usr/local/etc/doas.conf")
# polkit(8): rules of the machine's owner; those of packages, below /usr/share, are left to their packages.
POLKIT = ("/etc/polkit-1/rules.d", "/usr/local/share/polkit-1/rules.d")
PKLA = ("/etc/polkit-1/localauthority", "/var/lib/polkit-1/localauthority")  # pklocalauthority(8)
_MOST_FILES, _MOST_PEOPLE, _MOST_STATEMENTS, _SIZE = 100, 64, 5000, 64 << 10
_DEEPEST = 8
_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_IN_GROUP = re.compile(r"""isInGroup\s*\(\s*["']([^"'\n]{1,64})["']""")
_IS_USER = re.compile(r"""subject\.user\s*={2,3}\s*["']([^"'\n]{1,64})["']""")


@dataclass(frozen=True, slots=True)
class Elevation(Artifact):
    """An account that may do everything as root without being asked for its password.

    `through` is sudo, doas or polkit; `granted` is how the setting names the account: alice, %sudo, ALL.
    """

    KIND: ClassVar[str] = "elevation"
    account: str
    through: str
    granted: str
    settings: str
    own: bool = False


class Leave(NamedTuple):
    """Who may, as a setting names them: an account, `:group`, or "" for everybody."""

    who: str
    asks: bool


@collects(Elevation)
def collect(look: Look) -> Iterator[Elevation]:
    people = _people(look)
    own = {home.user for home in look.homes}
    statements = list(_statements(look, SUDOERS, 0, [_MOST_FILES]))
    settings = sudoers.Settings(first(look, SUDOERS, statements, _MOST_STATEMENTS))
    for person in people:
        if found := settings.unasked(person):
            grant, path = found
            yield Elevation(person.name, "sudo", ", ".join(grant.who), path, person.name in own)
    for path in DOAS:
        rules = look.parse(parse_doas, path, _SIZE) or ()
        for person in people:
            last = next((rule for rule in reversed(rules) if _means(rule.who, person)), None)
            if last is not None and not last.asks:
                yield Elevation(person.name, "doas", last.who, path, person.name in own)
    for path, leaves in _polkit(look):
        for person in people:
            if leave := next((each for each in leaves if _means(each.who, person)), None):
                yield Elevation(person.name, "polkit", leave.who or "ALL", path, person.name in own)


def _people(look: Look) -> Sequence[Person]:
    groups = look.parse(parse_groups, "/etc/group") or {}
    entries = [
        each for each in look.parse(parse_passwd, "/etc/passwd") or () if each.can_log_in and each.uid != 0
    ]
    people = []
    for each in first(look, "/etc/passwd", entries, _MOST_PEOPLE):
        names = groups_of(each, groups)
        numbers = frozenset({each.gid, *(groups[name][0] for name in names)})
        people.append(Person(each.name, each.uid, names, numbers))
    return people


def _means(who: str, person: Person) -> bool:
    if who.startswith(":"):
        return who[1:] in person.groups
    return who in ("", person.name, str(person.uid))


def _statements(
    look: Look, path: str, depth: int, left: list[int]
) -> Iterator[tuple[sudoers.Statement, str]]:
    """A file and what it includes, in the order in which sudo reads them; `left` files may still be read."""
    left[0] -= 1
    if left[0] < 0 or depth > _DEEPEST:
        look.gap(GapKind.BOUNDED, what=SUDOERS, most=str(_MOST_FILES - max(left[0], 0)))
        return
    for each in look.parse(sudoers.parse, path, _SIZE) or ():
        if isinstance(each, sudoers.Include):
            place = each.path if each.path.startswith("/") else f"{path.rpartition('/')[0]}/{each.path}"
            for file in _included(look, place) if each.folder else (place,):
                yield from _statements(look, file, depth + 1, left)
        else:
            yield each, path


def _included(look: Look, folder: str) -> Iterable[str]:
    """The files that are read: no names with a dot, none that end in a tilde (sudoers(5), "@includedir")."""
    names = sorted(each.name for each in look.scan(folder) if not each.is_dir)
    return [f"{folder}/{name}" for name in names if "." not in name and not name.endswith("~")]


def _polkit(look: Look) -> Iterator[tuple[str, Sequence[Leave]]]:
    for folder in POLKIT:
        names = [each.name for each in look.scan(folder) if each.name.endswith(".rules")]
        for path in (f"{folder}/{name}" for name in first(look, folder, names, _MOST_FILES)):
            yield path, look.parse(parse_rules, path, _SIZE) or ()
    for top in PKLA:
        folders = [f"{top}/{each.name}" for each in look.scan(top) if each.is_dir]
        for folder in first(look, top, folders, _MOST_FILES):
            names = [each.name for each in look.scan(folder) if each.name.endswith(".pkla")]
            for path in (f"{folder}/{name}" for name in first(look, folder, names, _MOST_FILES)):
                yield path, look.parse(parse_pkla, path, _SIZE) or ()


def parse_doas(data: bytes) -> list[Leave]:
    """The rules of doas.conf(5) for all commands, as root. The last one that names an account holds. Raises ParseError."""
    found = []
    for line in ini.lines_of(data, continued=True):
        words = re.sub(r"setenv\s*\{[^}]*\}", "", line.partition("#")[0]).split()
        if not words or words[0] not in ("permit", "deny") or "cmd" in words:
            continue
        options = [word for word in words[1:] if word in ("nopass", "nolog", "persist", "keepenv")]
        rest = [word.strip('"') for word in words[1:] if word not in options]
        target: Mapping[str, str] = dict(zip(rest[1::2], rest[2::2], strict=False))
        if rest and target.get("as", "root") == "root":
            found.append(Leave(rest[0], asks=words[0] == "deny" or "nopass" not in options))
    return found


def parse_rules(data: bytes) -> list[Leave]:
    """Rules of polkit, a program in JavaScript: the functions that answer yes without looking at what is asked for.

    It is searched, not understood: a function that names an action in some other way is not found out. Raises ParseError.
    """
    found: list[Leave] = []
    for rule in _COMMENT.sub("", ini.text_of(data)).split("polkit.addRule")[1:]:
        if re.search(r"polkit\.Result\.YES|return\s*[\"']yes[\"']", rule) and not re.search(
            r"\baction\s*[.\[]", rule
        ):
            groups = [Leave(f":{name}", asks=False) for name in _IN_GROUP.findall(rule)]
            users = [Leave(name, asks=False) for name in _IS_USER.findall(rule)]
            found += groups + users or [Leave("", asks=False)]
    return found


def parse_pkla(data: bytes) -> list[Leave]:
    """The older form, pklocalauthority(8): `Action=*` answered with yes. Raises ParseError."""
    file = keyfile.parse(data)
    found = []
    for group in file.groups():
        answers = {file.get(group, f"Result{when}") for when in ("Any", "Active", "Inactive")}
        if "*" in file.words(group, "Action") and "yes" in answers:
            for word in file.words(group, "Identity"):
                kind, _, name = word.partition(":")
                prefix = {"unix-user": "", "unix-group": ":"}.get(kind)
                if prefix is not None and name:
                    found.append(Leave("" if name == "*" else prefix + name, asks=False))
    return found
