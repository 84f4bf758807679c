"""Parameter sets of HEVC, AVC and VVC: which of those in a file its pictures use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Set(NamedTuple):
    kind: int  # the type of its unit
    layer: int
    number: int
    parent: int  # the number of the set that it names; -1: it names none
    unit: bytes  # without words behind its end


def used(sets: Mapping[int, Set], pictures: Collection[int] | None, order: tuple[int, ...]) -> list[int]:
    """Where those stand that slices use which name `pictures` (None: whatever they name).

    `order` are the types of units, the one that slices name first. Of two sets with the same number the last counts.
    """
    last = {one[:3]: at for at, one in sets.items()}
    found: list[int] = []
    named = pictures
    for kind in order:
        here = [
            at
            for (told, _, number), at in last.items()
            if told == kind and (named is None or number in named)
        ]
        found += here
        named = named if named is None else {sets[at].parent for at in here}
    return found
