"""AVIF (AV1 image file format): the same boxes as HEIF, under a name of its own."""

from __future__ import annotations

from typing import Final

from audit.formats.heif import AVIF, Heif

WALKER: Final[Heif] = AVIF
"""What `heif` calls AVIF, where every format's walker is looked for."""
