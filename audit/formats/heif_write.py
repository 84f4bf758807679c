"""A meta box that holds the pictures that stay and nothing else (ISO/IEC 14496-12, 8.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.bmff import box, full
from audit.formats.heif_config import CONFIGS
from audit.formats.heif_nal import Asked
from audit.formats.heif_props import belongs, is_known_colour, pixels, refuse, turned, written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from audit.formats.base import Policy
    from audit.formats.bmff import Span, Spans
    from audit.formats.heif_meta import Meta, Property

_NARROW: Final = 1 << 16
_LINKS: Final = frozenset({"dimg", "auxl", "prem", "pred", "exbl", "tbas"})
_MOST_COLOURS: Final = 4
_GROUPS: Final = frozenset({"altr", "ster"})


class Extra(NamedTuple):
    """An item that is written anew and describes another."""

    kind: str
    data: bytes
    target: int


class Layout(NamedTuple):
    """Where everything comes to lie."""

    media: Spans  # the parts of the file that stay in mdat,
    base: int  # and where they begin
    inlined: Spans  # the parts that stay in idat,
    inline: bytes  # and their bytes
    anew: Mapping[int, int]  # items that are written anew behind the media, and how long they are
    extras: Sequence[Extra]  # behind the media
    tracks: Mapping[int, int]  # their numbers, and those that they get
    width: int  # bytes of an offset


class MetaWriter:
    """Writes one meta box, with the offsets that its place in the file asks for."""

    def __init__(self, meta: Meta, items: Sequence[int], shrunk: Collection[int], policy: Policy) -> None:
        """`shrunk` are the items of which not all bytes stay."""
        self._meta = meta
        self._shrunk = shrunk
        self._items = items
        self._kept = frozenset(items)
        self._policy = policy
        # A number may be chosen to be a word, and gaps between numbers tell what went: they begin with 1.
        self._numbers = {item: number for number, item in enumerate(items, 1)}
        self.extra = (
            len(items) + 1 if self._primary else 0
        )  # the first of those written anew; 0 if there is nothing that they could describe
        self._layered = {item for item in items if meta.of(item, "lhvC") is not None}
        self._owners: dict[int, list[int]] = {}
        for item in items:
            for number, _ in meta.uses.get(item, ()):
                self._owners.setdefault(number, []).append(item)
        self._properties, self._uses = self._used()

    @property
    def _primary(self) -> int:
        return self._meta.primary

    def write(self, layout: Layout) -> bytes:
        places = list(self._places(layout))
        start = layout.base + layout.media.size + sum(layout.anew.values())
        for number, extra in enumerate(layout.extras, self.extra):
            places.append((number, 0, [(start, start + len(extra.data))]))
            start += len(extra.data)
        parts = [
            full("hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            full("pitm", self._version(), 0, self._id(self._numbers[self._primary]))
            if self._primary
            else b"",
            self._entries(layout.extras),
            self._locations(places, layout.width),
            self._links(layout.extras),
            self._described(),
            self._groups(layout),
            box("idat", layout.inline) if layout.inline else b"",
        ]
        return full("meta", 0, 0, *parts)

    def _id(self, number: int) -> bytes:
        return number.to_bytes(4 if self._version() else 2, "big")

    def _version(self) -> int:
        return int(len(self._items) + 2 >= _NARROW)

    def _entries(self, extras: Sequence[Extra]) -> bytes:
        """8.11.6: names are left out; the lowest flag says that an item is hidden."""
        entries = [
            self._entry(number, self._meta.entries[item].kind, self._meta.entries[item].hidden)
            for item, number in self._numbers.items()
        ]
        entries += (
            self._entry(number, one.kind, hidden=True) for number, one in enumerate(extras, self.extra)
        )
        size = 2 if len(entries) < _NARROW else 4
        return full("iinf", size // 4, 0, len(entries).to_bytes(size, "big"), *entries)

    def _entry(self, number: int, kind: str, hidden: bool) -> bytes:  # noqa: FBT001
        return full(
            "infe",
            2 + self._version(),
            int(hidden),
            self._id(number),
            bytes(2),
            kind.encode("latin-1"),
            b"\0",
            b"application/rdf+xml\0" if kind == "mime" else b"",
        )

    def _places(self, layout: Layout) -> Iterator[tuple[int, int, list[Span]]]:
        behind = layout.base + layout.media.size
        for item, number in self._numbers.items():
            place = self._meta.places.get(item)
            if place is None:
                continue
            if item in layout.anew:
                yield number, 0, [(behind, behind + layout.anew[item])]
                behind += layout.anew[item]
                continue
            spans = (layout.inlined if place.method else layout.media).moved(place.extents)
            shift = 0 if place.method else layout.base
            if spans:
                yield number, place.method, [(start + shift, stop + shift) for start, stop in spans]

    def _locations(self, places: list[tuple[int, int, list[Span]]], width: int) -> bytes:
        """8.11.3: version 1 knows idat, version 2 long numbers of items."""
        version = 2 if self._version() else int(any(method for _, method, _ in places))
        rows = []
        for number, method, spans in places:
            rows += [
                self._id(number),
                method.to_bytes(2, "big") if version else b"",
                bytes(2),
                len(spans).to_bytes(2, "big"),
            ]
            rows += (n.to_bytes(width, "big") for start, stop in spans for n in (start, stop - start))
        count = len(places).to_bytes(4 if version == 2 else 2, "big")
        return full("iloc", version, 0, bytes((width << 4 | width, 0)), count, *rows)

    def _links(self, extras: Sequence[Extra]) -> bytes:
        """8.11.12."""
        told = []
        for link in self._meta.links:
            targets = [self._numbers[target] for target in link.targets if target in self._kept]
            if link.kind in _LINKS and link.source in self._kept and targets:
                told.append((self._numbers[link.source], link.kind, targets))
        links = [
            self._link(kind, source, targets)
            for source, kind, targets in sorted(told, key=lambda link: link[:2])
        ]
        links += (
            self._link("cdsc", number, [self._numbers[one.target]])
            for number, one in enumerate(extras, self.extra)
        )
        return full("iref", self._version(), 0, *links) if links else b""

    def _link(self, kind: str, source: int, targets: Sequence[int]) -> bytes:
        return box(
            kind, self._id(source), len(targets).to_bytes(2, "big"), *(self._id(item) for item in targets)
        )

    def _used(self) -> tuple[list[bytes], dict[int, list[tuple[int, bool]]]]:
        """The properties that stay, each once and in the order of their use, and which of them each item has, with its mark."""
        uses: dict[int, list[tuple[int, bool]]] = {}
        bodies: dict[int, bytes] = {}
        known: dict[tuple[int, bool], bytes | None] = {}
        for item in self._items:
            told: dict[bytes, bytes] = {}
            for number, essential in self._meta.uses.get(item, ()):
                if not self._means(item, number):
                    continue
                if (number, essential) not in known:
                    known[number, essential] = self._body(number, essential)
                body = known[number, essential]
                if body is not None:
                    self._once(number, told, body)
                    bodies[number] = body
                    uses.setdefault(item, []).append((number, essential))
        order: dict[bytes, int] = {}
        renamed: dict[int, list[tuple[int, bool]]] = {}
        for item, found in uses.items():
            marks = {bodies[number]: mark for number, mark in reversed(found)}
            renamed[self._numbers[item]] = [
                (order.setdefault(body, len(order) + 1), _mark(body, marks[body]))
                for body in sorted(dict.fromkeys(bodies[number] for number, _ in found), key=_rank)
            ]
        order.update((body, 0) for body in self._coloured(bodies, set(bodies.values())))
        return list(order), renamed

    def _means(self, item: int, number: int) -> bool:
        """Whether the item has a use for a property. Layers of which not all bytes stay are no longer as long as a1lx says."""
        if number > len(self._meta.properties):
            raise FormatError(self._meta.start, "a property that is not there")
        kind = self._meta.properties[number - 1].kind
        shrunk = item in self._shrunk and kind == "a1lx"
        return belongs(kind, self._meta.entries[item].kind) and not shrunk

    def _asked(self, number: int) -> Asked:
        """What the pictures that have a property say of themselves."""
        owners = self._owners[number]
        named = [self._meta.named[item] for item in owners if item in self._meta.named]
        layers = any(item in self._layered for item in owners)
        pictures = frozenset[int]().union(*named) if named else None
        told = {self._meta.told.get(item, b"") for item in owners}
        return Asked(layers=layers, pictures=pictures, config=told.pop() if len(told) == 1 else b"")

    def _coloured(self, known: Collection[int], told: Collection[bytes]) -> Iterator[bytes]:
        """Numbers that say how colour is coded, of pictures that go too: some readers look for them without asking whose they are.

        Only those that ISO/IEC 23091-2 knows, each once.
        """
        seen: set[bytes] = set()
        for number, one in enumerate(self._meta.properties, 1):
            if (
                number not in known
                and one.kind == "colr"
                and is_known_colour(one.data)
                and len(seen) < _MOST_COLOURS
            ):
                if one.data not in seen and box(one.kind, one.data) not in told:
                    yield box(one.kind, one.data)
                seen.add(one.data)

    def _once(self, number: int, told: dict[bytes, bytes], body: bytes) -> None:
        """Of two properties of a kind one viewer shows the first and another the last. Two kinds of colour may be told."""
        kind = body[4:12] if body[4:8] == b"colr" else body[4:8]
        if told.setdefault(kind, body) != body:
            start = self._meta.properties[number - 1].start
            raise FormatError(start, f"a picture that has two {kind[:4].decode('latin-1')} properties")

    def _body(self, number: int, essential: bool) -> bytes | None:  # noqa: FBT001
        one: Property = self._meta.properties[number - 1]
        try:
            asked = self._asked(number) if one.kind in CONFIGS else Asked()
            body = written(one.kind, one.data, self._policy, asked)
            if one.kind == "pixi" and body is not None:
                body = self._pixels(number, body)
        except FormatError as error:
            raise FormatError(one.start, error.why) from error
        if body is None and essential and one.kind != "colr" and not turned(one.kind, self._policy):
            raise refuse(one.start, one.kind)
        return None if body is None else box(one.kind, body)

    def _pixels(self, number: int, body: bytes) -> bytes:
        """How deep samples are, as the configuration of the first picture says that has the property."""
        for other, _ in self._meta.uses[self._owners[number][0]]:
            if 0 < other <= len(self._meta.properties):
                one = self._meta.properties[other - 1]
                if one.kind in {"hvcC", "av1C"}:
                    config = written(one.kind, one.data, self._policy, self._asked(other))
                    return pixels(one.kind, config or b"", body)
        return body

    def _described(self) -> bytes:
        """8.11.14."""
        wide = len(self._properties) > 127
        top, size = (1 << 15, 2) if wide else (1 << 7, 1)
        rows = [len(self._uses).to_bytes(4, "big")]
        for item in sorted(self._uses):
            rows += [self._id(item), bytes((len(self._uses[item]),))]
            rows += (
                (number | (top if mark else 0)).to_bytes(size, "big") for number, mark in self._uses[item]
            )
        uses = full("ipma", self._version(), int(wide), *rows)
        return box("iprp", box("ipco", *self._properties), uses) if self._properties else b""

    def grouped(self, tracks: Sequence[int]) -> bool:
        """Whether a group names a track, so that the numbers of tracks must differ from those of items."""
        known = set(tracks) - self._kept
        return any(
            group.kind in _GROUPS and not known.isdisjoint(group.targets) for group in self._meta.groups
        )

    def _groups(self, layout: Layout) -> bytes:
        """8.18.3: alternatives and stereo pairs, of which at least two members stay. Numbered behind everything else."""
        known = {**layout.tracks, **self._numbers}
        first = max((*known.values(), self.extra, self.extra + len(layout.extras) - 1), default=0) + 1
        groups: list[bytes] = []
        for group in self._meta.groups:
            members = [known[member] for member in group.targets if member in known]
            if group.kind in _GROUPS and len(members) > 1:
                numbers = (first + len(groups), len(members), *members)
                groups.append(full(group.kind, 0, 0, *(n.to_bytes(4, "big") for n in numbers)))
        return box("grpl", *groups) if groups else b""


# ISO/IEC 23008-12, 6.5.1: what turns or cuts a picture comes last, in the order in which it is done.
_FIRST: Final = ("hvcC", "lhvC", "avcC", "vvcC", "av1C", "ispe", "pixi", "pasp", "colr")
_LAST: Final = frozenset({"clap", "irot", "imir", "iscl"})
_ESSENTIAL: Final = frozenset({"hvcC", "avcC", "vvcC", "av1C", "clap", "irot", "imir", "a1op", "lsel"})
_PLAIN: Final = frozenset({"ispe", "pixi", "pasp", "colr", "auxC", "clli", "mdcv", "amve"})


def _rank(body: bytes) -> tuple[int, str]:
    kind = body[4:8].decode("latin-1")
    if kind in _FIRST:
        return _FIRST.index(kind), ""
    return (len(_FIRST) + 1, "") if kind in _LAST else (len(_FIRST), kind)


def _mark(body: bytes, told: bool) -> bool:  # noqa: FBT001
    """Whether a property is essential: programs differ in how they mark those that all of them know."""
    kind = body[4:8].decode("latin-1")
    return kind in _ESSENTIAL or (told and kind not in _PLAIN)


def brands(data: bytes, known: Collection[bytes]) -> list[bytes]:
    """ISO/IEC 14496-12, 4.3: those of the compatible brands that are known, each once and in the order of letters."""
    told = (data[at : at + 4] for at in range(8, len(data) - 3, 4))
    return sorted({brand for brand in told if brand in known})
