"""Whether a clean picture shows what the original shows: both decoded, and compared pixel by pixel.

Videos and sound are not decoded, but for MP3: FFmpeg's libraries (PyAV) take both apart, and the packets of every stream are compared.

Only after the structure was verified, and never instead: decoders are large, and some are not installed.
"""

from __future__ import annotations

import io
import math
import os
import re
import warnings
from contextlib import contextmanager
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any

from audit.workers import beat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_PIXELS = 400_000_000  # of all frames together; a larger picture is not decoded
MOST_FRAMES = 500
HEIF = frozenset({"HEIC"})  # formats that Pillow opens with a decoder of their own
PACKETS = frozenset({"MP4", "MOV", "M4A", "Matroska", "MP3", "FLAC", "Ogg", "WAV", "AIFF"})
LOOSE = frozenset(
    {"MP3", "FLAC"}
)  # without a container: what stands behind the sound is taken for some of it
_LOUD = frozenset({"TIFF", "PDF"})
OTHERS = frozenset({"JPEG", "PNG", "WebP", "TIFF", "AVIF", "GIF", "BMP", "ICO"})

Shown = tuple[Any, ...]  # of one frame: mode, size, samples, how long it is shown


class Pixels(StrEnum):
    SAME = "same"
    DIFFER = "differ"
    NOT_COMPARED = "not-compared"  # no decoder, one that refuses the original, or too many pixels


def compare(name: str, source: int, result: int) -> Pixels:
    """Decode the picture of format `name` that is open as `source`, and its clean copy.

    Pages and frames that were left out (thumbnails) are left out of the comparison; none may be new or changed.
    """
    if name in PACKETS:
        found = _compared(source, result)
        return Pixels.NOT_COMPARED if found is Pixels.DIFFER and name in LOOSE else found
    frames = (
        _heif_frames if name in HEIF else _frames if name in OTHERS else _pages if name == "PDF" else None
    )
    if frames is None:
        return Pixels.NOT_COMPARED
    try:
        with _quiet(name):
            before = list(_bounded(frames(_stream(source))))
    except Exception:  # noqa: BLE001 - whatever a stranger's file makes a decoder raise; or it is not installed
        return Pixels.NOT_COMPARED
    try:
        with _quiet(name):
            after = list(_bounded(frames(_stream(result))))
    except Exception:  # noqa: BLE001 - the original could be decoded, this cannot
        return Pixels.DIFFER
    if _alike(before, after):
        return Pixels.SAME
    with _quiet(name):
        return _judged_again(frames, source, before, after)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Without warnings; libtiff writes its own to the standard error stream of the process, and pypdfium2 logs them there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = _duplicate(2) if name in _LOUD else None
        if held is None:
            yield
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            yield
        finally:
            os.dup2(held, 2)
            os.close(held)


def _duplicate(fd: int) -> int | None:
    try:
        return os.dup(fd)
    except OSError:  # a program without a console has none
        return None


def _alike(before: list[Shown], after: list[Shown]) -> bool:
    return bool(after) and after[0] == before[0] and _in_order(after, before)


def _judged_again(
    frames: Callable[[IO[bytes]], Iterator[Shown]], source: int, before: list[Shown], after: list[Shown]
) -> Pixels:
    """Some decoders show a damaged original in another way the second time (PDFium, fonts without widths)."""
    again = list(_bounded(frames(_stream(source))))
    if again == before:
        return Pixels.DIFFER
    return Pixels.SAME if _alike(again, after) else Pixels.NOT_COMPARED


def _compared(source: int, result: int) -> Pixels:
    """Streams may have gone: of subtitles, chapters, covers, places. Those that stayed have the same packets."""
    try:
        before = _packets(_stream(source))
    except Exception:  # noqa: BLE001 - as above
        return Pixels.NOT_COMPARED
    try:
        after = _packets(_stream(result))
    except Exception:  # noqa: BLE001
        return Pixels.DIFFER
    if not before:
        return Pixels.NOT_COMPARED
    same = bool(after) and all(before.get(key) == digest for key, digest in after.items())
    return Pixels.SAME if same else Pixels.DIFFER


def _packets(file: IO[bytes]) -> dict[tuple[str, int, str], bytes]:
    """Of each stream of video and sound: its kind, number and codec; a digest of the times and bytes of its packets."""
    with file:
        import av

        with av.open(file, "r", metadata_errors="ignore") as container:
            return _digests(container)


def _digests(container: Any) -> dict[tuple[str, int, str], bytes]:
    from hashlib import blake2b

    streams = [
        one
        for one in container.streams
        if one.type in {"video", "audio"} and not int(getattr(one, "disposition", 0)) & _COVER
    ]
    ogg = (
        container.format.name == "ogg"
    )  # streams are numbered as they begin, and one that goes (Skeleton) tells times
    found = {one.index: blake2b(digest_size=32) for one in streams}
    units = {one.index: _units(one.codec_context) for one in streams}
    for packet in container.demux(streams):
        beat()
        if packet.size:
            held = found[packet.stream.index]
            held.update(f"{'' if ogg else (packet.pts, packet.dts)} {packet.size} ".encode())
            name = packet.stream.codec_context.name
            if name in _HEARD:
                _heard(packet, held.update)
            elif name != "mjpeg" or not _seen(packet, held.update):
                held.update(units[packet.stream.index](bytes(packet)))
    return {
        (one.type, place if ogg else one.id, one.codec_context.name): found[one.index].digest()
        for place, one in enumerate(streams)
    }


def _heard(packet: Any, update: Callable[[bytes], object]) -> None:
    """The samples that a packet becomes, where no decoder needs all of its bytes."""
    for frame in packet.decode():
        size = (
            frame.samples * frame.format.bytes * (1 if frame.format.is_planar else len(frame.layout.channels))
        )
        for plane in frame.planes:
            update(bytes(plane)[:size])


def _seen(packet: Any, update: Callable[[bytes], object]) -> bool:
    """The pixels that a picture becomes, where no decoder needs all of its bytes; false if it becomes none."""
    try:
        frames = packet.decode()
    except Exception:  # noqa: BLE001 - a damaged frame, which a player passes over
        return False
    for frame in frames:
        single = len(frame.planes) == 1
        bits = frame.format.padded_bits_per_pixel if single else frame.format.components[0].bits
        for plane in frame.planes:
            data, size = bytes(plane), plane.width * ((bits + 7) // 8)
            for at in range(0, plane.height * plane.line_size, plane.line_size):
                update(data[at : at + size])
    return bool(frames)


_HEARD = frozenset({"mp3", "mp3float"})
_COVER = 0x400  # FFmpeg, avformat.h: AV_DISPOSITION_ATTACHED_PIC
_NAMED = re.compile(rb"Lavc[0-9]{1,3}\.[0-9.]{1,12}")  # what FFmpeg's encoder of AAC calls itself
_HEVC_TOLD = frozenset(
    {*range(10), *range(16, 22), 32, 33, 34}
)  # H.265, table 7-1: slices and parameter sets
_AVC_TOLD = frozenset({1, 2, 3, 4, 5, 7, 8, 19, 20})  # H.264, table 7-1


def _units(codec: Any) -> Callable[[bytes], bytes]:
    """What of a packet is compared: of H.264 and H.265 what is shown, without messages; of AAC all but the encoder's name.

    Of Motion JPEG what is coded, in frames that cannot be decoded.
    """
    head = bytes(codec.extradata or b"")
    if codec.name == "aac":
        return lambda data: _NAMED.sub(lambda found: bytes(len(found[0])), data)
    if codec.name == "mjpeg":
        return lambda data: data[data.find(b"\xff\xda") :]
    if (
        codec.name not in {"h264", "hevc"}
        or head[:1] != b"\1"
        or len(head) < 23 - 16 * (codec.name == "h264")
    ):
        return bytes
    avc = codec.name == "h264"
    width = (head[4 if avc else 21] & 3) + 1

    def shown(data: bytes) -> bytes:
        kept, at = [], 0
        while at + width < len(data):
            stop = at + width + int.from_bytes(data[at : at + width], "big")
            first = data[at + width]
            if first & 31 in _AVC_TOLD if avc else first >> 1 in _HEVC_TOLD:
                kept.append(data[at:stop])
            at = stop
        return b"".join(kept) or data

    return shown


def _stream(fd: int) -> IO[bytes]:
    file = os.fdopen(os.dup(fd), "rb")
    file.seek(0)
    return file


def _bounded(frames: Iterator[Shown]) -> Iterator[Shown]:
    pixels = 0
    for count, frame in enumerate(frames):
        beat()
        pixels += frame[1][0] * frame[1][1]
        if pixels > MOST_PIXELS or count >= MOST_FRAMES:
            raise ValueError("too large to compare")
        yield frame


def _in_order(some: list[Shown], all_of_them: list[Shown]) -> bool:
    rest = iter(all_of_them)
    return all(any(frame == other for other in rest) for frame in some)


def _frames(file: IO[bytes]) -> Iterator[Shown]:
    from PIL import Image

    with file, Image.open(file) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too large to compare")
        many = getattr(image, "n_frames", 1) if image.format != "MPO" else 1
        for number in range(min(many, MOST_FRAMES + 1)):
            image.seek(number)
            image.load()
            yield image.mode, image.size, _digest(image.tobytes()), image.info.get("duration")


def _heif_frames(file: IO[bytes]) -> Iterator[Shown]:
    with file:
        import pillow_heif

        found = pillow_heif.open_heif(io.BytesIO(file.read()), convert_hdr_to_8bit=False)
        shown = found[found.primary_index]
        if shown.size[0] * shown.size[1] > MOST_PIXELS:
            raise ValueError("too large to compare")
        yield shown.mode, shown.size, _digest(bytes(shown.data)), None


def _pages(file: IO[bytes]) -> Iterator[Shown]:
    """Each page as it is shown on a screen. None may be missing, so each says of how many it is."""
    with file:
        import pypdfium2

        document = pypdfium2.PdfDocument(file.read())
        try:
            document.init_forms()  # else what is filled in is not drawn
            for number in range(many := len(document)):
                page = document[number]
                size = math.ceil(page.get_width()), math.ceil(page.get_height())
                if size[0] * size[1] > MOST_PIXELS:
                    raise ValueError("too large to compare")
                bitmap = page.render()
                yield f"page {number} of {many}", size, _digest(bytes(bitmap.buffer)), None
        finally:
            document.close()


def _digest(samples: bytes) -> bytes:
    from hashlib import blake2b

    return blake2b(samples).digest()
