"""Scheduled jobs: cron and anacron as Debian, cronie and busybox keep them, Alpine's periodic folders, and at(1)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from audit.artifacts.base import Look, first
from audit.artifacts.starting import SETTINGS_SIZE, Start, files_in, text_lines, whole_lines

WAY = "scheduled job"
CRON_SCRIPTS = (
    *(f"/etc/cron.{often}" for often in ("hourly", "daily", "weekly", "monthly", "yearly")),
    *(f"/etc/periodic/{often}" for often in ("15min", "hourly", "daily", "weekly", "monthly")),
)
# Debian's cron(8), cronie's cron(8), busybox crond's two places.
CRON_TABLES = ("/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs")
AT_JOBS = ("/var/spool/cron/atjobs", "/var/spool/at", "/var/spool/atjobs")  # Debian's at(1), Fedora's, BSD's
_CRON_WORD = re.compile(r"@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)")
_RUN_PARTS = r"[\w-]+"  # run-parts(8) and cron(8) pass over other names, such as those with a dot
_AT_JOB = r"[a-zA-Z=][0-9a-f]{13}"  # at.c: queue, five digits of the job's number, eight of its minute
_AT_HEADER = re.compile(r"# atrun uid=(\d{1,10})\b")
_AT_MAIL = re.compile(r"# mail\s+(\S+)")
_MOST_JOBS = 500

Row = tuple[int, str, str]  # line, user, command


def starts(look: Look) -> Iterator[Start]:
    tables = ["/etc/crontab", *files_in(look, "/etc/cron.d", _RUN_PARTS)]
    parsers = [*((path, parse_system_crontab) for path in tables), ("/etc/anacrontab", parse_anacrontab)]
    for path, parser in parsers:
        for line, user, command in look.parse(parser, path, SETTINGS_SIZE) or ():
            name = posixpath.basename(path)
            yield Start(WAY, name, path, command, line, as_root=user == "root", by_shell=True)
    for folder in CRON_SCRIPTS:
        for path in files_in(look, folder, _RUN_PARTS):
            yield Start(WAY, posixpath.basename(path), path, path, as_root=True, exact=True)
    yield from _personal(look)
    yield from _once(look)


def _personal(look: Look) -> Iterator[Start]:
    homes = {home.user: home for home in look.homes}
    for folder in CRON_TABLES:
        for entry in look.scan(folder):
            if entry.is_file and not entry.name.startswith((".", "cron.", "tmp.")):
                path, home = f"{folder}/{entry.name}", homes.get(entry.name)
                for line, command in look.parse(parse_crontab, path, SETTINGS_SIZE) or ():
                    yield Start(
                        WAY, entry.name, path, command, line, home, entry.name == "root", by_shell=True
                    )


def _once(look: Look) -> Iterator[Start]:
    homes = {home.user: home for home in look.homes}
    for folder in AT_JOBS:
        for path in first(look, folder, files_in(look, folder, _AT_JOB), _MOST_JOBS):
            job = look.parse(parse_at_job, path, SETTINGS_SIZE)
            for line, command in job[2] if job else ():
                home, as_root = homes.get(job[1] if job else ""), bool(job and job[0] == 0)
                yield Start(WAY, posixpath.basename(path), path, command, line, home, as_root, by_shell=True)


def parse_crontab(data: bytes) -> list[tuple[int, str]]:
    """(line, command) of a person's crontab(5). Raises ParseError."""
    return [(line, rest) for line, _, rest in _cron_lines(data, fields=5)]


def parse_system_crontab(data: bytes) -> list[Row]:
    """/etc/crontab and /etc/cron.d, which name a user before the command. Raises ParseError."""
    rows = ((line, rest.split(None, 1)) for line, _, rest in _cron_lines(data, fields=5))
    return [(line, row[0], row[1]) for line, row in rows if len(row) == 2]


def parse_anacrontab(data: bytes) -> list[Row]:
    """anacrontab(5): period, delay, name, command, run as root. Raises ParseError."""
    rows = ((line, f"{first} {rest}".split(None, 3)) for line, first, rest in _cron_lines(data, fields=1))
    return [(line, "root", row[3]) for line, row in rows if len(row) == 4]


def _cron_lines(data: bytes, fields: int) -> Iterator[tuple[int, str, str]]:
    """(line, when, the rest) for each line that is neither a comment nor sets a variable."""
    for number, line in enumerate(text_lines(data), 1):
        text = line.strip().removeprefix("-")  # SUSE's cron: a leading dash keeps a job out of the log
        if not text or text.startswith("#") or re.match(r"[A-Za-z_]\w*\s*=", text):
            continue
        wanted = 1 if _CRON_WORD.match(text) else fields
        parts = text.split(None, wanted)
        if len(parts) == wanted + 1:
            yield number, " ".join(parts[:-1]), parts[-1]


def parse_at_job(data: bytes) -> tuple[int, str, list[tuple[int, str]]]:
    """(user's number or -1, user, commands with their lines) of a job that at(1) keeps.

    It begins with the environment of whoever made it, which may hold secrets and is passed over: the commands follow a `cd` and its
    closing brace (at.c, writefile). Raises ParseError.
    """
    uid, user, begun, before = -1, "", False, ""
    found = []
    for number, line in whole_lines(data):
        if begun:
            text = line.strip()
            if text and not text.startswith("#"):
                found.append((number, text))
        elif line == "}" and before.strip() == "exit 1":
            begun = True
        elif match := _AT_HEADER.match(line):
            uid = int(match.group(1))
        elif match := _AT_MAIL.match(line):
            user = match.group(1)
        before = line
    return uid, user, found
