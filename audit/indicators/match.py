"""How an indicator's value is compared with what stands on a device. Pure."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Sequence

from audit.model import Platform

# Windows' own names for folders (docs.microsoft.com, KNOWNFOLDERID), as a tree holds them. A person's come per home.
_WINDOWS = {
    "%programdata%": ("/ProgramData",),
    "%programfiles%": ("/Program Files", "/Program Files (x86)"),
    "%windir%": ("/Windows",),
    "%system%": ("/Windows/System32", "/Windows/SysWOW64"),
}
_WINDOWS_HOME = {"%appdata%": "AppData/Roaming", "%localappdata%": "AppData/Local", "%userprofile%": ""}
_VARIABLE = re.compile(r"^%[a-z]+%", re.IGNORECASE)


def places(value: str, platform: Platform, homes: Sequence[str]) -> list[str]:
    """The device paths, with `*` in them, that a value of kind path stands for."""
    if platform is Platform.WINDOWS:
        return [posixpath.normpath(place) for place in _windows(value, homes)]
    if value == "~" or value.startswith("~/"):
        return [posixpath.normpath(home + value[1:]) for home in homes]
    return [posixpath.normpath(value)]


def _windows(value: str, homes: Sequence[str]) -> list[str]:
    path = value.replace("\\", "/")
    if match := _VARIABLE.match(path):
        name, rest = match.group().lower(), path[match.end() :]
        if name in _WINDOWS_HOME:
            return [f"{home}/{_WINDOWS_HOME[name]}{rest}" for home in homes]
        return [folder + rest for folder in _WINDOWS.get(name, ())]
    return [re.sub(r"^[A-Za-z]:", "", path)]


def same(path: str, pattern: str, platform: Platform) -> bool:
    """Whether a path is what a pattern means: part by part, so that `*` stays within one name."""
    if platform is Platform.LINUX:
        path, pattern = _merged(path), _merged(pattern)
    parts, wanted = path.strip("/").split("/"), pattern.strip("/").split("/")
    return len(parts) == len(wanted) and all(
        named(*pair, platform) for pair in zip(parts, wanted, strict=True)
    )


def _merged(path: str) -> str:
    """/bin, /sbin and /lib are links into /usr on merged systems (file-hierarchy(7)); both names mean one file."""
    return f"/usr{path}" if path.startswith(("/bin/", "/sbin/", "/lib/", "/lib64/")) else path


def named(name: str, pattern: str, platform: Platform) -> bool:
    """Whether a name is what a pattern means. Windows and macOS do not tell capitals apart by default."""
    if platform is Platform.LINUX:
        return fnmatch.fnmatchcase(name, _plain(pattern))
    return fnmatch.fnmatchcase(name.casefold(), _plain(pattern).casefold())


def _plain(pattern: str) -> str:
    """Only `*` is special: `{…}` and `[…]` are names."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
