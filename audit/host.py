"""All that a rule may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from audit.artifacts.base import Artifact
from audit.model import Gap, Platform

A = TypeVar("A", bound=Artifact)


@dataclass(frozen=True, slots=True)
class Seen(Generic[A]):
    """The records of one kind, and what could not be looked at. Not seen is never clean.

    `total` is how many there were to see, where that is known.
    """

    items: Sequence[A] = ()
    gaps: Sequence[Gap] = ()
    total: int | None = None

    def __iter__(self) -> Iterator[A]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class Host(Protocol):
    """A device, as rules meet it: records, never paths to open."""

    @property
    def platform(self) -> Platform: ...

    @property
    def taken_at(self) -> datetime:
        """When the device was read, in UTC. Rules that compare times compare with this, never with a clock."""
        ...

    def see(self, kind: type[A]) -> Seen[A]:
        """The records of one kind. Read once, however many rules ask."""
        ...
