"""The contract of formats that have no place for an Exif block, and so no orientation, no time, no preview."""

from __future__ import annotations

import io
from typing import ClassVar

from PIL import Image

from audit.formats.base import Reveal
from tests.contracts.walker import BARE, LOCATED, TIMED, WalkerContract, reveals, scrubbed, tags
from tests.formats.fixtures import profile, reader


class PlainContract(WalkerContract):
    """`turned` is a picture with a colour profile, which stays, and something that goes."""

    told: ClassVar[set[Reveal]]  # by `turned`

    def profile_of(self, data: bytes) -> bytes:
        """The colour profile, found with as little of the walker as possible."""
        raise NotImplementedError

    def test_same_colours_unless_told_otherwise(self) -> None:
        assert self.profile_of(scrubbed(self.walker, self.turned)) == profile()
        assert self.profile_of(scrubbed(self.walker, self.turned, BARE)) == b""

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        """There is none: the two policies differ by the colour profile only."""
        assert scrubbed(self.walker, self.plain, BARE) == self.plain

    def test_time_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, self.turned, TIMED)
        assert [tag for tag in tags(self.walker, clean) if tag.reveals] == []

    def test_place_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, self.turned, LOCATED)
        assert [tag for tag in tags(self.walker, clean) if tag.reveals] == []

    def test_reading_tells_place_time_camera_and_person(self) -> None:
        """They have no place for them; a test of each format's own holds what it tells."""
        assert reveals(self.walker, self.turned) == self.told

    def test_size_and_preview(self) -> None:
        source = reader(self.turned)
        segments = self.walker.segments(source)
        assert self.walker.size(source, segments) == Image.open(io.BytesIO(self.turned)).size
        assert self.walker.size(source, self.walker.header(source)) == self.walker.size(source, segments)
        assert self.walker.thumbnail(source, segments) is None
