"""Drawings and pictures inside documents at the edge of what is read."""

from __future__ import annotations

import pytest

from audit.formats.base import FormatError, UnsupportedError
from audit.rewriters import jpx, svg_read

NS = b'xmlns="http://www.w3.org/2000/svg"'


def test_an_encoding_that_nobody_knows() -> None:
    with pytest.raises(FormatError, match="encoding"):
        svg_read.root(b'<?xml version="1.0" encoding="x-nobody"?><svg ' + NS + b"/>")


def test_a_drawing_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = b'<!DOCTYPE svg [<!ENTITY a "%s">]><svg ' % (b"b" * 50) + NS + b">&a;&a;&a;</svg>"
    assert svg_read.root(drawing) is not None
    monkeypatch.setattr(svg_read, "LONGEST", 100)
    with pytest.raises(UnsupportedError, match="too large"):
        svg_read.root(drawing)
    monkeypatch.setattr(svg_read, "LONGEST", len(drawing) - 40)
    with pytest.raises(UnsupportedError, match="too large"):
        svg_read.root(drawing)


def box(kind: bytes, body: bytes, *, wide: bool = False, size: int | None = None) -> bytes:
    length = size if size is not None else 8 + len(body)
    if wide:
        return b"\0\0\0\1" + kind + (16 + len(body)).to_bytes(8, "big") + body
    return length.to_bytes(4, "big") + kind + body


STREAM = b"\xff\x4f\xff\x51\0\x04ab\xff\x90data"


def test_boxes_of_a_jpeg_2000() -> None:
    first = box(b"jP  ", b"\r\n\x87\n")
    clean, gone = jpx.cleaned(first + box(b"uuid", b"words", wide=True) + box(b"jp2c", STREAM, size=0))
    assert clean == first + box(b"jp2c", STREAM)
    assert [tag.name for tag in gone] == ["uuid"]
    clean, _ = jpx.cleaned(first + box(b"jp2c", STREAM, size=9999))
    assert clean == first + box(b"jp2c", STREAM)
    with pytest.raises(UnsupportedError):
        jpx.cleaned(first + box(b"uuid", b"words", size=9999))
    with pytest.raises(UnsupportedError):
        jpx.cleaned(first + box(b"uuid", b"") * 1000)
