"""rclone: the places it can reach (rclone.conf), and the jobs that copy a folder there (systemd units).

Format and places: rclone.org/docs, "--config". The settings never say which folders are copied; jobs do.
"""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from audit.artifacts.base import ParseError
from audit.stores import ini

LOCKED = b"RCLONE_ENCRYPT_V0:"
LOCAL = frozenset({"local", "alias", "memory"})  # remotes that are no other machine by themselves
SEALING = frozenset({"crypt"})  # rclone.org/crypt: names and contents are encrypted before they leave
_COPYING = ("sync", "copy", "bisync", "move")
# Options that take their value as the next word (rclone.org/flags); others stand alone or carry `=value`.
_WITH_VALUE = re.compile(
    r"--(config|(exclude|include|filter|files)(-from)?|log-(file|level)|bwlimit|transfers|checkers|(min|max)-(age|size)|"
    r"backup-dir|suffix|stats|retries)$"
)
_REMOTE = re.compile(r"^([\w.+@ -]{1,100}):(?!//)")


class Remote(NamedTuple):
    name: str
    service: str


class Job(NamedTuple):
    """One folder of this device, as the job names it, and the remote it is copied to."""

    folder: str
    remote: str
    both: bool


class LockedError(ParseError):
    """The settings have a password of their own."""


def parse_config(data: bytes) -> list[Remote]:
    """The remotes of an rclone.conf, name and kind of service. Raises LockedError, ParseError."""
    if LOCKED in data[:4096]:
        raise LockedError("locked with a password of its own")
    return [
        Remote(each.section, each.value) for each in ini.settings(data) if each.key == "type" and each.section
    ]


def parse_unit(data: bytes) -> list[Job]:
    """Jobs of a systemd service: its ExecStart lines."""
    found = (each.value for each in ini.settings(data, continued=True) if each.key.startswith("ExecStart"))
    return [job for line in found for job in _jobs(line)]


def _jobs(line: str) -> list[Job]:
    try:
        return parse_command(shlex.split(line))
    except ValueError:
        return []


def parse_command(words: list[str]) -> list[Job]:
    """`rclone VERB SOURCE TARGET`, where exactly one side is a remote. `mount` shows a remote here: nothing leaves."""
    start = next(
        (n for n, word in enumerate(words) if word.rpartition("/")[2].lstrip("-@+!:") == "rclone"), None
    )
    plain = _plain(words[start + 1 :]) if start is not None else []
    if len(plain) < 3 or plain[0] not in _COPYING:
        return []
    source, target = plain[1:3]
    if _remote(source) == "" and (remote := _remote(target)):
        return [Job(source, remote, plain[0] == "bisync")]
    if plain[0] == "bisync" and _remote(target) == "" and (remote := _remote(source)):
        return [Job(target, remote, both=True)]
    return []


def _plain(words: list[str]) -> list[str]:
    """The words that are no options."""
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = bool(_WITH_VALUE.match(word))
        else:
            found.append(word)
    return found


def _remote(place: str) -> str:
    match = _REMOTE.match(place)
    return match.group(1) if match else ""
