"""Kinds of things on a device. One module each: the record, its pure parsers, its collector."""

from __future__ import annotations

import importlib
import pkgutil

from audit.artifacts.base import Artifact, collected_kinds


def kinds() -> dict[str, type[Artifact]]:
    """Every kind of artifact by its name in snapshots and cases."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return {kind.KIND: kind for kind in collected_kinds()}
