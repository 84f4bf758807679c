"""ICC profiles (ICC.1:2022): only the words in them that may name somebody or one device."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from audit.formats.base import Reveal, Tag
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD: Final = 40  # bytes of a profile that tell whether it is one


def is_profile(head: bytes) -> bool:
    """Whether what begins with `head` is a colour profile at all (ICC.1:2022, 7.2.9): its place may hold anything."""
    return head[36:40] == b"acsp"


def length(head: bytes) -> int | None:
    """How long a profile is by its own header (7.2.2), 0 for what is none; None if that cannot be."""
    if not is_profile(head):
        return 0
    told = int.from_bytes(head[:4], "big")
    return told if told >= _SHORTEST else None


_SHORTEST: Final = 132  # the header, and a count of parts
MOST_TAGS: Final = 256
_WORDS: Final = {
    b"desc": "ProfileDescription",
    b"cprt": "ProfileCopyright",
    b"dmnd": "DeviceMfgDesc",
    b"dmdd": "DeviceModelDesc",
    b"vued": "ViewingCondDesc",
    b"scrd": "ScreeningDesc",
    b"targ": "CharTarget",
}
# Apple's make and model of a screen with its serial number; the dictionary (metadataTag, 9.2) in which programs write whose screen it is.
_TELLING: Final = {b"mmod": "MakeAndModel", b"meta": "Metadata"}

ORDINARY_NAMES: Final = frozenset(
    {
        b"icc",
        b"icc profile",
        b"icc_profile",
        b"srgb",
        b"display p3",
        b"adobe rgb (1998)",
        b"photoshop icc profile",
        b"skia",
    },
)
# Profiles that everybody has, and companies whose copyright says nothing about the person.
_ORDINARY: Final = (  # compiled when the first name is met
    r"srgb|display p3|dci-?p3|adobe rgb|adobergb|prophoto|romm|apple rgb|colormatch|e-srgb|bt\.? ?2020|rec\.? ?(?:709|2020)|"
    r"generic|dot gain|gray gamma|gamma 2|u\.s\. web coated|swop|fogra|coated|uncoated|japan color|c2$|c2ci|"
    r"facebook|google|apple|adobe|microsoft|hewlett|hp\b|artifex|kodak|public domain|no copyright|cc0|icc\b|lcms|"
    r"international color consortium|iec|argyll|linear|srg|wide ?gamut|uP3|p3"
)


def tags(profile: bytes) -> Iterator[Tag]:
    """7.3: after 128 bytes of header a count and that many entries of signature, offset, size."""
    if len(profile) < 132 or profile[36:40] != b"acsp":
        yield Tag("ICC", "malformed", f"{len(profile)} bytes that are no colour profile", Reveal.UNKNOWN)
        return
    size = int.from_bytes(profile[:4], "big")
    if size < len(profile):
        yield Tag("ICC", "overlong", f"{len(profile) - size} bytes behind the profile", Reveal.UNKNOWN)
    entries = _entries(profile)
    yield from _unclaimed(profile[: max(size, 132)], entries)
    for name, start, length in entries:
        data = profile[start : start + min(length, 65536)]
        if name in _TELLING:
            yield Tag("ICC", _TELLING[name], f"{length} bytes", Reveal.COLOUR)
        elif text := _text(data):
            yield Tag(
                "ICC", _word(name), text, None if re.search(_ORDINARY, text, re.IGNORECASE) else Reveal.COLOUR
            )


def _entries(profile: bytes) -> list[tuple[bytes, int, int]]:
    count = min(int.from_bytes(profile[128:132], "big"), MOST_TAGS)
    table = profile[132 : 132 + 12 * count]
    return list(struct.iter_unpack(">4sII", table[: len(table) // 12 * 12]))


def _word(signature: bytes) -> str:
    return _WORDS.get(signature) or decoded(signature)


def _unclaimed(profile: bytes, entries: list[tuple[bytes, int, int]]) -> Iterator[Tag]:
    """What stands where nothing should: in the last 28 bytes of the header (7.2), between the parts and behind them (7.3)."""
    at = 132 + 12 * len(entries)
    many = len(profile[100:128].strip(b"\0"))
    for _, start, length in sorted(entries, key=lambda entry: entry[1]):
        many += len(profile[at:start].strip(b"\0"))
        at = max(at, start + length)
    many += len(profile[at:].strip(b"\0"))
    if many:
        yield Tag("ICC", "unclaimed", f"{many} bytes that belong to no part of the profile", Reveal.COLOUR)


def _text(data: bytes) -> str:
    """10.24 text, 10.15 multiLocalizedUnicode, and the textDescription of version 2 (ICC.1:2001, 6.5.17)."""
    kind = data[:4]
    if kind == b"text":
        return decoded(data[8:])
    if kind == b"desc":
        return decoded(data[12 : 12 + int.from_bytes(data[8:12], "big")])
    if kind == b"mluc" and data[8:12] > bytes(4):
        length, start = int.from_bytes(data[20:24], "big"), int.from_bytes(data[24:28], "big")
        return clip(data[start : start + length].decode("utf-16-be", "replace"))
    return ""
