"""Opening a medium safely, and telling by its content what it is."""

# ruff: noqa: SIM905 - a list of forty names reads better as words

from __future__ import annotations

import os
import stat
from enum import StrEnum
from itertools import repeat
from mmap import mmap
from typing import TYPE_CHECKING, NamedTuple, Self

from audit import formats
from audit.formats import sniff
from audit.workers import beat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.formats.base import Walker

HEAD = 64  # bytes that a walker is shown to recognise its format
LONGER_HEAD = 4096  # bytes that tell SVG and office documents
WINDOW = 64 << 10
_PLACEHOLDERS = (
    ".nextcloud",
    ".owncloud",
)  # virtual files of the Nextcloud and ownCloud clients ("suffix" mode)
_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RAW = frozenset(
    "ARW CR2 CR3 CRW DNG MRW NEF ORF PEF RAF RW2 X3F".split()
)  # as audit.formats.sniff calls them
# Raw camera files that are TIFF inside and differ from it by name only (ExifTool's list of file types).
_RAW_NAMES = frozenset(
    ".dng .nef .nrw .arw .srf .sr2 .pef .srw .3fr .fff .iiq .dcr .k25 .kdc .mef .mos .erf .rwl".split()
)
_MEDIUM_NAMES = _RAW_NAMES | frozenset(
    (
        ".jpg .jpeg .jpe .jfif .png .apng .gif .webp .tif .tiff .heic .heif .hif .avif .jxl .jp2 .bmp .ico .cur .ani .svg .psd .cr2 "
        ".cr3 .orf .rw2 .raf .mp4 .m4v .mov .3gp .3g2 .mkv .webm .avi .mpg .mpeg .wmv .flv .m4a .mp3 .mp2 .wav .wave .flac .ogg .oga .opus .spx .aif .aiff .aifc "
        ".aac .amr .svgz .m4b .m4p .qt .mka .mk3d .weba .ogv .m2ts .vob .asf .wma .f4v .m4s .mp1 .caf .w64 .wv .ac3 .eac3 .dts .ape .mxf .rm "
        ".eps .odp .ods .psb .xcf .dib .jxr .jpf .jpx .j2k .exr .djvu .pdf .doc .docx .odt .ppt .pptx .xls .xlsx .rtf .epub"
    ).split()
)
_NOTES = b"\0\5\x16\7"  # AppleDouble: what macOS writes beside a file, with that file's name
_SMALL = (
    256 << 10
)  # bytes; more than this is read into memory that was used before: fresh pages take as long as reading
_LARGEST_LENT = 16 << 20
_buffers: list[mmap] = []
_LEAST = 4096  # bytes; a shorter file may be stored inside its inode, without any block
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOATIME = getattr(os, "O_NOATIME", 0)


class Why(StrEnum):
    """Why a file was not opened."""

    LINK = "link"
    SPECIAL = "special"  # a pipe, a socket, a device
    PLACEHOLDER = "placeholder"  # its content is in the cloud; opening would fetch it
    REMOTE = "remote"  # on another machine


class NotOpenedError(Exception):
    """A file that is left alone on purpose."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class Kind(NamedTuple):
    """What a file is by its content. `walker` is None for a format that is only known by name, or written anew (`rewriting`)."""

    name: str  # "JPEG", "HEIC"
    medium: str  # picture, video, audio or document
    walker: Walker | None = None
    raw: bool = False  # a raw camera file


class FileReader:
    """An open regular file, read in windows. Never maps it: a file that shrinks under a map kills the process."""

    def __init__(self, fd: int, found: os.stat_result, window: int = WINDOW) -> None:
        """A file no larger than `window` is read once and held whole; a larger one is read in pieces."""
        self.fd = fd
        self.stat = found
        self.size = found.st_size
        self._window = window if self.size <= window else WINDOW
        self._start = 0
        self._held: bytes | memoryview = b""
        self._lent: mmap | None = None

    def read(self, start: int, size: int) -> bytes:
        """At most `size` bytes from `start`; fewer at the end of the file. Raises OSError."""
        offset = start - self._start
        stop = offset + size
        if offset < 0 or stop > len(self._held):
            size = min(size, self.size - start)
            if size <= 0 or start < 0:
                return b""
            stop = offset + size
            if self._lent is not None and offset >= 0 and stop <= self._window:
                self._read_on(stop)
            elif offset < 0 or stop > len(self._held):
                if size >= self._window:
                    return _pread(self.fd, size, start)
                self._fill(start)
                offset, stop = 0, size
        held = self._held
        return held[offset:stop] if type(held) is bytes else bytes(held[offset:stop])

    def peek(self, start: int, size: int) -> bytes:
        """As `read`, for a few bytes far from the next ones that are wanted: what is around them is not read with them."""
        offset = start - self._start
        if offset >= 0 and offset + size <= len(self._held):
            return bytes(self._held[offset : offset + size])
        return _pread(self.fd, max(0, min(size, self.size - start)), start)

    def parts(self, places: Iterable[int], sizes: Iterable[int]) -> Iterator[bytes]:
        """At most so many bytes from each of the places: many short reads take less time at once. Raises OSError."""
        beat()
        return map(os.pread, repeat(self.fd), sizes, places)

    def _fill(self, start: int) -> None:
        size = min(self._window, self.size - start)
        self._start = start
        if size <= _SMALL:
            self._held = _pread(self.fd, size, start)
            return
        if self._lent is None and _buffers:
            self._lent = _buffers.pop()
        if self._lent is None or len(self._lent) < size:
            self._lent = mmap(-1, max(size, self._window))  # what is not used of it takes no memory
        self._held = memoryview(self._lent)[:0]
        self._read_on(size if start else 1)

    def _read_on(self, stop: int) -> None:
        """Hold what is there up to `stop` as well. In steps that fit a processor's cache: mostly they are searched at once."""
        done = len(self._held)
        if self._lent is not None and stop > done:
            goal = min(max(stop, done + _SMALL), self._window, self.size - self._start)
            space = memoryview(self._lent)
            self._held = space[: done + _preadv(self.fd, space[done:goal], self._start + done)]

    def view(self, start: int, stop: int) -> memoryview | None:
        """The bytes `start` to `stop` if they are held already, without copying them; else None.

        Not to be used any more when the reader is closed or has read something else.
        """
        first, last = start - self._start, stop - self._start
        if self._lent is not None and first >= 0 and last <= self._window:
            self._read_on(min(last, self.size - self._start))
        return memoryview(self._held)[first:last] if 0 <= first <= last <= len(self._held) else None

    def read_into(self, start: int, block: bytearray | memoryview) -> int:
        """Fill `block` from the file itself, whatever is held; says how many bytes there were. Raises OSError."""
        return _preadv(self.fd, memoryview(block), start)

    def close(self) -> None:
        """Close the file, and lend its memory to the next one."""
        if self._lent is not None and len(self._lent) <= _LARGEST_LENT and not _buffers:
            self._held = b""
            _buffers.append(self._lent)
        self._lent = None
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _preadv(fd: int, block: memoryview, start: int) -> int:
    """Fill `block` from `start`; says how many bytes there were, fewer only at the end of the file."""
    beat()
    done = os.preadv(fd, [block], start)
    while done < len(block):
        more = os.preadv(fd, [block[done:]], start + done)
        if not more:
            break
        done += more
    return done


def _pread(fd: int, size: int, start: int) -> bytes:
    """Bytes from `start`, fewer only at the end of the file (a single call may return less, pread(2))."""
    beat()
    data = os.pread(fd, size, start)
    while len(data) < size:
        more = os.pread(fd, size - len(data), start + len(data))
        if not more:
            break
        data += more
    return data


def open_medium(path: str, window: int = WINDOW) -> FileReader:
    """Open a regular file for reading, leaving its access time alone where allowed. Links are not followed.

    Raises OSError, and NotOpenedError for what is not opened: links, pipes, devices, cloud placeholders.
    """
    _refuse(path, os.lstat(path))
    try:
        fd = os.open(path, _FLAGS | _NOATIME)
    except PermissionError:
        fd = os.open(path, _FLAGS)  # only its owner may leave the access time alone, open(2)
    try:
        found = os.fstat(fd)
        _refuse(path, found)
    except BaseException:
        os.close(fd)
        raise
    return FileReader(fd, found, window)


def _refuse(path: str, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise NotOpenedError(Why.LINK)
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(21, os.strerror(21), path)
    if not stat.S_ISREG(found.st_mode):
        raise NotOpenedError(Why.SPECIAL)
    if path.endswith(_PLACEHOLDERS) or (found.st_blocks == 0 and found.st_size >= _LEAST):
        raise NotOpenedError(Why.PLACEHOLDER)


def identify(reader: FileReader, path: str) -> Kind | None:
    """What a file is by its first bytes, or None for no medium.

    Its name tells raw camera files from plain TIFF, and those that need not say at their beginning what they are.
    """
    head = reader.read(0, HEAD)
    if head.startswith(_TIFF_MARKS) and (raw := _raw(reader, path)):
        return raw
    if walker := formats.identify(head):
        return Kind(walker.name, getattr(walker, "medium", "picture"), walker)
    found = (
        sniff.name_of(head) or sniff.name_of(longer := reader.read(0, LONGER_HEAD)) or _named(longer, path)
    )
    return found and Kind(found.name, found.kind, raw=found.name in _RAW)


def _named(head: bytes, path: str) -> sniff.Medium | None:
    """What players and viewers of formats that may begin with anything take a file for, by its name."""
    suffix = _ending(path)
    if suffix in {".mp3", ".mp2", ".mp1"}:
        return sniff.Medium("MP3", "audio") if head and not head.startswith(_NOTES) else None
    if suffix == ".pdf" and b"%PDF-" in head[:1024]:
        return sniff.Medium("PDF", "document")
    if suffix in {".svg", ".svgz"} and head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in {b"<", b"\x1f"}:
        return sniff.Medium("SVG", "picture")
    return None


def rewriting(kind: Kind) -> Walker | None:
    """What reads and cleans a format that is written anew as a whole (documents, sound), imported where one is met."""
    from audit.rewriting import walker

    return walker(kind.name)


def _raw(reader: FileReader, path: str) -> Kind | None:
    """A raw camera file that is TIFF inside: told by its content where it says so, else by its name."""
    found = sniff.name_of(reader.read(0, LONGER_HEAD))
    if found and (found.name in _RAW or _ending(path) in _RAW_NAMES):
        return Kind(found.name, found.kind, raw=True)
    return None


def is_hollow(reader: FileReader) -> bool:
    """Whether a file is empty, or holds only what macOS keeps beside another (AppleDouble)."""
    return not reader.size or reader.read(0, 4) == _NOTES


def named_as_medium(path: str) -> bool:
    """Whether a file's name promises a picture, video, sound or document."""
    return _ending(path) in _MEDIUM_NAMES


def _ending(path: str) -> str:
    return os.path.splitext(path)[1].lower()
