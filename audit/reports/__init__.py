"""One module for each way to show a report, behind one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.reports.base import Format

NAMES = ("terminal", "json")


def format_of(name: str) -> Format:
    """The report format of that name. Raises LookupError."""
    if name == "terminal":
        from audit.reports import terminal

        return terminal.FORMAT
    if name == "json":
        from audit.reports import json

        return json.FORMAT
    raise LookupError(name)
