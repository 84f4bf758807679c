"""The properties of pictures (ISO/IEC 23008-12, 6.5; MIAF, ISO/IEC 23000-22, 7.3.6; AV1 image file format, 2.2): which stay, and their exact form."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Final

from audit.formats import heif_forms, heif_second, icc
from audit.formats.base import FormatError, Keep
from audit.formats.bmff import Fields
from audit.formats.heif_config import CONFIGS
from audit.formats.heif_nal import Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.formats.base import Policy

# ISO/IEC 23008-12, 6.5.8; ISO/IEC 23091-2: what an auxiliary picture is. All others are depth, gain maps, mattes …
ALPHA: Final = frozenset(
    {
        b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
        b"urn:mpeg:hevc:2015:auxid:1",
        b"urn:mpeg:avc:2015:auxid:1",
    }
)
TURNS: Final = frozenset({"irot", "imir"})

# How long the body is, FullBox header included.
_FIXED: Final = {
    "ispe": 12,
    "pasp": 8,
    "clap": 32,
    "irot": 1,
    "imir": 1,
    "a1op": 1,
    "lsel": 2,
    "clli": 4,
    "mdcv": 24,
    "amve": 8,
    "iscl": 12,
    "ndwt": 8,
    "ccst": 8,
    "cloc": 5,
    "cmpC": 9,
    "tols": 6,
}
# Of those, the ones with flags, which mean nothing in any of them.
_FULL: Final = frozenset({"ispe", "iscl", "ndwt", "ccst", "cloc", "cmpC", "tols"})
_TURN_BITS: Final = {"irot": 3, "imir": 1}
_NOTHING: Final = Asked()
_HEVC: Final = frozenset({"hvc1", "hev1", "lhv1"})
# The kinds of picture that have a property. The others may be of any.
_OWNERS: Final = {
    **dict.fromkeys(("hvcC", "lhvC", "oinf", "tols"), _HEVC),
    "avcC": frozenset({"avc1", "avc3"}),
    "vvcC": frozenset({"vvc1", "vvi1"}),
    **dict.fromkeys(("av1C", "a1op", "a1lx"), frozenset({"av01"})),
    "lsel": frozenset({"av01", *_HEVC}),
    "jpgC": frozenset({"jpeg"}),
    "j2kH": frozenset({"j2k1"}),
    **dict.fromkeys(("cmpd", "uncC", "cmpC", "icef", "cpat", "cloc"), frozenset({"unci"})),
}


def belongs(kind: str, owner: str) -> bool:
    """Whether a property has a meaning for a picture of the kind `owner`."""
    return owner in _OWNERS.get(kind, (owner,))


def written(kind: str, data: bytes, policy: Policy, asked: Asked = _NOTHING) -> bytes | None:
    """The body that stays of a property, or None if it goes. Raises FormatError for one that is broken."""
    if turned(kind, policy):
        return None
    if kind in _FIXED:
        return _exact(kind, Fields(data).take(_FIXED[kind]))
    if kind in CONFIGS:
        return CONFIGS[kind](data, asked)
    if kind == "colr":
        return _colour(data, policy)
    if kind in {"auxC", "auxi"}:
        return _auxiliary(data, policy)
    known = _FORMS.get(kind)
    return known(data) if known else None


def _exact(kind: str, body: bytes) -> bytes:
    """Without flags and bits that are reserved."""
    if kind in _FULL:
        body = body[:1] + bytes(3) + body[4:]
    if kind in {"clap", "pasp"}:
        return b"".join(_reduced(body[at : at + 8], signed=kind == "clap") for at in range(0, len(body), 8))
    if kind == "ccst":
        return body[:4] + bytes((body[4] & 0xFC, 0, 0, 0))
    return bytes((body[0] & _TURN_BITS[kind],)) if kind in _TURN_BITS else body


def _reduced(data: bytes, *, signed: bool) -> bytes:
    """A fraction in its smallest numbers."""
    above, below = (int.from_bytes(data[at : at + 4], "big", signed=signed) for at in (0, 4))
    by = gcd(above, below) if below > 0 else 1
    return b"".join((number // by).to_bytes(4, "big", signed=signed) for number in (above, below))


def turned(kind: str, policy: Policy) -> bool:
    """Whether a property must go although it is essential, because the policy says so."""
    return kind in TURNS and Keep.ORIENTATION not in policy.keep


def is_profile(kind: str, data: bytes) -> bool:
    """ISO/IEC 14496-12, 12.1.5: an ICC profile, or what stands in its place."""
    return kind == "colr" and data[:4] in {b"prof", b"rICC"}


def is_known_colour(data: bytes) -> bool:
    """ISO/IEC 23091-2, 8.1 to 8.3: primaries, transfer and matrix by their numbers; then a bit for the range, and seven zeros."""
    if len(data) != 11 or data[:4] != b"nclx" or data[10] & 0x7F:
        return False
    return all(int.from_bytes(data[at : at + 2], "big") <= most for at, most in _MOST_CODES.items())


_MOST_CODES: Final = {
    4: 22,
    6: 18,
    8: 17,
}  # ISO/IEC 23091-2, 8.1 to 8.3: where a code stands, and the last one
_UNSPECIFIED: Final = b"\0\2"


def _colour(data: bytes, policy: Policy) -> bytes | None:
    if data[:4] in {b"nclx", b"nclc"}:
        body = Fields(data).take(11 if data[:4] == b"nclx" else 10)
        told = ((body[at : at + 2], most) for at, most in _MOST_CODES.items())
        codes = (code if int.from_bytes(code, "big") <= most else _UNSPECIFIED for code, most in told)
        return body[:4] + b"".join(codes) + bytes(byte & 0x80 for byte in body[10:])
    kept = is_profile("colr", data) and icc.is_profile(data[4 : 4 + icc.HEAD]) and Keep.ICC in policy.keep
    return data if kept else None


_MOST_CHANNELS, _DEEPEST = 16, 64  # of a picture that is not compressed


def _depths(data: bytes) -> bytes | None:
    """pixi: a count and so many depths. Newer versions say more, which nothing here needs."""
    if data[:4] != bytes(4) or len(data) < 5 or not 1 <= data[4] <= _MOST_CHANNELS:
        return None
    found = data[5 : 5 + data[4]]
    return data[:5] + found if len(found) == data[4] and max(found) <= _DEEPEST else None


def pixels(kind: str, config: bytes, body: bytes) -> bytes:
    """pixi, with depths as the configuration says them: hvcC (ISO/IEC 14496-15, 8.3.3.1) or av1C."""
    if kind == "hvcC":
        mono, light, colour = not config[16] & 3, 8 + (config[17] & 7), 8 + (config[18] & 7)
    else:
        mono = bool(config[2] & 0x10)
        light = colour = (12 if config[2] & 0x20 else 10) if config[2] & 0x40 else 8
    many = body[4] if body[4] in {1, 3} else 1 if mono else 3
    return bytes((0, 0, 0, 0, many, light, colour, colour))[: 5 + many]


def auxiliary(data: bytes) -> bytes:
    """The URN in auxC or auxi that says what an auxiliary picture is."""
    fields = Fields(data)
    fields.full()
    return fields.text()


def _auxiliary(data: bytes, policy: Policy) -> bytes | None:
    """What it is; behind that, for depth, a message with its range."""
    fields = Fields(data)
    fields.full()
    urn = fields.text()
    if urn not in ALPHA | heif_second.of_policy(policy):
        return None
    more = heif_second.depth_message(fields.rest()) if urn in heif_second.DEPTHS else b""
    return bytes(4) + urn + b"\0" + more


def _layers(data: bytes) -> bytes | None:
    """a1lx: three sizes, of two bytes or of four."""
    body = Fields(data).take(13 if data[:1] and data[0] & 1 else 7)
    return bytes((body[0] & 1,)) + body[1:]


_FORMS: Final[dict[str, Callable[[bytes], bytes | None]]] = {
    "pixi": _depths,
    "a1lx": _layers,
    **heif_forms.FORMS,
}


def nal_width(kind: str, config: bytes | None) -> int:
    """The size of the length before each unit of a coded picture, which its configuration says."""
    if config is None:
        return 4
    at = {"hvc1": 21, "hev1": 21, "avc1": 4, "avc3": 4, "lhv1": 4}.get(kind)
    if kind in {"vvc1", "vvi1"}:
        return (config[4] >> 1 & 3) + 1 if len(config) > 4 else 4
    return (config[at] & 3) + 1 if at is not None and len(config) > at else 4


CONFIG: Final = {
    **dict.fromkeys(("hvc1", "hev1"), "hvcC"),
    **dict.fromkeys(("avc1", "avc3"), "avcC"),
    **dict.fromkeys(("vvc1", "vvi1"), "vvcC"),
    "lhv1": "lhvC",
    "av01": "av1C",
}


def refuse(start: int, kind: str) -> FormatError:
    return FormatError(start, f"a picture needs a property that is not known ({kind!a})")
