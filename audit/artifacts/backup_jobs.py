"""Copies of a person's files that are made again and again: by whom, of which folders, to where, and whether they are encrypted.

Déjà Dup: its GSettings schema org.gnome.DejaDup, in dconf. Back In Time: backintime-config(1), ~/.config/backintime/config. Vorta:
settings.db in its data folder, tables repomodel and sourcefilemodel (vorta 0.8, store/models.py). rsnapshot: rsnapshot.conf(5), where
something starts rsnapshot. Timeshift: timeshift.json as its default.json (22.11), where it was told to keep more than the system. restic, Borg, duplicity, rclone, rsync: the command lines of what starts by itself. Passwords are never asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from audit.artifacts.autostart import every_start
from audit.artifacts.backup_commands import Copy, copies_of
from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.folders import inside
from audit.sources.base import Home
from audit.stores import ParseError, dconf, ini, sqlite

DEJA_DUP = "/org/gnome/deja-dup"
# Inside a Flatpak, GSettings keeps a key file (gio, g_keyfile_settings_backend_new).
FLATPAK_DEJA_DUP = ".var/app/org.gnome.DejaDup/config/glib-2.0/settings/keyfile"
BACK_IN_TIME = ".config/backintime/config"
VORTA = ".local/share/Vorta/settings.db"
HOME_UNITS = "/.config/systemd/user/"  # rclone there is a folder that leaves: `audit.artifacts.sync`
RSNAPSHOT = "/etc/rsnapshot.conf"
TIMESHIFT = "/etc/timeshift/timeshift.json"
_PROFILE = re.compile(r"^profile(\d{1,6})\.snapshots\.(.+)$")
_KEPT = re.compile(r"^\+ (/(?:home|root)(?:/[^/.*][^/*]*)*)/\*+$")
_INCLUDE = re.compile(r"^include\.\d{1,6}\.value$")
_MOST = 200


@dataclass(frozen=True, slots=True)
class BackupJob(Artifact):
    """`encrypted` is None where the settings do not say. `away`: the copy goes to another machine or to the cloud.

    `target` is empty where it is not written down. `whole_home`: the folders hold a person's home.
    """

    KIND: ClassVar[str] = "backup-job"
    program: str
    folders: tuple[str, ...]
    target: str
    user: str
    settings: str
    encrypted: bool | None = None
    away: bool = False
    whole_home: bool = False


class Setting(NamedTuple):
    """One copy as settings name it, and the file that they stand in."""

    copy: Copy
    path: str
    home: Home | None


@collects(BackupJob)
def collect(look: Look) -> Iterator[BackupJob]:
    found: dict[BackupJob, None] = {}
    for each in _settings(look):
        found.setdefault(_job(look, each))
    yield from found


def _job(look: Look, each: Setting) -> BackupJob:
    home = each.home or (look.homes[0] if look.homes else None)
    folders = [look.own(place, home) if home else place for place in each.copy.folders]
    return BackupJob(
        program=each.copy.program,
        folders=tuple(look.show(place) for place in dict.fromkeys(folders)),
        target=each.copy.target,
        user=each.home.user if each.home else "",
        settings=look.show(each.path),
        encrypted=each.copy.encrypted,
        away=each.copy.away,
        whole_home=any(inside(whose.path, place) for whose in look.homes for place in folders),
    )


def _settings(look: Look) -> Iterator[Setting]:
    for home in look.homes:
        path = f"{home.path}/{dconf.USER}"
        yield from (Setting(each, path, home) for each in deja_dup(dconf.settings(look, home)))
        path = f"{home.path}/{FLATPAK_DEJA_DUP}"
        if (database := look.parse(dconf.parse_keys, path)) is not None:
            yield from (Setting(each, path, home) for each in deja_dup(database.values))
        path = f"{home.path}/{BACK_IN_TIME}"
        yield from (Setting(each, path, home) for each in look.parse(parse_back_in_time, path) or ())
        path = f"{home.path}/{VORTA}"
        wal = look.read(f"{path}-wal") or b""
        vorta = look.parse(lambda data, wal=wal: parse_vorta(data, wal), path)  # type: ignore[misc]
        yield from (Setting(each, path, home) for each in vorta or ())
    yield from (Setting(each, TIMESHIFT, None) for each in look.parse(parse_timeshift, TIMESHIFT) or ())
    snapshots = False
    for start in every_start(look):
        line = start.command.replace("%h", start.home.path) if start.home else start.command
        for copy in copies_of(line):
            if copy.program == "rsnapshot":
                snapshots = True
            elif start.enabled and not (copy.program == "rclone" and start.home and HOME_UNITS in start.path):
                yield Setting(copy, start.path, start.home)
    if snapshots:
        yield from (Setting(each, RSNAPSHOT, None) for each in look.parse(parse_rsnapshot, RSNAPSHOT) or ())


def deja_dup(settings: Mapping[str, Any]) -> list[Copy]:
    """What Déjà Dup copies, from a person's dconf settings; nothing where it never ran and is not switched on."""
    mine = {
        path[len(DEJA_DUP) + 1 :]: value
        for path, value in settings.items()
        if path.startswith(f"{DEJA_DUP}/")
    }
    if not (mine.get("periodic") is True or mine.get("last-run") or mine.get("last-backup")):
        return []
    listed = mine.get("include-list", ["$HOME"])
    folders = [str(each) for each in listed][:_MOST] if isinstance(listed, list) else []
    backend = str(mine.get("backend", "auto"))
    targets = {
        "google": "Google Drive",
        "microsoft": "OneDrive",
        "remote": _server(str(mine.get("remote/uri", ""))),
        "local": str(mine.get("local/folder", "")),
        "drive": str(mine.get("drive/name", "")),
    }
    away = backend in ("google", "microsoft", "remote")
    return [Copy("Déjà Dup", tuple(folders), targets.get(backend, ""), None, away)]


def parse_back_in_time(data: bytes) -> list[Copy]:
    """The profiles of Back In Time. Raises ParseError."""
    profiles: dict[str, dict[str, str]] = {}
    for _, key, value in ini.settings(data):
        if match := _PROFILE.match(key):
            profiles.setdefault(match[1], {})[match[2]] = value
    return [each for facts in list(profiles.values())[:_MOST] if (each := _profile(facts)) is not None]


def _profile(facts: Mapping[str, str]) -> Copy | None:
    mode = facts.get("mode", "local")
    folders = tuple(value for key, value in facts.items() if _INCLUDE.match(key))[:_MOST]
    host = facts.get("ssh.host", "")
    targets = {"local": facts.get("path", ""), "local_encfs": facts.get("local_encfs.path", "")}
    target = host if mode.startswith("ssh") else targets.get(mode, "")
    if not folders or not target:
        return None
    return Copy("Back In Time", folders, target, mode.endswith("encfs"), mode.startswith("ssh"))


def parse_vorta(data: bytes, wal: bytes = b"") -> list[Copy]:
    """The places that Vorta copies to, each with all its folders. Raises ParseError."""
    folders = tuple(str(row[0]) for row in sqlite.select(data, wal, "SELECT dir FROM sourcefilemodel"))[
        :_MOST
    ]
    repos: Sequence[tuple[Any, ...]] = sqlite.select(data, wal, "SELECT url, encryption FROM repomodel")[
        :_MOST
    ]
    return [
        Copy(
            "Vorta", folders, _server(str(url)), how != "none" if how else None, not str(url).startswith("/")
        )
        for url, how in repos
        if folders
    ]


def parse_rsnapshot(data: bytes) -> list[Copy]:
    """What rsnapshot copies: `backup`, the folder, the name below `snapshot_root`, parted by tabs. Raises ParseError."""
    rows = [re.split(r"\t+", line) for line in ini.lines_of(data) if not line.startswith("#")]
    root = next((row[1] for row in rows if row[0] == "snapshot_root" and len(row) > 1), "")
    folders = tuple(row[1] for row in rows if row[0] == "backup" and len(row) > 1 and row[1].startswith("/"))
    return [Copy("rsnapshot", folders[:_MOST], root, encrypted=False, away=False)] if folders else []


def parse_timeshift(data: bytes) -> list[Copy]:
    """The homes that Timeshift keeps on a schedule; by default it keeps none. Raises ParseError."""
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ParseError("not the settings of Timeshift") from error
    if not isinstance(facts, dict):
        raise ParseError("not the settings of Timeshift")
    listed = facts.get("exclude")
    kept = [_KEPT.match(each) for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    folders = tuple(match[1] for match in kept if match)[:_MOST]
    on_schedule = any(key.startswith("schedule_") and value == "true" for key, value in facts.items())
    target = str(facts.get("backup_device_uuid", ""))[:100]
    return [Copy("Timeshift", folders, target, None, away=False)] if folders and on_schedule else []


def _server(address: str) -> str:
    """An address without a password that somebody put into it."""
    return re.sub(r"(://|^)[^/@\s]*@", r"\1", address)
