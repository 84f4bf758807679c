"""Instructions that draw (ISO 32000-2, 7.8.2): comments, what is said of marked parts, and pictures in their midst."""

from __future__ import annotations

import base64
import re
import zlib
from typing import Final, NamedTuple

from audit.formats.base import FormatError, Policy
from audit.rewriters.inside import picture


class Told(NamedTuple):
    data: bytes
    whole: bool  # whether it could be read to its end


class _OddError(Exception):
    """Nothing is told apart from here on."""


def cleaned(data: bytes, *, drawn: bool) -> Told:
    """Without comments; of instructions that draw also without points and properties that do not, and what stands beside the data
    of a picture.
    """
    telling = _TELLING if drawn else _COMMENTS
    kept: list[bytes] = []
    begin = at = depth = 0
    whole = True
    while found := telling.search(data, at):
        at, what = found.end(), found[0]
        if what in {b"(", b")"}:
            depth = max(0, depth + (1 if what == b"(" else -1))
        elif depth or what[:1] == b"\\":
            continue
        else:
            try:
                stop, made = _replaced(data, found.start(), what)
            except _OddError:
                whole = False
                break
            kept += (data[begin : found.start()], made)
            begin = at = stop
    return Told(data, whole=False) if depth else Told(b"".join((*kept, data[begin:])), whole=whole)


def is_worth(data: bytes, *, drawn: bool) -> bool:
    """Whether there may be something that goes."""
    if b"%" in data or not drawn:
        return b"%" in data
    return _SAID.search(data) is not None or any(
        mark in data and pattern.search(data)
        for mark, pattern in ((b"P", _POINT), (b"ID", _DATA), (b"BMC", _TAG), (b"BDC", _TAG))
    )


def called(data: bytes) -> set[str]:
    """All names that stand in it, also those within its texts.

    For a number sign without two digits behind it (7.3.5) qpdf has a zero in its place, which it writes as that sign again.
    """
    found = set(_NAME.findall(data))
    return {f"/{_plain(name)}" for name in found} | {
        f"/{_plain(_BROKEN.sub(b'#00', name))}" for name in found if _BROKEN.search(name)
    }


def _plain(name: bytes) -> str:
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name).decode("utf-8", "surrogateescape")


def _replaced(data: bytes, at: int, what: bytes) -> tuple[int, bytes]:
    """Where it ends, and what stands there instead."""
    if what == b"%":
        line = _LINE.search(data, at)
        return (line.start() if line else len(data)), b""
    if what == b"<<":
        return _properties(data, at)
    if what == b"BI":
        return _picture(data, at)
    if len(what.split()) == 1:
        return at + len(what), b"/Span"
    return at + len(what), b" "  # a point, with its name


def _properties(data: bytes, at: int) -> tuple[int, bytes]:
    """Of a part that is marked (14.6) what describes it to those who do not see it stays; of a point (DP) nothing."""
    pairs, stop = _pairs(data, at + 2, b">>")
    if following := _DP.match(data, stop):
        return following.end(), b"<<>> DP"
    made = b"<<%s>>" % b" ".join(b"/%s %s" % pair for pair in pairs if _stays(*pair))
    kept = all(_stays(*pair) for pair in pairs)
    return stop, data[at:stop] if kept else made


def _stays(key: bytes, value: bytes) -> bool:
    if key == b"Lang":
        return _LANGUAGE.fullmatch(value) is not None
    return key in _SPOKEN or (_QUIET.get(key) is not None and _QUIET[key].fullmatch(value) is not None)


def _pairs(data: bytes, at: int, end: bytes) -> tuple[list[tuple[bytes, bytes]], int]:
    """Keys and values up to `end`, and what is behind it."""
    pairs: list[tuple[bytes, bytes]] = []
    while True:
        at = _space(data, at)
        if data.startswith(end, at):
            return pairs, at + len(end)
        name = _NAME.match(data, at)
        if not name or len(pairs) > _MOST:
            raise _OddError
        start = _space(data, name.end())
        at = _behind(data, start)
        pairs.append((name[1], data[start:at]))


def _space(data: bytes, at: int) -> int:
    return _BLANK.match(data, at).end()  # type: ignore[union-attr]  # it matches nothing as well


def _behind(data: bytes, at: int) -> int:
    """The end of one value: a text, list, dictionary, name or number."""
    depth, texts = 0, 0
    for _ in range(_MOST * 100):
        found = _PART.match(data, at)
        if not found:
            raise _OddError
        at, part = found.end(), found[0]
        if part == b"(":
            texts += 1
        elif texts:
            texts -= part == b")"
        elif part in {b"<<", b"["}:
            depth += 1
        elif part in {b">>", b"]"}:
            depth -= 1
        if not texts and depth <= 0 and not part.isspace():
            return at
    raise _OddError


def _picture(data: bytes, at: int) -> tuple[int, bytes]:
    """A picture in the midst (8.9.7): its data end where they say so, else where a reader would look for it."""
    pairs, start = _pairs(data, at + 2, b"ID")
    start += 1 if data[start : start + 1].isspace() else 0
    every = {_SHORT.get(key, key): value for key, value in pairs}
    filters = [_FILTERS.get(name, name) for name in _NAME.findall(every.get(b"F", b""))]
    least, size = _least(data, start, filters, every)
    end = _AT_ONCE.match(data, least) or _end(data, least, filters)
    coded = data[start : end.start()]
    clean = coded if size is None else coded[:size]
    if filters:
        clean = _recoded(clean, filters)
    kept = [(key, value) for key, value in pairs if _SHORT.get(key, key) in _NEEDED]
    if clean == coded and kept == pairs:
        return end.end(), data[at : end.end()]
    if any(_SHORT.get(key, key) == b"L" for key, _ in kept):
        kept = [(key, b"%d" % len(clean) if _SHORT.get(key, key) == b"L" else value) for key, value in kept]
    return end.end(), b"BI %s ID %s\nEI" % (b" ".join(b"/%s %s" % pair for pair in kept), clean)


def _size(every: dict[bytes, bytes]) -> int | None:
    """Bytes of the rows of a picture that is not packed; None where its colours are told elsewhere."""
    mask = every.get(b"IM") == b"true"
    channels = 1 if mask else _CHANNELS.get(every.get(b"CS", b"")[1:], 0)
    if not channels and every.get(b"CS", b"").startswith(b"["):
        channels = 1 if _NAME.findall(every[b"CS"])[:1] in ([b"I"], [b"Indexed"]) else 0
    try:
        width, height = int(every[b"W"]), int(every[b"H"])
        bits = 1 if mask else int(every[b"BPC"])
    except (LookupError, ValueError):
        return None
    return height * ((width * channels * bits + 7) // 8) if channels and width > 0 < height else None


def _least(
    data: bytes, start: int, filters: list[bytes], every: dict[bytes, bytes]
) -> tuple[int, int | None]:
    """From where on the end is searched, and how many bytes of data there are; raises _OddError where the packing does not say."""
    if not filters:
        if (size := _size(every)) is None or start + size > len(data):
            raise _OddError
        return start + size, size
    end = {b"A85": b"~>", b"AHx": b">"}.get(filters[0])
    if end:
        if (found := data.find(end, start)) < 0:
            raise _OddError
        return found + len(end), found + len(end) - start
    if filters[0] == b"Fl":
        size = _packed(data, start)
        return start + size, size
    if filters[0] != b"DCT" or data[start : start + 2] != b"\xff\xd8":
        raise _OddError
    return start, None


def _end(data: bytes, at: int, filters: list[bytes]) -> re.Match[bytes]:
    """What ends a picture; behind a JPEG, whose data may look like it, text follows."""
    for _ in range(_MOST):
        found = _EI.search(data, at)
        if not found:
            break
        if filters[:1] != [b"DCT"] or _TEXT.fullmatch(data, found.end(), found.end() + 12):
            return found
        at = found.end()
    raise _OddError


def _packed(data: bytes, start: int) -> int:
    """How many bytes zlib's data have; raises _OddError."""
    unpacking, at = zlib.decompressobj(), start
    try:
        while not unpacking.eof and at < len(data):
            unpacking.decompress(data[at : at + _STEP])
            at += _STEP
    except zlib.error as error:
        raise _OddError from error
    if not unpacking.eof:
        raise _OddError
    return min(at, len(data)) - len(unpacking.unused_data) - start


def _recoded(coded: bytes, filters: list[bytes]) -> bytes:
    """Without what stands behind packed data, and what a JPEG tells; raises _OddError if it is damaged."""
    first, rest = filters[0], filters[1:]
    try:
        if first in {b"A85", b"AHx"} and rest:
            letters = first == b"A85"
            inner = (
                base64.a85decode(coded[:-2].strip().removeprefix(b"<~")) if letters else _digits(coded[:-1])
            )
            made = _recoded(inner, rest)
            if made != inner:
                return base64.a85encode(made) + b"~>" if letters else made.hex().encode() + b">"
        elif first == b"Fl":
            return coded[: _packed(coded, 0)]
        elif first == b"DCT" and coded[:2] == b"\xff\xd8":
            return picture(coded, Policy())[0]
    except (ValueError, FormatError) as error:
        raise _OddError from error
    return coded


def _digits(coded: bytes) -> bytes:
    digits = b"".join(coded.split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


_STEP: Final = 1 << 16
_MOST: Final = 100  # keys of a dictionary in the midst
_POINT: Final = re.compile(rb"[MD]P(?![^\s/\[(<%])")
_DATA: Final = re.compile(rb"ID(?=\s)")
_SAID: Final = re.compile(rb"<<(?!\s*/MCID\s+[0-9]+\s*(?:/Lang\s*\([A-Za-z]{2,3}(?:-[A-Z]{2})?\)\s*)?>>)")
# Of parts that are marked: what the standard calls them (14.6, 14.8), and usual programs. Others are names of styles: somebody's.
_TAGS: Final = (
    rb"Document|DocumentFragment|Part|Sect|Div|Aside|Art|BlockQuote|Caption|TOC|TOCI|Index|NonStruct|Private|P|H[1-9]?|Title|FENote|Sub|"
    rb"L|LI|Lbl|LBody|Table|T[RHD]|THead|TBody|TFoot|Span|Quote|Note|Reference|BibEntry|Code|Link|Annot|Em|Strong|Ruby|R[BTP]|Warichu|"
    rb"W[TP]|Figure|Formula|Form|Artifact|OC|Tx|ReversedChars|Clip|ClipSpan|Suspect|TagSuspect|Touch-Up_Line|Content|EmbeddedDocument|"
    rb"PlacedPDF|PlacedGraphic|Standard|Normal"
)
_OWN_TAG: Final = (
    rb"/(?!(?:"
    + _TAGS
    + rb")[\s</])[^\s()<>\[\]{}/%]++(?=\s*(?:<<|BMC(?![^\s/\[(<%])|/[^\s()<>\[\]{}/%]++\s*BDC))"
)
_TAG: Final = re.compile(_OWN_TAG)
_TELLING: Final = re.compile(
    rb"\\.|[()%]|<<|(?<![^\s\])>])BI(?=[\s/])|/[^\s()<>\[\]{}/%]+\s+(?:/[^\s()<>\[\]{}/%]+\s+DP|MP)(?![^\s/\[(<%])|"
    + _OWN_TAG,
    re.DOTALL,
)
_COMMENTS: Final = re.compile(rb"\\.|[()%]", re.DOTALL)
_DP: Final = re.compile(rb"\s*DP(?![^\s/\[(<%])")
_LINE: Final = re.compile(rb"[\r\n]")
_BLANK: Final = re.compile(rb"[\s\0]*")
_NAME: Final = re.compile(rb"/([^\s()<>\[\]{}/%\0]*)")
_BROKEN: Final = re.compile(rb"#(?![0-9A-Fa-f]{2})")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PART: Final = re.compile(
    rb"\\.|<<|>>|[\[\]()]|<[0-9A-Fa-f\s]*>|/[^\s()<>\[\]{}/%]*|[^\s()<>\[\]{}/%\\]+|\s+|[^)]", re.DOTALL
)
_EI: Final = re.compile(rb"(?:(?<=\s)|\s)EI(?=\s|$)")
_AT_ONCE: Final = re.compile(rb"\s*EI(?=\s|$)")
_TEXT: Final = re.compile(rb"[\t\n\r -~]*")
_LANGUAGE: Final = re.compile(
    rb"\([A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?\)|<(?:FEFF)?[0-9A-Fa-f]{4,40}>"
)
_SPOKEN: Final = frozenset((b"ActualText", b"Alt", b"E"))
_QUIET: Final = {
    b"MCID": re.compile(rb"[0-9]+"),
    b"Type": re.compile(rb"/(?:Pagination|Layout|Page|Background|Inline)"),
    b"Subtype": re.compile(rb"/(?:Header|Footer|Watermark|PageNum|LineNum|Redaction|Bates)"),
    b"Attached": re.compile(rb"\[[\s/a-zA-Z]{0,40}\]"),
    b"BBox": re.compile(rb"\[[-+.0-9\s]*\]"),
}
_SHORT: Final = {  # table 91
    b"BitsPerComponent": b"BPC", b"ColorSpace": b"CS", b"Decode": b"D", b"DecodeParms": b"DP", b"Filter": b"F", b"Height": b"H",
    b"ImageMask": b"IM", b"Interpolate": b"I", b"Length": b"L", b"Width": b"W",
}  # fmt: skip
_NEEDED: Final = frozenset((*_SHORT.values(), b"Intent"))
_FILTERS: Final = {  # table 92
    b"ASCIIHexDecode": b"AHx", b"ASCII85Decode": b"A85", b"LZWDecode": b"LZW", b"FlateDecode": b"Fl", b"RunLengthDecode": b"RL",
    b"CCITTFaxDecode": b"CCF", b"DCTDecode": b"DCT",
}  # fmt: skip
_CHANNELS: Final = {
    b"G": 1, b"DeviceGray": 1, b"CalGray": 1, b"RGB": 3, b"DeviceRGB": 3, b"CalRGB": 3, b"CMYK": 4, b"DeviceCMYK": 4,
}  # fmt: skip
