"""Elements of Matroska that hold no others: what each says as it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import mkv_names as names
from audit.formats import mkv_private
from audit.formats.base import FormatError, UnsupportedError
from audit.formats.mkv_ebml import fitted, number

if TYPE_CHECKING:
    from audit.formats.base import Reader
    from audit.formats.mkv_ebml import Element
    from audit.formats.mkv_tracks import Tracks

LONGEST: Final = 1 << 16  # bytes of a leaf that is looked at, but for CodecPrivate


def cleaned(reader: Reader, one: Element, form: names.Form, tracks: Tracks) -> tuple[bytes, bytes | None]:
    """The whole element as it is, and as it stays: with a Void behind it if it became shorter, or None if it goes.

    Raises FormatError.
    """
    most = mkv_private.LONGEST if one.id == names.PRIVATE else LONGEST
    if one.stop - one.body > most:
        if one.id == names.PRIVATE:
            raise FormatError(one.start, "codec settings that make no sense")
        return b"", None
    whole = reader.read(one.start, one.stop - one.start)
    length = one.body - one.start
    old = whole[length:]
    body = _body(one, old, form, tracks)
    if body == old:
        return whole, whole
    return whole, None if body is None else fitted(whole, length, body)


def _body(one: Element, body: bytes, form: names.Form, tracks: Tracks) -> bytes | None:
    track = tracks.at(one.start)
    if track is None:
        return form(body)
    if one.id in names.UIDS:
        return _neutral(track.number if one.id == names.UID else tracks.named(number(body[:9])), len(body))
    if one.id == names.CODEC:
        return track.codec.encode().ljust(len(body), b"\0") if track.codec else body
    if one.id == names.PRIVATE:
        return _private(one, track.codec, body, packed=track.packed)
    if one.id == names.SETTINGS and not track.stripped:
        return None
    return form(body)


def _neutral(named: int | None, size: int) -> bytes | None:
    """RFC 9559, 5.1.4.1.2: a number that no other file has becomes that of the track, which is as good within one file."""
    if named is None or size > 8 or named.bit_length() > 8 * size:
        return None
    return named.to_bytes(size, "big")


def _private(one: Element, codec: str, body: bytes, *, packed: bool) -> bytes | None:
    if packed:
        raise UnsupportedError(one.start, "codec settings that are packed")
    try:
        return mkv_private.needed(codec, body)
    except FormatError as error:
        raise FormatError(one.start, error.why) from error
