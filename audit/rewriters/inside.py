"""Pictures inside documents and sounds: each is cleaned by the walker of its own format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import formats
from audit.formats.base import FormatError, UnsupportedError
from audit.formats.pieces import Held, apply

if TYPE_CHECKING:
    from audit.formats.base import Policy, Tag


def picture(data: bytes, policy: Policy) -> tuple[bytes, list[Tag]]:
    """A picture cleaned by its own walker, and what it told. Raises FormatError."""
    reader = Held(data)
    walker = formats.identify(data[: formats.HEAD])
    if walker is None:
        raise UnsupportedError(0, "a picture inside that is not cleaned yet")
    try:
        segments = walker.segments(reader)
        clean = apply(reader, walker.plan(reader, segments, policy))
    except UnsupportedError:
        raise
    except FormatError as error:
        raise FormatError(0, "a picture inside that is damaged") from error
    if clean == data:
        return data, []
    return clean, [
        tag
        for segment in segments
        for tag in walker.tags(reader, segment)
        if tag.reveals and tag.group != "ICC"
    ]
