"""Small sound files, built by hand from their specifications, with something to hide in every place that they offer."""

from __future__ import annotations

import io
import struct
from itertools import zip_longest

from mutagen.id3 import APIC, COMM, GEOB, ID3, PRIV, TIT2, TPE1, TXXX
from mutagen.ogg import OggPage

from audit.rewriters.checks import crc8_smbus, crc16_buypass_ends
from tests.formats import fixtures as fx

SECRET = b"Jane CANARY"
COVER = fx.jpeg(exif=b"Exif\0\0" + fx.exif(1))


def id3(version: int = 4) -> bytes:
    tags = ID3()
    tags.add(TIT2(encoding=3, text="CANARY"))
    tags.add(TPE1(encoding=3, text="Jane CANARY"))
    tags.add(COMM(encoding=3, lang="eng", desc="", text="CANARY"))
    tags.add(TXXX(encoding=3, desc="location", text="CANARY"))
    tags.add(APIC(encoding=3, mime="image/jpeg", type=3, desc="CANARY", data=COVER))
    tags.add(GEOB(encoding=3, mime="a/b", filename="CANARY", desc="CANARY", data=b"CANARY"))
    tags.add(PRIV(owner="CANARY", data=b"CANARY"))
    out = io.BytesIO()
    tags.save(out, v2_version=version, padding=lambda _: 64)
    return out.getvalue()


ID3V1 = b"TAG" + SECRET.ljust(125, b"\0")


def ape() -> bytes:
    item = struct.pack("<II", len(SECRET), 0) + b"Artist\0" + SECRET
    words = [struct.pack("<IIII8x", 2000, len(item) + 32, 1, flags) for flags in (0xA0000000, 0x80000000)]
    return b"APETAGEX" + words[0] + item + b"APETAGEX" + words[1]


def lyrics() -> bytes:
    body = b"LYRICSBEGIN" + b"LYR00011" + SECRET
    return body + b"%06dLYRICS200" % len(body)


# --- MPEG audio: silent frames of 128 kbit/s, 44.1 kHz, 417 bytes

HEADER = b"\xff\xfb\x90\x64"


def side(*lengths: int, back: int = 0, private: int = 0) -> bytes:
    """ISO 11172-3, 2.4.1.7, of two channels: how far back a frame's data begin, and how many bits each of its four parts has."""
    parts = sum(length << 224 - 59 * number for number, length in enumerate(lengths))
    return (back << 247 | private << 244 | parts).to_bytes(32, "big")


FULL = side(762, 762, 762, 762)
FRAMES = b"".join(HEADER + FULL + bytes((n,)) * 381 for n in range(8))


def xing(encoder: bytes = b"LAME3.99r", rest: bytes = b"", places: bytes = b"") -> bytes:
    numbers = (
        b"Xing"
        + struct.pack(">III", 7 if places else 3, 8, len(FRAMES) + 417)
        + places[:100].ljust(100 if places else 0, b"\0")
    )
    lame = encoder + bytes(12) + b"\x24\x05\x10" + bytes(12) if encoder else b""
    return (HEADER + bytes(32) + numbers + lame + rest).ljust(417, b"\0")


# --- chunks


def chunk(kind: bytes, data: bytes, order: str = "<") -> bytes:
    return kind + struct.pack(order + "I", len(data)) + data + b"\0" * (len(data) % 2)


SAMPLES = bytes(range(101)) * 4


def wav(*chunks: bytes, fmt: bytes = b"", behind: bytes = b"", samples: bytes = SAMPLES) -> bytes:
    fmt = fmt or struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + chunk(b"fmt ", fmt) + chunk(b"data", samples) + b"".join(chunks)
    return chunk(b"RIFF", body) + behind


def rifx(fmt: bytes = b"", *chunks: bytes) -> bytes:
    """Sound in which all numbers are big-endian."""
    fmt = fmt or struct.pack(">HHIIHH", 1, 1, 8000, 16000, 2, 16)
    fact = chunk(b"fact", struct.pack(">I", 404), ">") if fmt[:2] != b"\0\1" else b""
    body = b"WAVE" + chunk(b"fmt ", fmt, ">") + fact + chunk(b"data", SAMPLES, ">") + b"".join(chunks)
    return chunk(b"RIFX", body, ">")


def info(**values: bytes) -> bytes:
    return chunk(b"LIST", b"INFO" + b"".join(chunk(key.encode(), value) for key, value in values.items()))


def rf64() -> bytes:
    sizes = struct.pack("<QQQI", 0, len(SAMPLES), len(SAMPLES), 0)
    fmt = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    body = chunk(b"ds64", sizes) + fmt + b"data\xff\xff\xff\xff" + SAMPLES + chunk(b"axml", b"CANARY")
    return b"RF64\xff\xff\xff\xffWAVE" + body


RATE = b"\x40\x0b\xfa\0\0\0\0\0\0\0"  # 8,000 as an extended number of ten bytes


def aiff(*chunks: bytes, name: bytes | None = None, behind: bytes = b"", before: bytes = b"") -> bytes:
    common = struct.pack(">HIH", 1, len(SAMPLES), 8) + RATE
    packed = b"" if name is None else b"NONE" + bytes((len(name),)) + name + b"\0" * (1 - len(name) % 2)
    version = b"" if name is None else chunk(b"FVER", b"\xa2\x80\x51\x40", ">")
    body = (
        version
        + chunk(b"COMM", common + packed, ">")
        + chunk(b"SSND", struct.pack(">II", len(before), 0) + before + SAMPLES, ">")
    )
    kind = b"AIFF" if name is None else b"AIFC"
    return chunk(b"FORM", kind + body + b"".join(chunks), ">") + behind


# --- FLAC: frames of 192 equal samples


def frame(number: int, value: int) -> bytes:
    head = b"\xff\xf8\x10\x00" + bytes((number,))
    head += bytes((crc8_smbus(head),))
    body = head + b"\0" + struct.pack(">h", value)
    check = next(
        n for n in range(1 << 16) if crc16_buypass_ends(body + n.to_bytes(2, "big"))[-1:] == [len(body) + 2]
    )
    return body + check.to_bytes(2, "big")


SOUND = frame(0, 100) + frame(1, -5) + frame(2, 7)
INFORMATION = (
    struct.pack(">HH", 192, 192)
    + bytes(6)
    + ((8000 << 44) | (0 << 41) | (15 << 36) | 576).to_bytes(8, "big")
    + bytes(16)
)


def block(kind: int, data: bytes) -> bytes:
    return bytes((kind,)) + len(data).to_bytes(3, "big") + data


def comments(*texts: bytes, vendor: bytes = b"CANARY 1.0") -> bytes:
    found = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(texts))
    return found + b"".join(struct.pack("<I", len(text)) + text for text in texts)


def flac(*blocks: bytes, before: bytes = b"", behind: bytes = b"") -> bytes:
    every = [block(0, INFORMATION), *blocks]
    every[-1] = bytes((every[-1][0] | 0x80,)) + every[-1][1:]
    return before + b"fLaC" + b"".join(every) + SOUND + behind


# --- Ogg

VORBIS = [
    b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, 8000, 0, 8000, 0, 0xB8, 1),
    b"\x05vorbis" + bytes(range(256)) * 3,
]
OPUS = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)


def pages(
    packets: list[bytes],
    serial: int,
    sequence: int,
    *,
    first: bool = False,
    last: bool = False,
    position: int = 0,
) -> bytes:
    made = OggPage.from_packets(packets, sequence=sequence)
    for page in made:
        page.serial, page.position = serial, position
    made[0].first, made[-1].last = first, last
    return b"".join(page.write() for page in made)


def vorbis(
    text: bytes,
    *,
    serial: int = 0x0CA9A871,
    extra: bytes = b"",
    head: bytes = VORBIS[0],
    among: bytes = b"",
) -> bytes:
    packets = [b"\x03vorbis" + text + b"\x01" + extra, VORBIS[1]]
    return (
        pages([head], serial, 0, first=True)
        + pages(packets, serial, 1)
        + pages(
            [b"\x02" + bytes(50), *([among] if among else []), b"\x04" + bytes(600)], serial, 2, position=400
        )
        + pages([b"\x06" + bytes(7)], serial, 3, last=True, position=576)
    )


def opus(text: bytes, *more: bytes, serial: int = 77, head: bytes = OPUS) -> bytes:
    return (
        pages([head], serial, 0, first=True)
        + pages([b"OpusTags" + text], serial, 1)
        + pages([b"\xf8" + bytes(20), *more, b"\xf8" + bytes(90)], serial, 2, last=True, position=1920)
    )


# Theora, 6.2: 16 by 16 pixels, 25 frames in a second
THEORA = b"\x80theora\3\2\1" + struct.pack(
    ">HHHBHBHIIHBHBBBHH", 1, 1, 0, 16, 0, 16, 0, 25, 1, 0, 1, 0, 1, 0, 0, 0, 0xC000
)
SPEEX = (
    b"Speex   ".ljust(28, b"\0")
    + struct.pack("<9I", 1, 80, 8000, 0, 4, 1, 0xFFFFFFFF, 160, 0)
    + b"\1".ljust(16, b"\0")
)
FLAC = b"\x7fFLAC\1\0\0\1fLaC" + block(0, INFORMATION)
VP8 = b"OVP80\1\1\0" + struct.pack(">HHHHHH", 16, 16, 0, 1, 0, 0) + b"\0\0\1\0\0\0"


def theora(
    text: bytes = bytes(8), *, serial: int = 1, head: bytes = THEORA, frames: bytes = b"\x20video"
) -> bytes:
    return (
        pages([head], serial, 0, first=True)
        + pages([b"\x81theora" + text, b"\x82theora" + bytes(range(200))], serial, 1)
        + pages([frames, b""], serial, 2, last=True, position=1)
    )


def speex(text: bytes = bytes(8), *, serial: int = 1, head: bytes = SPEEX) -> bytes:
    return (
        pages([head], serial, 0, first=True)
        + pages([text], serial, 1)
        + pages([b"speech" * 9], serial, 2, last=True, position=160)
    )


def ogg_flac(*blocks: bytes, serial: int = 1, head: bytes = FLAC, frames: tuple[bytes, ...] = ()) -> bytes:
    packets = [*blocks] or [block(0x84, bytes(8))]
    return (
        pages([head], serial, 0, first=True)
        + b"".join(pages([each], serial, number) for number, each in enumerate(packets, 1))
        + pages([*frames, SOUND[:11], SOUND[11:22]], serial, len(packets) + 1, last=True, position=384)
    )


def vp8(text: bytes = bytes(8)) -> bytes:
    return (
        pages([VP8], 1, 0, first=True)
        + pages([b"OVP80\2 " + text], 1, 1)
        + pages([b"a picture"], 1, 2, last=True, position=1)
    )


def beside(*streams: bytes) -> bytes:
    """The pages of streams, those that begin first, then in turns."""
    split = [[b"OggS" + each for each in data.split(b"OggS")[1:]] for data in streams]
    return b"".join(page for turn in zip_longest(*split, fillvalue=b"") for page in turn)


def skeleton(*, serial: int = 5) -> bytes:
    """Ogg Skeleton 3.0: when it was made (UTC), and a name."""
    head = (
        b"fishead\0"
        + struct.pack("<HHqqqq", 3, 0, 0, 1000, 0, 1000)
        + b"20240501T1200CANARY".ljust(20, b"\0")
    )
    bone = b"fisbone\0" + struct.pack("<III", 44, 1, 3) + bytes(32) + b"Name: CANARY\r\n"
    return pages([head], serial, 0, first=True) + pages([bone], serial, 1, last=True)


OGG_FRAMES = frozenset(
    (
        *(b"\x02" + bytes(50), b"\x04" + bytes(600), b"\x06" + bytes(7)),
        *(b"\xf8" + bytes(20), b"\xf8" + bytes(90), b"\xf8" + bytes(9)),
        *(b"\x20video", b"", b"speech" * 9, SOUND[:11], SOUND[11:22], b"a picture"),
    )
)
