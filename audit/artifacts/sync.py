"""Folders that a sync client copies elsewhere, and with whom, as far as its settings say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts import dropbox, maestral, nextcloud, onedrive, rclone, seafile, syncthing
from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.model import GapKind
from audit.sources.base import Home

# docs.syncthing.net, "Syncthing Configuration" (1.27 moved it from .config to .local/state); Flatpak keeps the same
# places below .var/app; the Snap's place is the one that the Syncthing indicators for GNOME look in.
SYNCTHING = (
    ".local/state/syncthing",
    ".config/syncthing",
    "snap/syncthing/common/syncthing",
    ".var/app/me.kozec.syncthingtk/config/syncthing",
    ".var/app/com.github.zocker_160.SyncThingy/config/syncthing",
    ".var/app/com.github.zocker_160.SyncThingy/.local/state/syncthing",
)
NEXTCLOUD = (
    ("Nextcloud", ".config/Nextcloud/nextcloud.cfg"),
    ("Nextcloud", ".var/app/com.nextcloud.desktopclient.nextcloud/config/Nextcloud/nextcloud.cfg"),
    ("ownCloud", ".config/ownCloud/owncloud.cfg"),
)
RCLONE = (".config/rclone/rclone.conf", ".rclone.conf")


@dataclass(frozen=True, slots=True)
class Peer:
    """Another device or account that gets the folder. `ident` is what the client shows people, shortened.

    `sealed`: it gets the folder encrypted and cannot read it.
    """

    name: str
    ident: str = ""
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class SyncFolder(Artifact):
    """One folder that leaves this machine.

    `peers_known` is False where the settings do not say who else sees the folder: then say so, never infer.
    `path` is empty where a client can reach `account`, but no setting names a folder. `receives_only`: what stands here came from elsewhere, and nothing is sent.
    """

    KIND: ClassVar[str] = "sync-folder"
    client: str
    path: str
    user: str
    settings: str
    account: str = ""
    peers: tuple[Peer, ...] = ()
    peers_known: bool = False
    paused: bool = False
    receives_only: bool = False


@collects(SyncFolder)
def collect(look: Look) -> Iterator[SyncFolder]:
    for home in look.homes:
        for place in SYNCTHING:
            yield from _syncthing(look, home, f"{home.path}/{place}")
        for client, place in NEXTCLOUD:
            yield from _nextcloud(look, home, client, f"{home.path}/{place}")
        yield from _dropbox(look, home, f"{home.path}/.dropbox/info.json")
        yield from _maestral(look, home)
        yield from _onedrive(look, home)
        yield from _seafile(look, home)
        yield from _rclone(look, home)


def _syncthing(look: Look, home: Home, folder: str) -> Iterator[SyncFolder]:
    path = f"{folder}/config.xml"
    config = look.parse(syncthing.parse_config, path)
    if config is None:
        return
    own = look.parse(syncthing.parse_certificate, f"{folder}/cert.pem") or config.own
    for each in config.folders:
        peers = tuple(
            Peer(config.names.get(device.ident, ""), device.ident.partition("-")[0][:7], device.sealed)
            for device in each.devices
            if device.ident != own
        )
        yield SyncFolder(
            client="Syncthing",
            path=look.show(look.own(each.path, home)),
            user=home.user,
            settings=look.show(path),
            peers=peers if own else (),
            peers_known=bool(own),
            paused=each.paused,
            receives_only=each.type in ("receiveonly", "receiveencrypted"),
        )


def _nextcloud(look: Look, home: Home, client: str, path: str) -> Iterator[SyncFolder]:
    for each in look.parse(nextcloud.parse_config, path) or ():
        yield SyncFolder(
            client=client,
            path=look.show(look.own(each.path, home)),
            user=home.user,
            settings=look.show(path),
            account=each.account,
            paused=each.paused,
        )


def _dropbox(look: Look, home: Home, path: str) -> Iterator[SyncFolder]:
    for each in look.parse(dropbox.parse_info, path) or ():
        folder = look.show(look.own(each.path, home))
        yield SyncFolder("Dropbox", folder, home.user, look.show(path), account=each.account)


def _maestral(look: Look, home: Home) -> Iterator[SyncFolder]:
    folder = f"{home.path}/{maestral.FOLDER}"
    for entry in look.scan(folder):
        if entry.is_file and entry.name.endswith(".ini"):
            path = f"{folder}/{entry.name}"
            if synced := look.parse(maestral.parse_config, path):
                place = look.show(look.own(synced, home))
                yield SyncFolder("Maestral", place, home.user, look.show(path), account="Dropbox")


def _onedrive(look: Look, home: Home) -> Iterator[SyncFolder]:
    folder = f"{home.path}/.config/onedrive"
    if not look.exists(f"{folder}/refresh_token"):
        return
    path = f"{folder}/config"
    found = look.parse(onedrive.parse_config, path) or onedrive.Settings(onedrive.FOLDER, downloads=False)
    place = look.show(look.own(found.path, home))
    yield SyncFolder(
        "OneDrive", place, home.user, look.show(path), account="Microsoft", receives_only=found.downloads
    )


def _seafile(look: Look, home: Home) -> Iterator[SyncFolder]:
    data = look.parse(seafile.parse_ini, f"{home.path}/{seafile.INI}")
    if not data:
        return
    path = f"{look.own(data, home)}/repo.db"
    wal = look.read(f"{path}-wal") or b""
    for each in look.parse(lambda data: seafile.parse_repos(data, wal), path) or ():
        place = look.show(look.own(each.path, home))
        yield SyncFolder("Seafile", place, home.user, look.show(path), account=each.account)


def _rclone(look: Look, home: Home) -> Iterator[SyncFolder]:
    """Jobs name folders. What is copied to a remote without a job is not visible: its path is empty."""
    places = [f"{home.path}/{place}" for place in RCLONE]
    remotes = {each.name: (each.service, path) for path in places for each in _rclone_remotes(look, path)}
    found: list[tuple[str, str, str]] = []
    units = f"{home.path}/.config/systemd/user"
    for entry in look.scan(units):
        path = f"{units}/{entry.name}"
        if entry.is_file and entry.name.endswith(".service"):
            for job in look.parse(rclone.parse_unit, path) or ():
                folder = look.show(look.own(job.folder.replace("%h", home.path), home))
                found.append((job.remote, folder, path))
    in_jobs = {name for name, _, _ in found}
    for name, (service, path) in remotes.items():
        if service not in rclone.LOCAL and name not in in_jobs:
            found.append((name, "", path))
    for name, folder, path in found:  # what is encrypted before it leaves, nobody there can read
        sealed = remotes.get(name, ("", ""))[0] in rclone.SEALING
        peers = (Peer(name, sealed=True),) if sealed else ()
        yield SyncFolder("rclone", folder, home.user, look.show(path), name, peers, peers_known=sealed)


def _rclone_remotes(look: Look, path: str) -> list[rclone.Remote]:
    data = look.read(path)
    try:
        return rclone.parse_config(data) if data is not None else []
    except rclone.LockedError:
        look.gap(GapKind.ENCRYPTED, path=look.show(path))
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path=look.show(path), detail=str(error))
    return []
