"""The upper folders of a home: where people put things that no setting names."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from audit.artifacts.base import Look
from audit.model import GapKind
from audit.sources.base import Entry, Home

_PASSED_OVER = frozenset({"node_modules", "snap", "venv", "__pycache__"})


def upper_folders(look: Look, home: Home, deepest: int, most: int) -> Iterator[tuple[str, Sequence[Entry]]]:
    """(folder, what it holds): the home itself and those below it that are not hidden, the upper ones first.

    At most `deepest` of them inside one another, and `most` in all; where there are more, that is a gap.
    """
    waiting = deque([(home.path, 1)])
    searched = 0
    while waiting and searched < most:
        folder, depth = waiting.popleft()
        searched += 1
        entries = look.scan(folder)
        yield folder, entries
        if depth < deepest:
            waiting += [(f"{folder}/{each.name}", depth + 1) for each in entries if _worth(each)]
    if waiting:
        look.gap(GapKind.BOUNDED, what=look.show(home.path), most=str(most))


def _worth(entry: Entry) -> bool:
    return entry.is_dir and not entry.name.startswith(".") and entry.name not in _PASSED_OVER
