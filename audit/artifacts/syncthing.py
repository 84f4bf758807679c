"""Syncthing's settings: config.xml and, to know which of the devices is this one, cert.pem beside it.

Format: docs.syncthing.net, "Syncthing Configuration"; device identities: docs.syncthing.net, "Understanding
Device IDs". Every folder lists this device among its devices; the settings do not say which it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from audit.artifacts.base import ParseError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,65536})-----END CERTIFICATE-----")
_MOST = 10_000


class Device(NamedTuple):
    """`sealed`: it is sent this folder encrypted, and cannot read it."""

    ident: str
    sealed: bool = False


class Folder(NamedTuple):
    path: str
    label: str
    type: str
    paused: bool
    devices: tuple[Device, ...]


class Config(NamedTuple):
    """`names`: device → its name. `own`: this device, where the settings alone tell, or empty."""

    folders: Sequence[Folder]
    names: dict[str, str]
    own: str


def parse_config(data: bytes) -> Config:
    """Folders and devices of a config.xml. Raises ParseError."""
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except Exception as error:
        raise ParseError("not the settings of Syncthing") from error
    if root.tag != "configuration":
        raise ParseError("not the settings of Syncthing")
    names = {_ident(each): each.get("name", "") for each in root.findall("device")[:_MOST] if _ident(each)}
    folders = [
        _folder(each) for each in root.findall("folder")[:_MOST] if each.get("path") or each.get("directory")
    ]
    return Config(folders, names, _own(root, names))


def _folder(element: Element) -> Folder:
    devices = tuple(
        Device(_ident(each), _sealed(each)) for each in element.findall("device")[:_MOST] if _ident(each)
    )
    return Folder(
        path=element.get("path") or element.get("directory") or "",
        label=element.get("label", ""),
        type=element.get("type", "sendreceive").lower(),
        paused=(element.findtext("paused") or "").strip() == "true",
        devices=devices,
    )


def _ident(element: Element) -> str:
    return element.get("id", "").strip().upper()


def _sealed(element: Element) -> bool:
    """An untrusted device has a password for encrypting (docs.syncthing.net, "Untrusted (Encrypted) Devices")."""
    return bool((element.findtext("encryptionPassword") or "").strip())


def _own(root: Element, names: dict[str, str]) -> str:
    """The template for new folders lists this device alone; so does a Syncthing that knows no other."""
    template = {_ident(each) for each in root.findall("defaults/folder/device")} - {""}
    for candidates in (template, set(names)):
        if len(candidates) == 1:
            return candidates.pop()
    return ""


def parse_certificate(data: bytes) -> str:
    """The identity of the device that this certificate belongs to. Raises ParseError."""
    match = _PEM.search(data)
    if match is None:
        raise ParseError("not a certificate")
    try:
        certificate = base64.b64decode(b"".join(match.group(1).split()), validate=True)
    except binascii.Error as error:
        raise ParseError("not a certificate") from error
    return device_id(certificate)


def device_id(certificate: bytes) -> str:
    """SHA-256 of the certificate in base32, a check character after every 13, in eight groups of seven."""
    digest = base64.b32encode(hashlib.sha256(certificate).digest()).decode().rstrip("=")
    parts = [digest[start : start + 13] for start in range(0, 52, 13)]
    whole = "".join(part + _check(part) for part in parts)
    return "-".join(whole[start : start + 7] for start in range(0, 56, 7))


def _check(part: str) -> str:
    """Syncthing's variant of the Luhn algorithm, modulo 32: the first letter counts once, the second twice, and so on."""
    total = 0
    for place, letter in enumerate(part):
        value = _BASE32.index(letter) * (1 + place % 2)
        total += value // 32 + value % 32
    return _BASE32[-total % 32]
