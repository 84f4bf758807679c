"""What hides in pictures beside their tags: previews that differ, data behind the end. What was not looked at is a gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.photo import PhotoFolder
from audit.model import GapKind


@dataclass(frozen=True, slots=True)
class PreviewCheck(Artifact):
    """One folder: how many previews differ from their picture, how many were not compared, how many ends not seen."""

    KIND: ClassVar[str] = "preview-check"
    path: str
    differ: int
    not_compared: int = 0
    ends_not_seen: int = 0


@collects(PreviewCheck)
def collect(look: Look) -> Iterator[PreviewCheck]:
    folders = look.see(PhotoFolder).items
    for each in folders:
        if each.previews_differ or each.previews_not_compared or each.ends_not_seen:
            yield PreviewCheck(
                each.path, each.previews_differ, each.previews_not_compared, each.ends_not_seen
            )
    if left := sum(each.previews_not_compared for each in folders):
        look.gap(GapKind.PREVIEWS, count=str(left))
    if left := sum(each.ends_not_seen for each in folders):
        look.gap(GapKind.ENDS, count=str(left))
