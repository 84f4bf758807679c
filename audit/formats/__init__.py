"""Picture formats: one walker each behind the interface in `base`, and the names of those that have none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import bmp, gif, heif, ico, jpeg, jxl, png, tiff, webp
from audit.formats.sniff import HEAD, Medium, name_of

if TYPE_CHECKING:
    from audit.formats.base import Walker

WALKERS: Final[tuple[Walker, ...]] = (
    jpeg.WALKER,
    png.WALKER,
    webp.WALKER,
    tiff.WALKER,
    heif.WALKER,
    heif.AVIF,
    jxl.WALKER,
    gif.WALKER,
    bmp.WALKER,
    ico.WALKER,
)


def identify(head: bytes) -> Walker | None:
    """The walker for a file that starts with `head` (HEAD bytes are enough), or None."""
    return next((walker for walker in WALKERS if walker.sniff(head)), None)


__all__ = ["HEAD", "WALKERS", "Medium", "identify", "name_of"]
