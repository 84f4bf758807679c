"""Files that do not begin as their format does, and which viewers and players open all the same: cleaned, or named."""

from __future__ import annotations

import gzip
import io
import struct
from typing import TYPE_CHECKING

import pikepdf
import pytest

from audit.formats import name_of
from audit.media import identify, open_medium
from audit.rewriters.svg import REWRITER as SVG
from audit.rows import Job, Options, Row, Status
from audit.scrubber import scrub_file
from tests.contracts.rewriter import scrubbed, told
from tests.formats import movies
from tests.formats.boxes import box
from tests.formats.fixtures import CANARY
from tests.rewriters import sounds

if TYPE_CHECKING:
    from pathlib import Path

JUNK = b"Jane CANARY" * 9
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>CANARY</title><g/></svg>'
DECLARED = f'<?xml version="1.0" encoding="UTF-16"?>\n{DRAWING}'


def document() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out, static_id=True)
    return out.getvalue()


def wide(mark: bytes) -> bytes:
    """A WAV of 64 bits, with words in a chunk of its own."""
    sound, words = bytes(8), b"junk" + struct.pack("<I", len(JUNK) + 1) + JUNK + b"\0"
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    sizes = b"ds64" + struct.pack("<IQQQI", 28, 0, len(sound), 4, 0)
    return mark + b"\xff\xff\xff\xffWAVE" + sizes + form + words + b"data\xff\xff\xff\xff" + sound


CLEANED = {
    "document.pdf": JUNK + document(),
    "marked.pdf": b"\xef\xbb\xbf" + document() + JUNK,
    "far.pdf": bytes(900) + b"CANARY" + document(),
    "padded.mp3": bytes(9000) + b"CANARY" + sounds.FRAMES,
    "words.mp3": JUNK + sounds.FRAMES,
    "tags.mp3": sounds.ape() + sounds.FRAMES,
    "cut.mp3": sounds.FRAMES[99:417] + b"CANARY" + sounds.FRAMES,
    "wide.wav": wide(b"BW64"),
    "bits.wav": wide(b"RF64"),
    "two.svg": DECLARED.encode("utf-16"),
    "little.svg": DECLARED.encode("utf-16-le"),
    "big.svg": DECLARED.encode("utf-16-be"),
    "comment.svg": b"<!-- " + b"CANARY" * 999 + b" -->" + DRAWING.encode(),
    **{
        f"{kind.decode()}.mov": movies.Movie(first=box(kind, JUNK)).made()
        for kind in (b"uuid", b"udta", b"junk", b"PICT")
    },
}
LEFT = {
    "leading.jpg": (b"\0CANARY\xff\xd8\xff", Status.SKIPPED),
    "words.mp3": (b"words CANARY" * 90, Status.FAILED),
    "part.m4s": (box(b"styp", b"msdhCANARY"), Status.FAILED),
    "other.wav": (b"riff\x2e\x91\xcf\x11 CANARY", Status.UNSUPPORTED),
    "tagged.aac": (sounds.id3() + b"\xff\xf1\x50\x80" + bytes(90), Status.UNSUPPORTED),
    "voice": (b"\x02#!SILK_V3CANARY", Status.UNSUPPORTED),
}
HOLLOW = {"empty.jpg": b"", "._photo.jpg": b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(90), "words.txt": b"words"}


def cleaned(folder: Path, name: str, data: bytes) -> Row:
    (folder / name).write_bytes(data)
    target = folder / "clean" / name
    target.parent.mkdir(exist_ok=True)
    return scrub_file(Job(str(folder / name), str(target), name), Options())


@pytest.mark.parametrize("name", CLEANED)
def test_what_players_open_is_cleaned(tmp_path: Path, name: str) -> None:
    row = cleaned(tmp_path, name, CLEANED[name])
    assert (row.status, row.error) == (Status.SCRUBBED, None)
    made = (tmp_path / "clean" / name).read_bytes()
    assert CANARY not in made
    with open_medium(str(tmp_path / "clean" / name)) as reader:
        assert identify(reader, "without a name") is not None
    assert cleaned(tmp_path, f"again-{name}", made).status is Status.ALREADY_CLEAN


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_cleaned_is_named(tmp_path: Path, name: str) -> None:
    data, status = LEFT[name]
    row = cleaned(tmp_path, name, data)
    assert (row.status, row.blocks, bool(row.error)) == (status, True, True)
    assert not (tmp_path / "clean" / name).exists()


@pytest.mark.parametrize("name", HOLLOW)
def test_what_holds_no_medium_blocks_nothing(tmp_path: Path, name: str) -> None:
    row = cleaned(tmp_path, name, HOLLOW[name])
    assert (row.status, row.blocks) == (Status.SKIPPED, False)


def test_a_drawing_packed_with_gzip_stays_packed(tmp_path: Path) -> None:
    packed = gzip.compress(DRAWING.encode(), mtime=99) + JUNK
    named = packed[:3] + b"\x08" + packed[4:10] + b"CANARY.svg\0" + packed[10:]
    for data in (packed, named):
        assert name_of(data[:4096]) == name_of(DRAWING.encode())
        assert told(SVG, data)
        row = cleaned(tmp_path, "drawing.svgz", data)
        assert row.status is Status.SCRUBBED
        made = (tmp_path / "clean" / "drawing.svgz").read_bytes()
        (tmp_path / "clean" / "drawing.svgz").unlink()
        assert CANARY not in made
        assert b"<g/>" in gzip.decompress(made)
        assert CANARY not in gzip.decompress(made)
        assert scrubbed(SVG, made) == made


@pytest.mark.parametrize("cut", [5, 20, 60])
def test_a_packed_drawing_that_breaks_off_is_refused(tmp_path: Path, cut: int) -> None:
    row = cleaned(tmp_path, "drawing.svgz", gzip.compress(DRAWING.encode())[:cut])
    assert row.blocks


def test_packed_drawings_one_behind_another_are_refused(tmp_path: Path) -> None:
    row = cleaned(tmp_path, "drawing.svgz", gzip.compress(DRAWING.encode()) * 2)
    assert (row.status, row.blocks) == (Status.UNSUPPORTED, True)
