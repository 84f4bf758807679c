"""What the tracks of a Matroska file are (RFC 9559, 5.1.4), as far as it decides which of their blocks stay."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import frames
from audit.formats import mkv_names as names
from audit.formats.base import FormatError, UnsupportedError
from audit.formats.mkv_ebml import Element, children, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader

MOST_TRACKS: Final = 1024
VIDEO, AUDIO, SUBTITLES = 1, 2, 17  # RFC 9559, 5.1.4.1.3

# The codecs of draft-ietf-cellar-codec, and V_SNOW, which ffmpeg writes; what follows "/" in others is no codec's.
CODECS: Final = frozenset(
    (  # noqa: SIM905 - a list of seventy names reads better as words
        "V_AV1 V_AVS2 V_AVS3 V_CAVS V_DIRAC V_FFV1 V_MJPEG V_MPEGH/ISO/HEVC V_MPEGI/ISO/VVC V_MPEG1 V_MPEG2 V_MPEG4/ISO/AVC "
        "V_MPEG4/ISO/AP V_MPEG4/ISO/ASP V_MPEG4/ISO/SP V_MPEG4/MS/V3 V_MS/VFW/FOURCC V_QUICKTIME V_PRORES V_REAL/RV10 "
        "V_REAL/RV20 V_REAL/RV30 V_REAL/RV40 V_SNOW V_THEORA V_UNCOMPRESSED V_VP8 V_VP9 "
        "A_AAC A_AAC/MPEG2/LC A_AAC/MPEG2/LC/SBR A_AAC/MPEG2/MAIN A_AAC/MPEG2/SSR A_AAC/MPEG4/LC A_AAC/MPEG4/LC/SBR A_AAC/MPEG4/LTP "
        "A_AAC/MPEG4/MAIN A_AAC/MPEG4/SSR A_AC3 A_AC3/BSID9 A_AC3/BSID10 A_ALAC A_ATRAC/AT1 A_DTS A_DTS/EXPRESS A_DTS/LOSSLESS "
        "A_EAC3 A_FLAC A_MLP A_MPC A_MPEG/L1 A_MPEG/L2 A_MPEG/L3 A_MS/ACM A_OPUS A_OPUS/EXPERIMENTAL A_PCM/FLOAT/IEEE A_PCM/INT/BIG "
        "A_PCM/INT/LIT A_QUICKTIME A_QUICKTIME/QDMC A_QUICKTIME/QDM2 A_REAL/14_4 A_REAL/28_8 A_REAL/ATRC A_REAL/COOK A_REAL/RALF "
        "A_REAL/SIPR A_TRUEHD A_TTA1 A_VORBIS A_WAVPACK4"
    ).split()
)


class Track(NamedTuple):
    start: int
    stop: int
    number: int
    uid: int
    type: int
    codec: str  # "" for one that is not known
    stripped: bool  # bytes that every frame begins with stand in its header
    packed: bool  # its CodecPrivate is not as the codec knows it
    encrypted: bool
    size: tuple[int, int]
    form: frames.Form | None  # how its frames are taken apart, if they can be
    kept: bool = False


class Tracks:
    """All of them, and which stay: pictures and sound, the first of each number."""

    def __init__(self, reader: Reader, parent: Element | None) -> None:
        self.all: list[Track] = []
        seen: set[int] = set()
        for one in children(reader, parent) if parent else ():
            if one.id == names.ENTRY and len(self.all) < MOST_TRACKS:
                track = _track(reader, one)
                self.all.append(
                    track._replace(kept=track.type in {VIDEO, AUDIO} and track.number not in {0, *seen})
                )
                seen.add(track.number)
        self.kept: Final = {track.number: track for track in self.all if track.kept}
        self._uids: Final = {track.uid: track.number for track in self.kept.values()}
        self._starts: Final = [track.start for track in self.all]

    def at(self, offset: int) -> Track | None:
        """The track whose description has the byte at `offset`."""
        found = self.all[bisect_right(self._starts, offset) - 1] if self.all else None
        return found if found and found.start <= offset < found.stop else None

    def named(self, uid: int) -> int | None:
        """The number of the track that is meant by `uid`."""
        return self._uids.get(uid)

    def check(self) -> None:
        """Raises FormatError unless what stays can be told."""
        for track in self.kept.values():
            if track.encrypted:
                raise UnsupportedError(track.start, "protected samples")
            if not track.codec:
                raise UnsupportedError(track.start, "a codec that is not known")
        if not self.kept:
            raise FormatError(0, "no picture and no sound in it")


def codec(said: bytes) -> str:
    """The codec that players take it for: they compare beginnings."""
    text = said.partition(b"\0")[0].decode("latin-1")
    while text and text not in CODECS:
        text = text[:-1]
    return text


_MEMBERS: Final = {names.VIDEO, names.ENCODINGS, names.ENCODING, names.COMPRESSION}
_SMALL: Final = 255


def _track(reader: Reader, entry: Element) -> Track:
    found: dict[tuple[int, int], list[bytes]] = {}
    for parent, one in _deep(reader, entry):
        found.setdefault((parent, one.id), []).append(one.data(reader, 64))

    def numbers(parent: int, which: int, most: int = _SMALL) -> list[int]:
        """Zero for those that will not stay: see `mkv_names.unsigned`."""
        said = found.get((parent, which), [b""])
        return [number(data) if len(data) <= 8 and number(data) <= most else 0 for data in said]

    name = codec(found.get((names.ENTRY, names.CODEC), [b""])[0])
    algorithms = numbers(names.COMPRESSION, names.ALGORITHM)
    wide, high = (numbers(names.VIDEO, one, (1 << 32) - 1)[0] for one in (names.WIDTH, names.HEIGHT))
    return Track(
        entry.start,
        entry.stop,
        numbers(names.ENTRY, names.NUMBER, (1 << 32) - 1)[0],
        numbers(names.ENTRY, names.UID, (1 << 64) - 1)[0],
        numbers(names.ENTRY, names.TYPE)[0],
        name,
        (names.ENCODING, names.COMPRESSION) in found and {*algorithms} == {3},
        any(one & 2 for one in numbers(names.ENCODING, names.SCOPE)),
        (names.ENCODING, names.ENCRYPTION) in found,
        (wide, high),
        None if (names.ENTRY, names.ENCODINGS) in found else _form(name, found),
    )


def _form(name: str, found: dict[tuple[int, int], list[bytes]]) -> frames.Form | None:
    config = found.get((names.ENTRY, names.PRIVATE), [b""])[0]
    if name == "V_MPEG4/ISO/AVC":
        return frames.avc(config)
    if name == "V_MPEGH/ISO/HEVC":
        return frames.hevc(config)
    if name == "V_AV1":
        return frames.AV1
    return frames.JPEG if name == "V_MJPEG" else frames.AAC if name.startswith("A_AAC") else None


def _deep(reader: Reader, parent: Element) -> Iterator[tuple[int, Element]]:
    """The elements of a track's description, each with what holds it; as in the walk, the first of its kind there."""
    seen: set[int] = set()
    for one in children(reader, parent):
        if one.id in _MEMBERS:
            yield parent.id, one
            yield from _deep(reader, one)
        elif one.id not in seen:
            yield parent.id, one
            seen.add(one.id)


def told(reader: Reader, entry: Element) -> str:
    """What a track that goes is, for people."""
    track = _track(reader, entry)
    kind = {VIDEO: "video", AUDIO: "audio", SUBTITLES: "subtitles"}.get(track.type, f"type {track.type}")
    texts = [
        one.data(reader, 200).partition(b"\0")[0].decode("utf-8", "replace")
        for one in children(reader, entry)
        if one.id in {names.CODEC, 0x536E, 0x22B59C}
    ]
    return re.sub(r"\s+", " ", " ".join([kind, *texts]))
