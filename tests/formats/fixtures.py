"""Small pictures with something to hide in every place that their formats offer. Every secret holds the word CANARY."""

from __future__ import annotations

import io
import random
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

import piexif
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from audit.formats.base import Reader

CANARY = b"CANARY"


class Memory:
    """A Reader over bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.largest = 0  # the most that was asked for at once

    @property
    def size(self) -> int:
        return len(self._data)

    def read(self, start: int, size: int) -> bytes:
        assert start >= 0
        assert size >= 0
        self.largest = max(self.largest, size)
        return self._data[start : start + size]


def reader(data: bytes) -> Reader:
    return Memory(data)


@cache
def picture(mode: str = "RGB", size: tuple[int, int] = (40, 24), seed: int = 1) -> Image.Image:
    noise = random.Random(seed).randbytes(size[0] * size[1] * 4)
    return Image.frombytes("RGBA", size, noise).convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@cache
def exif(orientation: int = 6, *, thumbnail: bool = True) -> bytes:
    """A TIFF-shaped block, little-endian or not as piexif likes it, that names a person, a place, a time and a camera."""
    block = {
        "0th": {
            piexif.ImageIFD.Make: b"CANARY Cameras",
            piexif.ImageIFD.Model: b"CANARY 1",
            piexif.ImageIFD.Orientation: orientation,
            piexif.ImageIFD.Software: b"CANARY 2.0",
            piexif.ImageIFD.Artist: b"Jane CANARY",
            piexif.ImageIFD.ImageDescription: "CANARY in the café".encode(),
            piexif.ImageIFD.XPAuthor: "Jane CANARY".encode("utf-16-le"),
        },
        "Exif": {
            piexif.ExifIFD.DateTimeOriginal: b"2024:03:09 13:37:11",
            piexif.ExifIFD.OffsetTimeOriginal: b"+01:00",
            piexif.ExifIFD.BodySerialNumber: b"CANARY-0815",
            piexif.ExifIFD.CameraOwnerName: b"Jane CANARY",
            piexif.ExifIFD.UserComment: b"ASCII\0\0\0CANARY says hello",
            piexif.ExifIFD.MakerNote: b"CANARY" * 20,
            piexif.ExifIFD.PixelXDimension: 4000,
            piexif.ExifIFD.PixelYDimension: 3000,
        },
        "GPS": {
            piexif.GPSIFD.GPSLatitudeRef: b"S",
            piexif.GPSIFD.GPSLatitude: ((48, 1), (51, 1), (2999, 100)),
            piexif.GPSIFD.GPSLongitudeRef: b"E",
            piexif.GPSIFD.GPSLongitude: ((2, 1), (21, 1), (0, 1)),
            piexif.GPSIFD.GPSAltitudeRef: 0,
            piexif.GPSIFD.GPSAltitude: (355, 10),
            piexif.GPSIFD.GPSTimeStamp: ((12, 1), (37, 1), (11, 1)),
            piexif.GPSIFD.GPSDateStamp: b"2024:03:09",
            piexif.GPSIFD.GPSAreaInformation: b"ASCII\0\0\0CANARY square",
        },
    }
    if thumbnail:
        block["1st"] = {piexif.ImageIFD.Compression: 6}
        block["thumbnail"] = small_jpeg()
    return piexif.dump(block)[6:]


@cache
def small_jpeg() -> bytes:
    return saved(picture(size=(16, 8), seed=7), "JPEG")


XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    b'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
    b'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" '
    b'exif:GPSLatitude="48,51.5N" xmpMM:DocumentID="CANARY-id" GCamera:MicroVideo="1">'
    b"<dc:creator><rdf:Seq><rdf:li>Jane CANARY</rdf:li></rdf:Seq></dc:creator>"
    b'<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li>'
    b'<rdf:Description mwg-rs:Name="Joe CANARY" mwg-rs:Type="Face"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)


def iim(*records: tuple[int, bytes]) -> bytes:
    utf8 = b"\x1c\x01\x5a\0\x03\x1b%G"
    return utf8 + b"".join(b"\x1c\x02" + bytes((n,)) + struct.pack(">H", len(v)) + v for n, v in records)


def resource(number: int, value: bytes) -> bytes:
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + b"\0\0"
        + struct.pack(">I", len(value))
        + value
        + b"\0" * (len(value) % 2)
    )


PHOTOSHOP = resource(0x03ED, bytes(16)) + resource(
    0x0404,
    iim((80, b"Jane CANARY"), (90, "Orléans CANARY".encode()), (55, b"20240309")),
)

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x10mdatCANARY!!"
ZIP = b"PK\3\4" + bytes(26) + b"CANARY.txt" + b"PK\5\6" + bytes(18)


def samsung() -> bytes:
    video = b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data" + MP4
    directory = (
        b"SEFH" + struct.pack("<II", 106, 1) + b"\0\0\x30\x0a" + struct.pack("<II", len(video), len(video))
    )
    return video + directory + struct.pack("<I", len(directory)) + b"SEFT"


# --- JPEG


def marked(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(**options: object) -> bytes:
    return saved(picture(), "JPEG", **{"quality": 60, **options})


def behind_soi(data: bytes, *segments: bytes) -> bytes:
    return data[:2] + b"".join(segments) + data[2:]


def between_scans(data: bytes, segment: bytes) -> bytes:
    """Before the marker that ends the first scan."""
    first = data.index(b"\xff\xda")
    at = min(at for at in (data.find(word, first + 2) for word in (b"\xff\xc4", b"\xff\xda")) if at > 0)
    return data[:at] + segment + data[at:]


# --- PNG


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def png_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def png(mode: str = "RGB", **options: object) -> bytes:
    return saved(picture(mode), "PNG", **options)


def png_with(data: bytes, *extra: tuple[bytes, bytes], before: bytes = b"IDAT") -> bytes:
    parts = chunks(data)
    at = next(n for n, (kind, _) in enumerate(parts) if kind == before)
    return png_of([*parts[:at], *extra, *parts[at:]])


def apng(frames: int = 3) -> bytes:
    more = [picture(seed=n) for n in range(2, frames + 1)]
    return saved(picture(), "PNG", save_all=True, append_images=more, duration=[50, 60, 70][:frames], loop=2)


# --- WebP


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    inner = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in parts
    )
    return b"RIFF" + struct.pack("<I", 4 + len(inner)) + b"WEBP" + inner


def riff_chunks(data: bytes, at: int = 12) -> list[tuple[bytes, bytes]]:
    found = []
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def webp(mode: str = "RGBA", **options: object) -> bytes:
    return saved(picture(mode), "WEBP", **options)


def moving_webp() -> bytes:
    more = [picture("RGBA", seed=n) for n in (2, 3)]
    return saved(
        picture("RGBA"),
        "WEBP",
        save_all=True,
        append_images=more,
        duration=[50, 60, 70],
        loop=2,
        lossless=True,
    )
