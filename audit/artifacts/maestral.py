"""Maestral, a client for Dropbox: ~/.config/maestral/NAME.ini.

Keys: maestral 1.9.6 on PyPI, maestral/config/main.py: `path` in `[sync]`; empty as long as nobody signed in.
"""

from __future__ import annotations

from audit.stores import ini

FOLDER = ".config/maestral"


def parse_config(data: bytes) -> str:
    """The folder that is kept the same, or empty. Raises ParseError."""
    found = [each.value for each in ini.settings(data) if (each.section, each.key) == ("sync", "path")]
    return found[-1].strip("'\"") if found else ""
