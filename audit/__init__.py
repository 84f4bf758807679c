"""drawncurtain's engine: device → artifacts → rules → findings → checklist → report, and picture → segments → scrubbed copy.

From a program: `audit.scrub(path, to=folder)` and `audit.reveals(path)`, see `audit.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.api import reveals, scrub

__version__ = "0.1.0"
__all__ = ["__version__", "reveals", "scrub"]


def __getattr__(name: str) -> Any:
    """`scrub` and `reveals`, imported when they are asked for: a scan needs neither."""
    if name not in {"reveals", "scrub"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from audit import api

    return getattr(api, name)
