"""What an indicator is. The kinds' names follow STIX 2.1 where it has one (file, process, domain)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from audit.model import Platform, Ranked


class Category(StrEnum):
    """What a product is for. It decides how its presence is judged and worded; it is no verdict on the product."""

    STALKERWARE = "stalkerware"
    KEYLOGGER = "keylogger"
    EMPLOYEE_MONITORING = "employee monitoring"
    CLASSROOM_MONITORING = "classroom monitoring"
    PARENTAL_CONTROL = "parental control"
    CAMERA_SURVEILLANCE = "camera surveillance"
    REMOTE_ACCESS = "remote access"
    DEVICE_MANAGEMENT = "device management"


class Kind(StrEnum):
    """What the value names. The last four are kept for sources to come; nothing looks for them yet."""

    PATH = "path"  # a file or folder, `*` within a name
    SETTING = "setting"  # a file in which `key` is set
    DCONF = "dconf"  # a dconf key that is true
    SERVICE = "service"  # a systemd unit, or a service's name
    PROCESS = "process"  # a program's name
    LAUNCHD = "launchd"
    BUNDLE = "bundle"
    REGISTRY = "registry"
    SIGNER = "signer"


class Strength(Ranked):
    """How much one match says: a bare name · a whole path · a mark that nothing else has."""

    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


class Shows(StrEnum):
    """What a match says about the product."""

    INSTALLED = "installed"
    AUTOSTART = "autostart"
    UNATTENDED = "unattended"  # lets somebody in without anybody here agreeing
    TRACE = "trace"  # was used here once


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact was read: its name, where that is found, and the day it was read or last changed there."""

    name: str
    place: str
    dated: date
    licence: str = "facts"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One mark. `verified` says that it was tried on the real product, not only read."""

    kind: Kind
    platforms: tuple[Platform, ...]
    value: str
    strength: Strength
    source: Origin
    shows: Shows = Shows.INSTALLED
    key: str = ""
    verified: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """A product, or products that are one. `built_in`: comes with ordinary systems; being there says nothing."""

    name: str
    category: Category
    about: str
    indicators: tuple[Indicator, ...]
    built_in: bool = False
