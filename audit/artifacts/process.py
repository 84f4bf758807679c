"""Running programs: what they are, where they come from, and which cameras, microphones and keyboards they hold open.

Process numbers and command lines stay out: the first change from scan to scan, the second may hold passwords.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.openings import Opening, openings
from audit.model import GapKind
from audit.sources.base import Query

INPUT_DEVICES = "/proc/bus/input/devices"

# Device nodes by name: the kernel's Documentation/admin-guide/devices.txt and sound/designs/procfile; the playback
# side of a sound card ends in p, the capture side in c.
_NODES = (
    (re.compile(r"/dev/(?:video|media)\d+"), "camera"),
    (re.compile(r"/dev/snd/pcmC\d+D\d+c"), "microphone"),
    (re.compile(r"/dev/input/event\d+"), "input"),
    (re.compile(r"/dev/hidraw\d+"), "hidraw"),
    (re.compile(r"/dev/(?:input/)?uinput"), "uinput"),
)
_INTERPRETER = re.compile(
    r"(?:ba|da|z|k|fi|)sh|python[\d.]*|perl[\d.]*|ruby[\d.]*|node(?:js)?|php[\d.]*|lua[\d.]*|gjs(?:-console)?|java"
)
_INLINE_C = re.compile(r"-[A-Za-z]*c")  # shells and Python: code follows
_INLINE_E = re.compile(r"-[A-Za-z]*[eEpr]|--eval|--print")  # Perl, Ruby, Node, Lua, PHP
_WITH_VALUE = {"-X", "-W", "-o", "-O", "--require"}
_SYSTEM = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", "/snap/", "/app/", "/nix/store/", "/gnu/store/",
           "/var/lib/flatpak/", "/var/lib/snapd/", "/run/current-system/")  # fmt: skip


class Use(StrEnum):
    """What an open device node gives. `INPUT` may be a keyboard; `JOYSTICK` is none."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    KEYBOARD = "keyboard"
    POINTER = "pointer"
    JOYSTICK = "joystick"
    INPUT = "input"
    HIDRAW = "hidraw"
    UINPUT = "uinput"


@dataclass(frozen=True, slots=True)
class Device:
    node: str
    use: Use


@dataclass(frozen=True, slots=True)
class Process(Artifact):
    """One running program. `script` is what an interpreter runs, where it is a file. `exe` is empty where refused.

    `opens` is what its command line opens to the outside.
    """

    KIND: ClassVar[str] = "process"
    name: str
    exe: str = ""
    script: str = ""
    user: str = ""
    devices: tuple[Device, ...] = ()
    opens: tuple[Opening, ...] = ()

    @property
    def place(self) -> str:
        """The file that decides what this program does."""
        return self.script or self.exe

    @property
    def program(self) -> str:
        """A short name: the file's own, as on disk, else what the process calls itself."""
        return posixpath.basename(self.place) or self.name

    @property
    def from_system(self) -> bool:
        """Whether only an administrator (or a sandbox) could have put it there. A name elsewhere proves nothing."""
        return bool(self.place) and all(in_system(place) for place in (self.exe, self.script) if place)


def in_system(path: str) -> bool:
    """Whether ordinary accounts cannot write there (FHS 3.0: /usr, /opt; the like places of Snap, Flatpak, Nix)."""
    return path.startswith(_SYSTEM)


@collects(Process)
def collect(look: Look) -> Iterator[Process]:
    data = look.query(Query.PROCESSES)
    if data is None:
        return
    try:
        hidden, rows = parse_processes(data)
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path="running programs", detail=str(error))
        return
    look.count(len(rows))
    if hidden:
        look.gap(GapKind.HIDDEN_PROCESSES)
    if unseen := sum(1 for row in rows if row["files"] is None):
        look.gap(GapKind.OTHER_USERS, unseen=str(unseen), total=str(len(rows)))
    keyboards = look.parse(parse_input_devices, INPUT_DEVICES, 1 << 20) or {}
    yield from dict.fromkeys(running(row, keyboards, look) for row in rows)


def running(row: Mapping[str, Any], inputs: Mapping[str, Use], look: Look) -> Process:
    exe, command = str(row["exe"]), row["command"]
    script = script_of(posixpath.basename(exe or (command[0] if command else "")), command[1:])
    return Process(
        name=str(row["name"]),
        exe=look.show(exe) if exe else "",
        script=look.show(script) if script.startswith("/") else script,
        user=str(row["user"]),
        devices=tuple(devices_of(row["files"] or (), inputs)),
        opens=openings([exe, *command[1:]] if exe else command),
    )


def parse_processes(data: bytes) -> tuple[bool, list[dict[str, Any]]]:
    """The answer to `Query.PROCESSES` (audit.sources.live). Raises ParseError."""
    try:
        answer = json.loads(data)
        rows = [_row(row) for row in answer["processes"]]
        return bool(answer["hidden"]), rows
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ParseError("the list of running programs is not as expected") from error


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    files = row["files"]
    return {
        "pid": row["pid"] if isinstance(row["pid"], int) else 0,
        "name": str(row["name"] or ""),
        "exe": str(row["exe"] or ""),
        "user": str(row["user"] or ""),
        "command": [str(word) for word in row["command"] or ()],
        "files": None if files is None else [str(name) for name in files],
    }


def script_of(interpreter: str, words: Sequence[str]) -> str:
    """The file that an interpreter runs, or nothing: for another program, and for code given on the command line."""
    if not _INTERPRETER.fullmatch(interpreter):
        return ""
    inline = _INLINE_C if re.match(r".*sh$|python", interpreter) else _INLINE_E
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            if inline.fullmatch(word) or (word == "-m" and interpreter.startswith("python")):
                return ""
            skip = word in _WITH_VALUE
        else:
            return word
    return ""


def devices_of(files: Sequence[str], inputs: Mapping[str, Use]) -> Iterator[Device]:
    """The device nodes among open files that let a program see, hear or read keys."""
    for node in files:
        plain = node.removesuffix(" (deleted)")
        for pattern, use in _NODES:
            if pattern.fullmatch(plain):
                yield Device(plain, inputs.get(plain, Use.INPUT) if use == "input" else Use(use))


def parse_input_devices(data: bytes) -> dict[str, Use]:
    """What each /dev/input/eventN is, by the handlers the kernel names for it.

    The file is /proc/bus/input/devices (drivers/input/input.c, input_devices_seq_show). A keyboard has the sysrq
    handler, since that takes what has an Alt key; a joystick has jsN; a mouse has mouseN.
    """
    found: dict[str, Use] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        if not line.startswith("H: Handlers="):
            continue
        handlers = line.partition("=")[2].split()
        use = _use_of(handlers)
        found |= {f"/dev/input/{name}": use for name in handlers if re.fullmatch(r"event\d{1,5}", name)}
    return found


def _use_of(handlers: Sequence[str]) -> Use:
    if "sysrq" in handlers:
        return Use.KEYBOARD
    if any(re.fullmatch(r"js\d+", name) for name in handlers):
        return Use.JOYSTICK
    return Use.INPUT if "kbd" in handlers else Use.POINTER
