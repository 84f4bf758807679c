"""Motion, which records what a camera sees and can show it in the network: what its settings open.

motion(1), "Config file options" (4.5): one option a line, its name, then its value; `on`, `yes` and `1` mean on. Pictures go
out on `stream_port`, the controls on `webcontrol_port`; both are off (0) and for this computer only unless set. A `camera`
line names a further file, whose settings count for that camera.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects

SYSTEM = "/etc/motion/motion.conf"
PERSONAL = ".motion/motion.conf"
PICTURE, CONTROLS = "what the camera sees", "the settings of the recording"
# By the words of Motion 4, then of Motion 3.
_OPENS = (
    (PICTURE, ("stream_port", "webcam_port"), ("stream_localhost", "webcam_localhost"), "stream_auth_method"),
    (CONTROLS, ("webcontrol_port", "control_port"), ("webcontrol_localhost", "control_localhost"), "webcontrol_auth_method"),
)  # fmt: skip
_MOST_CAMERAS = 32


@dataclass(frozen=True, slots=True)
class CameraServer(Artifact):
    """What Motion shows to other devices in the network. `locked`: each asks for a name and password."""

    KIND: ClassVar[str] = "camera-server"
    settings: str
    shows: tuple[str, ...]
    locked: bool = False


@collects(CameraServer)
def collect(look: Look) -> Iterator[CameraServer]:
    for path in (SYSTEM, *(f"{home.path}/{PERSONAL}" for home in look.homes)):
        main = look.parse(parse_motion, path, 1 << 20)
        if main is None:
            continue
        yield from opened(main.values, look.show(path))
        for place in main.cameras:
            if (camera := look.parse(parse_motion, place, 1 << 20)) is not None:
                yield from opened({**main.values, **camera.values}, look.show(place))


@dataclass(frozen=True, slots=True)
class MotionFile:
    values: Mapping[str, str]
    cameras: tuple[str, ...]


def parse_motion(data: bytes) -> MotionFile:
    """Options and the camera files named; the last value of an option counts. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    values: dict[str, str] = {}
    cameras: dict[str, None] = {}
    for line in data.decode("utf-8", "surrogateescape").splitlines():
        name, _, value = line.strip().replace("=", " ", 1).partition(" ")
        if not name or name[0] in ";#":
            continue
        value = value.strip().strip('"')
        if name in ("camera", "thread") and value.startswith("/"):
            cameras[value] = None
        else:
            values[name] = value
    return MotionFile(values, tuple(cameras)[:_MOST_CAMERAS])


def opened(values: Mapping[str, str], settings: str) -> Iterator[CameraServer]:
    """One record where something is shown to the network."""
    shown = [(what, _first(values, (lock,))) for what, ports, local, lock in _OPENS
             if _first(values, ports).isdigit() and int(_first(values, ports)[:6]) and _is_off(_first(values, local))]  # fmt: skip
    if shown:
        yield CameraServer(
            settings, tuple(what for what, _ in shown), all(lock in ("1", "2") for _, lock in shown)
        )


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if name in values), "")


def _is_off(value: str) -> bool:
    """Whether an option was switched off. What is not set is on."""
    return value != "" and value.lower() not in ("on", "yes", "1", "true")
