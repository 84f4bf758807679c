"""The frames of a movie, one by one, for what stands inside them and goes: see `frames`."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import frames, mp4_samples
from audit.formats.base import FormatError
from audit.formats.mp4_parts import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Span
    from audit.formats.frames import Form
    from audit.formats.mp4_movie import Entry, Movie, Track

_FIRST: Final = 16  # frames of a video that are looked into where not all are
_LARGEST_CONFIG: Final = 64
_JPEG: Final = frozenset({"jpeg", "mjpg", "mjpa", "AVDJ", "dmb1"})
_BEFORE: Final = 86  # bytes of a description of video before the boxes in it


class Change(NamedTuple):
    """These bytes stand at `start` instead."""

    start: int
    new: bytes
    name: str


def changes(
    reader: Reader,
    movie: Movie,
    runs: Sequence[mp4_samples.Run],
    kept: Sequence[mp4_samples.Spans],
    *,
    whole: bool,
) -> list[Change]:
    """All of them, in order; none where samples lie on one another."""
    found: list[Change] = []
    for track in movie.shown:
        if form := form_of(reader, track):
            samples = chain(
                _listed(reader, track),
                *(mp4_samples.of_run(reader, run) for run in runs if run.track == track.number),
            )
            found += _of_track(reader, form, samples if whole else islice(samples, _FIRST))
    if found and sum(one.told for one in kept) != sum(
        stop - start for start, stop in mp4_samples.ordered(kept)
    ):
        return []
    return sorted(found)


def _listed(reader: Reader, track: Track) -> Iterator[Span]:
    try:
        yield from mp4_samples.one_by_one(reader, track)
    except FormatError:
        return  # it was said already


def _of_track(reader: Reader, form: Form, samples: Iterable[Span]) -> Iterator[Change]:
    told = 0
    for start, stop in samples:
        if stop <= reader.size:
            for one in frames.changes(form, reader, start, stop):
                told += 1
                yield Change(*one, (frames.NAME if told <= frames.MOST_TOLD else frames.MORE) + form.codec)


def form_of(reader: Reader, track: Track) -> Form | None:
    """How the frames of a track are taken apart, if all its descriptions agree."""
    forms = {_form(reader, entry) for entry in track.entries}
    return forms.pop() if len(forms) == 1 else None


def _form(reader: Reader, entry: Entry) -> Form | None:
    box = entry.box
    if box.kind == "mp4a":
        return frames.AAC
    if box.kind in _JPEG:
        return frames.JPEG
    for one in inside(reader, min(box.body + _BEFORE - 8, box.stop), box.stop):
        data = reader.read(one.body, min(one.stop - one.body, _LARGEST_CONFIG))
        if one.kind == "avcC":
            return frames.avc(data)
        if one.kind == "hvcC":
            return frames.hevc(data)
    return None
