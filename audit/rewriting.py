"""A rewriter seen as a walker, so that one way of scrubbing, verifying and reading serves both.

The whole file is one segment. A result is compared with what was planned, planned again (which must give the result itself),
and read again (which must reveal nothing).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from audit import rewriters
from audit.formats.base import FormatError, Role, Segment
from audit.formats.pieces import settle
from audit.rewriters.base import AUDIO_MISSING, PDF_MISSING, needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Tag, Walker
    from audit.rewriters.base import Rewriter

_EXTRAS = {"pdf": ("pikepdf", PDF_MISSING), "audio": ("mutagen", AUDIO_MISSING)}


@cache
def walker(name: str) -> Walker | None:
    """The walker of the format that is called so, if it is one that is written anew."""
    found = rewriters.rewriter(name)
    return Rewritten(found) if found else None


class Rewritten:
    """The interface of `audit.formats.base.Walker`."""

    def __init__(self, rewriter: Rewriter) -> None:
        self._rewriter = rewriter
        self.name = rewriter.name
        self.extensions = rewriter.extensions
        self.medium = rewriter.medium

    def sniff(self, head: bytes) -> bool:
        from audit.formats import sniff

        found = sniff.name_of(head)
        return found is not None and found.name == self.name

    def segments(self, reader: Reader) -> Sequence[Segment]:
        """Raises MissingError, a kind of UnsupportedError, where the library is not installed."""
        if self._rewriter.extra:
            needed(*_EXTRAS[self._rewriter.extra])
        if not reader.size:
            raise FormatError(0, "an empty file")
        return [Segment(0, reader.size, self.name, Role.STRUCTURE)]

    def header(self, reader: Reader) -> Sequence[Segment]:
        return self.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        yield from self._rewriter.reveals(reader) if segment.name == self.name else ()

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int]:
        """A document or a sound has none, and a drawing has what room there is."""
        del reader, segments
        return 0, 0

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        """None of these has a preview that is told apart from what else goes."""
        del reader, segments
        return None

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        del segments
        yield from settle(reader, self._rewriter.rewrite(reader, policy))
