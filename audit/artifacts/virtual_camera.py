"""Cameras that are made by a program: modules of the kernel that pass on whatever picture they are given.

v4l2loopback's README, and the file that Debian's package ships; vivid is the kernel's own test driver
(Documentation/admin-guide/media/vivid.rst). Modules that are loaded stand in /proc/modules (proc(5)), with `-` as `_`; what
is loaded at every start in modules-load.d(5) and /etc/modules (modules(5)). A virtual device's link in /sys/class/video4linux
leads below /sys/devices/virtual (Documentation/admin-guide/sysfs-rules.rst); its `name` is what programs show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.model import GapKind

MODULES = ("v4l2loopback", "v4l2loopback_dc", "akvcam", "vivid")
LOADED = "/proc/modules"
AT_START = (
    "/etc/modules-load.d",
    "/usr/local/lib/modules-load.d",
    "/usr/lib/modules-load.d",
    "/run/modules-load.d",
)
DEBIAN = "/etc/modules"
CAMERAS = "/sys/class/video4linux"
NOW = "which virtual cameras there are now"
_MOST = 64


@dataclass(frozen=True, slots=True)
class VirtualCamera(Artifact):
    """A camera that is a program's. `since`: there now, or loaded at every start."""

    KIND: ClassVar[str] = "virtual-camera"
    name: str
    settings: str
    now: bool = False


@collects(VirtualCamera)
def collect(look: Look) -> Iterator[VirtualCamera]:
    if look.stat(LOADED) is None and look.stat("/proc/mounts") is None:  # a kernel may do without modules
        look.gap(GapKind.NOT_HELD, what=NOW)
    named = list(_named(look))
    yield from named
    if not named:
        for module in look.parse(parse_modules, LOADED, 1 << 20) or ():
            yield VirtualCamera(module, LOADED, now=True)
    seen: set[str] = set()
    for folder in AT_START:
        for entry in first(look, folder, look.scan(folder), _MOST):
            if entry.name.endswith(".conf") and entry.name not in seen:
                seen.add(entry.name)
                yield from _at_start(look, f"{folder}/{entry.name}")
    yield from _at_start(look, DEBIAN)


def _at_start(look: Look, path: str) -> Iterator[VirtualCamera]:
    for module in look.parse(parse_load, path, 1 << 20) or ():
        yield VirtualCamera(module, look.show(path))


def _named(look: Look) -> Iterator[VirtualCamera]:
    for entry in first(look, CAMERAS, look.scan(CAMERAS), _MOST):
        path = f"{CAMERAS}/{entry.name}"
        if entry.is_link and "/devices/virtual/" in (look.readlink(path) or ""):
            name = look.parse(parse_name, f"{path}/name", 4096)
            yield VirtualCamera(name or entry.name, f"/dev/{entry.name}", now=True)


def parse_name(data: bytes) -> str:
    """A device's name, as the driver gives it: one line."""
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return lines[0].strip()[:200] if lines else ""


def parse_modules(data: bytes) -> list[str]:
    """Loaded modules that make cameras. Raises ParseError."""
    return _ours(line.split(" ", 1)[0] for line in _lines(data))


def parse_load(data: bytes) -> list[str]:
    """Modules that make cameras, in a file of modules-load.d(5) or modules(5): one name a line. Raises ParseError."""
    return _ours(line.split()[0] for line in _lines(data) if line.split() and line.lstrip()[0] not in "#;")


def _ours(names: Iterator[str]) -> list[str]:
    plain = (name.replace("-", "_") for name in names)
    return list(dict.fromkeys(name for name in plain if name in MODULES))


def _lines(data: bytes) -> list[str]:
    if b"\0" in data:
        raise ParseError("not a text file")
    return data.decode("utf-8", "surrogateescape").splitlines()
