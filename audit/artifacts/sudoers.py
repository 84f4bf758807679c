"""sudo's settings: who may act as root, and who is not asked for a password. Pure: files and accounts come from outside.

Grammar and meaning: sudoers(5) of sudo 1.9, "SUDOERS FILE FORMAT". What is not about users, commands and passwords is
passed over; of hosts it is assumed that they mean this one. Tried against `visudo -c` and `cvtsudoers -f json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from audit.stores import ParseError, ini

# A program with which its user can run any other, so that leave to run it is leave for everything.
OPEN_ENDED = frozenset(
    {"ash", "awk", "bash", "busybox", "chmod", "chown", "cp", "dash", "dd", "dpkg", "ed", "emacs", "env", "find", "fish",
     "gawk", "ksh", "less", "lua", "mawk", "more", "mv", "nano", "nvim", "passwd", "perl", "pip", "python", "python3",
     "rsync", "ruby", "sed", "sh", "su", "sudo", "tar", "tee", "usermod", "vi", "vim", "visudo", "xargs", "zsh"}
)  # fmt: skip
_TAGS = re.compile(
    r"\b((?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|FOLLOW|MAIL|INTERCEPT))\s*:", re.ASCII
)
_OPTION = re.compile(
    r"(?:ROLE|TYPE|CWD|CHROOT|NOTBEFORE|NOTAFTER|TIMEOUT|PRIVS|LIMITPRIVS|APPARMOR_PROFILE)=\S+\s*"
)
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)", re.DOTALL)
_LONGEST_LINE = 8192
_DEEPEST = 40  # aliases of aliases
_PART = re.compile(r'\\.|"[^"]*"|\([^)]*\)|[^\\"(]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Include:
    path: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Alias:
    kind: str  # User, Runas, Cmnd
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Default:
    """`Defaults authenticate` or its opposite, or `exempt_group`, for `who`; nobody named: for everybody."""

    who: tuple[str, ...]
    asks: bool | None = None
    exempt: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """One command that some accounts may run. `asks` is None where no tag says it."""

    who: tuple[str, ...]
    runas: tuple[str, ...]  # empty: root
    asks: bool | None
    command: str


Known = dict[tuple[str, str], bool]
Statement = Include | Alias | Default | Grant


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    uid: int
    groups: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()


ROOT = Person("root", 0, frozenset({"root"}), frozenset({0}))


def parse(data: bytes) -> list[Statement]:
    """One file, in its order. Raises ParseError; lines of another shape are passed over."""
    lines = [" ".join(line.split()) for line in ini.lines_of(data, continued=True)]
    if any(len(line) > _LONGEST_LINE for line in lines):
        raise ParseError("a line that is too long")
    return [found for line in lines for found in _statements(line)]


def _statements(line: str) -> Iterator[Statement]:
    if include := re.match(r"[@#]include(dir)?\s+(\"[^\"]+\"|\S+)", line):
        yield Include(include.group(2).strip('"'), include.group(1) is not None)
        return
    line = _uncommented(line)
    if line.startswith("Defaults"):
        yield from _default(line[8:])
    elif alias := _ALIAS.match(line):
        for part in _split(alias.group(2), ":"):
            name, equals, members = part.partition("=")
            if equals:
                kind = {"Cmd": "Cmnd"}.get(alias.group(1), alias.group(1))
                yield Alias(kind, name.strip(), _list(members))
    elif "=" in line:
        yield from _grants(line)


def _uncommented(line: str) -> str:
    """Without the comment at its end; `#` before a digit is a number of an account or group."""
    return re.sub(r'("[^"]*")|(?<![\\%:])#(?!-?\d).*', lambda found: found.group(1) or "", line).strip()


def _default(rest: str) -> Iterator[Default]:
    scope = re.match(r": ?(\S+) (.*)|([@!>]?)(.*)", re.sub(" ?, ?", ",", rest))
    if scope is None or scope.group(3):
        return  # for a host, a command or a target: those are not followed
    who = _list(scope.group(1) or "")
    for part in _split(scope.group(2) or scope.group(4) or "", ","):
        if re.fullmatch(r"!*\s*authenticate", part):
            yield Default(who, asks=part.count("!") % 2 == 0)
        elif found := re.fullmatch(r'exempt_group\s*=\s*"?%?([^"\s]+)"?', part):
            yield Default(who, exempt=found.group(1))


def _grants(line: str) -> Iterator[Grant]:
    left, _, right = re.sub(" ?, ?|(?<=!) ", lambda found: found.group().strip(), line).partition("=")
    who = re.match(r'((?:\\.|"[^"]*"|[^\\"\s])+)\s+\S', left, re.DOTALL)
    if who is None:
        return
    tagged = _TAGS.sub(r"\1\0", right)
    for number, part in enumerate(_split(tagged, ":")):
        commands = part if number == 0 else part.partition("=")[2]
        runas: tuple[str, ...] = ()
        asks: bool | None = None
        for command in _split(commands, ","):
            rest = command
            if target := re.match(r"\(([^)]*)\)\s*", rest):
                users, colon, _ = target.group(1).partition(":")
                runas = _list(users) or (("itself",) if colon or not target.group(1).strip() else ())
                rest = rest[target.end() :]
            while found := _OPTION.match(rest) or re.match(r"(\w+)\0\s*", rest):
                if found.re is not _OPTION and found.group(1).endswith("PASSWD"):
                    asks = found.group(1) == "PASSWD"
                rest = rest[found.end() :]
            yield Grant(_list(who.group(1)), runas, asks, rest.strip())


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that stands outside quotes and parentheses and is not escaped."""
    parts: list[str] = []
    now: list[str] = []
    for piece in _PART.findall(text):
        if piece == mark:
            parts.append("".join(now).strip())
            now = []
        else:
            now.append(piece)
    return [part for part in (*parts, "".join(now).strip()) if part]


def _list(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\\(.)", r"\1", part.replace('"', "")) for part in _split(text, ","))


@dataclass(slots=True)
class Settings:
    """All statements of all files in their order, each with the file it stands in."""

    statements: Sequence[tuple[Statement, str]]
    _aliases: dict[tuple[str, str], Alias] = field(init=False)

    def __post_init__(self) -> None:
        self._aliases = {
            (each.kind, each.name): each for each, _ in self.statements if isinstance(each, Alias)
        }

    def unasked(self, person: Person) -> tuple[Grant, str] | None:
        """What lets an account do everything as root without its password, and the file: as in sudo, the last match holds."""
        known: Known = {}
        asks = self._default_asks(person, known)
        found: tuple[Grant, str] | None = None
        for each, path in self.statements:
            if isinstance(each, Grant) and self._is_one_of(person, each.who, "User", known):
                free = not (asks if each.asks is None else each.asks)
                reach = self._reach(each)
                if reach == "all":
                    found = (each, path) if free else None
                elif reach and free and found is None:
                    found = (each, path)
        return found

    def _default_asks(self, person: Person, known: Known) -> bool:
        asks, exempt = True, False
        for each, _ in self.statements:
            if isinstance(each, Default) and (
                not each.who or self._is_one_of(person, each.who, "User", known)
            ):
                asks = asks if each.asks is None else each.asks
                exempt = exempt or each.exempt in person.groups
        return asks and not exempt

    def _reach(self, grant: Grant) -> str:
        """All commands, one with which any other can be run, or "". Only as root."""
        if grant.runas and not self._is_one_of(ROOT, grant.runas, "Runas", {}):
            return ""
        commands = self._commands(grant.command)
        if "ALL" in commands:
            return "all"
        return "open" if any(_open_ended(each) for each in commands) else ""

    def _commands(self, name: str) -> set[str]:
        """The commands that a name stands for, itself among them."""
        met, waiting = {name}, [name]
        while waiting:
            alias = self._aliases.get(("Cmnd", waiting.pop()))
            new = set(alias.members) - met if alias else set()
            met |= new
            waiting += new
        return met

    def _is_one_of(
        self, person: Person, items: Iterable[str], kind: str, known: Known, depth: int = 0
    ) -> bool:
        """Whether a list names the account: of several items that do, the last decides."""
        found = False
        for item in items:
            name = item.lstrip("! ")
            if self._names(person, name, kind, known, depth):
                found = (len(item) - len(item.lstrip("! "))) % 2 == 0
        return found

    def _names(self, person: Person, name: str, kind: str, known: Known, depth: int) -> bool:
        if name in {"ALL", person.name}:
            return True
        if name.startswith(("%#", "#")):
            number = name.lstrip("%#")
            numbers = person.numbers if name[0] == "%" else {person.uid}
            return number.isascii() and number.isdigit() and len(number) <= 10 and int(number) in numbers
        if name.startswith("%"):
            return name[1:] in person.groups
        alias = self._aliases.get((kind, name))
        if alias is None:
            return False
        if (kind, name) not in known:
            known[kind, name] = False  # until it is known: one that names itself names nobody
            if depth < _DEEPEST:
                known[kind, name] = self._is_one_of(person, alias.members, kind, known, depth + 1)
        return known[kind, name]


def _open_ended(command: str) -> bool:
    """`/usr/bin/vim`, whatever it is given, and whole folders of programs; not `/usr/bin/apt update`."""
    program, _, given = command.partition(" ")
    folder, _, name = program.rpartition("/")
    if command.startswith("!") or given.strip() not in ("", "*"):
        return False
    return (
        (not name and folder in ("/bin", "/sbin", "/usr/bin", "/usr/sbin"))
        or name in OPEN_ENDED
        or (name == "*" and bool(folder))
    )
