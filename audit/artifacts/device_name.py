"""The names that this device shows to others in a network, and the names of the person it belongs to."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.stores import ini

HOSTNAME = "/etc/hostname"  # hostname(5)
MACHINE_INFO = "/etc/machine-info"  # machine-info(5), PRETTY_HOSTNAME
SAMBA = "/etc/samba/smb.conf"  # smb.conf(5), "netbios name"
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class DeviceName(Artifact):
    """A name that others in the same network can see."""

    KIND: ClassVar[str] = "device-name"
    name: str
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
    ):
        if name := look.parse(parser, path):
            yield DeviceName(name, path)


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
    """The name that Windows computers see. Raises ParseError."""
    found = [
        each
        for each in ini.settings(data, continued=True)
        if "".join(each.key.split()).lower() == "netbiosname"
    ]
    return found[-1].value[:_LONGEST] if found else ""


def parse_git(data: bytes) -> str:
    """`[user] name` (git-config(1)). Raises ParseError."""
    return _last(data, "user", "name").strip('"')[:_LONGEST]


def _last(data: bytes, section: str, key: str) -> str:
    found = [each.value for each in ini.settings(data) if each.section.lower() == section and each.key == key]
    return found[-1] if found else ""
