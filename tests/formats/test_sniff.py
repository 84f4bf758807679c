from __future__ import annotations

import io
import struct
import time
import zipfile

import pytest
from PIL import Image

from audit.formats import WALKERS, identify, name_of
from tests.formats import fixtures as fx


def boxed(brand: bytes, *others: bytes) -> bytes:
    inner = brand + bytes(4) + b"".join(others)
    return struct.pack(">I", 8 + len(inner)) + b"ftyp" + inner + b"\0\0\0\x08mdat"


def zipped(name: str, content: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def tiff(*entries: tuple[int, int, int, int]) -> bytes:
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + bytes(4) + b"NIKON CORPORATION\0"


HEADS = {
    "JPEG": fx.small_jpeg(),
    "PNG": fx.png(),
    "WebP": fx.webp(),
    "GIF": fx.saved(fx.picture("P"), "GIF"),
    "TIFF": fx.saved(fx.picture(), "TIFF"),
    "BMP": fx.saved(fx.picture(), "BMP"),
    "ICO": fx.saved(fx.picture(size=(16, 16)), "ICO"),
    "CUR": b"\0\0\2\0\1\0\x10\x10",
    "Targa": fx.saved(fx.picture(), "TGA"),
    "ANI": b"RIFF\0\0\0\0ACON",
    "JPEG 2000": fx.saved(fx.picture(), "JPEG2000"),
    "PDF": fx.saved(fx.picture(), "PDF"),
    "BigTIFF": b"II+\0\x08\0\0\0",
    "HEIC": boxed(b"heic", b"mif1", b"heic"),
    "HEIF": boxed(b"mif1", b"mif1"),
    "AVIF": boxed(b"avif", b"mif1"),
    "CR3": boxed(b"crx ", b"crx ", b"isom"),
    "CR2": b"II*\0\x10\0\0\0CR\2\0",
    "DNG": tiff((0xC612, 1, 4, 0x0401)),
    "NEF": tiff((0xFE, 4, 1, 1), (0x010F, 2, 18, 50), (0x014A, 4, 1, 8)),
    "RAF": b"FUJIFILMCCD-RAW 0201",
    "ORF": b"IIRO\x08\0\0\0",
    "RW2": b"IIU\0\x18\0\0\0",
    "JPEG XL": b"\xff\x0a\xfa\x1f",
    "MP4": boxed(b"isom", b"mp42"),
    "MOV": boxed(b"qt  "),
    "3GP": boxed(b"3gp5", b"isom"),
    "M4A": boxed(b"M4A ", b"isom"),
    "WebM": b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\x82\x84webm",
    "Matroska": b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\x82\x88matroska",
    "AVI": b"RIFF\0\0\0\0AVI LIST",
    "WAV": b"RIFF\0\0\0\0WAVEfmt ",
    "SVG": b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg">',
    "MP3": b"ID3\4\0\0",
    "FLAC": b"fLaC\0",
    "Ogg": b"OggS\0",
    "OpenDocument": zipped("mimetype", "application/vnd.oasis.opendocument.text"),
    "Office Open XML": zipped("[Content_Types].xml"),
}


@pytest.mark.parametrize("name", HEADS)
def test_names(name: str) -> None:
    medium = name_of(HEADS[name][:4096])
    assert medium is not None
    assert medium.name == name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        bytes(64),
        b"\x7fELF\2\1\1",
        b"BM is how this sentence begins, and it is no picture",
        b"<html><svg></svg></html>",
        b"\xff\xfeh\0e\0l\0l\0o\0",
        zipped("notes.txt", "x"),
        b"RIFF\0\0\0\0XXXX",
        b"PK\5\6",
    ],
)
def test_what_is_no_medium(data: bytes) -> None:
    assert name_of(data) is None


def test_bare_kinds_under_another_mark() -> None:
    assert name_of(b"\0\0\0\x0cJXL \r\n\x87\n") == name_of(HEADS["JPEG XL"])
    assert name_of(b"\xff\xfb\x90\x64") == name_of(HEADS["MP3"])
    assert name_of(b"\0\0\0\x08wide\0\0\0\0mdat") == name_of(HEADS["MOV"])
    assert name_of(boxed(b"mif1", b"avif")) == name_of(HEADS["AVIF"])


# What a walker takes by its first 64 bytes. A raw camera file that is TIFF inside is kept from it by `audit.media`.
WALKED = {
    name: name
    for name in ("JPEG", "PNG", "WebP", "GIF", "TIFF", "BMP", "ICO", "ANI", "HEIC", "AVIF", "JPEG XL")
} | {
    "BigTIFF": "TIFF",
    "HEIF": "HEIC",
    "NEF": "TIFF",
    "Matroska": "Matroska",
    "WebM": "Matroska",
    "MP4": "MP4",
    "3GP": "MP4",
    "MOV": "MOV",
    "M4A": "M4A",
}


def test_walkers_know_their_own_only() -> None:
    for name, head in HEADS.items():
        walker = identify(head[:64])
        assert (walker.name if walker else None) == WALKED.get(name), name
    assert len({walker.name for walker in WALKERS}) == len(WALKERS)
    assert Image.open(io.BytesIO(HEADS["JPEG 2000"])).format == "JPEG2000"


@pytest.mark.parametrize(("colours", "name"), [(2, "TIFF"), (32803, "NEF"), (34892, "NEF")])
def test_a_picture_of_a_camera_that_a_program_wrote_is_no_raw_file(colours: int, name: str) -> None:
    """It keeps the camera's name, and may have a small picture in a directory of its own."""
    head = tiff((0xFE, 4, 1, 0), (0x0106, 3, 1, colours), (0x010F, 2, 18, 62), (0x014A, 4, 1, 8))
    found = name_of(head)
    assert found is not None
    assert found.name == name


def test_a_page_with_many_comments_takes_no_longer() -> None:
    started = time.process_time()
    assert name_of(b"<!--a-->" * 500 + b"<html>") is None
    assert name_of((b"<?a b?> <!--a-->" * 200 + b"<s:svg>")[:4096]) == name_of(b"<svg>")
    assert time.process_time() - started < 1


def test_marks_that_stand_deeper() -> None:
    packets = (b"\x47" + bytes(187)) * 12
    timed = (bytes(4) + b"\x47" + bytes(187)) * 12
    for head in (packets, timed):
        found = name_of(head)
        assert found is not None
        assert (found.name, found.kind) == ("MPEG", "video")
    assert name_of(packets[:188] + b"\0" + packets[189:]) is None
    found = name_of(b"words\n%PDF-1.7\n")
    assert found is not None
    assert found.name == "PDF"
    assert name_of(b"about %PDF-1.7") is None


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\x0b\x77\x1e\xf8\x4c\x40\x2f", "AC-3", "audio"),
        (b"\x0b\x77\x00\xbf\x34\x86\xff", "AC-3", "audio"),
        (b"\x7f\xfe\x80\x01\xfc", "DTS", "audio"),
        (b"NIST_1A\n   1024\n", "SPHERE", "audio"),
        (b"MAC \x96\x0f\0\0", "Monkey's Audio", "audio"),
        (b"\x1f\x07\0\xbf\xf8", "DV", "video"),
    ],
)
def test_sound_and_video_that_are_named_though_they_are_not_cleaned(
    head: bytes, name: str, kind: str
) -> None:
    found = name_of(head)
    assert found is not None
    assert (found.name, found.kind) == (name, kind)
