"""The topics planted, found by place."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from tests.planted.base import Topic

APART = {"__init__", "base", "topics", "list"}


def topics() -> Sequence[tuple[str, Topic]]:
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    return [
        (name, cast("Topic", importlib.import_module(f"tests.planted.{name}")))
        for name in names
        if name not in APART and not name.startswith("test_")
    ]
