"""What a Matroska file says beside its pictures and sound (RFC 9559, 5.1; tag names: draft-ietf-cellar-tags)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from audit.formats import frames, mkv_private, nested, trailers
from audit.formats.base import FormatError, Reveal, Role, Tag
from audit.formats.heif_coded import user_data
from audit.formats.mkv_ebml import Element, children, element
from audit.formats.mkv_tracks import told
from audit.formats.pieces import LARGEST_BLOCK
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Reader, Segment

GROUP: Final = "Matroska"
MOST_TOLD: Final = 4096  # tags of one segment
_MESSAGE: Final = 64 << 10  # bytes of one inside a frame that are looked at
_DEEPEST: Final = 8
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)  # RFC 8794, 7.6

_TAG, _TARGETS, _SIMPLE, _TAG_NAME, _TAG_STRING, _TAG_BINARY = 0x7373, 0x63C0, 0x67C8, 0x45A3, 0x4487, 0x4485
_FILE, _FILE_NAME, _FILE_ABOUT, _FILE_TYPE, _FILE_DATA = 0x61A7, 0x466E, 0x467E, 0x4660, 0x465C
_EDITION, _ATOM, _DISPLAY, _CHAPTER = 0x45B9, 0xB6, 0x80, 0x85

_TEXTS: Final = {
    "Title": Reveal.COMMENT,
    "MuxingApp": Reveal.SOFTWARE,
    "WritingApp": Reveal.SOFTWARE,
    "SegmentFilename": Reveal.COMMENT,
    "PrevFilename": Reveal.COMMENT,
    "NextFilename": Reveal.COMMENT,
    "Name": Reveal.COMMENT,
    "CodecName": Reveal.SOFTWARE,
    "CodecSettings": Reveal.SOFTWARE,
    "CodecInfoURL": Reveal.COMMENT,
    "CodecDownloadURL": Reveal.COMMENT,
    "DocType": Reveal.UNKNOWN,
    "CodecID": Reveal.UNKNOWN,
    "Language": Reveal.UNKNOWN,
    "LanguageBCP47": Reveal.UNKNOWN,
}
_NUMBERS: Final = {
    "SegmentUUID": Reveal.EDIT,
    "PrevUUID": Reveal.EDIT,
    "NextUUID": Reveal.EDIT,
    "SegmentFamily": Reveal.EDIT,
    "TrackUID": Reveal.EDIT,
}
_SILENT: Final = frozenset(
    {
        "CRC-32",
        "Seek",
        "CuePoint",
        "CueTrackPositions",
        "Block",
        "BlockGroup",
        "SilentTracks",
        "AttachmentLink",
    }
)
# draft-ietf-cellar-tags, 4, and what phones and ffmpeg carry over from other formats. The first that is found counts.
_MEANINGS: Final = (
    (re.compile(r"^(?:FILENAME|MIMETYPE)$"), Reveal.COMMENT),
    (re.compile(r"LOCATION|GPS|LATITUDE|LONGITUDE|ISO6709|COUNTRY|CITY"), Reveal.LOCATION),
    (re.compile(r"DATE|TIME$|YEAR"), Reveal.TIME),
    (re.compile(r"SERIAL|IMEI"), Reveal.SERIAL),
    (re.compile(r"MODEL|^MAKE$|\.MAKE$|DEVICE|MANUFACTURER|LENS|ANDROID|CAMERA"), Reveal.DEVICE),
    (re.compile(r"ENCODER|ENCODED_BY|SOFTWARE|TOOL|_APP$|HANDLER_NAME|VENDOR"), Reveal.SOFTWARE),
    (re.compile(r"COPYRIGHT|OWNER|LICENSE|PURCHASE|TERMS_OF_USE"), Reveal.OWNER),
    (
        re.compile(
            r"ARTIST|PERFORMER|AUTHOR|DIRECTOR|PRODUCER|WRITTEN_BY|COMPOSER|LYRICIST|ACTOR|CHARACTER|SCREENPLAY|EDITED_BY"
            r"|PHOTOGRAPHY|INSTRUMENTS|PUBLISHER|CONDUCTOR|ARRANGER|EMAIL|PHONE|ADDRESS|NAME|THANKS"
        ),
        Reveal.PERSON,
    ),
    (re.compile(r"PROMPT|WORKFLOW"), Reveal.PROMPT),
    (re.compile(r"^(?:DURATION|BPS|NUMBER_OF_(?:FRAMES|BYTES)|_STATISTICS_TAGS|SOURCE_ID)(?:-\w+)?$"), None),
)


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """What one segment says; what stays says nothing."""
    if segment.role in {Role.PAYLOAD, Role.STRUCTURE}:
        return
    if segment.name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
        return
    if segment.name.startswith((frames.NAME, frames.MORE)):
        if segment.name.startswith(frames.NAME):
            data = reader.read(segment.start, min(segment.stop - segment.start, _MESSAGE))
            yield from frames.tags(segment.name.removeprefix(frames.NAME), data)
        return
    kind = segment.name.rpartition("/")[2]
    one = element(reader, segment.start)
    if segment.role is Role.ORPHAN or one is None:
        yield _unknown(reader, segment, one)
    elif kind not in _SILENT:
        yield from _known(reader, kind, one._replace(stop=segment.stop))


def _known(reader: Reader, kind: str, one: Element) -> Iterator[Tag]:
    if kind in _TEXTS:
        value = _text(reader, one)
        yield Tag(GROUP, kind, value or f"{one.stop - one.body} bytes", _TEXTS[kind])
    elif kind in _NUMBERS:
        yield Tag(GROUP, kind, one.data(reader, 32).hex(), _NUMBERS[kind])
    elif (reading := _READ.get(kind)) is not None:
        yield from reading(reader, one)
    else:
        yield Tag(GROUP, kind, f"{one.stop - one.body} bytes", Reveal.UNKNOWN)


def _text(reader: Reader, one: Element) -> str:
    return decoded(one.data(reader, 4000))


def _unknown(reader: Reader, segment: Segment, one: Element | None) -> Tag:
    start = (
        one.body if one and segment.name in {"unknown", "Void"} and one.body < segment.stop else segment.start
    )
    data = reader.read(start, min(64, segment.stop - start))
    if segment.name == "Void":
        while not any(data) and start < segment.stop:
            start += len(data)
            data = reader.read(start, min(1 << 16, segment.stop - start))
        data = data.lstrip(b"\0")[:64]
    size = f"{segment.stop - segment.start} bytes"
    return Tag(GROUP, segment.name, clip(f"{size}, begins with {decoded(data)!r}"), Reveal.UNKNOWN)


def _date(reader: Reader, one: Element) -> Iterator[Tag]:
    """RFC 8794, 7.6: nanoseconds since 2001."""
    data = one.data(reader, 8)
    try:
        when = _EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True) // 1000)
    except OverflowError:
        yield Tag(GROUP, "DateUTC", data.hex(), Reveal.TIME)
    else:
        yield Tag(GROUP, "DateUTC", when.strftime("%Y-%m-%d %H:%M:%S UTC"), Reveal.TIME)


def _entry(reader: Reader, one: Element) -> Iterator[Tag]:
    yield Tag(GROUP, "Track", clip(told(reader, one)), Reveal.COMMENT)


def _private(reader: Reader, one: Element) -> Iterator[Tag]:
    """The comments of Vorbis, Theora and FLAC; the first of them is the program that wrote it."""
    data = one.data(reader, mkv_private.LONGEST)
    found: list[bytes] = []
    for kind in ("A_VORBIS", "A_FLAC"):
        try:
            found = found or mkv_private.comments(kind, data)
        except FormatError:
            continue
    if not found:
        words = user_data(data)
        reveals = Reveal.SOFTWARE if words else Reveal.UNKNOWN
        yield Tag(GROUP, "CodecPrivate", clip(words or f"{len(data)} bytes"), reveals)
        return
    if found[0]:
        yield Tag(GROUP, "CodecPrivate vendor", decoded(found[0]), Reveal.SOFTWARE)
    for text in found[1 : MOST_TOLD + 1]:
        name, _, value = decoded(text).partition("=")
        yield Tag(GROUP, clip(name) or "comment", value, meaning(name))


def meaning(name: str) -> Reveal | None:
    """What a stranger learns from a tag of that name; what is not known may be anything."""
    upper = name.upper()
    return next((reveal for pattern, reveal in _MEANINGS if pattern.search(upper)), Reveal.COMMENT)


def _tags(reader: Reader, parent: Element) -> Iterator[Tag]:
    """5.1.8: tags, each with names and texts, which may have others inside."""
    left = MOST_TOLD
    for tag in children(reader, parent):
        for told_one in _simple(reader, tag, 0) if tag.id == _TAG else ():
            yield told_one
            left -= 1
            if not left:
                return


def _simple(reader: Reader, parent: Element, depth: int) -> Iterator[Tag]:
    if depth > _DEEPEST:
        return
    for one in children(reader, parent):
        if one.id != _SIMPLE:
            continue
        name, value = "", ""
        for said in children(reader, one):
            if said.id == _TAG_NAME:
                name = _text(reader, said)
            elif said.id == _TAG_STRING:
                value = _text(reader, said)
            elif said.id == _TAG_BINARY:
                value = f"{said.stop - said.body} bytes"
        yield Tag(GROUP, name or "SimpleTag", value, meaning(name))
        yield from _simple(reader, one, depth + 1)


def _files(reader: Reader, parent: Element) -> Iterator[tuple[dict[int, str], Element | None]]:
    """5.1.6: attached files, their names and where their content is."""
    for one in children(reader, parent):
        if one.id != _FILE:
            continue
        said = list(children(reader, one))
        texts = {
            each.id: _text(reader, each) for each in said if each.id in {_FILE_NAME, _FILE_ABOUT, _FILE_TYPE}
        }
        yield texts, next((each for each in said if each.id == _FILE_DATA), None)


def _attachments(reader: Reader, parent: Element) -> Iterator[Tag]:
    for number, (texts, data) in enumerate(_files(reader, parent)):
        if number == MOST_TOLD:
            return
        size = f"{data.stop - data.body} bytes" if data else "empty"
        kind = texts.get(_FILE_TYPE, "")
        reveals = Reveal.PICTURE if kind.startswith("image/") else Reveal.COMMENT
        yield Tag(GROUP, "Attachment", clip(f"{texts.get(_FILE_NAME, '')} ({kind}, {size})"), reveals)
        if texts.get(_FILE_ABOUT):
            yield Tag(GROUP, "FileDescription", texts[_FILE_ABOUT], Reveal.COMMENT)
        if data:
            yield from _inside(reader, data)


def _inside(reader: Reader, data: Element) -> Iterator[Tag]:
    """What an attached picture says itself."""
    from audit.formats import identify

    inner = nested.Within(reader, data.body, data.stop)
    walker = identify(inner.read(0, 64))
    if walker is None or walker.name == GROUP:
        return
    try:
        for segment in walker.header(inner):
            yield from walker.tags(inner, segment)
    except FormatError:
        return


def _chapters(reader: Reader, parent: Element) -> Iterator[Tag]:
    """5.1.7: editions, their chapters, which may have others inside, and the texts that are shown for them."""
    yield Tag(GROUP, "Chapters", f"{parent.stop - parent.start} bytes", Reveal.COMMENT)
    left = MOST_TOLD
    for text in _chapter_texts(reader, parent, 0):
        yield Tag(GROUP, "ChapString", text, Reveal.COMMENT)
        left -= 1
        if not left:
            return


def _chapter_texts(reader: Reader, parent: Element, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    for one in children(reader, parent):
        if one.id == _CHAPTER:
            yield _text(reader, one)
        elif one.id in {_EDITION, _ATOM, _DISPLAY}:
            yield from _chapter_texts(reader, one, depth + 1)


_READ: Final[dict[str, Callable[[Reader, Element], Iterator[Tag]]]] = {
    "DateUTC": _date,
    "TrackEntry": _entry,
    "CodecPrivate": _private,
    "Tags": _tags,
    "Attachments": _attachments,
    "Chapters": _chapters,
}


def cover(reader: Reader, segments: Sequence[Segment]) -> bytes | None:
    """The first attached JPEG."""
    for segment in segments:
        one = element(reader, segment.start) if segment.name == "Attachments" else None
        for _, data in _files(reader, one._replace(stop=segment.stop)) if one else ():
            if data and reader.read(data.body, 3) == b"\xff\xd8\xff":
                return data.data(reader, LARGEST_BLOCK)
    return None
