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

# C2PA 1.4, 18.14: a CreativeWork assertion is JSON in the words of schema.org; its authors are objects of their own.
_AUTHORS: Final = re.compile(rb'"author"\s*:\s*\[?([^\]]{1,4000})')
_NAME: Final = re.compile(rb'"name"\s*:\s*"([^"]{1,200})"')
_PERSON: Final = re.compile(rb'"@type"\s*:\s*"Person"[^{}]{0,400}?"name"\s*:\s*"([^"]{1,200})"')
# A key, then text: in JSON between quotes, in CBOR behind its length (RFC 8949, 3: 0x60 + length, or 0x78 and a byte),
# which a date may have the tag 0 before.
_TEXT: Final = rb'(?:"\s*:\s*"|\xc0?(?:[\x60-\x77]|\x78[\x18-\xff]))'
_WHEN: Final = re.compile(
    rb"(?:dateTime|when|dateCreated)" + _TEXT + rb"(\d{4}-\d\d-\d\dT[\d:.+Z-]{5,24})", re.DOTALL
)
_MADE_BY: Final = re.compile(
    rb"(?:claim_generator|softwareAgent(?:[\xa1-\xa9]dname)?)"
    rb'(?:"\s*:\s*"([^"]{1,200})|([\x61-\x77])|\x78([\x18-\xff]))',
    re.DOTALL,
)
# IPTC NewsCodes, digital source type: how a picture came about.
_SOURCES: Final = (
    rb"(compositeWithTrainedAlgorithmicMedia|trainedAlgorithmicMedia|algorithmicMedia|algorithmicallyEnhanced|"
    rb"compositeSynthetic|compositeCapture|composite|dataDrivenMedia|digitalArt|digitalCapture|digitalCreation|"
    rb"humanEdits|minorHumanEdits|negativeFilm|positiveFilm|print|screenCapture|softwareImage|virtualRecording)"
)
_SOURCE: Final = re.compile(rb"digitalSourceType" + _TEXT + rb"[\w:./-]{0,80}?/" + _SOURCES, re.DOTALL)


def tags(data: bytes, size: int) -> Iterator[Tag]:
    """`size` is that of the whole claim; `data` as much of it as is looked at."""
    yield Tag("JUMBF", "Claim", f"{size} bytes", Reveal.PROVENANCE)
    for name, reveals, values in (
        ("author", Reveal.OWNER, _authors(data)),
        ("copyright", Reveal.OWNER, _rights(data, b"copyright")),
        ("location", Reveal.LOCATION, _rights(data, b"location")),
        ("DateTime", Reveal.TIME, (found[1] for found in _WHEN.finditer(data))),
        ("ClaimGenerator", Reveal.SOFTWARE, _programs(data)),
        ("DigitalSourceType", Reveal.PROVENANCE, (found[1] for found in _SOURCE.finditer(data))),
    ):
        told: dict[bytes, None] = {}
        for value in values:
            told[value] = None
            if len(told) >= MOST_FOUND:
                break
        for value in told:
            yield Tag("JUMBF", name, decoded(value), reveals)


def _rights(data: bytes, word: bytes) -> Iterator[bytes]:
    """The first claims (CAI 0.x) had assertions of their own for rights and places."""
    for found in re.finditer(rb'"' + word + rb'"\s*:\s*"([^"]{1,200})', data):
        yield found[1]


def _authors(data: bytes) -> Iterator[bytes]:
    for authors in _AUTHORS.finditer(data):
        yield from _NAME.findall(authors[1])
    yield from _PERSON.findall(data)


def _programs(data: bytes) -> Iterator[bytes]:
    for found in _MADE_BY.finditer(data):
        json, short, long = found.groups()
        if json:
            yield json
        else:
            size = short[0] - 0x60 if short else long[0]
            yield data[found.end() : found.end() + size]
