"""Cleaning a PDF document in memory: every dictionary that can be reached, by the list of what its kind needs."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.rewriters import pdf_locks, pdf_sorts, pdf_streams, pdf_words
from audit.rewriters.pdf_kinds import Kinds, code
from audit.rewriters.pdf_names import GONE, GONE_OF_STREAMS, KEPT, LEADS, PRIVATE
from audit.rewriters.pdf_sorts import NAME, STREAM, WORD
from audit.rewriters.pdf_told import INFO
from audit.workers import beat

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_COLOURS: Final = 5  # ISO 32000-2, table 132: a halftone for each colour, by its name
_MOST: Final = 2_000_000  # dictionaries and lists
_ACTS: Final = {"annotation": ("/A",), "outline": ("/A",), "catalog": ("/OpenAction",)}
_BY_TYPE: Final = {
    "/OCG": "layer",
    "/StructElem": "structure",
    "/StructTreeRoot": "structure root",
    "/Action": "action",
    "/Font": "font",
    "/FontDescriptor": "descriptor",
    "/OCMD": "membership",
    "/MCR": "reference",
    "/OBJR": "reference",
}
_STREAMS: Final = frozenset(("content", "contents", "meanings", "font file"))
_MAPS: Final = frozenset(("map", "states", "glyphs", "fonts", "classes", "marked"))
_INDEXED: Final = 4  # parts of a colour space with a table
_NEUTRAL: Final = "31415926535897932384626433832795"  # what qpdf writes in place of an ID that may not tell


class Document(Kinds):
    """One document: what goes is taken out of the objects that pikepdf holds, and noted."""

    def clean(self) -> None:
        root = self._pdf.Root
        if not code(root) == self._dictionary_code or "/Pages" not in root:
            raise FormatError(0, "no pages in it")
        if root.get("/NeedsRendering") is True:
            raise UnsupportedError(0, "a form that only its own program can show (XFA)")
        self._begin(root)
        self._trailer(self._pdf.trailer)
        self._reached(root)
        self._base(root)
        for found, name in self._calls.uncalled():
            self._gone(found, name, "unused resource")
        if not self._borrowing:
            self._unused()

    def _reached(self, root: Any) -> None:
        """All that the catalog leads to, each in every kind that it is found as; "other" is for those that are of none."""
        seen: set[tuple[tuple[int, int], str, int]] = set()
        known: set[tuple[int, int]] = (
            set()
        )  # those that are of a kind: all others wait until all of these were found
        stack: list[tuple[Any, str, int]] = [(root, "catalog", 0)]
        others: list[tuple[Any, str, int]] = []
        for count in range(_MOST):
            if not stack and not others:
                return
            if not count % 256:
                beat()
            value, kind, sorts = (stack or others).pop()
            if value.is_indirect:
                if (value.objgen, kind, sorts) in seen or (kind == "other" and value.objgen in known):
                    continue
                seen.add((value.objgen, kind, sorts))
                if kind != "other":
                    known.add(value.objgen)
            if code(value) != self._array:
                self._dictionary(value, kind)
            for child, led, allowed in self._children(value, kind, sorts):
                found = self._kind(child, led)
                (others if found == "other" else stack).append((child, found, allowed))
        raise UnsupportedError(0, "far too many parts")

    def _unused(self) -> None:
        """Pictures, drawings and fonts that no instruction of a page calls go."""
        before = self._named()
        self._pdf.remove_unreferenced_resources()
        for name in sorted(before - self._named()):
            self._note("unused resource", name)

    def _named(self) -> set[str]:
        """The pictures and fonts of all pages, by page and name."""
        return {
            f"{number} {name}"
            for number, page in enumerate(self._pdf.pages)
            for kind in ("/XObject", "/Font")
            for name in _keys(page.obj, kind)
        }

    def _trailer(self, trailer: Any) -> None:
        if code(info := trailer.get("/Info")) == self._dictionary_code:
            for key, value in info.items():
                self._note(key, str(value), INFO.get(key, Reveal.COMMENT))
        self._is_locked = pdf_locks.LOCK in trailer
        if "/ID" in trailer and any(bytes(each).hex() != _NEUTRAL for each in trailer.ID):
            self._note("/ID", " ".join(bytes(each).hex() for each in trailer.ID))
        for key in sorted(set(trailer.keys()) - {"/Root", "/Size", "/Encrypt", "/ID", "/Prev", "/XRefStm"}):
            if key not in {"/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms"}:
                if key not in {"/Info", pdf_locks.LOCK}:
                    self._note(key, "")
                del trailer[key]
        if "/ID" in trailer:
            del trailer["/ID"]

    def _kind(self, value: Any, kind: str) -> str:
        """What sort of dictionary this is: by where it was found, and by what it says itself."""
        if code(value) == self._array:
            return kind
        own, subtype = str(value.get("/Type", "")), str(value.get("/Subtype", ""))
        if code(value) == self._stream:
            if subtype == "/Image":
                return "image"
            return "form" if subtype == "/Form" else kind if kind in _STREAMS else "other"
        if own in {"/Page", "/Pages"} or kind == "pages":
            return "pages" if "/Kids" in value else "page"
        if own == "/Annot" or (subtype and "/Rect" in value):
            return "annotation"
        return _BY_TYPE.get(own, kind)

    def _children(self, value: Any, kind: str, sorts: int) -> Iterator[tuple[Any, str, int]]:
        """What a dictionary or list holds, by its kind, and what may stand in that. Strings, names and streams that stand elsewhere go."""
        if code(value) == self._array:
            yield from self._listed(value, kind, sorts)
            return
        mute: list[str] = []
        for key, child in value.items():
            within = sorts | WORD if kind in _MAPS else pdf_sorts.within(kind, key)
            if not self._may_stand(child, kind, key, within):
                mute.append(key)
            elif code(child) in self._held:
                yield (
                    child,
                    LEADS.get((kind, key)) or LEADS.get((kind, "/*")) or LEADS.get(("*", key), "other"),
                    within,
                )
        for key in mute:
            self._gone(value, key, kind)

    def _may_stand(self, child: Any, kind: str, key: str, within: int) -> bool:
        sort = code(child)
        if sort == self._dictionary_code:
            return not self._is_off(child)
        if sort == self._array:
            return pdf_words.is_known_list(kind, key, child)
        if key == "/Length":  # of a stream, which the writer counts anew
            return True
        if sort == self._string:
            return kind not in _MAPS and bool(within & WORD)
        if sort == self._name_code:
            return bool(within & NAME) and pdf_words.is_known(kind, key, child)
        return sort != self._stream or bool(within & STREAM)

    def _listed(self, value: Any, kind: str, sorts: int) -> Iterator[tuple[Any, str, int]]:
        if len(value) == _INDEXED and (size := pdf_streams.colours(value)):
            self._note("behind a table of colours", f"{size} bytes", Reveal.TRAILER)
        mute: list[int] = []
        for number, child in enumerate(value.as_list()):
            sort = code(child)
            if sort == self._dictionary_code and self._is_off(child):
                self._note("page that was taken out", "")
                mute.append(number)
            elif (needed := self._needs.get(sort, 0)) & ~sorts:
                self._note(kind, str(child) if needed == WORD else "")
                mute.append(number)
            elif sort in self._held:
                yield child, kind, sorts
        for number in reversed(mute):
            del value[number]

    def _is_off(self, child: Any) -> bool:
        """Whether it is a page that was taken out, or stands on none."""
        return bool(child.is_indirect) and (self._places.is_lost(child) or self._places.is_off(child))

    def _dictionary(self, value: Any, kind: str) -> None:
        if kind in _MAPS or (kind == "other" and value.get("/HalftoneType") == _BY_COLOURS):
            return
        kept = KEPT.get(kind)
        stream = code(value) == self._stream
        for key in sorted(value.keys()):
            if (stream and key in GONE_OF_STREAMS) or (
                key not in kept if kept else key in GONE or key.startswith(PRIVATE)
            ):
                self._gone(value, key, kind)
        if stream:
            self._packed(value)
        if special := getattr(self, f"_{kind.replace(' ', '_')}", None):
            special(value)
        self._led(value, kind)

    def _led(self, value: Any, kind: str) -> None:
        """Where a link, a bookmark or the opening of the document leads."""
        for key in _ACTS.get(kind, ()):
            if code(value.get(key)) == self._dictionary_code and not self._action_stays(value[key], kind):
                del value[key]
        if "/Dest" in value and kind in _ACTS:
            self._settle(value, "/Dest")

    def _packed(self, stream: Any) -> None:
        """As the writer would pack it, but with the keys in the order that a second time gives them."""
        if self._is_locked:
            pdf_locks.check_stream(stream)
        if pdf_streams.unwrapped(stream):
            self._note("packing", "of an old program", Reveal.SOFTWARE)
        if "/Filter" in stream:
            if behind := pdf_streams.trimmed(stream):
                self._note("behind packed data", f"{behind} bytes", Reveal.TRAILER)
        elif data := stream.read_raw_bytes():
            stream.write(zlib.compress(data), filter=self._name.FlateDecode)


def _keys(page: Any, kind: str) -> list[str]:
    try:
        return sorted(page["/Resources"][kind].keys())
    except (AttributeError, LookupError, TypeError, ValueError):
        return []
