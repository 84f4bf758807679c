"""What a file is, told by its first bytes and never by its name: for the media that no walker here reads yet."""

from __future__ import annotations

import re
import zlib
from typing import Final, Literal, NamedTuple

from audit.formats import exif

HEAD: Final = 64  # bytes that are enough for nearly all of them

Kind = Literal["picture", "video", "audio", "document"]


class Medium(NamedTuple):
    name: str  # as people call it: "HEIC", "MP4", "PDF"
    kind: Kind


def _picture(name: str) -> Medium:
    return Medium(name, "picture")


# Each from its own specification or, for raw files, from what the makers' cameras write. The longer word first.
_STARTS: Final[tuple[tuple[bytes, Medium], ...]] = (
    (b"\xff\xd8\xff", _picture("JPEG")),
    (b"\x89PNG\r\n\x1a\n", _picture("PNG")),
    (b"GIF87a", _picture("GIF")),
    (b"GIF89a", _picture("GIF")),
    (b"II*\0\x10\0\0\0CR", _picture("CR2")),
    (b"IIRO", _picture("ORF")),
    (b"IIRS", _picture("ORF")),
    (b"MMOR", _picture("ORF")),
    (b"IIU\0", _picture("RW2")),
    (b"II\x1a\0\0\0HEAPCCDR", _picture("CRW")),
    (b"II\xbc\x01", _picture("JPEG XR")),
    (b"II*\0", _picture("TIFF")),
    (b"MM\0*", _picture("TIFF")),
    (b"II+\0", _picture("BigTIFF")),
    (b"MM\0+", _picture("BigTIFF")),
    (b"FUJIFILMCCD-RAW", _picture("RAF")),
    (b"FOVb", _picture("X3F")),
    (b"\0MRM", _picture("MRW")),
    (b"\xff\x0a", _picture("JPEG XL")),
    (b"\0\0\0\x0cJXL \r\n\x87\n", _picture("JPEG XL")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _picture("JPEG 2000")),
    (b"\xff\x4f\xff\x51", _picture("JPEG 2000")),
    (b"\0\0\1\0", _picture("ICO")),
    *(
        (b"\0\0" + bytes([kind]) + bytes(5), _picture("Targa")) for kind in (2, 3, 10, 11)
    ),  # no table of colours
    (b"\0\0\2\0", _picture("CUR")),
    (b"8BPS", _picture("PSD")),
    (b"gimp xcf ", _picture("XCF")),
    (b"qoif", _picture("QOI")),
    (b"\x76\x2f\x31\x01", _picture("OpenEXR")),
    (b"#?RADIANCE", _picture("Radiance HDR")),
    (b"AT&TFORM", Medium("DjVu", "document")),
    (b"%PDF-", Medium("PDF", "document")),
    (b"{\\rtf", Medium("RTF", "document")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Medium("Office 97", "document")),
    (b"ID3", Medium("MP3", "audio")),
    (b"fLaC", Medium("FLAC", "audio")),
    (b"OggS", Medium("Ogg", "audio")),
    (b"#!AMR", Medium("AMR", "audio")),
    (b".snd", Medium("AU", "audio")),
    (b"caff", Medium("CAF", "audio")),
    (b"wvpk", Medium("WavPack", "audio")),
    (b"TTA1", Medium("TTA", "audio")),
    (b"\x7f\xfe\x80\x01", Medium("DTS", "audio")),
    (b"NIST_1A\n", Medium("SPHERE", "audio")),
    (b"MAC \x96\x0f", Medium("Monkey's Audio", "audio")),
    *((b"\x1f\x07\0" + bytes((kind,)), Medium("DV", "video")) for kind in (0x3F, 0xBF)),
    (b"MThd\0\0\0\6", Medium("MIDI", "audio")),
    (b"DSD \x1c\0\0\0", Medium("DSF", "audio")),
    (b"\x02#!SILK", Medium("SILK", "audio")),  # voice notes of some messengers
    (b"#!SILK", Medium("SILK", "audio")),
    (b"riff\x2e\x91\xcf\x11", Medium("Wave64", "audio")),
    (b"Creative Voice File", Medium("VOC", "audio")),
    (b".RMF\0\0\0", Medium("RealMedia", "video")),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", Medium("MXF", "video")),
    (b"YUV4MPEG2 ", Medium("Y4M", "video")),
    (b"DKIF\0\0\x20\0", Medium("IVF", "video")),
    (b"DDS |", _picture("DDS")),
    (b"BPG\xfb", _picture("BPG")),
    (b"SIMPLE  =", _picture("FITS")),
    (b"%!PS-Adobe-", Medium("PostScript", "document")),
    (b"\xc5\xd0\xd3\xc6", Medium("PostScript", "document")),
    (b"FLV\x01", Medium("FLV", "video")),
    (b"\0\0\1\xba", Medium("MPEG", "video")),
    (b"\0\0\1\xb3", Medium("MPEG", "video")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Medium("WMV", "video")),
)

_RIFF: Final = {
    b"WEBP": _picture("WebP"),
    b"ACON": _picture("ANI"),
    b"AVI ": Medium("AVI", "video"),
    b"WAVE": Medium("WAV", "audio"),
}

# ISO 14496-12, 4.3: the major brand of an ftyp box; mp4ra.org lists them.
_BRANDS: Final[dict[bytes, Medium]] = {
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), _picture("HEIC")
    ),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1"), _picture("HEIF")),
    **dict.fromkeys((b"avif", b"avis"), _picture("AVIF")),
    b"crx ": _picture("CR3"),
    b"jxl ": _picture("JPEG XL"),
    b"jp2 ": _picture("JPEG 2000"),
    b"qt  ": Medium("MOV", "video"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), Medium("M4A", "audio")),
}
# What a movie may begin with in place of its type, and its parts for streaming. Programs go by any of them.
_MOVIE: Final = frozenset(
    (
        b"moov",
        b"mdat",
        b"wide",
        b"free",
        b"skip",
        b"pnot",
        b"PICT",
        b"uuid",
        b"udta",
        b"junk",
        b"pdin",
        b"styp",
        b"moof",
        b"sidx",
    )
)
_LARGE: Final = frozenset((b"moov", b"mdat"))  # may have any length, and are no words

# Compiled where a file begins like none of those above: start-up matters.
_MPEG_AUDIO: Final = rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd][\x10-\xef]"
_ADTS: Final = rb"\xff[\xf0\xf1\xf8\xf9][\x40-\xfc]"
_AC3: Final = rb"\x0b\x77...[\x30-\x87]"  # ETSI TS 102 366, 4.4.1 and E.1.3: versions 6 to 16
_PDF: Final = rb"[\r\n]%PDF-\d\.\d"  # readers take it anywhere in the first 1,024 bytes
_PACKETS: Final = ((0, 188), (4, 192))  # ISO/IEC 13818-1, 2.4.3.2: each packet begins with the same byte
_SVG: Final = (  # atomic groups: a page with many comments takes no longer than one without
    rb"(?:\xef\xbb\xbf)?\s*+(?:(?>(?:<\?.*?\?>|<!--.*?-->))\s*+)*+(?:<!DOCTYPE\s+svg|<(?:[\w.-]{1,40}:)?svg\b)"
)
_BMP_HEADERS: Final = frozenset((12, 16, 40, 52, 56, 64, 108, 124))


def name_of(head: bytes) -> Medium | None:
    """The medium of a file that starts with `head`: 64 bytes tell most, 4,096 also SVG, Office and raw; None if it is none."""
    for start, medium in _STARTS:
        if head.startswith(start):
            return _raw(head) if medium.name == "TIFF" else medium
    if head[:4] in {b"RIFF", b"RIFX", b"RF64", b"BW64"}:
        return _RIFF.get(head[8:12])
    return _boxed(head) or _looser(head) or _audio(head)


_REDUCED, _COLOURS, _MAKER, _WITHIN = 0x00FE, 0x0106, 0x010F, 0x014A  # tags of TIFF
_LAST_COLOURS: Final = 10  # ITULab; those of raw pictures have large numbers


def _raw(head: bytes) -> Medium:
    """Many raw files are TIFFs: DNG has a tag of its own (0xC612), the makers' keep the raw picture in a sub-directory.

    Their first picture is a small one, or raw itself. One in full, of colours that a viewer knows (0x0106), is a program's.
    """
    tags = 0xC612, _MAKER, _WITHIN, _REDUCED, _COLOURS
    found = {key[1]: value for key, value in exif.raw_values(head, {("IFD0", tag) for tag in tags}).items()}
    if 0xC612 in found:
        return _picture("DNG")
    full = not any(found.get(_REDUCED, b"\1")) and sum(found.get(_COLOURS, b"\xff")) <= _LAST_COLOURS
    if full or not {_WITHIN, _REDUCED} <= found.keys():
        return _picture("TIFF")
    maker = found.get(_MAKER, b"")[:5].upper()
    return _picture({b"NIKON": "NEF", b"SONY\0": "ARW", b"SONY ": "ARW", b"PENTA": "PEF"}.get(maker, "TIFF"))


def _boxed(head: bytes) -> Medium | None:
    if head[4:8] == b"ftyp":
        return _branded(head)
    small = head[:2] == b"\0\0" and len(head) >= 8
    return Medium("MOV", "video") if head[4:8] in (_MOVIE if small else _LARGE) else None


def _branded(head: bytes) -> Medium:
    """The major brand, or for the general ones (mif1, msf1) the first compatible brand that says more."""
    major = head[8:12]
    medium = _BRANDS.get(major)
    if major[:2] == b"3g":
        return Medium("3GP", "video")
    if medium is None:
        return Medium("MP4", "video")
    if medium.name == "HEIF":
        stop = min(int.from_bytes(head[:4], "big"), len(head))
        others = (_BRANDS.get(head[at : at + 4]) for at in range(16, stop - 3, 4))
        return next((other for other in others if other and other.name in {"HEIC", "AVIF"}), medium)
    return medium


def _looser(head: bytes) -> Medium | None:
    """Those whose mark is short, or stands deeper in the file."""
    if head[:4] == b"\x1aE\xdf\xa3":
        return Medium("WebM" if b"webm" in head else "Matroska", "video")
    if head[:2] == b"BM" and len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return _picture("BMP")
    if head[:4] == b"PK\3\4":
        return _zipped(head)
    if re.search(_PDF, head[:1024]):
        return Medium("PDF", "document")
    if any(len(head) > 2 * size and {*head[at::size]} == {0x47} for at, size in _PACKETS):
        return Medium("MPEG", "video")
    return _picture("SVG") if re.match(_SVG, _plain(head), re.DOTALL) else None


def _plain(head: bytes) -> bytes:
    """The beginning of a text as ASCII: unpacked, or out of two bytes for each letter."""
    if head[:3] == b"\x1f\x8b\x08":
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 4096)
        except zlib.error:
            return b""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"}:
        return head.strip(b"\xff\xfe").replace(b"\0", b"")
    return head


def _audio(head: bytes) -> Medium | None:
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return Medium("AIFF", "audio")
    if re.match(_AC3, head, re.DOTALL):
        return Medium("AC-3", "audio")
    if re.match(_ADTS, head):
        return Medium("AAC", "audio")
    return Medium("MP3", "audio") if re.match(_MPEG_AUDIO, head) else None


def _zipped(head: bytes) -> Medium | None:
    """Office documents are zip files whose first entry has a telling name (ODF 1.3 part 2, 3.3; ECMA-376 part 2)."""
    if b"mimetypeapplication/vnd.oasis.opendocument" in head:
        return Medium("OpenDocument", "document")
    if b"mimetypeapplication/epub" in head:
        return Medium("EPUB", "document")
    if head[30:].startswith((b"[Content_Types].xml", b"_rels/", b"word/", b"xl/", b"ppt/", b"docProps/")):
        return Medium("Office Open XML", "document")
    return None
