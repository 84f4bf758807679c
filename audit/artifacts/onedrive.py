"""The OneDrive client for Linux of github.com/abraunegg/onedrive: ~/.config/onedrive/config.

Keys and their defaults: the `config` that Debian's package 2.4 brings, and its docs/USAGE.md. Without a `config` the defaults hold.
Signed in is who has a `refresh_token` beside it; that file is never read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from audit.stores import ini

FOLDER = "~/OneDrive"
_LINE = re.compile(r'^(\w+)\s*=\s*"(.*)"$')


class Settings(NamedTuple):
    """`downloads`: nothing of this folder is sent."""

    path: str
    downloads: bool


def parse_config(data: bytes) -> Settings:
    """Where the folder is, and whether anything in it is sent. Raises ParseError."""
    found = {match[1]: match[2] for line in ini.lines_of(data) if (match := _LINE.match(line))}
    return Settings(found.get("sync_dir") or FOLDER, found.get("download_only") == "true")
