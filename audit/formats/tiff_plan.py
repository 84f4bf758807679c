"""A TIFF written anew: header, the directories of the pages with what they need, the picture data in their old order.

Strips and tiles are copied byte for byte, only their offsets change. Nothing of the old layout remains, so that no gap
tells how much was taken out; what is written once comes out the same when it is written again.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import exif_place, tiff_data, tiff_jpeg, tiff_numbers, tiff_pages, tiff_parts, tiff_write
from audit.formats.base import Bytes, Copy, FormatError, Keep
from audit.formats.icc import is_profile
from audit.formats.pieces import LARGEST_BLOCK
from audit.formats.tiff_blocks import Block, Moved, apart, arranged, merged
from audit.formats.tiff_pages import (
    CURVES,
    ICC,
    JIF,
    JIF_LENGTH,
    JPEG,
    JPEG_TABLES,
    KEPT,
    ORIENTATION,
    STRIP_COUNTS,
    STRIPS,
    TILE_COUNTS,
    TILES,
    WHOLE,
)
from audit.formats.tiff_read import EXIF, GPS, LONG, SIZES, SUB_IFDS, UNDEFINED, Tree, value
from audit.formats.tiff_write import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader
    from audit.formats.tiff_data import Data, Part
    from audit.formats.tiff_pages import Page, Shape
    from audit.formats.tiff_read import Directory, Entry, Form

_COUNTS: Final = {STRIPS: STRIP_COUNTS, TILES: TILE_COUNTS}
MOST_READ_AGAIN: Final = LARGEST_BLOCK  # bytes of a page whose strips overlap
NEW_SUBFILE_TYPE, PAGE_NUMBER = 0x00FE, 0x0129
_NO_PREVIEW: Final = (
    0x1C  # not a reduced copy (bit 0), not a page of a document (bit 1, which PageNumber says too)
)
_TAKEN, _ZONE = 0x9003, 0x9011
_TIMES: Final = {
    _TAKEN: re.compile(rb"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", re.ASCII),
    _ZONE: re.compile(rb"[+-]\d\d:\d\d", re.ASCII),
}


class Draft(NamedTuple):
    """A page as it will be written, but for the offsets of its data."""

    page: Page
    values: list[Value]
    data: Data
    blocks: dict[Part, Block]


def pieces(reader: Reader, policy: Policy) -> Iterator[Piece]:
    """Raises FormatError for a file whose first page cannot be shown, or whose data lie inside its directories."""
    tree = Tree(reader)
    tiff_pages.refuse_raw(reader, tree)
    if tree.flaw:
        raise tree.flaw
    drafts = _drafts(reader, tree, policy)
    blocks = arranged(block for draft in drafts for block in draft.blocks.values() if block.size)
    apart(blocks, (claim for claim in _claims(tree.form, drafts) if claim[1] <= reader.size))
    return _written(tree.form, drafts, _told(reader, tree, policy), blocks)


def _drafts(reader: Reader, tree: Tree, policy: Policy) -> Sequence[Draft]:
    found = list(tiff_pages.kept(tiff_pages.pages(reader, tree)))
    if not found or found[0].directory is not tree.chain[0]:
        raise FormatError(
            tree.chain[0].start if tree.chain else reader.size, "no picture in the first directory"
        )
    limits = tiff_data.marks(tree)
    drafts = []
    for page in found:
        own = tiff_pages.require(reader, page)
        data = tiff_data.data(tree, page, limits)
        if data:
            blocks, tables = _blocks(reader, page, own, _distinct(data))
            values = _values(reader, tree.form, page, own, policy)
            drafts.append(Draft(page, [*values, *tables], data, blocks))
        elif not drafts:
            raise FormatError(reader.size, "the file ends inside its picture")
    return _numbered(tree.form, drafts)


def _numbered(how: Form, drafts: Sequence[Draft]) -> Sequence[Draft]:
    """TIFF 6.0, section 12: PageNumber, the number of a page from 0 and how many there are. Their order stays, gaps go."""
    told = [
        how.number(value.data[:2]) for draft in drafts for value in draft.values if value.tag == PAGE_NUMBER
    ]
    ranks = {number: rank for rank, number in enumerate(sorted({*told}))}

    def anew(value: Value) -> Value:
        if value.tag != PAGE_NUMBER:
            return value
        rank = ranks[how.number(value.data[:2])]
        return value._replace(data=how.bytes_of(rank, 2) + how.bytes_of(min(len(told), 65535), 2))

    return [draft._replace(values=list(map(anew, draft.values))) for draft in drafts] if told else drafts


def _distinct(data: Data) -> set[Part]:
    """Each part once. Raises FormatError where they overlap so much that reading them all would take too long."""
    parts = {part for part in data.every() if part.start}
    whole = sum(part.stop - part.start for part in parts)
    covered = at = 0
    for part in sorted(parts):
        covered += max(0, part.stop - max(part.start, at))
        at = max(at, part.stop)
    if whole > max(MOST_READ_AGAIN, 4 * covered):
        raise FormatError(min(parts).start, "picture data that overlap one another")
    return parts


def _blocks(
    reader: Reader, page: Page, own: Shape, parts: set[Part]
) -> tuple[dict[Part, Block], list[Value]]:
    """The picture data of a page, and the tables that they share."""
    if own.compression != JPEG:
        return {part: _block(part, tiff_parts.cleaned(reader, own, part)) for part in parts}, []
    entry = page.directory.find(JPEG_TABLES)
    there = entry and SIZES.get(entry.kind, 0) == 1 and entry.many > 0 and entry.stop <= reader.size
    try:
        strips = tiff_jpeg.cleaned(reader, value(reader, entry) if entry and there else b"", sorted(parts))
    except tiff_jpeg.TablesError as error:
        raise FormatError(entry.start if entry else 0, error.why) from error
    tables = [Value(JPEG_TABLES, UNDEFINED, strips.tables)] if entry and strips.tables else []
    return {part: _block(part, strips.parts[part]) for part in parts}, tables


def _block(part: Part, found: Iterable[Piece]) -> Block:
    whole = tuple(merged(found))
    if len(whole) == 1 and isinstance(whole[0], Copy):
        return Block(*whole[0])
    return Block(part.start, part.stop, whole)


def _values(reader: Reader, how: Form, page: Page, own: Shape, policy: Policy) -> list[Value]:
    """The values that showing the page needs, each as long as it may be.

    What stays in strips says that it is a picture of its own: readers such as ExifTool take it for a preview otherwise,
    JPEG even if nothing is said. The levels of a pyramid stand in tiles and stay marked.
    """
    found: dict[int, Value] = {}
    seen: set[int] = set()
    for entry in page.directory.entries:
        kind = entry.kind
        data = b"" if entry.tag in seen else _wanted(reader, how, entry, own, policy)
        seen.add(entry.tag)
        if data and entry.tag in WHOLE:
            kind, data = tiff_numbers.usual(how, own, entry.tag, kind, data)
        if data:
            found[entry.tag] = Value(entry.tag, UNDEFINED if entry.tag == ICC else kind, data)
    if (
        not own.tile
        and (own.reduced or own.compression == JPEG)
        and not any(inner.kept for inner in page.inner)
    ):
        kind = tiff_pages.one(reader, how, page.directory, NEW_SUBFILE_TYPE) & _NO_PREVIEW
        found[NEW_SUBFILE_TYPE] = Value(NEW_SUBFILE_TYPE, LONG, how.bytes_of(kind, 4))
    return list(found.values())


def _wanted(reader: Reader, how: Form, entry: Entry, own: Shape, policy: Policy) -> bytes:
    size = SIZES.get(entry.kind, 0)
    if entry.tag == ICC and Keep.ICC in policy.keep and size == 1:
        if entry.stop - entry.start > LARGEST_BLOCK and entry.stop <= reader.size:
            raise FormatError(entry.start, "a colour profile larger than any")
        profile = value(reader, entry)
        return profile if is_profile(profile) else b""
    kinds, many = KEPT.get(entry.tag, (frozenset[int](), 0))
    if entry.kind not in kinds or not own.uses(entry.tag):
        return b""
    if entry.tag == ORIENTATION:
        turned = how.number(value(reader, entry, size))
        if Keep.ORIENTATION not in policy.keep or not 1 <= turned <= 8:
            return b""
    data = value(reader, entry, own.most(many) * size)
    if entry.tag in CURVES:
        return data if _curves(how, data, size, own) else b""
    return tiff_numbers.kept(how, entry.tag, entry.kind, data)


def _curves(how: Form, data: bytes, size: int, own: Shape) -> bool:
    """Whether these are curves that rise or fall (TIFF 6.0, section 20), one or more of them, and nothing else."""
    step = size << min(max(own.bits), 16)
    found = [how.number(data[at : at + size]) for at in range(0, len(data), size)]
    each = [found[at : at + step // size] for at in range(0, len(found), step // size)]
    return len(data) % step == 0 and all(sorted(one) in (one, one[::-1]) for one in each)


def _told(reader: Reader, tree: Tree, policy: Policy) -> list[tuple[int, list[Value]]]:
    """The directories that tell when and where it was taken, if that is to stay, by the tag that leads to them."""
    children = {child.name: child for child in reversed(tree.chain[0].children)}
    found = []
    if Keep.TIME in policy.keep and "IFD0/Exif" in children:
        found.append((EXIF, _times(reader, children["IFD0/Exif"])))
    if Keep.LOCATION in policy.keep and "IFD0/GPS" in children:
        found.append((GPS, _place(reader, tree.form, children["IFD0/GPS"])))
    return [(tag, values) for tag, values in found if values]


def _times(reader: Reader, directory: Directory) -> list[Value]:
    """Exif 2.32, 4.6.5: when the picture was taken. Values that are not of their exact form do not stay."""
    found: dict[int, Value] = {}
    for entry in directory.entries:
        match = _TIMES[entry.tag].match(value(reader, entry, 64)) if entry.tag in _TIMES else None
        if match:
            found.setdefault(entry.tag, Value(entry.tag, 2, match[0] + b"\0"))
    return list(found.values()) if _TAKEN in found else []


def _place(reader: Reader, how: Form, directory: Directory) -> list[Value]:
    raw: dict[int, bytes] = {}
    for entry in directory.entries:
        if entry.tag in exif_place.TAGS:
            raw.setdefault(entry.tag, value(reader, entry, 64))
    place = exif_place.parsed(raw, how.order)
    return [Value(*told) for told in exif_place.values(place, how.order)] if place else []


def _claims(how: Form, drafts: Sequence[Draft]) -> Iterator[tuple[int, int]]:
    """The header, and the directories of the kept pages with what hangs on them: no picture data may stand there."""
    yield 0, how.header
    for draft in drafts:
        for found in (draft.page.directory, *draft.page.directory.children):
            yield found.start, found.stop
            yield from ((entry.start, entry.stop) for entry in found.entries if not entry.inside)


def _laid(how: Form, draft: Draft, moved: Callable[[int], int]) -> list[Value]:
    """All values of a page, the offsets as `moved` gives them."""

    def where(parts: Sequence[Part]) -> list[int]:
        found = [draft.blocks[part] if part.start else None for part in parts]
        return [moved(block.start) if block and block.size else 0 for block in found]

    def long(parts: Sequence[Part]) -> list[int]:
        return [draft.blocks[part].size if part.start else 0 for part in parts]

    data = draft.data
    values = list(draft.values)
    if data.parts:
        values.append(tiff_write.numbers(how, data.tag, where(data.parts)))
        values.append(tiff_write.numbers(how, _COUNTS[data.tag], long(data.parts)))
    if data.stream:
        values.append(tiff_write.numbers(how, JIF, where([data.stream])))
        values.append(tiff_write.numbers(how, JIF_LENGTH, long([data.stream])))
    return values + [tiff_write.numbers(how, tag, where(parts)) for tag, parts in data.tables]


def _written(
    how: Form, drafts: Sequence[Draft], told: Sequence[tuple[int, list[Value]]], blocks: Sequence[Block]
) -> Iterator[Piece]:
    """The sizes of the directories first, then their offsets: what one takes does not depend on the numbers in it."""
    chained = [draft for draft in drafts if "/" not in draft.page.directory.name]
    inner = [draft for draft in drafts if "/" in draft.page.directory.name]

    def laid(moved: Callable[[int], int], places: Sequence[int]) -> list[list[Value]]:
        tables = [_laid(how, draft, moved) for draft in (*chained, *inner)]
        if inner:
            tables[0].append(tiff_write.numbers(how, SUB_IFDS, places[len(chained) : len(drafts)]))
        for at, (tag, values) in enumerate(told, len(drafts)):
            tables[0].append(tiff_write.numbers(how, tag, places[at : at + 1]))
            tables.append(values)
        return tables

    empty = laid(lambda _: 0, [0] * (len(drafts) + len(told)))
    places = list(accumulate((tiff_write.extent(how, values) for values in empty), initial=how.header))
    moved = Moved(blocks, places[-1])
    if not how.big and moved.end >= 1 << 32:
        raise FormatError(0, "too large for offsets of four bytes")
    yield Bytes(tiff_write.header(how, how.header), "header")
    for number, values in enumerate(laid(moved, places)):
        following = places[number + 1] if number + 1 < len(chained) else 0
        yield Bytes(tiff_write.directory(how, places[number], values, following), f"IFD{number}")
    for block in blocks:
        yield from block.pieces or (Copy(block.start, block.stop),)
