"""Browsers that are told to keep their passwords without the desktop's store: `--password-store=basic`.

chromium(1) of Debian: "basic selects the built in, unencrypted password store". Debian's starter reads the files in /etc/chromium.d,
Arch's `~/.config/chromium-flags.conf` and the like; anybody can write it into a starter of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects, first
from audit.stores import ini

SYSTEM = (("/etc/chromium.d", ""), ("/usr/local/share/applications", ".desktop"))
OWN = (
    (".config", "-flags.conf"),
    (".local/share/applications", ".desktop"),
    (".config/autostart", ".desktop"),
)
_BASIC = re.compile(r"--password-store=[\"']?basic\b")
_MOST = 500


@dataclass(frozen=True, slots=True)
class BrowserStore(Artifact):
    """A setting that makes a browser keep its passwords open."""

    KIND: ClassVar[str] = "browser-store"
    settings: str


@collects(BrowserStore)
def collect(look: Look) -> Iterator[BrowserStore]:
    own = ((f"{home.path}/{folder}", ending) for home in look.homes for folder, ending in OWN)
    for folder, ending in (*SYSTEM, *own):
        names = [each.name for each in look.scan(folder) if not each.is_dir and each.name.endswith(ending)]
        for name in first(look, folder, names, _MOST):
            path = f"{folder}/{name}"
            if look.parse(is_basic, path, 1 << 20):
                yield BrowserStore(look.show(path))


def is_basic(data: bytes) -> bool:
    """Whether a line that is no comment says so; of a desktop entry only those that start the program count. Raises ParseError."""
    lines = [line for line in ini.lines_of(data) if line[0] not in "#;"]
    if "[Desktop Entry]" in lines:
        lines = [line for line in lines if line.startswith("Exec=")]
    return any(_BASIC.search(line) for line in lines)
