"""The interface of a picture format: one walker serves reading, scrubbing and verifying.

A walker tiles a file: every byte lies in exactly one `Segment`. Reading interprets segments, scrubbing
plans a copy from them, verifying walks the copy. Walkers are pure: they see a `Reader` and never a path.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class FormatError(Exception):
    """A file that breaks its format. Nothing is written for such a file; the batch goes on."""

    def __init__(self, offset: int, why: str) -> None:
        """`offset` is the byte where the walk stopped; `why` is a short clause in plain English."""
        super().__init__(f"{why} (at byte {offset})")
        self.offset = offset
        self.why = why


class UnsupportedError(FormatError):
    """A file of a kind that is not scrubbed at all, told only by what stands deep inside it: a raw camera file."""


class Reader(Protocol):
    """Ranged, read-only access to a file. Never hold the whole of a big file."""

    @property
    def size(self) -> int:
        """Bytes in the file when it was opened."""
        ...

    def read(self, start: int, size: int) -> bytes:
        """At most `size` bytes from `start`; fewer at the end of the file. Raises OSError."""
        ...


class Role(StrEnum):
    PAYLOAD = "payload"  # the picture itself: coded samples
    STRUCTURE = "structure"  # needed to show it: headers, tables, colour, animation
    METADATA = "metadata"  # known, and not needed to show it
    ORPHAN = "orphan"  # unknown, between structures, or after the end


class Segment(NamedTuple):
    """The bytes `start` (included) to `stop` (excluded) of a file."""

    start: int
    stop: int
    name: str  # the format's own word: "APP1/Exif", "SOS", "tEXt", "ANMF/ALPH", "trailer"
    role: Role


class Reveal(StrEnum):
    """What a stranger would learn from a tag."""

    LOCATION = "location"
    TIME = "time"
    DEVICE = "device"
    SERIAL = "serial"
    OWNER = "owner"
    PERSON = "person"
    THUMBNAIL = "thumbnail"
    TRAILER = "trailer"
    SOFTWARE = "software"
    COMMENT = "comment"
    PROMPT = "prompt"  # what was asked of an image generator
    EDIT = "edit"  # history of changes, document ids
    VIDEO = "video"  # a hidden clip: motion photo
    PICTURE = "picture"  # a second picture: MPF, gain map
    PROVENANCE = "provenance"  # C2PA and other signed claims
    COLOUR = "colour"  # an ICC profile that names somebody or a device
    UNKNOWN = "unknown"  # bytes whose meaning is not known


class Tag(NamedTuple):
    """One thing read from a segment. `value` is text for people, at most 1,000 characters, not yet made safe to print."""

    group: str  # "EXIF", "GPS", "XMP", "IPTC", "PNG", "JFIF", "MakerNote", "Trailer" …
    name: str
    value: str
    reveals: Reveal | None = None


def revealed(tags: Iterable[Tag]) -> tuple[Reveal, ...]:
    """What the tags reveal, each once, in the order of declaration. Members are told by identity: their hashes are slow."""
    found = 0
    for tag in tags:
        if tag[3] is not None:
            found |= _BITS[id(tag[3])]
    return _members(found)


_BITS = {id(reveal): 1 << place for place, reveal in enumerate(Reveal)}


@cache
def _members(bits: int) -> tuple[Reveal, ...]:
    return tuple(reveal for place, reveal in enumerate(Reveal) if bits >> place & 1)


class Keep(StrEnum):
    __hash__ = str.__hash__  # each plan looks for some of them in a set, and the hash of Enum is slow

    ICC = "icc"
    ORIENTATION = "orientation"
    TIME = "time"  # when it was taken
    LOCATION = "location"  # where it was taken
    HDR = "hdr"  # a gain map: a second picture from which screens make bright parts brighter
    DEPTH = "depth"  # a second picture of how far away things are


class Policy(NamedTuple):
    """What scrubbing leaves in place beside the picture itself. Colour profile and orientation stay unless dropped."""

    keep: frozenset[Keep] = frozenset({Keep.ICC, Keep.ORIENTATION})


class Copy(NamedTuple):
    """These bytes of the original, unchanged."""

    start: int
    stop: int


class Bytes(NamedTuple):
    """New bytes, for example a header whose length or flags must follow, or the lone orientation block."""

    data: bytes
    name: str  # the segment name a walk of the result finds it under


class Zero(NamedTuple):
    """So many zero bytes, where the layout must stay."""

    size: int


Piece = Copy | Bytes | Zero


class Rewalks(Protocol):
    """A walker that need not search picture data again which was searched once and is there again byte for byte."""

    def rewalk(
        self, reader: Reader, proven: Sequence[Segment], before: Sequence[Segment] = ()
    ) -> Sequence[Segment]:
        """Like `Walker.segments`. `proven` are payload segments of another file, moved to where this one has their bytes.

        Where one ends, the walk goes on by what stands in this file. What the walk finds, and whether the plan changes
        anything, depends only on the bytes outside of them. `before` are all segments of the other file: what a walker
        made of some bytes there it may take over, if it finds the same bytes here.
        """
        ...


class KeepsLayout(Protocol):
    """A walker whose plans nearly always leave what stays at its place: a copy may be begun before there is one."""

    @property
    def keeps_layout(self) -> bool: ...


class Walker(Protocol):
    """A format that can be tiled. Stateless; a module-level instance `WALKER` stands in each format's module."""

    @property
    def name(self) -> str:
        """What people call it: "JPEG"."""
        ...

    @property
    def extensions(self) -> Sequence[str]:
        """Lower case, with the dot, the usual one first: (".jpg", ".jpeg")."""
        ...

    def sniff(self, head: bytes) -> bool:
        """Whether a file that starts with `head` (up to 64 bytes) is of this format. The name is never asked."""
        ...

    def segments(self, reader: Reader) -> Sequence[Segment]:
        """The whole file in order, without gap or overlap. Raises FormatError when nothing can be told apart.

        What follows a break in the structure is one last orphan named "truncated" or "unreadable", so that
        the tags before it can still be read; `plan` raises FormatError there if the picture needs it.
        """
        ...

    def header(self, reader: Reader) -> Sequence[Segment]:
        """Like `segments`, but picture data may be left unscanned when the file seems to end with it.

        For reading many files fast. What hides behind picture data may be missed; never plan from it.
        """
        ...

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        """What one segment says. A segment whose inside is malformed yields what could be read and a tag that says so."""
        ...

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        """Width and height of the picture in pixels as stored, before any turning; None if it does not say."""
        ...

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        """The preview picture that travels in the metadata, as a file of its own (a JPEG), if there is one."""
        ...

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        """The scrubbed file, piece by piece: an allow-list, so what is not known to be needed is left out.

        A file is clean already exactly when its plan gives back its own bytes, which is then the one piece
        Copy(0, size); so a plan of a scrubbed file must be the file itself. Raises FormatError for a file too
        broken to be scrubbed.
        """
        ...
