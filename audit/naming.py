"""Names in a target folder: those that collide, neutral ones, and files that belong to a picture beside them."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

from audit.drafts import NAME_LIMIT
from audit.media import named_as_medium

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# What other programs write beside a picture: XMP part 3, 1.1.1 (the same name, `.xmp`); Apple Photos' edits (`.aae`);
# Google Takeout's `IMG_1.jpg.json` and `IMG_1.jpg.supplemental-metadata.json`; a camera's preview of a video (`.thm`).
_SIDECARS = (".xmp", ".aae", ".json", ".thm")
_STILLS = (".heic", ".heif", ".jpg", ".jpeg")
_MOVING = (".mov", ".mp4")
FEWEST_DIGITS = 4


class Names:
    """The names taken in one target folder. Names that differ only in case, or in how an accent is coded, collide."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """`name`, or `name-2`, `name-3` … before its extension, cut to what a file system allows."""
        stem, extension = os.path.splitext(name)
        new, number = name, 1
        while (folded := _folded(new)) in self._taken:
            number += 1
            new = f"{_cut(stem, f'-{number}{extension}')}-{number}{extension}"
        self._taken.add(folded)
        return new


def _folded(name: str) -> str:
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).casefold()


def _cut(stem: str, ending: str) -> str:
    room = NAME_LIMIT - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem


def own_name(path: str) -> str:
    """The last name of a path; that of the real folder for `.`, `..` and the like."""
    name = os.path.basename(path.rstrip(os.sep))
    return name if name not in ("", ".", "..") else os.path.basename(os.path.realpath(path)) or "root"


def neutral(files: Sequence[str], first: int = 1) -> dict[str, str]:
    """A name for each file of a folder that says nothing: `0001.jpg`, in the order given.

    Files of one stem share a number: a live photo stays a pair. What is no medium by its name is counted behind the
    others, so that it leaves no gap.
    """
    ordered = sorted(files, key=lambda name: not named_as_medium(name))  # stable
    stems = dict.fromkeys(_folded(os.path.splitext(name)[0]) for name in ordered)
    numbers = {stem: number for number, stem in enumerate(stems, first)}
    digits = max(FEWEST_DIGITS, len(str(first + len(stems))))
    found = {}
    for name in ordered:
        stem, extension = os.path.splitext(name)
        kept = extension.lower() if named_as_medium(name) else ""
        found[name] = f"{numbers[_folded(stem)]:0{digits}}{kept}"
    return found


def neutral_folder(number: int) -> str:
    return f"folder-{number:02}"


def is_sidecar(name: str) -> bool:
    """Whether a file is named as those that other programs write beside a picture."""
    return name.lower().endswith(_SIDECARS)


def companions(files: Iterable[str]) -> dict[str, str]:
    """Sidecars and the videos of live photos among the files of a folder, each with the picture that it belongs to."""
    known = {_folded(name): name for name in files}
    stems = {os.path.splitext(folded)[0]: name for folded, name in _stills(known)}
    found: dict[str, str] = {}
    for folded, name in known.items():
        stem, extension = os.path.splitext(folded)
        if extension in _MOVING and stem in stems:
            found[name] = stems[stem]
        elif extension in _SIDECARS and (picture := _beside(stem, known)):
            found[name] = picture
    return found


def _stills(known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((folded, name) for folded, name in known.items() if folded.endswith(_STILLS))


def _beside(stem: str, known: Mapping[str, str]) -> str | None:
    """The picture of a sidecar called `stem` and something: `IMG_1.jpg.xmp`, `IMG_1.xmp` or `IMG_1.jpg.supplemental-….json`."""
    while stem:
        if stem in known and named_as_medium(stem):
            return known[stem]
        shorter = os.path.splitext(stem)[0]
        if shorter == stem:
            break
        stem = shorter
    return next(
        (
            name
            for folded, name in known.items()
            if named_as_medium(name) and os.path.splitext(folded)[0] == stem
        ),
        None,
    )
