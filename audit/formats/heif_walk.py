"""A HEIF or AVIF file as segments: boxes, the parts of meta and moov, and in mdat and idat the bytes of each item."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from audit.formats import bmff, heif_movie, heif_plan, heif_second, trailers
from audit.formats.base import Copy, FormatError, Policy, Role, Segment
from audit.formats.heif_keep import CODED, DERIVED, TONE_MAP, kind_of
from audit.formats.heif_meta import Entry
from audit.formats.heif_props import ALPHA, is_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Box
    from audit.formats.heif_meta import Meta, Property
    from audit.formats.heif_plan import Picture

_KNOWN: Final = frozenset({"uuid", "mpvd", "sefd", "free", "skip", "wide", "jumb"})
_SAYING: Final = frozenset({"Exif", "XMP", "Exif in parts", "XMP in parts"})
_MOVIE: Final = frozenset({"mvhd", "trak"})
_SECOND: Final = {heif_second.APPLE_GAIN: "gain map", **dict.fromkeys(heif_second.DEPTHS, "depth map")}
_NOBODY: Final = Entry("", hidden=True, name=b"", content="", protected=False)
_DESCRIBES: Final = frozenset({"udes", "altt", "crtt", "mdft"})

Claim = Segment  # bytes that somebody lays claim to; claims may overlap


def segments(reader: Reader) -> list[Segment]:
    """Raises FormatError for what does not begin like a HEIF."""
    boxes = list(bmff.boxes(reader))
    if not boxes or boxes[0].kind != "ftyp" or boxes[0].cut:
        raise FormatError(0, "not a HEIF")
    try:
        picture = heif_plan.understood(reader, boxes, Policy())
    except FormatError:
        picture = None
    meta = picture.meta if picture else meta_of(reader, boxes)
    layers = _layers(boxes, picture, meta)
    found: list[Segment] = []
    for box in boxes:
        if box.kind == "meta" and meta and meta.start == box.start:
            found += _meta(box, meta, layers)
        elif box.kind == "mini" and meta and meta.start == box.start:
            found += (Segment(start, stop, name, Role.STRUCTURE) for name, start, stop in meta.parts)
            found += _filled(meta.parts[-1][2], box.stop, [_disjoint(layer) for layer in layers])
        else:
            found += _box(reader, boxes, box, layers)
    return found + trailers.segments(reader, boxes[-1].stop)


def meta_of(reader: Reader, boxes: Sequence[Box]) -> Meta | None:
    """The meta box, as far as it can be read."""
    try:
        return heif_plan.described(reader, boxes)
    except FormatError:
        return None


def _layers(boxes: Sequence[Box], picture: Picture | None, meta: Meta | None) -> list[list[Claim]]:
    """What stays, then what items claim of the rest. Of a broken file, all that pictures claim stays."""
    if picture:
        return [_kept(picture), *_told(_claims(meta, shown=None))]
    everything = (
        [Segment(b.body, b.stop, "picture", Role.PAYLOAD) for b in boxes if b.kind == "mdat"]
        if meta is None
        else []
    )
    return [everything or list(_claims(meta, shown=True)), *_told(_claims(meta, shown=False))]


def _told(claims: Iterable[Claim]) -> tuple[list[Claim], list[Claim]]:
    """What says most comes first where claims overlap."""
    found = list(claims)
    return [one for one in found if one.name in _SAYING], [one for one in found if one.name not in _SAYING]


def _kept(picture: Picture) -> list[Claim]:
    anew = (piece for pieces in picture.anew.values() for piece in pieces if isinstance(piece, Copy))
    return [
        Segment(start, stop, "picture", Role.PAYLOAD)
        for start, stop in (*picture.inline.spans, *picture.media.spans, *anew)
    ]


def _claims(meta: Meta | None, *, shown: bool | None) -> Iterator[Claim]:
    """What items claim: pictures that may be shown, other items, or all of them."""
    if meta is None:
        return
    beside = _beside(meta)
    for item, place in meta.places.items():
        name = _named(meta, item, beside.get(item, "picture"))
        if shown is None or (name == "picture") is shown:
            role = Role.PAYLOAD if shown else Role.METADATA
            extents = place.extents
            label = name if len(extents) == 1 or shown else f"{name} in parts"
            yield from (Segment(start, stop, label, role) for start, stop in extents)


def _beside(meta: Meta) -> dict[int, str]:
    """What pictures are for that are no more than an addition to another, and what those are for that they are made of."""
    found: dict[int, str] = {}
    parts: dict[int, tuple[int, ...]] = {}
    for link in meta.links:
        if link.kind == "thmb":
            found[link.source] = "thumbnail"
        elif link.kind == "auxl" and (name := _auxiliary_name(meta, link.source)):
            found[link.source] = name
        elif link.kind == "dimg":
            parts[link.source] = link.targets
            if meta.entries.get(link.source, _NOBODY).kind == TONE_MAP:
                found.update(dict.fromkeys(link.targets[1:], "gain map"))
    left = list(found)
    while left:
        item = left.pop()
        new = [target for target in parts.pop(item, ()) if target not in found]
        found.update(dict.fromkeys(new, found[item]))
        left += new
    return found


def _auxiliary_name(meta: Meta, item: int) -> str:
    try:
        urn = kind_of(meta, item)
    except FormatError:
        urn = b""
    if urn in ALPHA:
        return ""
    return _SECOND.get(urn, "auxiliary picture")


def _named(meta: Meta, item: int, beside: str) -> str:
    entry = meta.entries.get(item)
    if entry is None:
        return "nobody's"
    if entry.kind == "mime":
        return "XMP" if "rdf" in entry.content else f"mime {entry.content[:40]}"
    return beside if entry.kind in CODED | DERIVED else bmff_name(entry.kind)


def bmff_name(kind: str) -> str:
    """Four letters that can be printed."""
    return kind if kind.isascii() and kind.isprintable() else kind.encode("latin-1").hex()


def _box(
    reader: Reader, boxes: Sequence[Box], box: Box, layers: Sequence[Sequence[Claim]]
) -> Iterator[Segment]:
    first = heif_plan.boxed(boxes, box.kind) is box
    if box.kind == "ftyp" and first:
        yield Segment(box.start, box.stop, "ftyp", Role.STRUCTURE)
    elif box.kind == "mdat":
        yield Segment(box.start, box.body, "mdat", Role.STRUCTURE)
        yield from _filled(box.body, box.stop, [_disjoint(layer) for layer in layers])
    elif box.kind == "meta" and first:
        yield Segment(box.start, box.stop, "meta", Role.STRUCTURE)
    elif box.kind == "moov" and first:
        yield from _movie(reader, boxes, box)
    else:
        role = Role.METADATA if box.kind in _KNOWN else Role.ORPHAN
        yield Segment(box.start, box.stop, bmff_name(box.kind), role)


def _filled(start: int, stop: int, layers: Sequence[Sequence[Claim]]) -> Iterator[Segment]:
    """The bytes from `start` to `stop`, each given to the first layer that claims it, or to nobody."""
    if start >= stop:
        return
    if not layers:
        yield Segment(start, stop, "nobody's", Role.ORPHAN)
        return
    layer = layers[0]
    at = start
    number = max(0, bisect_left(layer, (start,)) - 1)
    while at < stop and number < len(layer) and layer[number].start < stop:
        claim = layer[number]
        number += 1
        if claim.stop <= at:
            continue
        yield from _filled(at, min(claim.start, stop), layers[1:])
        begin, at = max(at, claim.start), min(claim.stop, stop)
        yield Segment(begin, at, claim.name, claim.role)
    yield from _filled(at, stop, layers[1:])


def _disjoint(claims: Sequence[Claim]) -> list[Claim]:
    """Sorted, and each byte only in the first of them."""
    found: list[Claim] = []
    at = 0
    for claim in sorted(claims):
        if claim.stop > max(at, claim.start):
            found.append(claim._replace(start=max(at, claim.start)))
            at = claim.stop
    return found


def _meta(box: Box, meta: Meta, layers: Sequence[Sequence[Claim]]) -> Iterator[Segment]:
    yield Segment(box.start, box.body + 4, "meta", Role.STRUCTURE)
    at = box.body + 4
    for name, start, stop in meta.parts:
        if name == "idat":
            yield Segment(start, meta.idat[0], "meta/idat", Role.STRUCTURE)
            yield from _filled(*meta.idat, [_disjoint(layer) for layer in layers])
        elif name == "iprp":
            yield from _properties(meta, start, stop)
        else:
            role = Role.ORPHAN if name.startswith("unknown") else Role.STRUCTURE
            yield Segment(start, stop, f"meta/{bmff_name(name)}", role)
        at = stop
    if at < box.stop:
        yield Segment(at, box.stop, "meta/nobody's", Role.ORPHAN)


def _properties(meta: Meta, start: int, stop: int) -> Iterator[Segment]:
    """The box iprp with each property by itself: a colour profile is one of them."""
    at = start
    for one in meta.properties:
        if at < one.start:
            yield Segment(at, one.start, "meta/iprp", Role.STRUCTURE)
        yield Segment(one.start, one.stop, _property_name(one), _property_role(one))
        at = one.stop
    if at < stop:
        yield Segment(at, stop, "meta/ipma", Role.STRUCTURE)


def _property_name(one: Property) -> str:
    return "ipco/ICC" if is_profile(one.kind, one.data) else f"ipco/{bmff_name(one.kind)}"


def _property_role(one: Property) -> Role:
    return Role.METADATA if one.kind in _DESCRIBES else Role.STRUCTURE


def _movie(reader: Reader, boxes: Sequence[Box], box: Box) -> Iterator[Segment]:
    """A sequence that is shown, part by part; a film that is not, as one."""
    try:
        movie = heif_movie.read(reader, box) if heif_plan.sequence(reader, boxes) else None
    except FormatError:
        movie = None
    if movie is None:
        yield Segment(box.start, box.stop, "film", Role.METADATA)
        return
    yield Segment(box.start, box.body, "moov", Role.STRUCTURE)
    at = box.body
    for kind, start, stop in movie.parts:
        yield Segment(
            start, stop, f"moov/{bmff_name(kind)}", Role.STRUCTURE if kind in _MOVIE else Role.METADATA
        )
        at = stop
    if at < box.stop:
        yield Segment(at, box.stop, "moov/nobody's", Role.ORPHAN)
