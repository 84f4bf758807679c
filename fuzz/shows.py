"""What is shown of a file, format by format, as values that can be compared; and where its parts begin.

`free` and `units` change clean files and ask here whether anybody would see or hear it. A show holds the decoded pixels or samples, and
what programs go by: timing, turn, shape of pixels, colours. It raises what its decoder raises.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageOps

from audit.formats.base import Role, Segment
from fuzz.harness import with_checksums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Walker

SECONDS: Final = 20  # for a decoder that is a program of its own
SAID_ELSEWHERE: Final = {"exif", "background", "xmp", "thumbnails"}


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def picture(data: bytes) -> list[object]:
    """What Pillow shows and says, frame by frame."""
    image = Image.open(io.BytesIO(data))
    found: list[object] = [image.format]
    for number in range(getattr(image, "n_frames", 1) if image.format != "MPO" else 1):
        image.seek(number)
        image.load()
        shown = image.convert("RGBA") if image.mode in {"P", "PA"} else image
        said = sorted((key, repr(value)) for key, value in image.info.items() if key not in SAID_ELSEWHERE)
        found.append((image.mode, image.size, shown.tobytes(), said))
    if image.format == "ICO":
        found += [(size, image.ico.getimage(size).tobytes()) for size in sorted(image.ico.sizes())]
    image.seek(0)
    return [*found, ImageOps.exif_transpose(image).tobytes()]


def heif(data: bytes) -> list[object]:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return picture(data)


def icon(data: bytes) -> object:
    """Pillow shows one picture of a cursor, and each of an icon: so a cursor is shown as one, and its hot spots by themselves."""
    if data[2:4] != b"\2\0":
        return picture(data)
    spots = [data[6 + 16 * each : 22 + 16 * each][4:8] for each in range(data[4])]
    plain = bytearray(data)
    plain[2] = 1
    for each in range(data[4]):
        plain[10 + 16 * each : 14 + 16 * each] = bytes(4)
    return spots, picture(bytes(plain))


def cursor(data: bytes) -> list[object]:
    """The header, rates and order of an animated cursor as they stand there, and its icons."""
    found: list[object] = []
    for one in re.finditer(rb"(anih|rate|seq |icon)(?=(.{4}))", data, re.DOTALL):
        body = data[one.end() + 4 :][: int.from_bytes(one[2], "little")]
        found.append(icon(body) if one[1] == b"icon" else body)
    return found


def program(*command: str, data: bytes, out: str) -> bytes:
    """What the file `out` holds when the command is done with `data`, which it finds in the file `in`. Raises OSError."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in").write_bytes(data)
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode:
            raise OSError(done.stderr[-200:])
        return Path(folder, out).read_bytes()


def jxl(data: bytes) -> object:
    return picture(program("djxl", "in", "out.png", "--num_threads=0", data=data, out="out.png"))


def drawing(data: bytes) -> object:
    return program("rsvg-convert", "--format=png", "--output=out", "in", data=data, out="out")


def document(data: bytes) -> object:
    import pypdfium2

    made: Any = pypdfium2.PdfDocument(data)
    try:
        made.init_forms()
        marks = [(each.get_title(), each.level, each.get_count()) for each in made.get_toc()]
        pages = [
            (
                page.get_size(),
                made.get_page_label(number),
                page.get_textpage().get_text_bounded(),
                digest(bytes(page.render(scale=1).buffer)),
            )
            for number, page in enumerate(made)
        ]
    finally:
        made.close()
    return marks, pages


def film(data: bytes) -> object:
    """What FFmpeg's libraries decode of every stream: frames with their times, and what a player is told of each."""
    import av

    found: list[object] = []
    with av.open(io.BytesIO(data)) as opened:
        container: Any = opened
        for stream in container.streams:
            stream.thread_type = "NONE"
            codec = stream.codec_context
            said = [str(getattr(codec, key, "")) for key in TOLD] if codec else []
            told = [
                stream.type,
                stream.language,
                stream.disposition,
                stream.start_time,
                stream.duration,
                getattr(stream, "sample_aspect_ratio", 0),
            ]
            found.append((stream.time_base, *told, *said))
        found += [container.duration, container.start_time]
        for frame in container.decode():
            side = sorted((each.type.name, bytes(each)) for each in frame.side_data)
            found.append(
                (
                    frame.pts,
                    frame.time_base,
                    frame.format.name,
                    getattr(frame, "rotation", 0),
                    side,
                    raw(frame),
                )
            )
    return found


def raw(frame: Any) -> list[bytes]:
    """The digest of each plane of a decoded frame, without what fills up its rows."""
    planes = [bytes(each) for each in frame.planes]
    if hasattr(frame, "samples"):
        size = (
            frame.samples * frame.format.bytes * (1 if frame.format.is_planar else frame.layout.nb_channels)
        )
        return [digest(each[:size]) for each in planes]
    parts = frame.format.components
    deep = max(each.bits + 7 >> 3 for each in parts) * (len(parts) if len(planes) == 1 else 1)
    return [
        digest(b"".join(each[row * told.line_size :][: told.width * deep] for row in range(told.height)))
        for each, told in zip(planes, frame.planes, strict=True)
    ]


TOLD: Final = (
    "name", "width", "height", "pix_fmt", "sample_aspect_ratio", "color_range", "color_primaries", "color_trc", "colorspace",
    "sample_rate", "layout",
)  # fmt: skip
SHOWS: Final[dict[str, Callable[[bytes], object]]] = {
    **dict.fromkeys(("jpeg", "png", "webp", "gif", "bmp", "tiff"), picture),
    **dict.fromkeys(("heic", "avif"), heif),
    "ico": icon,
    "ani": cursor,
    "jxl": jxl,
    **dict.fromkeys(("mp4", "mov", "m4a", "mkv", "mp3", "flac", "ogg", "wav", "aiff"), film),
    "svg": drawing,
    "pdf": document,
}
# Where a part begins, in formats that are written anew; what the pattern finds is its name.
BEGINS: Final = {
    "SVG": rb"</?[\w:]+",
    "PDF": rb"(?<=\n)\d+ 0 obj\b|(?<=\n)(?:xref|trailer|startxref)",
    "MP3": rb"\xff[\xf2-\xff](?=[\x10-\xee])",
    "FLAC": rb"fLaC|\xff[\xf8\xf9]",
    "Ogg": rb"OggS",
    "WAV": rb"RIFF|fmt |fact|data",
    "AIFF": rb"FORM|FVER|COMM|SSND|CHAN",
}


def parts(walker: Walker, data: bytes, segments: Sequence[Segment]) -> Iterator[Segment]:
    """The walker's segments, or what the pattern tells apart."""
    if walker.name not in BEGINS:
        yield from segments
        return
    found = list(re.finditer(BEGINS[walker.name], data))
    stops = [*(each.start() for each in found[1:]), len(data)]
    if found and found[0].start():
        yield Segment(0, found[0].start(), "beginning", Role.STRUCTURE)
    for each, stop in zip(found, stops, strict=True):
        name = re.sub(r"\d+", "N", each[0].decode("latin-1"))
        yield Segment(each.start(), stop, name if name.isprintable() else name.encode().hex(), Role.STRUCTURE)


POLYNOMIAL: Final = 0x04C11DB7
_TABLE: Final[list[int]] = []


def _page_checksum(page: bytes) -> int:
    """RFC 3533, section 6, field 7: not reflected, and without inversion."""
    if not _TABLE:
        for byte in range(256):
            rest = byte << 24
            for _ in range(8):
                rest = (rest << 1 ^ (POLYNOMIAL if rest >> 31 else 0)) & 0xFFFFFFFF
            _TABLE.append(rest)
    found = 0
    for byte in page:
        found = (found << 8 & 0xFFFFFFFF) ^ _TABLE[found >> 24 ^ byte]
    return found


def _pages(data: bytes) -> bytes:
    """Pages of Ogg with the checksums that they should have."""
    at = [each.start() for each in re.finditer(b"OggS", data)]
    found = [data[: at[0]] if at else data]
    for start, stop in zip(at, [*at[1:], len(data)], strict=True):
        page = data[start : start + 22] + bytes(4) + data[start + 26 : stop]
        found.append(page[:22] + _page_checksum(page).to_bytes(4, "little") + page[26:])
    return b"".join(found)


def mended(name: str, data: bytes) -> bytes:
    """The file with the checksums that it should have, where its format has some: else a change would be taken for damage."""
    if name == "PNG":
        return with_checksums(data)
    return _pages(data) if name == "Ogg" else data
