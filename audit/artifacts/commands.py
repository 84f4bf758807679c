"""What a command line starts: for units, scheduled jobs and autostart entries. Pure; arguments are not kept."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from audit.artifacts.openings import Opening, openings
from audit.artifacts.process import script_of
from audit.artifacts.signs import signs_in

INLINE = "with code written into the command"
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_SEPARATOR = re.compile(r"[;&|()]+")
_REDIRECTION = re.compile(r"\d*(?:<>|>\||>>?|<|&>>?)\s*&?\s*[\w/.-]+")
_IDLE = {
    "test",
    "[",
    "[[",
    "cd",
    "export",
    "true",
    ":",
    "exit",
    "echo",
    "set",
    "umask",
    "wait",
    "sleep",
    "for",
    "case",
}
_SHELLS = re.compile(r"(?:ba|da|z|k|fi)?sh")
_CODE = re.compile(r"(?:python|perl|ruby|node|php|lua)[\d.]*")
# Programs that only start the next one, with the options of theirs that take a value.
_WRAPPERS = {"env": ("-u", "-C"), "nice": ("-n",), "ionice": ("-c", "-n", "-p"), "nohup": (), "setsid": (), "exec": (),
             "sudo": ("-u", "-g"), "sshpass": ("-p", "-f", "-d", "-P"), "chrt": (), "stdbuf": ("-i", "-o", "-e"), "dbus-launch": (), "systemd-cat": ("-t", "-p"),
             "flock": (), "timeout": ("-s", "-k"), "sleep": ()}  # fmt: skip
_LONGEST = 16_384
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Command:
    """The file that is started, the script it runs if it is an interpreter, signs of code from elsewhere, what it opens."""

    program: str = ""
    script: str = ""
    signs: tuple[str, ...] = ()
    opens: tuple[Opening, ...] = ()


def understand(line: str, *, by_shell: bool = False, depth: int = _DEEPEST) -> list[Command]:
    """What a command line starts. With `by_shell`, a shell reads it: then it may start several programs."""
    line = (line if len(line) <= _LONGEST else " ".join(line.split()))[:_LONGEST]
    words = split(_REDIRECTION.sub(" ", line) if by_shell else line)
    groups = (
        _simple_commands(words) if by_shell else [[word for word in words if not _SEPARATOR.fullmatch(word)]]
    )
    found: list[Command] = []
    for group in groups:
        left = unwrapped(group)
        if left and posixpath.basename(left[0]) not in _IDLE:
            found += _of_one(line, left, depth)
    return list(dict.fromkeys(found))


def _of_one(line: str, words: Sequence[str], depth: int) -> list[Command]:
    program, rest = words[0], words[1:]
    signs = signs_of(line, program, rest)
    if (inner := _inner(program, rest)) and depth:
        found = understand(inner, by_shell=True, depth=depth - 1)
        return [
            Command(each.program, each.script, tuple(dict.fromkeys((*signs, *each.signs))), each.opens)
            for each in found
        ]
    return [Command(program, script_of(posixpath.basename(program), rest), signs, openings(words))]


def split(line: str) -> list[str]:
    """Words as a POSIX shell splits them; operators are words of their own."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=";&|()")
    reader.whitespace_split = True
    reader.commenters = ""
    try:
        return list(reader)
    except ValueError:  # an open quotation mark
        return line.split()


def _simple_commands(words: Sequence[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for word in words:
        if _SEPARATOR.fullmatch(word):
            groups.append([])
        else:
            groups[-1].append(word)
    return groups


def unwrapped(words: Sequence[str]) -> list[str]:
    """Without assignments and without programs that only start another."""
    left = list(words)
    while left:
        name = posixpath.basename(left[0])
        if _ASSIGNMENT.match(left[0]):
            del left[0]
        elif name in _WRAPPERS and len(left) > 1:
            left = _after_options(left[1:], _WRAPPERS[name])
            if name in ("timeout", "flock", "chrt", "sleep") and left:
                del left[0]
        elif left[0] in ("{", "}", "if", "then", "else", "fi", "while", "until", "do", "done", "!"):
            del left[0]
        else:
            break
    return left


def _after_options(words: list[str], with_value: Sequence[str]) -> list[str]:
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in with_value else words[1:]
    return words


def signs_of(line: str, program: str, rest: Sequence[str]) -> tuple[str, ...]:
    name = posixpath.basename(program)
    inline = bool(_CODE.fullmatch(name)) and any(
        re.fullmatch(r"-[A-Za-z]*[ce]|--eval", word) for word in rest[:3]
    )
    return (*signs_in(line), *((INLINE,) if inline else ()))


def _inner(program: str, rest: Sequence[str]) -> str:
    """What a shell is told to run: `sh -c "…"`."""
    if not _SHELLS.fullmatch(posixpath.basename(program)):
        return ""
    for place, word in enumerate(rest):
        if re.fullmatch(r"-[a-z]*c", word):
            return rest[place + 1] if place + 1 < len(rest) else ""
        if not word.startswith("-"):
            break
    return ""
