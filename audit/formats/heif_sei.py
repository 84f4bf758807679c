"""Messages in a coded picture that tell how to show it (H.265, annex D; H.264, annex D; H.274): numbers, in an exact form.

Every other message is words, or of use to nobody who shows a picture: buffering, timing, checksums, filler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError
from audit.formats.heif_bits import Bits, few, plain

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 1 << 12
_EYES, _TURN = 45, 47
# Light of the mastering display, of the content, another transfer function, light around the viewer.
_SIZES: Final = {137: 24, 144: 4, 147: 1, 148: 8}
_QUINCUNX_FREE: Final = 5  # frames one after another


def shown(messages: bytes, codec: str) -> frozenset[int]:
    """The kinds of the messages in a unit, its header left out; nothing if one of them does not tell how to show a picture."""
    data, at = plain(messages), 0
    found: set[int] = set()
    while data[at:] not in {b"", b"\x80"}:
        kind, at = _grown(data, at)
        size, at = _grown(data, at)
        at += size
        if kind in found or at > len(data) or not _fits(kind, data[at - size : at], codec):
            return frozenset()
        found.add(kind)
    return frozenset(found)


def _grown(data: bytes, at: int) -> tuple[int, int]:
    """H.265, 7.3.5: bytes of which all but the last are 255."""
    total = 0
    while data[at : at + 1] == b"\xff":
        total, at = total + 255, at + 1
    return total + (data[at] if at < len(data) else 0), at + 1


def _fits(kind: int, body: bytes, codec: str) -> bool:
    if kind in _SIZES:
        return len(body) == _SIZES[kind]
    form = _FORMS.get(kind)
    if form is None:
        return False
    bits = Bits(body)
    try:
        if not bits.flag() or kind == _EYES:
            form(bits, codec)
    except FormatError:
        return False
    return _ended(bits, body)


def _ended(bits: Bits, body: bytes) -> bool:
    """H.265, D.2.1: a message that is no whole bytes ends with a one and zeros."""
    return body == (bits.ended() if bits.at % 8 else body[: bits.at // 8])


def _turn(bits: Bits, codec: str) -> None:
    """H.265, D.2.17; H.264, D.1.27; H.274, 8.17."""
    if codec == "vvc":
        bits.u(7)
        return
    bits.u(18)
    _lasting(bits, codec)


def _lasting(bits: Bits, codec: str) -> None:
    if codec == "avc":
        bits.ue()
    bits.u(1)


def _eyes(bits: Bits, codec: str) -> None:
    """H.265, D.2.16; H.264, D.1.26: two pictures in one frame."""
    bits.at = 0
    bits.ue()
    if not bits.flag():
        kind, quincunx = bits.u(7), bits.flag()
        bits.u(12)
        if not quincunx and kind != _QUINCUNX_FREE:
            bits.u(16)
        if bits.u(8):
            raise FormatError(0, "a header of a coded picture is broken")
        if codec == "avc":
            bits.ue()
        else:
            bits.u(1)
    bits.u(1)


def _volume(bits: Bits, codec: str) -> None:  # noqa: ARG001 - the same everywhere
    """H.265, D.2.40: which colours there are."""
    bits.u(1)
    told = [bits.u(1) for _ in range(4)]
    bits.u(2)
    bits.u(192 * told[0] + 32 * sum(told[1:]))


def _alpha(bits: Bits, codec: str) -> None:  # noqa: ARG001 - the same everywhere
    """H.265, F.14.2.8."""
    bits.u(3)
    depth = 8 + few(bits.u(3), 8)
    bits.u(2 * (depth + 1) + 1)
    if bits.flag():
        bits.u(1)


_FORMS: Final[dict[int, Callable[[Bits, str], None]]] = {
    _EYES: _eyes,
    _TURN: _turn,
    149: _volume,
    165: _alpha,
}
