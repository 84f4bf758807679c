"""PDF documents of which only the files inside are locked (ISO 32000-2, 7.6.6): all else can be read without the password.

The standard's table 20: text strings and streams are as they are where their crypt filter is /Identity, which it also is if none is named.
qpdf asks for the password all the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from audit.formats.base import UnsupportedError
from audit.rewriters.pdf_pictures import is_array, names

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK: Final = "/EncrypX"  # in place of the key that qpdf would take notice of
LOCKED: Final = "locked with a password of its own"
_KEY: Final = re.compile(rb"/Encrypt(?=\s+\d+\s+\d+\s+R\b|\s*<<)")
_HEADS: Final = (b"trailer", b"obj")
_LEAST: Final = 4  # the version from which on there are filters


def passed_over(data: bytes) -> bytes:
    """The document with another word for its lock, in trailers and streams of references; as long as it was."""
    made = bytearray(data)
    for found in _KEY.finditer(data):
        head = max(data.rfind(word, 0, found.start()) for word in _HEADS)
        if head >= 0 and b"stream" not in data[head : found.start()]:
            made[found.start() : found.end()] = LOCK.encode()
    return bytes(made)


def check(pdf: Any) -> None:
    """Raise UnsupportedError unless nothing but files inside can be locked."""
    lock = pdf.trailer.get(LOCK)
    try:
        is_open = lock["/V"] >= _LEAST and all(
            str(lock.get(key, "/Identity")) == "/Identity" for key in ("/StmF", "/StrF")
        )
    except (AttributeError, LookupError, TypeError, ValueError):
        is_open = False
    if not is_open:
        raise UnsupportedError(0, LOCKED)


def check_stream(stream: Any) -> None:
    """Raise UnsupportedError for one that says that it is locked by itself (7.4.10)."""
    if any(name != "/Identity" for name in _locks(stream)):
        raise UnsupportedError(0, LOCKED)


def _locks(stream: Any) -> Iterator[str]:
    filters, told = names(stream), stream.get("/DecodeParms")
    every: list[Any] = told.as_list() if is_array(told) else [told]
    for number, name in enumerate(filters):
        if name == "/Crypt":
            own = every[number] if number < len(every) else {}
            yield str(own.get("/Name", "/Identity")) if hasattr(own, "keys") else "/Identity"
