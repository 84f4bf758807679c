"""The frames of a movie, one by one, for what stands inside them and goes: see `frames`."""

from __future__ import annotations

from operator import sub
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import frames, mp4_codecs, mp4_fragments
from audit.formats.mp4_parts import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.frames import Form
    from audit.formats.mp4_movie import Entry, Track

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


class Look:
    """Looks into the frames of a track as it is told where they are. What goes in them is in `found`.

    It looks no further where they have more bytes than the file, which they can only where they lie on one another.
    """

    def __init__(self, reader: Reader, track: Track, form: Form, *, whole: bool) -> None:
        """With `whole` false, only the first few are looked into."""
        self.found: Final[list[Change]] = []
        self._reader = reader
        self._number = track.number
        self._form = form
        self._whole = whole
        self._frames = reader.size if whole else _FIRST  # how many are left, at most
        self._bytes = reader.size

    @property
    def more(self) -> bool:
        """Whether it wants to be told of more."""
        return self._frames > 0 and self._bytes >= 0

    def __call__(self, starts: Sequence[int], sizes: Sequence[int]) -> None:
        """Raises OSError."""
        self._bytes -= sum(sizes)
        if not self.more:
            return
        starts, sizes = starts[: self._frames], sizes[: self._frames]
        self._frames -= len(starts)
        for start, stop in frames.doubtful(self._form, self._reader, starts, sizes):
            if stop <= self._reader.size:
                self.found.extend(self._changes(start, stop))

    def runs(self, starts: Sequence[int], sizes: Sequence[int]) -> list[int] | None:
        """Of runs of frames those that it wants to be told of frame by frame, by their numbers; None for all. Raises OSError."""
        if not self._whole or self._form != frames.AAC or sum(sizes) > self._bytes:
            return None
        wanted = frames.doubtful_runs(self._reader, starts, sizes)
        self._bytes -= sum(sizes) - sum(map(sizes.__getitem__, wanted))
        return wanted

    def into(self, runs: Sequence[mp4_fragments.Run]) -> None:
        """The same for the frames of this track in fragments."""
        for run in runs:
            if run.track == self._number and self.more:
                for starts, stops in mp4_fragments.of_run(self._reader, run):
                    self(starts, list(map(sub, stops, starts)))

    def _changes(self, start: int, stop: int) -> Iterator[Change]:
        for at, new in frames.changes(self._form, self._reader, start, stop):
            name = frames.NAME if len(self.found) < frames.MOST_TOLD else frames.MORE
            yield Change(at, new, name + self._form.codec)


def look(reader: Reader, track: Track, *, whole: bool) -> Look | None:
    """What looks into the frames of a track; None where nothing is known to stand in such ones."""
    form = form_of(reader, track)
    return Look(reader, track, form, whole=whole) if form else None


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
