"""Folders of pictures: summaries by what the pictures reveal. Single tags are never held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from audit.artifacts.base import Artifact


@dataclass(frozen=True, slots=True)
class PhotoFolder(Artifact):
    """The pictures that stand directly in one folder.

    `reveals` counts pictures by `audit.formats.base.Reveal`; `examples` gives up to three paths for each;
    `previews_differ` counts previews that show something else than the picture; `unread` counts, by format,
    pictures and videos that are not read yet.
    """

    KIND: ClassVar[str] = "photo-folder"
    path: str
    user: str
    pictures: int
    reveals: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    previews_differ: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
