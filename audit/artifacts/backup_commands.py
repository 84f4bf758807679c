"""Command lines that copy a person's files elsewhere: restic(1), borg-create(1), duplicity(1), rclone, rsync(1), rsnapshot(1), borgmatic."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import NamedTuple

from audit.artifacts import rclone
from audit.artifacts.commands import split, unwrapped

_LONGEST = 4000
_MOST = 50
_SEPARATOR = re.compile(r"[;&|()]+")
_SHELL = re.compile(r"^(?:ba|da|z|k)?sh$")
# Options of these programs that take the next word as their value, as far as they stand in ordinary jobs.
_WITH_VALUE = {
    "restic": re.compile(r"^(?:-r|-p|-o|-e|--repo|--password-file|--password-command|--repository-file|--exclude(?:-file)?|"
                         r"--iexclude|--tag|--host|--option|--files-from|--cache-dir|--limit-(?:up|down)load)$"),
    "borg": re.compile(r"^(?:-C|-e|-c|--compression|--exclude(?:-from)?|--pattern(?:s-from)?|--comment|--rsh|--lock-wait|--filter|--chunker-params)$"),
    "duplicity": re.compile(r"^(?:--(?:encrypt-key|sign-key|exclude|include|full-if-older-than|name|volsize|archive-dir|tempdir|ssh-options|log-file|verbosity)|-v)$"),
    "rsync": re.compile(r"^(?:-e|-f|--rsh|--exclude(?:-from)?|--include(?:-from)?|--filter|--log-file|--bwlimit|--files-from|--password-file|--backup-dir|--link-dest)$"),
}  # fmt: skip
_HOST = re.compile(r"^(?:[^/\s:]+@)?([\w.-]{1,253}):|^rsync://(?:[^/@\s]*@)?([\w.-]{1,253})")
_SCHEMES = "sftp|rest|s3|b2|azure|gs|swift|rclone|ssh|ftps?|webdavs?|scp|gdrive|onedrive|dpbx|boto3"
_REMOTE = re.compile(rf"^(?:{_SCHEMES})[:+]")
_LOGIN = re.compile(rf"^((?:[a-z0-9+]{{1,20}}://|(?:{_SCHEMES}):(?!//))?)[^/@\s]*@")


class Copy(NamedTuple):
    """`folders` and `target` as they are written; no password is ever in `target`. `encrypted` is None where nothing says it."""

    program: str
    folders: tuple[str, ...]
    target: str
    encrypted: bool | None
    away: bool


def copies_of(line: str, depth: int = 2) -> list[Copy]:
    """The copies that one command line makes."""
    found: list[Copy] = []
    group: list[str] = []
    for word in [*split(line[:_LONGEST]), ";"]:
        if not _SEPARATOR.fullmatch(word):
            group.append(word)
            continue
        found += _of_one(unwrapped(group), depth)
        group = []
    return found[:_MOST]


def _of_one(words: Sequence[str], depth: int) -> list[Copy]:
    if not words:
        return []
    program = posixpath.basename(words[0].lstrip("-@:+!|"))
    if _SHELL.match(program) and depth:
        inner = next((words[n + 1] for n, word in enumerate(words[:-1]) if re.fullmatch(r"-\w*c", word)), "")
        return copies_of(inner, depth - 1)
    if program in ("rsnapshot", "borgmatic"):
        return [Copy(program, (), "", None, away=False)]
    if program == "rclone":
        jobs = rclone.parse_command(["rclone", *words[1:]])
        return [Copy("rclone", (job.folder,), job.remote, None, away=True) for job in jobs]
    made = {"restic": _restic, "borg": _borg, "duplicity": _duplicity, "rsync": _rsync}.get(program)
    copy = made(words[1:]) if made else None
    return [copy] if copy else []


def _plain(words: Sequence[str], program: str) -> list[str]:
    """The words that are no options and no options' values."""
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            skip = bool(_WITH_VALUE[program].match(word))
        else:
            found.append(word)
    return found


def _value(words: Sequence[str], *names: str) -> str:
    """What an option was given, as the next word or behind `=`."""
    for number, word in enumerate(words):
        if word in names:
            return words[number + 1] if number + 1 < len(words) else ""
        for name in names:
            if word.startswith(f"{name}="):
                return word[len(name) + 1 :]
    return ""


def _restic(words: Sequence[str]) -> Copy | None:
    """Always encrypted (restic.readthedocs.io, "Encryption")."""
    plain = _plain(words, "restic")
    if plain[:1] != ["backup"]:
        return None
    target = _value(words, "-r", "--repo")
    return Copy("restic", tuple(plain[1:]), _shown(target), True, bool(_REMOTE.match(target)))


def _borg(words: Sequence[str]) -> Copy | None:
    plain = _plain(words, "borg")
    if plain[:1] != ["create"] or len(plain) < 2:
        return None
    target = plain[1].partition("::")[0]
    return Copy("Borg", tuple(plain[2:]), _shown(target), None, _is_away(target))


def _duplicity(words: Sequence[str]) -> Copy | None:
    plain = [
        word for word in _plain(words, "duplicity") if word not in ("full", "incr", "incremental", "backup")
    ]
    if len(plain) != 2 or not plain[0].startswith(("/", "~", "$")):
        return None
    away = not plain[1].startswith(("/", "file:"))
    return Copy("duplicity", (plain[0],), _shown(plain[1]), "--no-encryption" not in words, away)


def _rsync(words: Sequence[str]) -> Copy | None:
    """Only what goes to another machine: between folders of this one, rsync is used for much."""
    plain = _plain(words, "rsync")
    if len(plain) < 2 or not _is_away(plain[-1]) or any(_is_away(each) for each in plain[:-1]):
        return None
    return Copy("rsync", tuple(plain[:-1]), _shown(plain[-1]), encrypted=False, away=True)


def _is_away(place: str) -> bool:
    return bool(_HOST.match(place) or _REMOTE.match(place))


def _shown(target: str) -> str:
    """An address without name and password."""
    return _LOGIN.sub(r"\1", target)[:200]
