"""Whether the previews inside pictures show what the pictures show: what of that was not compared is a gap of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.photo import PhotoFolder
from audit.model import GapKind


@dataclass(frozen=True, slots=True)
class PreviewCheck(Artifact):
    """One folder's previews: how many differ from their picture, and how many were not compared."""

    KIND: ClassVar[str] = "preview-check"
    path: str
    differ: int
    not_compared: int = 0


@collects(PreviewCheck)
def collect(look: Look) -> Iterator[PreviewCheck]:
    folders = [each for each in look.see(PhotoFolder) if each.previews_differ or each.previews_not_compared]
    yield from (PreviewCheck(each.path, each.previews_differ, each.previews_not_compared) for each in folders)
    if left := sum(each.previews_not_compared for each in folders):
        look.gap(GapKind.PREVIEWS, count=str(left))
