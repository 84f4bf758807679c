"""Movies part by part (ISO/IEC 14496-12; QuickTime file format): what showing and hearing them needs stays where it stands.

Every byte keeps its place, so that all offsets in a file stay true: a box that goes becomes `free` and holds zeros.
"""

from __future__ import annotations

from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Final

from audit.formats import mp4_codecs, mp4_forms, mp4_fragments, mp4_frames, mp4_movie, mp4_samples, trailers
from audit.formats.base import FormatError, Role
from audit.formats.bmff import Box, Fields
from audit.formats.heif_props import is_profile
from audit.formats.mp4_parts import FREE, Parts, header, inside, named
from audit.formats.mp4_rules import FLAGS, KNOWN, OFTEN, RULES, TABLE, WIDE
from audit.formats.mp4_runs import spoken
from audit.formats.mp4_spans import Cursor, Spans, merged
from audit.formats.pieces import body

if TYPE_CHECKING:
    from audit.formats.base import Policy, Reader
    from audit.formats.bmff import Span
    from audit.formats.mp4_forms import Form
    from audit.formats.mp4_movie import Entry, Track

_DEEPEST: Final = 6  # boxes in one another inside a description


class Walk:
    """One walk through a file. What is wrong with it is in `error`, and the parts are there all the same.

    With `whole` false, only the first frames of a video are looked into; none if they are `proven`. `before` is the walk
    through another file, from which it is taken where the samples are, if the tables of both are the same.
    """

    def __init__(
        self,
        reader: Reader,
        policy: Policy,
        *,
        whole: bool = True,
        proven: bool = False,
        before: Walk | None = None,
    ) -> None:
        self.reader: Final = reader
        self.whole: Final = whole
        self.policy: Final = policy
        self.error: FormatError | None = None
        self.movie: Final = mp4_movie.read(reader)
        self.parts: Final = Parts(reader)
        self._shown: Final = self.movie.numbers
        self._track: Track | None = None
        self._runs: list[mp4_fragments.Run] = []
        self._offsets: dict[int, int] = {}  # what tables of samples in fragments must say instead
        try:
            mp4_movie.check(self.movie)
        except FormatError as error:
            self.error = error
        self._looks: list[mp4_frames.Look] = []
        told = before and mp4_samples.alike(reader, self.movie, before.reader, before.movie)
        lists, gone = ([before.kept], []) if before and told else self._samples(proven=proven)
        self.kept: Spans = lists[0] if len(lists) == 1 else merged(lists)
        self._kept, self._gone = Cursor(iter(self.kept)), Cursor(iter(merged(gone)))
        overlap = sum(one.told for one in lists) != self.kept.size
        self._changes: deque[mp4_frames.Change] = deque(
            () if overlap else sorted(chain.from_iterable(look.found for look in self._looks))
        )
        for box in self.movie.outer:
            self._outer(box)
        for span in self._kept.before(reader.size):
            self._misplaced(span)
        self.stop: Final = self.movie.outer[-1].stop if self.movie.outer else 0
        for one in trailers.segments(reader, self.stop):
            self.parts.keep(*one)
        del self._kept, self._gone, self._runs, self._looks

    def _refuse(self, error: FormatError) -> None:
        self.error = self.error or error

    def _misplaced(self, span: Span) -> None:
        self._refuse(FormatError(span[0], "samples without a place"))

    def _samples(self, *, proven: bool) -> tuple[list[Spans], list[Spans]]:
        """Where the samples are that stay, and those that go. Those that stay are looked into unless they are proven."""
        kept: list[Spans] = []
        gone: list[Spans] = []
        media = self.movie.media
        for track in self.movie.tracks:
            look = (
                None if proven or not track.shown else mp4_frames.look(self.reader, track, whole=self.whole)
            )
            self._looks += [look] if look else []
            try:
                (kept if track.shown else gone).append(mp4_samples.of_track(self.reader, track, media, look))
            except FormatError as error:
                if track.shown:
                    self._refuse(error)
        runs = self._runs
        for box in self.movie.outer:
            if box.kind == "moof":
                try:
                    runs += mp4_fragments.of_fragment(self.reader, box, self.movie)
                except FormatError as error:
                    self._refuse(error)
        for look in self._looks:
            look.into(runs)
        self._offsets = {run.place: run.offset for run in runs if run.offset is not None}
        size = self.reader.size
        for stay, lists in ((True, kept), (False, gone)):
            within = [
                run for run in runs if (run.track in self._shown) is stay and run.start < min(run.stop, size)
            ]
            block = [run.start for run in within], [min(run.stop, size) for run in within]
            lists.append(Spans([block]))
        return kept, gone

    def _outer(self, box: Box) -> None:
        parts = self.parts
        if box.kind in {"ftyp", "styp"}:
            self._form(box, mp4_forms.file_type, box.kind)
        elif box == self.movie.box:
            self._inside(box, "moov", "moov")
        elif box.kind == "mdat":
            parts.open(box, "mdat")
            self._media(box)
        elif box.kind == "moof":
            self._inside(box, "moof", "moof")
        elif box.kind == "sidx" and self._number(box, 4) in self._shown:
            self._form(box, mp4_forms.index, box.kind)
        else:
            self._free(box, "")

    def _media(self, box: Box) -> None:
        """Samples that stay, and what lies between them."""
        for span in self._kept.before(box.body):
            self._misplaced(span)
        at = box.body
        for start, stop in self._kept.before(box.stop):
            self._gap(at, start)
            self._payload(start, stop)
            at = stop
        self._gap(at, box.stop)

    def _payload(self, start: int, stop: int) -> None:
        changes = self._changes
        while changes and changes[0].start < stop:
            one = changes.popleft()
            if start <= one.start and one.start + len(one.new) <= stop:
                self.parts.keep(start, one.start, "samples", Role.PAYLOAD)
                self.parts.write(one.start, one.new, one.name, Role.METADATA)
                start = one.start + len(one.new)
        self.parts.keep(start, stop, "samples", Role.PAYLOAD)

    def _gap(self, at: int, stop: int) -> None:
        if at >= stop:
            return
        list(self._gone.before(at))
        for begin, end in self._gone.before(stop):
            self.parts.zero(at, begin, "nobody's")
            self.parts.zero(begin, end, "samples of tracks that go", Role.METADATA)
            at = end
        self.parts.zero(at, stop, "nobody's")

    def _inside(self, box: Box, rules: str, path: str) -> None:
        """A box of boxes."""
        self.parts.open(box, path)
        seen: set[str] = set()
        at = box.body
        for inner in inside(self.reader, box.body, box.stop):
            rule = RULES[rules].get(inner.kind)
            if inner.kind in seen and rule and inner.kind not in OFTEN:
                self._refuse(FormatError(inner.start, "a box that is there twice"))
            seen.add(inner.kind)
            self._box(inner, rule, path)
            at = inner.stop
        self.parts.zero(at, box.stop, f"behind {path}")

    def _box(self, box: Box, rule: Form | str | None, path: str) -> None:
        name = f"{path}/{box.kind}"
        if rule is None:
            self._free(box, path)
        elif rule == TABLE:
            self._table(box, name)
        elif not isinstance(rule, str):
            if box.kind == "trex" and self._number(box, 4) not in self._shown:
                self._free(box, path)
            else:
                self._form(box, rule, "moof" if path.startswith("moof") else name)
        elif special := _SPECIAL.get(rule):
            special(self, box, name)
        else:
            self._inside(box, rule, name)

    def _number(self, box: Box, at: int) -> int:
        return int.from_bytes(self.reader.read(box.body + at, 4), "big")

    def _free(self, box: Box, path: str) -> None:
        name = named(box.kind)
        known = box.kind in KNOWN
        self.parts.free(box, f"{path}/{name}" if path else name, Role.METADATA if known else Role.ORPHAN)

    def _form(self, box: Box, form: Form, name: str) -> None:
        """A box whose body is written anew, as long as it was."""
        data = body(self.reader, box.body, box.stop)
        try:
            new = _fitting(box, form(Fields(data, box.body), self.policy))
        except FormatError as error:
            self._refuse(error)
            self.parts.keep(box.start, box.stop, name)
            return
        if new is None:
            self.parts.free(box, name)
            return
        self.parts.write(box.start, header(self.reader, box) + self._settled(box, new), name)
        self.parts.zero(box.body + len(new), box.stop, f"behind {name}")

    def _settled(self, box: Box, new: bytes) -> bytes:
        """What a header says of other tracks than its own."""
        if box.kind == "mvhd" and self._shown:
            return mp4_forms.whole(new, self.movie.shown)
        if box.kind == "tkhd" and self._track:
            return mp4_forms.placed(new, self._track, self.movie.shown)
        return new

    def _table(self, box: Box, name: str) -> None:
        """A table of numbers stays, up to the row that it says is its last."""
        head = self.reader.read(box.body, min(12, box.stop - box.body))
        size = mp4_forms.table_size(box.kind, head) if len(head) >= 8 else box.stop
        if size > box.stop - box.body:
            self._refuse(mp4_forms.too_short(box.start))
            self.parts.keep(box.start, box.stop, name)
            return
        flags = int.from_bytes(head[1:4], "big") & FLAGS.get(box.kind, 0)
        first = bytes((head[0] & 1 if box.kind in WIDE else 0,)) + flags.to_bytes(3, "big")
        if box.kind == "stz2":
            first += bytes(3)
        if box.start in self._offsets:
            first += head[4:8] + (self._offsets[box.start] & 0xFFFFFFFF).to_bytes(4, "big")
        name = "moof" if name.startswith("moof") else name
        if self._track and (rows := spoken(self.reader, self._track, box.kind, box.body, size)) is not None:
            first, size = first + rows, 4 + len(rows)
        self.parts.open(box, name)
        self.parts.write(box.body, first, name)
        self.parts.keep(box.body + len(first), box.body + size, name)
        self.parts.zero(box.body + size, box.stop, f"behind {name}")

    def track(self, box: Box, name: str) -> None:
        """8.3.1: a track that is shown, or one that goes as a whole."""
        self._track = next((one for one in self.movie.tracks if one.box == box), None)
        if self._track is None or not self._track.shown:
            kind = self._track.codec or self._track.handler if self._track else ""
            self.parts.free(box, f"track {named(kind) or 'without a kind'}")
        else:
            self._inside(box, "trak", name)

    def links(self, box: Box, name: str) -> None:
        """8.3.3: to tracks that stay."""
        self.parts.open(box, name)
        at = box.body
        for link in inside(self.reader, box.body, box.stop):
            targets = mp4_movie.linked(self.reader, link)
            if link.kind in mp4_movie.LINKS and targets and self._shown.issuperset(targets):
                end = link.body + 4 * len(targets)
                self.parts.open(link, name)
                self.parts.keep(link.body, end, name)
                self.parts.zero(end, link.stop, f"behind {name}")
            else:
                self.parts.free(link, f"{name}/{named(link.kind)}")
            at = link.stop
        self.parts.zero(at, box.stop, f"behind {name}")

    def sources(self, box: Box, name: str) -> None:
        """8.7.2: samples are in this file; where it once was is not said."""
        start = min(box.body + 8, box.stop)
        self.parts.open(box, name)
        self.parts.write(box.body, bytes(min(4, start - box.body)), name)
        self.parts.keep(box.body + 4, start, name)
        at = start
        for entry in inside(self.reader, start, box.stop):
            head = header(self.reader, entry)
            kind = head[4:8] if head[4:8] in {b"url ", b"urn ", b"alis", b"rsrc"} else b"url "
            flags = bytes((0, 0, 0, 1))[: entry.stop - entry.body]
            self.parts.write(entry.start, head[:4] + kind + head[8:] + flags, name)
            self.parts.zero(entry.body + len(flags), entry.stop, f"behind {name}")
            at = entry.stop
        self.parts.zero(at, box.stop, f"behind {name}")

    def descriptions(self, box: Box, name: str) -> None:
        """8.5.2."""
        first = self.reader.read(box.body, min(8, box.stop - box.body))
        self.parts.open(box, name)
        sound = self._track is not None and self._track.handler == "soun"
        version = bytes((first[0] & 1 if sound else 0,)) if first else b""
        self.parts.write(box.body, version + bytes(len(first[1:4])) + first[4:], name)
        at = box.body + len(first)
        track = self._track
        entries = {entry.box.start: entry for entry in track.entries} if track else {}
        for inner in inside(self.reader, at, box.stop):
            entry = entries.get(inner.start)
            if entry is None or track is None:
                self._refuse(FormatError(inner.start, "too many boxes"))
                self.parts.keep(inner.start, inner.stop, name)
            else:
                self._description(track, entry, name)
            at = inner.stop
        self.parts.zero(at, box.stop, f"behind {name}")

    def _description(self, track: Track, entry: Entry, name: str) -> None:
        box = entry.box
        size = mp4_codecs.head_size(
            track.handler,
            entry.head.ljust(78, b"\0"),
            track.table_version,
            quicktime=self.movie.quicktime or self.reader.read(8, 4) == b"qt  ",
        )
        head = self.reader.read(box.body, min(size, box.stop - box.body))
        if len(head) < size:
            self._refuse(mp4_forms.too_short(box.start))
            self.parts.keep(box.start, box.stop, name)
            return
        self.parts.open(box, name)
        self.parts.write(box.body, mp4_codecs.written_head(track.handler, head), f"{name}/{track.handler}")
        self._settings(box.body + size, box.stop, name, 0)

    def _settings(self, start: int, stop: int, name: str, depth: int) -> None:
        """The boxes that say how samples are decoded and shown."""
        at = start
        for box in inside(self.reader, start, stop):
            if box.kind == "sinf":
                self._refuse(FormatError(box.start, "protected samples"))
            if box.kind in mp4_codecs.NESTED and depth < _DEEPEST:
                self.parts.open(box, name)
                self._settings(box.body, box.stop, name, depth + 1)
            elif box.kind == "\0\0\0\0" and box.stop == box.body:
                self.parts.keep(box.start, box.stop, name)  # QuickTime's end of a list
            else:
                self._setting(box, name)
            at = box.stop
        self.parts.zero(at, stop, f"behind {name}")

    def _setting(self, box: Box, name: str) -> None:
        """A box that becomes shorter has a free one behind it, where there is room for one."""
        data = body(self.reader, box.body, box.stop)
        if box.kind in FREE or (
            box.kind == "glbl" and self._track and self._track.codec in mp4_codecs.CONFIGURED
        ):
            self._free(box, name)
            return
        try:
            new = _fitting(box, mp4_codecs.written(box.kind, Fields(data, box.body), self.policy))
        except FormatError as error:
            self._refuse(FormatError(box.start, error.why))
            self.parts.keep(box.start, box.stop, name)
            return
        own = f"{name}/{'ICC' if is_profile(box.kind, data) else named(box.kind)}"
        if new is None:
            self.parts.free(box, own)
            return
        rest = box.stop - box.body - len(new)
        head = header(self.reader, box)
        if rest >= 8 and len(head) == 8:
            head = (8 + len(new)).to_bytes(4, "big") + head[4:]
            behind = rest.to_bytes(4, "big") + b"free" + bytes(rest - 8)
        else:
            behind = bytes(rest)
        self.parts.write(box.start, head + new, own)
        self.parts.write(box.start + len(head) + len(new), behind, f"behind {own}", Role.METADATA)

    def fragment(self, box: Box, name: str) -> None:
        """8.8.6: of a track that is shown."""
        head = next((one for one in inside(self.reader, box.body, box.stop) if one.kind == "tfhd"), None)
        if head and self._number(head, 4) not in self._shown:
            self.parts.free(box, "moof/traf")
        else:
            self._inside(box, "traf", "moof" if name.startswith("moof") else name)


def _fitting(box: Box, new: bytes | None) -> bytes | None:
    if new is not None and len(new) > box.stop - box.body:
        raise mp4_forms.too_short(box.start)
    return new


_SPECIAL: Final = {
    "trak": Walk.track,
    "tref": Walk.links,
    "dref": Walk.sources,
    "stsd": Walk.descriptions,
    "traf": Walk.fragment,
}
