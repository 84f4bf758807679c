"""The names that this device shows to others in a network, and the names of the person it belongs to."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.stores import ini

HOSTNAME = "/etc/hostname"  # hostname(5)
MACHINE_INFO = "/etc/machine-info"  # machine-info(5), PRETTY_HOSTNAME
SAMBA = "/etc/samba/smb.conf"  # smb.conf(5), "netbios name" and "server string"
AVAHI = "/etc/avahi/avahi-daemon.conf"  # avahi-daemon.conf(5), "host-name"
BLUETOOTH = "/var/lib/bluetooth"  # BlueZ's doc/settings-storage.txt: ADDRESS/settings, "Alias"
NETWORK_MANAGER = "/etc/NetworkManager/system-connections"  # nm-settings-keyfile(5)
HOTSPOT = "a Wi-Fi hotspot"
_MOST = 200
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class DeviceName(Artifact):
    """A name that others in the same network can see."""

    KIND: ClassVar[str] = "device-name"
    name: str
    settings: str


@dataclass(frozen=True, slots=True)
class RadioName(Artifact):
    """A name that everybody within reach of the device's radio can see. `way` is Bluetooth or a Wi-Fi hotspot."""

    KIND: ClassVar[str] = "radio-name"
    name: str
    way: str
    settings: str


@dataclass(frozen=True, slots=True)
class PersonName(Artifact):
    """What a person here is called: `source` is account, full name or git."""

    KIND: ClassVar[str] = "person-name"
    name: str
    user: str
    source: str


@collects(DeviceName)
def collect_devices(look: Look) -> Iterator[DeviceName]:
    for path, parser in (
        (HOSTNAME, parse_hostname),
        (MACHINE_INFO, parse_machine_info),
        (SAMBA, parse_samba),
        (AVAHI, parse_avahi),
    ):
        if name := look.parse(parser, path):
            yield DeviceName(name, path)


@collects(RadioName)
def collect_radios(look: Look) -> Iterator[RadioName]:
    for entry in first(look, BLUETOOTH, look.scan(BLUETOOTH), _MOST):
        path = f"{BLUETOOTH}/{entry.name}/settings"
        if entry.is_dir and (name := look.parse(parse_bluetooth, path, 1 << 20)):
            yield RadioName(name, "Bluetooth", BLUETOOTH)  # an adapter's address stays out of records
    for entry in first(look, NETWORK_MANAGER, look.scan(NETWORK_MANAGER), _MOST):
        path = f"{NETWORK_MANAGER}/{entry.name}"
        if entry.is_file and (name := look.parse(parse_hotspot, path, 1 << 20)):
            yield RadioName(name, HOTSPOT, path)


@collects(PersonName)
def collect_people(look: Look) -> Iterator[PersonName]:
    for home in look.homes:
        git = (
            look.parse(parse_git, f"{home.path}/{place}") for place in (".gitconfig", ".config/git/config")
        )
        named = [("account", home.user), ("full name", home.full_name), *(("git", each) for each in git)]
        yield from (PersonName(name, home.user, source) for source, name in named if name)


def parse_hostname(data: bytes) -> str:
    """The first line that is no comment, without its domain. Raises ParseError."""
    lines = [line for line in ini.lines_of(data) if line[0] not in "#;"]
    return lines[0].partition(".")[0][:_LONGEST] if lines else ""


def parse_machine_info(data: bytes) -> str:
    """PRETTY_HOSTNAME, quoted as for a shell. Raises ParseError."""
    value = _last(data, "", "PRETTY_HOSTNAME")
    try:
        return " ".join(shlex.split(value))[:_LONGEST]
    except ValueError as error:
        raise ParseError("a quotation mark is missing") from error


def parse_samba(data: bytes) -> str:
    """The names that Windows computers see: the computer's and, behind it, its description. Raises ParseError."""
    found = {
        "".join(each.key.split()).lower(): each.value
        for each in ini.settings(data, continued=True)
        if each.section.lower() == "global"
    }
    names = (found.get(key, "") for key in ("netbiosname", "serverstring"))
    return " ".join(name for name in names if name)[:_LONGEST]


def parse_avahi(data: bytes) -> str:
    """The name in `.local`. Raises ParseError."""
    return _last(data, "server", "host-name")[:_LONGEST]


def parse_bluetooth(data: bytes) -> str:
    """The name that was given to a Bluetooth adapter. Raises ParseError."""
    return _last(data, "general", "Alias")[:_LONGEST]


def parse_hotspot(data: bytes) -> str:
    """The network name of a connection that is a hotspot of this device, or "". Its password is not kept. Raises ParseError."""
    values = {
        key: value for section, key, value in ini.settings(data) if section in ("wifi", "802-11-wireless")
    }
    name = values.get("ssid", "") if values.get("mode") == "ap" else ""
    if re.fullmatch(r"(?:\d{1,3};)+", name):  # as numbers, where it is more than plain text
        name = bytes(min(int(each), 255) for each in name.split(";")[:-1]).decode("utf-8", "replace")
    return name[:_LONGEST]


def parse_git(data: bytes) -> str:
    """`[user] name` (git-config(1)). Raises ParseError."""
    return _last(data, "user", "name").strip('"')[:_LONGEST]


def _last(data: bytes, section: str, key: str) -> str:
    found = [each.value for each in ini.settings(data) if each.section.lower() == section and each.key == key]
    return found[-1] if found else ""
