"""Telling the bytes of a TIFF apart: directories, values and picture data claim them, and what nobody claims is an orphan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import tiff_data, tiff_pages, tiff_tags, trailers
from audit.formats.base import FormatError, Role, Segment
from audit.formats.tiff_pages import ICC, NEEDED
from audit.formats.tiff_read import EXIF, SUB_IFDS, Directory, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.tiff_pages import Page

_POINTERS: Final = frozenset({SUB_IFDS, EXIF})


class Claim(NamedTuple):
    """Bytes that something points to. Of two that begin together the one with the lower `rank` has them."""

    start: int
    rank: int
    stop: int
    name: str
    role: Role


def segments(reader: Reader) -> list[Segment]:
    """Raises FormatError if the file is no TIFF; of a broken one, what could be told apart and orphans."""
    tree = Tree(reader)
    claims = [Claim(0, 0, tree.form.header, "header", Role.STRUCTURE)]
    limits = tiff_data.marks(tree)
    for page in tiff_pages.pages(reader, tree):
        claims += _page(reader, tree, page, limits)
    found = list(_tiled(reader, sorted(claims)))
    if found[-1].stop == reader.size - 1:
        found.append(_gap(reader, reader.size - 1, reader.size))
    end = found[-1].stop
    if tree.flaw and end < reader.size:
        return [*found, Segment(end, reader.size, "unreadable", Role.ORPHAN)]
    return found + trailers.segments(reader, end)


def _page(reader: Reader, tree: Tree, page: Page, limits: Sequence[int]) -> Iterator[Claim]:
    try:
        data = tiff_data.data(tree, page, limits)
    except FormatError:
        data = None
    kept = page.kept and (data is not None or page.directory is tree.chain[0])
    name = page.directory.name
    yield from _directory(page.directory, kept=kept)
    for part in data.every() if data else ():
        if part.start:
            yield Claim(part.start, 2, part.stop, f"{name}/strips", Role.PAYLOAD if kept else Role.METADATA)
    for inner in page.inner:
        yield from _page(reader, tree, inner, limits)
    for child in page.directory.children:
        if "/SubIFD" not in child.name:
            yield from _child(child)


def _child(found: Directory) -> Iterator[Claim]:
    yield from _directory(found, kept=False)
    for child in found.children:
        yield from _child(child)


def _directory(found: Directory, *, kept: bool) -> Iterator[Claim]:
    yield Claim(found.start, 1, found.stop, found.name, Role.STRUCTURE if kept else Role.METADATA)
    for entry in found.entries:
        if not entry.inside:
            role = Role.STRUCTURE if kept and entry.tag in NEEDED | _POINTERS else Role.METADATA
            name = "ICC" if entry.tag == ICC else tiff_tags.name(entry.tag)
            yield Claim(entry.start, 3, entry.stop, f"{found.name}/{name}", role)


def _tiled(reader: Reader, claims: Iterable[Claim]) -> Iterator[Segment]:
    """The claims without gap or overlap: what one has claimed already the next does not get."""
    held: Segment | None = None
    at = 0
    for claim in claims:
        start, stop = max(claim.start, at), min(claim.stop, reader.size)
        if stop <= start:
            continue
        if start > at:
            if held:
                yield held
            yield _gap(reader, at, start)
            held = None
        if held and (held.name, held.role) == (claim.name, claim.role):
            held = held._replace(stop=stop)
        else:
            if held:
                yield held
            held = Segment(start, stop, claim.name, claim.role)
        at = stop
    if held:
        yield held


def _gap(reader: Reader, start: int, stop: int) -> Segment:
    """TIFF 6.0, section 2: values begin on even offsets, so one byte may stand between them."""
    if stop - start == 1 and stop % 2 == 0 and reader.read(start, 1) == b"\0":
        return Segment(start, stop, "padding", Role.STRUCTURE)
    return Segment(start, stop, "orphan", Role.ORPHAN)
