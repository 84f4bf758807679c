"""What every kind of artifact shares: the record's base class, and how its collector looks at a source.

A module beside this one holds one kind of thing on a device: its record type, the pure parsers of the files
it is read from, and a collector, a generator that reads through `Look` and yields records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from audit.model import GapKind
from audit.stores import ParseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.artifacts.photo import PhotoFolder
    from audit.host import Seen
    from audit.model import Platform
    from audit.sources.base import Bulk, Entry, Home, Query, Stat


@dataclass(frozen=True, slots=True)
class Artifact:
    """One thing on a device. Plain values only: text, numbers, enums, tuples, other such records.

    `KIND` is its name in snapshots and cases. A path in a record is the device's own, the person's home
    written `~`. Tokens, keys, password hashes and browsing history never enter a record.
    """

    KIND: ClassVar[str] = ""


__all__ = [
    "Artifact",
    "Collector",
    "Look",
    "ParseError",
    "collected_kinds",
    "collector_of",
    "collects",
    "first",
]

A = TypeVar("A", bound=Artifact)
T = TypeVar("T")


class Look(Protocol):
    """A source, as a collector sees it. What cannot be read becomes a gap here, so that a collector only says what it wants.

    Paths given to it are the device's, absolute; `show` gives the form that goes into records.
    """

    @property
    def platform(self) -> Platform: ...

    @property
    def homes(self) -> Sequence[Home]:
        """The homes to audit, the person's own first."""
        ...

    def read(self, path: str, limit: int = 16 << 20) -> bytes | None:
        """The whole of a small file, or None: absent (no gap), or refused, slow, too big, elsewhere (a gap)."""
        ...

    def head(self, path: str, size: int) -> bytes | None:
        """The first bytes of a file of any length, or None as for `read`."""
        ...

    def exists(self, path: str) -> bool | None:
        """Whether something stands at `path`; None where that cannot be told from here. Never a gap."""
        ...

    def measure(self, folder: str, most: int) -> Bulk | None:
        """How much lies in a folder and below it, at most so many entries; None: absent, or refused (a gap)."""
        ...

    def search(self, folder: str, pattern: str, deepest: int, most: int) -> Sequence[str]:
        """Paths below a folder whose names a regular expression matches, as `Source.search`. What was not searched is a gap."""
        ...

    def stat(self, path: str) -> Stat | None:
        """What stands at `path` (links followed within the device), or None: absent, or refused (a gap)."""
        ...

    def readlink(self, path: str) -> str | None: ...

    def scan(self, folder: str) -> Sequence[Entry]:
        """What a folder holds, by name; empty if absent, empty with a gap if refused."""
        ...

    def query(self, name: Query) -> bytes | None:
        """The answer of one of a fixed list of read-only questions to the system, or None with a gap."""
        ...

    def parse(self, parser: Callable[[bytes], T], path: str, limit: int = 16 << 20) -> T | None:
        """`read`, then `parser`; bytes it cannot understand become a gap that names the file."""
        ...

    def own(self, path: str, home: Home) -> str:
        """A path that a setting of `home` names, as a path of this device: `~`, `$HOME` and a copied home's old place undone."""
        ...

    def show(self, path: str) -> str:
        """A device path as records hold it: the person's home written `~`."""
        ...

    def see(self, kind: type[A]) -> Seen[A]:
        """Records of another kind, collected first if need be. Its gaps count for this kind too. A cycle is an error."""
        ...

    @property
    def photo_folders(self) -> Sequence[str] | None:
        """The folders of pictures that the person chose, as device paths; None: the usual ones."""
        ...

    def pictures(self, folders: Sequence[str]) -> Sequence[PhotoFolder]:
        """What the pictures below some folders (device paths) reveal, summed up for each folder that holds any."""
        ...

    def gap(self, kind: GapKind, /, **params: str) -> None:
        """Say that something was not seen."""
        ...

    def count(self, total: int) -> None:
        """How many there were to see, where that is known. Adds up."""
        ...


Collector = Callable[[Look], Iterator[A]]
_COLLECTORS: dict[type[Artifact], Callable[[Look], Iterator[Artifact]]] = {}


def collects(kind: type[A]) -> Callable[[Collector[A]], Collector[A]]:
    """Mark the generator that reads one kind of artifact."""

    def mark(collector: Collector[A]) -> Collector[A]:
        _COLLECTORS[kind] = collector
        return collector

    return mark


def collector_of(kind: type[A]) -> Collector[A]:
    """The generator that reads `kind`. Raises LookupError where none is known."""
    return _COLLECTORS[kind]  # type: ignore[return-value]


def first(look: Look, place: str, found: Sequence[T], most: int) -> Sequence[T]:
    """At most so many of what stands at `place`, a device path or words of ours. That there were more is a gap."""
    if len(found) > most:
        look.gap(GapKind.BOUNDED, what=look.show(place), most=str(most))
    return found[:most]


def collected_kinds() -> tuple[type[Artifact], ...]:
    """The kinds whose modules have been imported so far."""
    return tuple(_COLLECTORS)
