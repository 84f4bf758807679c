"""What the tags of a sound file tell, read by mutagen; and what every kind of sound has in common here."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from audit.formats.base import Bytes, Copy, FormatError, Policy, Reveal, Tag
from audit.formats.words import clip
from audit.rewriters.base import AUDIO_MISSING, MOST_TAGS, as_file, needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Piece, Reader

_LARGEST_PICTURE: Final = 16 << 20
# Frames of ID3v2 (id3.org, id3v2.4.0-frames, 4), names in Vorbis comments and APE tags, and of RIFF's INFO lists.
_LOOKS: Final = (
    (re.compile(r"^(?:APIC|PIC)|picture|coverart|cover art", re.IGNORECASE), Reveal.PICTURE),
    (re.compile(r"^(?:TENC|TSSE|ISFT)|encod|software|^vendor", re.IGNORECASE), Reveal.SOFTWARE),
    (re.compile(r"^(?:TD[A-Z]{2}|TYER|TDAT|TIME|TORY|ICRD|year)$|date|time", re.IGNORECASE), Reveal.TIME),
    (re.compile(r"location|gps|latitude|longitude|xyz|geo(?!b)", re.IGNORECASE), Reveal.LOCATION),
    (
        re.compile(
            r"^(?:T(?:PE|OPE|COM|OLY|EXT|OWN|PUB|COP)|IART|ICOP|IENG)|artist|composer|author|performer|owner|copyright|contact",
            re.IGNORECASE,
        ),
        Reveal.OWNER,
    ),
    (re.compile(r"^(?:UFID|PRIV|GEOB|PCNT)|isrc|serial|_id$", re.IGNORECASE), Reveal.SERIAL),
)


class Layout:
    """What becomes of a file, gathered from its beginning to its end."""

    def __init__(self, group: str) -> None:
        self.pieces: list[Piece] = []
        self.gone: list[Tag] = []
        self._group = group

    def keep(self, start: int, stop: int) -> None:
        if stop > start:
            self.pieces.append(Copy(start, stop))

    def write(self, data: bytes, name: str) -> None:
        self.pieces.append(Bytes(data, name))

    def say(self, name: str, text: str, reveals: Reveal | None = None) -> None:
        """What goes in words."""
        if len(self.gone) < MOST_TAGS:
            self.gone.append(Tag(self._group, name, clip(text), reveals or _reveals(name)))

    def drop(self, name: str, size: int, reveals: Reveal = Reveal.UNKNOWN) -> None:
        if size and len(self.gone) < MOST_TAGS:
            self.gone.append(Tag(self._group, name, f"{size} bytes", reveals))

    def change(self, reader: Reader, start: int, data: bytes, name: str) -> None:
        """Write `data` in place of as many bytes from `start`; what was there goes unless it is the same."""
        if reader.read(start, len(data)) != data:
            self.drop(name, len(data), Reveal.SOFTWARE)
        self.write(data, name)


def synchsafe(data: bytes) -> int:
    """Four times seven bits (id3v2.4.0-structure, 6.2)."""
    value = 0
    for byte in data[:4]:
        value = value << 7 | byte & 0x7F
    return value


def id3_size(reader: Reader, at: int) -> int:
    """Bytes of the ID3v2 tag that begins there, with its footer; 0 if there is none."""
    head = reader.read(at, 10) if at < reader.size else b""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    return min(10 + synchsafe(head[6:]) + (10 if head[5] & 0x10 else 0), reader.size - at)


class Sound:
    """A rewriter of one kind of sound: `layout` tells what stays, mutagen what the rest says."""

    medium = "audio"
    extra = "audio"

    def __init__(
        self,
        name: str,
        extensions: Sequence[str],
        layout: Callable[[Reader], Layout],
        readers: Callable[[Reader], Sequence[Callable[[Any], Any]]],
    ) -> None:
        """`readers` are mutagen's own, one for each kind of tags."""
        self.name = name
        self.extensions = extensions
        self._layout = layout
        self._readers = readers

    def reveals(self, reader: Reader) -> list[Tag]:
        needed("mutagen", AUDIO_MISSING)
        said = [tag for each in self._readers(reader) for tag in _tags(self.name, each, reader)]
        return [*said, *self._layout(reader).gone][:MOST_TAGS]

    def rewrite(self, reader: Reader, policy: Policy) -> Sequence[Piece]:
        """Nothing that a policy could keep stands in these."""
        del policy
        needed("mutagen", AUDIO_MISSING)
        return self._layout(reader).pieces


def _tags(group: str, read: Callable[[Any], Any], reader: Reader) -> Iterator[Tag]:
    """What mutagen finds. Tags that it cannot read are told of by the layout, and go all the same."""
    try:
        found = read(as_file(reader))
        tags = getattr(found, "tags", found)
        items = sorted(((str(key), value) for key, value in (tags or {}).items()), key=itemgetter(0))
        pictures = list(getattr(found, "pictures", ()))
    except Exception:  # noqa: BLE001 - whatever a stranger's file makes it raise
        return
    for key, value in items[:MOST_TAGS]:
        yield from _told(group, key, value)
    for each in pictures[:64]:
        yield from _picture(group, "picture", each.data)


def _told(group: str, key: str, value: Any) -> Iterator[Tag]:
    data = getattr(value, "data", None)
    reveals = _reveals(key)
    if isinstance(data, bytes):
        yield from _picture(group, key[:100], data, reveals)
        return
    texts = value if isinstance(value, list) else [value]
    for each in texts[:50]:
        yield Tag(group, key[:100], clip(str(each)), reveals)


def _reveals(key: str) -> Reveal | None:
    if key.lower() == "waveformatextensible_channel_mask":
        return None  # which loudspeakers the channels are for
    return next((reveal for pattern, reveal in _LOOKS if pattern.search(key)), Reveal.COMMENT)


def _picture(group: str, name: str, data: bytes, reveals: Reveal | None = Reveal.PICTURE) -> Iterator[Tag]:
    """A cover, and what its own metadata say."""
    from audit.rewriters.inside import picture

    yield Tag(group, name, f"{len(data)} bytes", reveals)
    if reveals is Reveal.PICTURE and len(data) <= _LARGEST_PICTURE:
        try:
            yield from picture(data, Policy())[1]
        except FormatError:
            return
