"""Which items of a HEIF or AVIF file are pictures that a viewer shows, with all that they are made of.

The primary picture, and others that stand beside it: not hidden, no part, thumbnail, auxiliary or alternative of
another (a burst, a collection, a stereo pair). With them their tiles and their transparency; depth and gain maps if asked
for. Not mattes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import heif_second
from audit.formats.base import FormatError, Keep
from audit.formats.heif_coded import Codec, Needed, tiles
from audit.formats.heif_props import ALPHA, CONFIG, auxiliary, nal_width

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from audit.formats.base import Policy
    from audit.formats.bmff import Span
    from audit.formats.heif_coded import Coded
    from audit.formats.heif_meta import Meta

CODED: Final = frozenset({"hvc1", "hev1", "lhv1", "avc1", "vvc1", "av01", "jpeg", "j2k1", "unci"})
DERIVED: Final = frozenset({"grid", "iovl", "iden"})
TONE_MAP: Final = "tmap"
# ISO/IEC 23008-12, 6.4.2, 6.6: a picture is made from others; 6.4.9: is coded with the help of others.
NEEDS: Final = frozenset({"dimg", "pred", "exbl", "tbas"})
_PARTS: Final = frozenset({"thmb", "auxl"})


def kept(meta: Meta, policy: Policy, *, moving: bool = False) -> list[int]:
    """The items that stay, those that are shown first. Raises FormatError if what a picture needs is not there."""
    if meta.primary not in meta.entries and not (moving and not meta.primary):
        raise FormatError(meta.start, "no primary picture")
    found = _closed(meta, [meta.primary] if meta.primary else [])
    found |= _closed(meta, _beside(meta))
    if Keep.HDR in policy.keep:
        found |= _closed(meta, _tone_maps(meta, found))
    stay = ALPHA | heif_second.of_policy(policy)
    auxiliaries = _auxiliaries(meta, found, stay)
    while auxiliaries - found:
        found |= _closed(meta, auxiliaries)
        auxiliaries = _auxiliaries(meta, found, stay)
    return _ordered(meta, found)


def _ordered(meta: Meta, found: Collection[int]) -> list[int]:
    """Pictures that are shown, in their old order; then what they are made of, then what goes with them.

    How a program orders parts tells it from others, and any order would do.
    """
    places = {item: place for place, item in enumerate(meta.entries)}
    parts: dict[int, list[int]] = {}
    for kind in sorted(NEEDS):
        for link in meta.links:
            if link.kind == kind and link.source in found:
                parts.setdefault(link.source, []).extend(link.targets)
    for link in sorted(meta.links, key=lambda link: places.get(link.source, 0)):
        if link.kind == "auxl" and link.source in found:
            for target in link.targets:
                parts.setdefault(target, []).append(link.source)
    inner = {part for some in parts.values() for part in some}
    order = dict.fromkeys(item for item in meta.entries if item in found and item not in inner)
    left = list(order)
    for item in left:  # it grows
        new = [part for part in dict.fromkeys(parts.get(item, ())) if part in found and part not in order]
        order.update(dict.fromkeys(new))
        left += new
    return [*order, *(item for item in meta.entries if item in found and item not in order)]


def _tone_maps(meta: Meta, found: set[int]) -> list[int]:
    """ISO/IEC 23008-12, 6.6.2.4: made of a picture that is shown, and of its gain map."""
    return [
        link.source
        for link in meta.links
        if link.kind == "dimg"
        and len(link.targets) == 2
        and link.targets[0] in found
        and link.source in meta.entries
        and meta.entries[link.source].kind == TONE_MAP
    ]


def _beside(meta: Meta) -> list[int]:
    """Pictures that a viewer shows beside the primary one."""
    parts = {link.source for link in meta.links if link.kind in _PARTS}
    parts |= {target for link in meta.links if link.kind in NEEDS for target in link.targets}
    parts |= {
        item
        for group in meta.groups
        if group.kind == "altr" and meta.primary in group.targets
        for item in group.targets
    }
    return [
        item
        for item, entry in meta.entries.items()
        if entry.kind in CODED | DERIVED and not entry.hidden and item not in parts
    ]


def _closed(meta: Meta, items: Iterable[int]) -> set[int]:
    """The items and everything they are made of."""
    needs: dict[int, list[int]] = {}
    for link in meta.links:
        if link.kind in NEEDS:
            needs.setdefault(link.source, []).extend(link.targets)
    found: set[int] = set()
    left = list(items)
    while left:
        item = left.pop()
        if item in found:
            continue
        found.add(item)
        entry = meta.entries.get(item)
        if entry is None or entry.kind not in CODED | DERIVED | {TONE_MAP} or entry.protected:
            raise FormatError(meta.start, f"a picture of an unknown kind ({entry.kind if entry else ''!a})")
        left += needs.get(item, ())
    return found


def _auxiliaries(meta: Meta, found: set[int], stay: Collection[bytes]) -> set[int]:
    return {
        link.source
        for link in meta.links
        if link.kind == "auxl" and not found.isdisjoint(link.targets) and kind_of(meta, link.source) in stay
    }


def kind_of(meta: Meta, item: int) -> bytes:
    """What an auxiliary picture is."""
    told = meta.of(item, "auxC")
    return b"" if told is None else auxiliary(told)


def trim_grids(meta: Meta, read: Callable[[int, int], bytes]) -> None:
    """A grid is made of rows times columns pictures (ISO/IEC 23008-12, 6.6.2.3): what it names beyond them is no part of it."""
    for number, link in enumerate(meta.links):
        place, entry = meta.places.get(link.source), meta.entries.get(link.source)
        if link.kind == "dimg" and place and place.extents and entry and entry.kind == "grid":
            start, stop = place.extents[0]
            many = tiles(read(start, min(4, stop - start)))
            if len(link.targets) < many:
                raise FormatError(start, "a grid without all of its pictures")
            meta.links[number] = link._replace(targets=link.targets[:many])


def codec(meta: Meta, item: int, many: int) -> Codec:
    """How to take an item apart that is made of so `many` others."""
    kind = meta.entries[item].kind
    if kind == "iovl":
        return Codec(kind, many)
    if kind == "jpeg":
        return Codec(kind, before=meta.of(item, "jpgC") or b"")
    layers = kind == "lhv1" or meta.of(item, "lhvC") is not None
    return Codec(kind, nal_width(kind, meta.of(item, CONFIG.get(kind, ""))), layers=layers)


def needed(meta: Meta, item: int, how: Codec, coded: Coded, media: Sequence[Span]) -> Needed:
    """Where the bytes are that a decoder needs of an item. Raises FormatError if they are not where they belong."""
    kind = meta.entries[item].kind
    if kind == "iden":
        return Needed([])
    place = meta.places.get(item)
    if place is None or not place.extents:
        raise FormatError(meta.start, f"the bytes of a picture are not there (item {item})")
    within = [meta.idat] if place.method else media
    for start, stop in place.extents:
        if not any(low <= start and stop <= high for low, high in within):
            raise FormatError(start, "a picture's bytes are not where they belong")
    return coded.needed(how, place.extents)
