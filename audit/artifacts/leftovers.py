"""What leftovers are counted by: which endings are pictures and videos, how large something is in words, and how much one scan looks at."""

from __future__ import annotations

# ruff: noqa: SIM905 - a list of names reads better as words
from typing import NamedTuple

from audit.sources.base import Bulk

PICTURES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .apng .gif .webp .tif .tiff .heic .heif .hif .avif .jxl .jp2 .bmp .psd .xcf .kra "
    ".dng .cr2 .cr3 .nef .nrw .arw .orf .rw2 .raf .pef .srw".split()
)
VIDEOS = frozenset(".mp4 .m4v .mov .3gp .3g2 .mkv .webm .avi .mpg .mpeg .mts .m2ts .wmv .flv .ogv".split())
MOST = 20_000  # entries of one folder and all below it


class Held(NamedTuple):
    """How many pictures and videos, and their bytes."""

    pictures: int
    videos: int
    size: int


def media(bulk: Bulk) -> Held:
    """The pictures and videos of a folder, by the endings of their names."""

    def total(endings: frozenset[str], part: int) -> int:
        return sum(found[part] for ending, found in bulk.endings.items() if ending in endings)

    return Held(total(PICTURES, 0), total(VIDEOS, 0), total(PICTURES | VIDEOS, 1))


def is_media(name: str) -> bool:
    """Whether a name ends like a picture's or a video's."""
    dot = name.rfind(".")
    return dot >= 0 and name[dot:].lower() in PICTURES | VIDEOS


def size_of(count: int) -> str:
    """Bytes as people read them: "less than 1 MB", "12 MB", "3 GB"."""
    if count < 1_000_000:
        return "less than 1 MB"
    if count < 1_000_000_000:
        return f"{count // 1_000_000} MB"
    return f"{count // 1_000_000_000} GB"
