from __future__ import annotations

import piexif
import pytest

from audit.formats import exif, lone_exif


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turn_alone_is_written_as_piexif_writes_it(orientation):
    block = lone_exif.write(lone_exif.Kept(orientation))
    assert block == piexif.dump({"0th": {0x0112: orientation}, "Exif": {}, "GPS": {}})[6:]
    assert exif.orientation(block) == orientation
