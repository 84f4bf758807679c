"""What this machine offers to others: folders in the local network, and folders that other accounts here can look into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts import samba
from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.folders import inside, usual
from audit.artifacts.media_servers import served
from audit.artifacts.samba import Offer
from audit.stores import ini

USERSHARES = "/var/lib/samba/usershares"  # smb.conf(5), "usershare path"
MINIDLNA = "/etc/minidlna.conf"
ANYBODY = "everybody in this network, without a password"
ADMITTED = "those who have a password or an agreed address"
MEDIA_SERVERS = frozenset({"DLNA", "Rygel", "Jellyfin", "Plex"})  # services that show pictures and videos
_CLIENT = re.compile(r"([^\s(]*)(?:\(([^)]*)\))?")
_OTHERS_LIST_AND_ENTER = 0o005
_OTHERS_ENTER = 0o001


@dataclass(frozen=True, slots=True)
class NetworkShare(Artifact):
    """A folder that a service offers to the network.

    `guest`: whoever is in the network sees it, without a password. `whole_home`: a person's home lies in it.
    """

    KIND: ClassVar[str] = "network-share"
    service: str
    name: str
    path: str
    settings: str
    guest: bool
    whole_home: bool = False

    @property
    def readers(self) -> str:
        return ANYBODY if self.guest else ADMITTED

    def touches(self, folders: Iterable[str]) -> bool:
        """Whether one of these folders lies in it, or it in one of them."""
        return self.whole_home or any(inside(path, self.path) or inside(self.path, path) for path in folders)


@dataclass(frozen=True, slots=True)
class OpenFolder(Artifact):
    """One of a person's usual folders that every account of this machine can look into."""

    KIND: ClassVar[str] = "open-folder"
    purpose: str
    path: str
    user: str
    mode: str


@collects(NetworkShare)
def collect_shares(look: Look) -> Iterator[NetworkShare]:
    yield from _shares(look, "Samba", samba.SAMBA, samba.offers(look))
    for entry in look.scan(USERSHARES):
        path = f"{USERSHARES}/{entry.name}"
        yield from _shares(look, "Samba", path, look.parse(parse_usershare, path) if entry.is_file else None)
    extra = (
        f"/etc/exports.d/{each.name}"
        for each in look.scan("/etc/exports.d")
        if each.name.endswith(".exports")
    )
    for path in ("/etc/exports", *extra):
        yield from _shares(look, "NFS", path, look.parse(parse_exports, path))
    yield from _shares(look, "DLNA", MINIDLNA, look.parse(parse_minidlna, MINIDLNA))
    for each in served(look):
        offer = Offer(each.path, look.own(each.path, each.home) if each.home else each.path, each.guest)
        yield from _shares(look, each.service, each.settings, [offer])


def _shares(
    look: Look, service: str, settings: str, offers: Iterable[Offer] | None
) -> Iterator[NetworkShare]:
    for each in offers or ():
        home = look.homes[0] if look.homes else None
        path = look.own(each.path, home) if home else each.path
        yield NetworkShare(
            service=service,
            name=each.name,
            path=look.show(path),
            settings=look.show(settings),
            guest=each.guest,
            whole_home=any(inside(home.path, path) for home in look.homes),
        )


@collects(OpenFolder)
def collect_open(look: Look) -> Iterator[OpenFolder]:
    """A folder is open where others may list and enter it, and enter all that it lies in (path_resolution(7))."""
    for purpose, path, home in usual(look):
        found = look.stat(path)
        if found is None or found.mode & _OTHERS_LIST_AND_ENTER != _OTHERS_LIST_AND_ENTER:
            continue
        if all(_others_enter(look, each) for each in _above(path)):
            yield OpenFolder(purpose, look.show(path), home.user, f"{found.mode & 0o7777:04o}")


def _above(path: str) -> Iterator[str]:
    """What a folder lies in, the nearest first, without the root: everybody may enter that."""
    while (path := path.rpartition("/")[0]) not in ("", "/"):
        yield path


def _others_enter(look: Look, path: str) -> bool:
    found = look.stat(path)
    return found is not None and bool(found.mode & _OTHERS_ENTER)


def parse_usershare(data: bytes) -> list[Offer]:
    """The one folder of a user-defined share: `path=`, `guest_ok=y`, `sharename=`. Raises ParseError."""
    facts = {key: value for _, key, value in ini.settings(data)}
    if not facts.get("path", "").startswith("/"):
        raise ParseError("not a user-defined share")
    return [Offer(facts.get("sharename", ""), facts["path"], facts.get("guest_ok", "n").lower() == "y")]


def parse_exports(data: bytes) -> list[Offer]:
    """The folders of an exports(5) file. Without a client, or with `*`, everybody in the network sees them."""
    offers = []
    for line in ini.lines_of(data, continued=True):
        path, clients = _export(line.partition("#")[0])
        if path.startswith("/"):
            hosts = [
                match.group(1)
                for word in clients.split()
                if (match := _CLIENT.match(word)) and word[0] != "-"
            ]
            offers.append(
                Offer(path, path, not hosts or any(host in ("", "*", "0.0.0.0/0", "::/0") for host in hosts))
            )
    return offers


def _export(line: str) -> tuple[str, str]:
    """Path and the rest. A path with blanks is quoted, or has them as octal escapes."""
    if line.startswith('"'):
        path, _, rest = line[1:].partition('"')
    else:
        path, _, rest = line.replace("\t", " ").partition(" ")
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8) & 0xFF), path), rest


def parse_minidlna(data: bytes) -> list[Offer]:
    """The media folders of a minidlna.conf(5) that may hold pictures or videos. DLNA knows no passwords."""
    values = [each.value for each in ini.settings(data) if each.key == "media_dir"]
    typed = [re.match(r"^(?:([APV]+),)?(/.*)$", value) for value in values]
    return [
        Offer(match[2], match[2], guest=True) for match in typed if match and set(match[1] or "P") != {"A"}
    ]
