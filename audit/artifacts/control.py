"""Who else may change what Syncthing shares: its page for a browser, and devices that may bring others or folders of their own.

Settings: docs.syncthing.net, "Syncthing Configuration" (gui; device: introducer, autoAcceptFolders). Passwords stand there as
hashes and are not kept: only whether there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.sync import SYNCTHING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST = 1000
_LOOPBACK = re.compile(r"^(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)(?::\d+)?$|^(?:/|unix://|unixs://)")


@dataclass(frozen=True, slots=True)
class SyncControl(Artifact):
    """`address`: where its page answers, empty where it is switched off. `open`: other devices in the network reach it.

    `introducers` bring other devices along; what `accepting` devices offer is taken without a question.
    """

    KIND: ClassVar[str] = "sync-control"
    client: str
    user: str
    settings: str
    address: str = ""
    open: bool = False
    password: bool = False
    introducers: tuple[str, ...] = ()
    accepting: tuple[str, ...] = ()


class Control(NamedTuple):
    address: str
    open: bool
    password: bool
    introducers: tuple[str, ...]
    accepting: tuple[str, ...]


@collects(SyncControl)
def collect(look: Look) -> Iterator[SyncControl]:
    for home in look.homes:
        for place in SYNCTHING:
            path = f"{home.path}/{place}/config.xml"
            if (found := look.parse(parse_control, path)) is not None:
                yield SyncControl("Syncthing", home.user, look.show(path), *found)


def parse_control(data: bytes) -> Control:
    """What a config.xml says about control. Raises ParseError."""
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except Exception as error:
        raise ParseError("not the settings of Syncthing") from error
    if root.tag != "configuration":
        raise ParseError("not the settings of Syncthing")
    gui = root.find("gui")
    address = _address(gui)
    devices = root.findall("device")[:_MOST]
    return Control(
        address=address,
        open=bool(address) and not _LOOPBACK.match(address),
        password=gui is not None and _has_password(gui),
        introducers=tuple(_name(each) for each in devices if each.get("introducer") == "true"),
        accepting=tuple(
            _name(each) for each in devices if (each.findtext("autoAcceptFolders") or "").strip() == "true"
        ),
    )


def _address(gui: Element | None) -> str:
    if gui is None or gui.get("enabled") == "false":
        return ""
    return (gui.findtext("address") or "").strip()


def _has_password(gui: Element) -> bool:
    """A name and a password, or an LDAP server that is asked."""
    ldap = (gui.findtext("authMode") or "").strip() == "ldap"
    return ldap or all((gui.findtext(name) or "").strip() for name in ("user", "password"))


def _name(device: Element) -> str:
    return device.get("name", "").strip() or device.get("id", "").partition("-")[0][:7]
