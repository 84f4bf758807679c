"""What a signed claim of origin (C2PA 2.1, in JUMBF boxes: ISO 19566-5) says of people, programs and moments.

It is CBOR and JSON inside; the few words that matter are searched for, whatever the assertion is called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import Reveal, Tag
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FOUND: Final = 64  # of each kind

# Each pattern begins with a word, for which `re` searches fast: claims hold thumbnails of hundreds of kilobytes.
# C2PA 1.4, 18.14: a CreativeWork assertion is JSON in the words of schema.org; its authors are objects of their own.
_AUTHORS: Final = re.compile(rb'"author"\s*:\s*\[?([^\]]{1,4000})')
_NAME: Final = re.compile(rb'"name"\s*:\s*"([^"]{1,200})"')
_PERSON: Final = re.compile(rb'"@type"\s*:\s*"Person"[^{}]{0,400}?"name"\s*:\s*"([^"]{1,200})"')
# The first claims (CAI 0.x) had assertions of their own for rights and places.
_RIGHTS: Final = re.compile(rb'"copyright"\s*:\s*"([^"]{1,200})')
_LOCATION: Final = re.compile(rb'"location"\s*:\s*"([^"]{1,200})')
# A key, then text: in JSON between quotes, in CBOR behind its length (RFC 8949, 3: 0x60 + length, or 0x78 and a byte),
# which a date may have the tag 0 before.
_TEXT: Final = rb'(?:"\s*:\s*"|\xc0?(?:[\x60-\x77]|\x78[\x18-\xff]))'
_WHEN: Final = tuple(
    re.compile(word + _TEXT + rb"(\d{4}-\d\d-\d\dT[\d:.+Z-]{5,24})", re.DOTALL)
    for word in (b"dateTime", b"when", b"dateCreated")
)
_SAID: Final = rb'(?:"\s*:\s*"([^"]{1,200})|([\x61-\x77])|\x78([\x18-\xff]))'
_MADE_BY: Final = tuple(
    re.compile(word + _SAID, re.DOTALL)
    for word in (
        rb"claim_generator(?:_info\x81?[\xa1-\xa9]dname)?",  # C2PA 2.1, 10.2.3
        rb"softwareAgent(?:[\xa1-\xa9]dname)?",
    )
)
_TITLE: Final = re.compile(
    rb"dc:title" + _SAID, re.DOTALL
)  # of the picture, and of those that it was made from
# IPTC NewsCodes, digital source type: how a picture came about.
_SOURCES: Final = (
    rb"(compositeWithTrainedAlgorithmicMedia|trainedAlgorithmicMedia|algorithmicMedia|algorithmicallyEnhanced|"
    rb"compositeSynthetic|compositeCapture|composite|dataDrivenMedia|digitalArt|digitalCapture|digitalCreation|"
    rb"humanEdits|minorHumanEdits|negativeFilm|positiveFilm|print|screenCapture|softwareImage|virtualRecording)"
)
_SOURCE: Final = re.compile(rb"digitalSourceType" + _TEXT + rb"[\w:./-]{0,80}?/" + _SOURCES, re.DOTALL)
# C2PA 2.1, 18.6: what the picture looked like, and the pictures that it was made from.
_THUMBNAIL: Final = re.compile(rb"c2pa\.thumbnail\.(claim|ingredient)")


def tags(data: bytes, size: int) -> Iterator[Tag]:
    """`size` is that of the whole claim; `data` as much of it as is looked at."""
    yield Tag("JUMBF", "Claim", f"{size} bytes", Reveal.PROVENANCE)
    for name, reveals, values in (
        ("author", Reveal.OWNER, _authors(data)),
        ("copyright", Reveal.OWNER, _first(data, _RIGHTS)),
        ("location", Reveal.LOCATION, _first(data, _LOCATION)),
        ("DateTime", Reveal.TIME, _first(data, *_WHEN)),
        ("ClaimGenerator", Reveal.SOFTWARE, _said(data, *_MADE_BY)),
        ("Title", Reveal.COMMENT, _said(data, _TITLE)),
        ("DigitalSourceType", Reveal.PROVENANCE, _first(data, _SOURCE)),
        ("Thumbnail", Reveal.THUMBNAIL, _first(data, _THUMBNAIL)),
    ):
        told: dict[bytes, None] = {}
        for value in values:
            told[value] = None
            if len(told) >= MOST_FOUND:
                break
        for value in told:
            yield Tag("JUMBF", name, decoded(value), reveals)


def _first(data: bytes, *patterns: re.Pattern[bytes]) -> Iterator[bytes]:
    """The first group of every match."""
    for pattern in patterns:
        for found in pattern.finditer(data):
            yield found[1]


def _authors(data: bytes) -> Iterator[bytes]:
    for authors in _first(data, _AUTHORS):
        yield from _NAME.findall(authors)
    yield from _first(data, _PERSON)


def _said(data: bytes, *patterns: re.Pattern[bytes]) -> Iterator[bytes]:
    for found in (each for pattern in patterns for each in pattern.finditer(data)):
        json, short, long = found.groups()
        if json:
            yield json
        else:
            size = short[0] - 0x60 if short else long[0]
            yield data[found.end() : found.end() + size]
