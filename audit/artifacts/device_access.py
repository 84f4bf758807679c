"""Who may open cameras, microphones and keyboards: the rights of their device nodes, rules of udev, and members of groups.

Debian and its relatives give each node to a group (video, audio, input; systemd's 50-udev-default.rules) and to nobody else;
whoever sits at the machine gets it by an access list of systemd-logind(8), which the rights looked at here do not show.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.account import Account
from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.artifacts.process import INPUT_DEVICES, Use, devices_of, parse_input_devices
from audit.model import GapKind
from audit.stores import ini

FOLDERS = ("/dev", "/dev/snd", "/dev/input")
RULES = (
    "/etc/udev/rules.d",
    "/run/udev/rules.d",
    "/usr/local/lib/udev/rules.d",
)  # udev(7), without what packages bring
GROUPS = {"video": "camera", "audio": "microphone", "input": "keyboard"}
EVERYBODY = stat.S_IROTH | stat.S_IWOTH
NODES = "who may open cameras and microphones now"
_WORDS = {Use.CAMERA: "camera", Use.MICROPHONE: "microphone", Use.KEYBOARD: "keyboard", Use.INPUT: "keyboard"}
_TERM = re.compile(r'([A-Z]+)(?:\{([^}]{0,200})\})?\s*(==|!=|\+=|-=|:=|=)\s*"([^"]{0,500})"')
_NARROW = frozenset(
    {"ATTR", "ATTRS", "ENV", "PROGRAM", "RESULT", "TAG", "TAGS", "DRIVER", "DRIVERS", "KERNELS"}
)
_MOST = 500


@dataclass(frozen=True, slots=True)
class OpenDevice(Artifact):
    """A device that every account may open. `settings` is the node, or the rule that says so at every start.

    `narrow`: the rule holds for certain devices only, such as those of one maker.
    """

    KIND: ClassVar[str] = "open-device"
    device: str
    settings: str
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class DeviceMember(Artifact):
    """Another person's account that is in a group which may open devices."""

    KIND: ClassVar[str] = "device-member"
    account: str
    devices: tuple[str, ...]
    settings: str


@collects(OpenDevice)
def collect_devices(look: Look) -> Iterator[OpenDevice]:
    if look.stat("/proc/mounts") is None:
        look.gap(GapKind.NOT_HELD, what=NODES)
    else:
        inputs = look.parse(parse_input_devices, INPUT_DEVICES, 1 << 20) or {}
        names = [f"{folder}/{entry.name}" for folder in FOLDERS for entry in look.scan(folder)]
        for found in first(look, FOLDERS[0], list(devices_of(names, inputs)), _MOST):
            rights = look.stat(found.node)
            if found.use in _WORDS and rights and stat.S_ISCHR(rights.mode) and rights.mode & EVERYBODY:
                yield OpenDevice(_WORDS[found.use], found.node)
    for folder in RULES:
        for entry in first(look, folder, look.scan(folder), _MOST):
            if entry.name.endswith(".rules"):
                path = f"{folder}/{entry.name}"
                for device, narrow in look.parse(parse_rules, path, 1 << 20) or ():
                    yield OpenDevice(device, look.show(path), narrow)


@collects(DeviceMember)
def collect_members(look: Look) -> Iterator[DeviceMember]:
    groups = look.parse(parse_members, "/etc/group", 1 << 20) or {}
    for account in look.see(Account):
        devices = tuple(device for name, device in GROUPS.items() if account.name in groups.get(name, ()))
        if devices and account.uid and not account.own:
            yield DeviceMember(account.name, devices, "/etc/group")


def parse_members(data: bytes) -> Mapping[str, frozenset[str]]:
    """Members of the groups that may open devices, in a group(5) file. Raises ParseError."""
    rows = (line.split(":") for line in ini.lines_of(data))
    return {row[0]: frozenset(row[3].split(",")) for row in rows if len(row) == 4 and row[0] in GROUPS}


def parse_rules(data: bytes) -> list[tuple[str, bool]]:
    """(device, only certain ones) for each line of a udev(7) file that lets everybody open it. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    text = re.sub(r"\\\r?\n", " ", data.decode("utf-8", "surrogateescape"))
    found: dict[tuple[str, bool], None] = {}
    for line in text.splitlines():
        if not line.lstrip().startswith("#") and (device := _opened(terms := _TERM.findall(line[:8192]))):
            found[device, any(key in _NARROW and sign == "==" for key, _, sign, _ in terms)] = None
    return list(found)


def _opened(terms: list[tuple[str, str, str, str]]) -> str:
    """Which device a line opens to everybody, or nothing."""
    rights = [value for key, _, sign, value in terms if key == "MODE" and sign in ("=", ":=")]
    if not rights or not re.fullmatch(r"[0-7]{1,5}", rights[-1]) or not int(rights[-1], 8) & EVERYBODY:
        return ""
    asked = {key: value for key, _, sign, value in terms if key in ("SUBSYSTEM", "KERNEL") and sign == "=="}
    system, kernel = asked.get("SUBSYSTEM", ""), asked.get("KERNEL", "")
    if system == "video4linux" or (not system and kernel.startswith("video")):
        return "camera"
    if system == "sound" and (not kernel or kernel.startswith(("pcm", "*"))):
        return "microphone"
    if (system == "input" and kernel.startswith(("event", "*"))) or (system == "input" and not kernel):
        return "keyboard"
    return ""
