"""Tables that tell something of samples (ISO/IEC 14496-12, 8.6): their rows speak of samples that are there, and of at least one."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError
from audit.formats.mp4_samples import Sizes, unpacked
from audit.formats.mp4_spans import NUMBER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Reader
    from audit.formats.mp4_movie import Track

_RUNS: Final = frozenset({"stts", "ctts"})  # a number of samples, and what is said of each
_PLACES: Final = frozenset({"stss", "stps"})  # the numbers of samples, from 1 on
_LARGEST: Final = 1 << 24  # bytes of a table that is looked through


def spoken(reader: Reader, track: Track, kind: str, start: int, size: int) -> bytes | None:
    """The count and the rows that stay of the table of this kind whose body begins at `start`; None if all of them do."""
    if kind not in _RUNS | _PLACES or size > _LARGEST:
        return None
    try:
        many = Sizes(reader, track).left
    except FormatError:
        return None
    numbers = unpacked(NUMBER, reader.read(start + 8, size - 8))
    if kind in _PLACES:
        if not numbers or 1 <= min(numbers) <= max(numbers) <= many:
            return None
        return _written([(number,) for number in numbers if 1 <= number <= many])
    counts = numbers[::2]
    if 0 not in counts and sum(counts) <= many:
        return None
    return _written(
        [
            (min(count, many - before), said)
            for count, said, before in zip(counts, numbers[1::2], accumulate(counts, initial=0), strict=False)
            if count and before < many
        ]
    )


def _written(rows: Sequence[tuple[int, ...]]) -> bytes:
    return b"".join(
        number.to_bytes(4, "big") for number in (len(rows), *(one for row in rows for one in row))
    )
