"""The machine this runs on, a Linux one. A running system can lie; the report says so."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import posixpath
import pwd
import re
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.model import Platform
from audit.mounts import remote_at, remote_mounts
from audit.sources import files, listening
from audit.sources.base import Bulk, ElsewhereError, Entry, Home, Query, Search, Stat, shown
from audit.sources.sound import sound_clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.mounts import Remote


def person(environ: Mapping[str, str]) -> Home:
    """Whose device is audited: the one behind sudo or pkexec, else the account that runs this."""
    for variable, look_up in (("SUDO_UID", int), ("PKEXEC_UID", int)):
        if (value := environ.get(variable, "")).isdigit() and int(value) != 0:
            with contextlib.suppress(KeyError):  # a number without an account
                account = pwd.getpwuid(look_up(value))
                return Home(account.pw_name, account.pw_dir, account.pw_gecos.split(",")[0])
    try:
        account = pwd.getpwuid(os.getuid())
    except KeyError:  # a container's number without a name
        return Home(str(os.getuid()), environ.get("HOME", "/"))
    return Home(account.pw_name, environ.get("HOME") or account.pw_dir, account.pw_gecos.split(",")[0])


def runtime_of(user: str, environ: Mapping[str, str]) -> str:
    """The XDG_RUNTIME_DIR of a person: their own says it, else where pam_systemd(8) puts it."""
    try:
        number = pwd.getpwnam(user).pw_uid
    except KeyError:  # a container's number without a name
        number = os.getuid()
    own = environ.get("XDG_RUNTIME_DIR", "") if number == os.getuid() else ""
    return own if own.startswith("/") else f"/run/user/{number}"


class LiveSource:
    """Reads this machine. Follows links as the system does, but never onto another machine."""

    platform = Platform.LINUX
    kind = "live"

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self.taken_at = datetime.now(UTC)
        self.homes: Sequence[Home] = (person(environ),)
        self.elevated = os.geteuid() == 0
        self._runtime = runtime_of(self.homes[0].user, environ)

    @cached_property
    def _remotes(self) -> Sequence[Remote]:
        return [remote for remote in remote_mounts() if remote.place != "/"]

    def _enter(self, path: str) -> None:
        if remote := remote_at(path, self._remotes):
            raise ElsewhereError(errno.EREMOTE, remote.through, path)

    def _real(self, path: str) -> str:
        return files.resolve(path, files.link_target, self._enter)

    def read(self, path: str, start: int, size: int) -> bytes:
        return files.read_range(self._real(path), start, size)

    def stat(self, path: str) -> Stat:
        return files.stat_of(self._real(path))

    def readlink(self, path: str) -> str:
        parent, name = posixpath.split(path)
        place = posixpath.join(self._real(parent), name)
        self._enter(place)
        return os.readlink(place)

    def scan(self, folder: str) -> Sequence[Entry]:
        return files.entries_of(self._real(folder))

    def measure(self, folder: str, most: int) -> Bulk:
        return files.measured(self._real(folder), most, self._enter)

    def search(self, folder: str, pattern: str, deepest: int, most: int) -> Search:
        return files.searched(self._real(folder), pattern, deepest, most, self._enter)

    def query(self, name: Query) -> bytes:
        if name == Query.SOUND:
            return sound_clients(self._runtime)
        return {Query.PROCESSES: _processes, Query.LISTENING: listening.ports}[name]()

    def own(self, path: str, home: Home) -> str:
        path = re.sub(r"^(~|\$HOME|\$\{HOME\})(?=/|$)", lambda _: home.path, path)
        return posixpath.normpath(posixpath.join(home.path, path))

    def show(self, path: str) -> str:
        return shown(path, self.homes)

    def local(self, path: str) -> str:
        return self._real(path)

    def device(self, place: str) -> str:
        """The device path of a place that the person named from here."""
        return os.path.abspath(place)


def _processes() -> bytes:
    """Every process but the kernel's own threads, as one JSON object: `hidden`, and `processes`, a list of objects.

    `hidden` says that the system shows only one's own (proc(5), hidepid). `files` are open device nodes, read
    from the links in /proc/PID/fd (psutil's open_files() leaves device nodes out), or null where refused.
    """
    import psutil

    found = []
    names = ("pid", "ppid", "name", "exe", "cmdline", "username")
    for process in psutil.process_iter(names, ad_value=None):
        facts: dict[str, Any] = process.info
        if facts["pid"] == 2 or facts["ppid"] == 2:
            continue
        opened = _open_devices(facts["pid"])
        if opened is None and not os.path.exists(f"/proc/{facts['pid']}"):
            continue
        found.append(
            {
                "pid": facts["pid"],
                "ppid": facts["ppid"],
                "name": facts["name"] or "",
                "exe": facts["exe"] or "",
                "command": facts["cmdline"] or [],
                "user": facts["username"] or "",
                "files": opened,
            }
        )
    return json.dumps({"hidden": _hidden(), "processes": found}).encode()


def _open_devices(pid: int) -> list[str] | None:
    folder = f"/proc/{pid}/fd"
    try:
        numbers = os.listdir(folder)
    except OSError:
        return None
    return sorted({target for target in _targets(folder, numbers) if target.startswith("/dev/")})


def _targets(folder: str, numbers: Sequence[str]) -> Iterator[str]:
    for number in numbers:
        try:
            yield os.readlink(f"{folder}/{number}")
        except OSError:
            continue  # closed meanwhile


def _hidden() -> bool:
    if os.geteuid() == 0:
        return False
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as mounts:
        options = next((line.split()[3] for line in mounts if line.split()[1:3] == ["/proc", "proc"]), "")
    return re.search(r"hidepid=(1|2|4|noaccess|invisible|ptraceable)\b", options) is not None
