"""The frames of a movie, one by one, for what stands inside them and goes: see `frames`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import frames, mp4_codecs, mp4_fragments, mp4_samples
from audit.formats.base import FormatError
from audit.formats.mp4_parts import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.frames import Form
    from audit.formats.mp4_movie import Entry, Movie, Track
    from audit.formats.mp4_spans import Block

_FIRST: Final = 16  # frames of a video that are looked into where not all are
_LARGEST_CONFIG: Final = 64
_JPEG: Final = frozenset({"jpeg", "mjpg", "mjpa", "AVDJ", "dmb1"})
_JPEG_TYPE: Final = 0x6C  # mp4ra.org, object types: JPEG
_BEFORE: Final = 86  # bytes of a description of video before the boxes in it


class Change(NamedTuple):
    """These bytes stand at `start` instead."""

    start: int
    new: bytes
    name: str


def changes(
    reader: Reader,
    movie: Movie,
    runs: Sequence[mp4_fragments.Run],
    *,
    whole: bool,
) -> list[Change]:
    """All of them, in order, in a movie whose samples do not lie on one another."""
    found: list[Change] = []
    for track in movie.shown:
        if form := form_of(reader, track):
            blocks = chain(
                _listed(reader, track),
                *(mp4_fragments.of_run(reader, run) for run in runs if run.track == track.number),
            )
            found += _of_track(reader, form, blocks if whole else _first(blocks))
    return sorted(found)


def _listed(reader: Reader, track: Track) -> Iterator[Block]:
    try:
        yield from mp4_samples.samples(reader, track)
    except FormatError:
        return  # it was said already


def _first(blocks: Iterable[Block]) -> Iterator[Block]:
    left = _FIRST
    for starts, stops in blocks:
        yield starts[:left], stops[:left]
        left -= len(starts)
        if left <= 0:
            return


def _of_track(reader: Reader, form: Form, blocks: Iterable[Block]) -> Iterator[Change]:
    told = 0
    for starts, stops in blocks:
        for start, stop in frames.doubtful(form, reader, starts, stops):
            if stop <= reader.size:
                for one in frames.changes(form, reader, start, stop):
                    told += 1
                    yield Change(
                        *one, (frames.NAME if told <= frames.MOST_TOLD else frames.MORE) + form.codec
                    )


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
        if told := _TOLD_BY.get(one.kind):
            return told(reader.read(one.body, min(one.stop - one.body, _LARGEST_CONFIG)))
    return None


def _mpeg4(config: bytes) -> Form | None:
    return frames.JPEG if len(config) > 4 and mp4_codecs.object_type(config) == _JPEG_TYPE else None


_TOLD_BY: Final[dict[str, Callable[[bytes], Form | None]]] = {
    "avcC": frames.avc,
    "hvcC": frames.hevc,
    "av1C": lambda _: frames.AV1,
    "esds": _mpeg4,
}
