"""Cleaning a PDF document in memory: every dictionary that can be reached, by the list of what its kind needs."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from audit.formats import xmp
from audit.formats.base import FormatError, Policy, Reveal, Tag, UnsupportedError
from audit.formats.words import clip
from audit.rewriters import pdf_pictures, pdf_streams, pdf_words
from audit.rewriters.base import MOST_TAGS
from audit.rewriters.pdf_names import ACTIONS, CARRIERS, GONE, GONE_OF_STREAMS, KEPT, LEADS, PRIVATE
from audit.workers import beat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CALCULATOR: Final = 4  # table 38: a function written in PostScript
_BY_COLOURS: Final = 5  # ISO 32000-2, table 132: a halftone for each colour, by its name
_MOST: Final = 2_000_000  # dictionaries and lists
_ACTS: Final = {"annotation": ("/A",), "outline": ("/A",), "catalog": ("/OpenAction",)}
_BY_TYPE: Final = {
    "/OCG": "layer",
    "/StructElem": "structure",
    "/StructTreeRoot": "structure",
    "/Action": "action",
    "/Font": "font",
    "/FontDescriptor": "descriptor",
}
_LANGUAGE: Final = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3})?(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?)?"
)
_INSTRUCTIONS: Final = frozenset(("content", "contents", "meanings"))
_MAPS: Final = frozenset(("map", "states", "glyphs", "fonts"))
_TABS: Final = frozenset(("/R", "/C", "/S", "/A", "/W"))
_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_CUSTOM: Final = "Custom"
_NEUTRAL: Final = "31415926535897932384626433832795"  # what qpdf writes in place of an ID that may not tell
_INFO: Final = {
    "/Author": Reveal.OWNER,
    "/Creator": Reveal.SOFTWARE,
    "/Producer": Reveal.SOFTWARE,
    "/CreationDate": Reveal.TIME,
    "/ModDate": Reveal.TIME,
    "/Title": Reveal.COMMENT,
    "/Subject": Reveal.COMMENT,
    "/Keywords": Reveal.COMMENT,
}
_SIGNED: Final = {
    "/Location": Reveal.LOCATION,
    "/ContactInfo": Reveal.OWNER,
    "/Reason": Reveal.COMMENT,
    "/M": Reveal.TIME,
}
_TOLD: Final = {
    **_INFO,
    "/M": Reveal.TIME,
    "/LastModified": Reveal.TIME,
    "/T": Reveal.OWNER,
    "/ID": Reveal.EDIT,
    "/NM": Reveal.EDIT,
    "/Thumb": Reveal.THUMBNAIL,
    "/EmbeddedFiles": Reveal.TRAILER,
    "/AF": Reveal.TRAILER,
    "/EF": Reveal.TRAILER,
    "/PieceInfo": Reveal.EDIT,
    "/VP": Reveal.LOCATION,
    "/Measure": Reveal.LOCATION,
    "/Perms": Reveal.PROVENANCE,
}


def _code(value: Any) -> Any:
    """What kind of object it is; None for numbers and other plain values, which pikepdf gives as Python's own."""
    return getattr(value, "_type_code", None)


class Document:
    """One document: what goes is taken out of the objects that pikepdf holds, and noted."""

    def __init__(self, pdf: Any, policy: Policy) -> None:
        import pikepdf

        self.gone: list[Tag] = []
        self._borrowing = False  # whether some drawing looks for its resources in those of the page
        self._pdf = pdf
        self._policy = policy
        types = pikepdf.ObjectType
        self._array, self._stream, self._string = types.array, types.stream, types.string
        self._dictionary_code, self._name_code = types.dictionary, types.name_
        self._held = frozenset((types.array, types.stream, types.dictionary))
        self._name = pikepdf.Name

    def clean(self) -> None:
        root = self._pdf.Root
        if not _code(root) == self._dictionary_code or "/Pages" not in root:
            raise FormatError(0, "no pages in it")
        if root.get("/NeedsRendering") is True:
            raise UnsupportedError(0, "a form that only its own program can show (XFA)")
        self._trailer(self._pdf.trailer)
        self._reached(root)
        if not self._borrowing:
            self._unused()

    def _reached(self, root: Any) -> None:
        """All that the catalog leads to, each in every kind that it is found as; "other" is for those that are of none."""
        seen: set[tuple[tuple[int, int], str, bool]] = set()
        known: set[tuple[int, int]] = (
            set()
        )  # those that are of a kind: all others wait until all of these were found
        stack: list[tuple[Any, str, bool]] = [(root, "catalog", True)]
        others: list[tuple[Any, str, bool]] = []
        for count in range(_MOST):
            if not stack and not others:
                return
            if not count % 256:
                beat()
            value, kind, words = (stack or others).pop()
            if value.is_indirect:
                if (value.objgen, kind, words) in seen or (kind == "other" and value.objgen in known):
                    continue
                seen.add((value.objgen, kind, words))
                if kind != "other":
                    known.add(value.objgen)
            if _code(value) != self._array:
                self._dictionary(value, kind)
            for child, led, allowed in self._children(value, kind, words=words):
                found = self._kind(child, led)
                (others if found == "other" else stack).append((child, found, allowed))
        raise UnsupportedError(0, "far too many parts")

    def _unused(self) -> None:
        """Pictures, drawings and fonts that no instruction of a page calls go."""
        before = self._named()
        self._pdf.remove_unreferenced_resources()
        for name in before - self._named():
            self._note("unused resource", name)

    def _named(self) -> set[str]:
        """The pictures and fonts of all pages, by page and name."""
        return {
            f"{number} {name}"
            for number, page in enumerate(self._pdf.pages)
            for kind in ("/XObject", "/Font")
            for name in _keys(page.obj, kind)
        }

    def _note(self, name: str, value: str, reveals: Reveal | None = None) -> None:
        if len(self.gone) < MOST_TAGS:
            told = reveals or _TOLD.get(name, Reveal.UNKNOWN)
            self.gone.append(Tag("PDF", name.lstrip("/"), clip(value), told))

    def _trailer(self, trailer: Any) -> None:
        if _code(info := trailer.get("/Info")) == self._dictionary_code:
            for key, value in info.items():
                self._note(key, str(value), _INFO.get(key, Reveal.COMMENT))
        if "/ID" in trailer and any(bytes(each).hex() != _NEUTRAL for each in trailer.ID):
            self._note("/ID", " ".join(bytes(each).hex() for each in trailer.ID))
        for key in set(trailer.keys()) - {"/Root", "/Size", "/Encrypt", "/ID", "/Prev", "/XRefStm"}:
            if key not in {"/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms"}:
                if key != "/Info":
                    self._note(key, "")
                del trailer[key]
        if "/ID" in trailer:
            del trailer["/ID"]

    def _kind(self, value: Any, kind: str) -> str:
        """What sort of dictionary this is: by where it was found, and by what it says itself."""
        if _code(value) == self._array:
            return kind
        own, subtype = str(value.get("/Type", "")), str(value.get("/Subtype", ""))
        if _code(value) == self._stream:
            if subtype == "/Image":
                return "image"
            return "form" if subtype == "/Form" else kind if kind in _INSTRUCTIONS else "other"
        if own in {"/Page", "/Pages"} or kind == "pages":
            return "pages" if "/Kids" in value else "page"
        if own == "/Annot" or (subtype and "/Rect" in value):
            return "annotation"
        return _BY_TYPE.get(own, kind)

    def _children(self, value: Any, kind: str, *, words: bool) -> Iterator[tuple[Any, str, bool]]:
        """What a dictionary or list holds, by its kind, and whether strings may stand in it. Those that stand elsewhere go."""
        if _code(value) == self._array:
            yield from self._listed(value, kind, words=words)
            return
        spoken = pdf_words.WORDS.get(kind, pdf_words.NONE)
        mute: list[str] = []
        for key, child in value.items():
            code = _code(child)
            if code in self._held:
                lists = kind in _MAPS or key in spoken
                yield child, LEADS.get((kind, key)) or LEADS.get((kind, "/*"), "other"), lists
            elif key != "/Length" and (
                (code == self._string and key not in spoken)
                or (code == self._name_code and not pdf_words.is_known(kind, key, child))
            ):
                mute.append(key)
        for key in mute:
            self._gone(value, key, kind)

    def _listed(self, value: Any, kind: str, *, words: bool) -> Iterator[tuple[Any, str, bool]]:
        mute: list[int] = []
        for number, child in enumerate(value.as_list()):
            code = _code(child)
            if code in self._held:
                yield child, kind, words
            elif code == self._string and not words:
                self._note(kind, str(child))
                mute.append(number)
        for number in reversed(mute):
            del value[number]

    def _dictionary(self, value: Any, kind: str) -> None:
        if kind in _MAPS or (kind == "other" and value.get("/HalftoneType") == _BY_COLOURS):
            return
        kept = KEPT.get(kind)
        stream = _code(value) == self._stream
        for key in list(value.keys()):
            if (stream and key in GONE_OF_STREAMS) or (
                key not in kept if kept else key in GONE or key.startswith(PRIVATE)
            ):
                self._gone(value, key, kind)
        if stream and "/Filter" not in value:
            self._packed(value)
        elif stream and (behind := pdf_streams.trimmed(value)):
            self._note("behind packed data", f"{behind} bytes", Reveal.TRAILER)
        if special := getattr(self, f"_{kind.replace(' ', '_')}", None):
            special(value)
        for key in _ACTS.get(kind, ()):
            if (
                key in value
                and _code(value[key]) == self._dictionary_code
                and not self._action_stays(value[key])
            ):
                del value[key]

    def _packed(self, stream: Any) -> None:
        """As the writer would pack it, but with the keys in the order that a second time gives them."""
        if data := stream.read_raw_bytes():
            stream.write(zlib.compress(data), filter=self._name.FlateDecode)

    def _gone(self, value: Any, key: str, kind: str) -> None:
        found = value[key]
        if key == "/Metadata" and _code(found) == self._stream:
            self._note("XMP", "a block of metadata", Reveal.EDIT)
            self.gone += [tag for tag in xmp.tags(_packet(found)) if tag.reveals][
                : MOST_TAGS - len(self.gone)
            ]
        elif _code(found) == self._string:
            self._note(key, str(found))
        else:
            self._note(key, kind)
        del value[key]

    def _action_stays(self, action: Any) -> bool:
        sort, address = str(action.get("/S", "")), str(action.get("/URI", ""))
        if sort in ACTIONS and not address.lower().lstrip().startswith(("file:", "javascript:")):
            return True
        self._note("action", f"{sort.lstrip('/')} {address}")
        return False

    def _action(self, action: Any) -> None:
        if "/Next" in action:
            following = action["/Next"]
            each = following.as_list() if _code(following) == self._array else [following]
            if not all(_code(one) == self._dictionary_code and self._action_stays(one) for one in each):
                del action["/Next"]

    def _catalog(self, catalog: Any) -> None:
        if str(catalog.get("/PageMode", "")) == "/UseAttachments":
            del catalog["/PageMode"]
        self._language(catalog)

    def _language(self, value: Any) -> None:
        """RFC 5646: no private words."""
        if "/Lang" in value and not _LANGUAGE.fullmatch(str(value["/Lang"])):
            self._gone(value, "/Lang", "language")

    def _structure(self, element: Any) -> None:
        self._language(element)

    def _page(self, page: Any) -> None:
        if "/Tabs" in page and str(page["/Tabs"]) not in _TABS:
            self._gone(page, "/Tabs", "page")
        found = page.get("/Contents")
        streams = found.as_list() if _code(found) == self._array else [found]
        if all(_code(each) == self._stream for each in streams):
            self._uncommented(streams)

    def _output(self, intent: Any) -> None:
        """Its profile of colours is what counts; the name that there has to be may be anybody's."""
        if "/OutputConditionIdentifier" in intent and str(intent["/OutputConditionIdentifier"]) != _CUSTOM:
            self._note(
                "/OutputConditionIdentifier", str(intent["/OutputConditionIdentifier"]), Reveal.SOFTWARE
            )
            intent["/OutputConditionIdentifier"] = _CUSTOM

    def _annotation(self, annotation: Any) -> None:
        """A comment keeps what it says and shows; who wrote it and when goes. A field of a form keeps its name and value."""
        subtype = str(annotation.get("/Subtype", ""))
        if subtype not in {"", "/Widget"}:
            if "/T" in annotation:
                self._gone(annotation, "/T", "annotation")
            if "/RV" in annotation:
                self._gone(annotation, "/RV", "annotation")
            if "/StateModel" in annotation and "/Contents" in annotation:
                self._gone(annotation, "/Contents", "annotation")
        if "/Name" in annotation and "/AP" in annotation:
            self._gone(annotation, "/Name", "annotation")
        if str(annotation.get("/FT", "")) == "/Sig" and "/V" in annotation:
            self._signature(annotation["/V"])
            del annotation["/V"]
        if subtype in CARRIERS:
            self._note(subtype, "a file, a sound, a film or a scene inside", Reveal.TRAILER)
            for key in ("/Name", "/A"):
                if key in annotation:
                    del annotation[key]
            annotation["/Subtype"] = self._name.Stamp

    def _signature(self, signature: Any) -> None:
        """Who signed, where, when and why (ISO 32000-1, 12.8.1, table 252)."""
        if _code(signature) != self._dictionary_code:
            self._note("signature", "", Reveal.PROVENANCE)
            return
        self._note("signature", str(signature.get("/Name", "")), Reveal.PROVENANCE)
        for key, reveals in _SIGNED.items():
            if key in signature:
                self._note(f"signature {key[1:]}", str(signature[key]), reveals)

    def _content(self, stream: Any) -> None:
        self._uncommented([stream])

    def _uncommented(self, streams: Sequence[Any]) -> None:
        if size := pdf_streams.uncommented(streams):
            self._note("comments", f"{size} bytes", Reveal.COMMENT)

    _form = _content

    def _font(self, font: Any) -> None:
        self._borrowing |= str(font.get("/Subtype", "")) == "/Type3" and "/Resources" not in font

    def _other(self, value: Any) -> None:
        if _code(value) != self._stream:
            return
        self._borrowing |= "/PatternType" in value and "/Resources" not in value
        if "/PatternType" in value or value.get("/FunctionType") == _CALCULATOR or "/CMapName" in value:
            self._content(value)
        elif (size := pdf_streams.samples(value)) is not None:
            self._cut(value, size, "function")

    def _meanings(self, stream: Any) -> None:
        self._content(stream)
        if size := pdf_streams.meanings(stream):
            self._note("letters that are meant", f"{size} bytes", Reveal.COMMENT)

    def _descriptor(self, value: Any) -> None:
        for key in _FILES:
            found = value.get(key)
            if _code(found) == self._stream and (size := pdf_streams.font(found)):
                self._note("font", f"{size} bytes", Reveal.SOFTWARE)
        for key in _FILES:
            if _code(found := value.get(key)) == self._stream and not pdf_streams.is_font(found):
                self._gone(value, key, "no font")
        if "/FontFamily" in value and any(key in value for key in _FILES):
            self._gone(value, "/FontFamily", "font")

    def _cut(self, stream: Any, size: int, name: str) -> None:
        """Leave so many bytes of what it unpacks to."""
        if behind := pdf_streams.cut(stream, size):
            self._note(name, f"{behind} bytes", Reveal.TRAILER)

    def _image(self, image: Any) -> None:
        tags = pdf_pictures.clean(image, self._policy)
        self.gone += tags[: MOST_TAGS - len(self.gone)]
        if (size := pdf_pictures.size(image)) is not None:
            self._cut(image, size, "behind a picture")


def _keys(page: Any, kind: str) -> list[str]:
    try:
        return list(page["/Resources"][kind].keys())
    except (AttributeError, LookupError, TypeError, ValueError):
        return []


def _packet(stream: Any) -> bytes:
    """The words of a metadata stream, bounded; empty where they are packed in an unusual way."""
    try:
        data: bytes = stream.read_raw_bytes()
        filters = pdf_pictures.names(stream)
        if filters == ["/FlateDecode"]:
            return pdf_pictures.inflated(data, xmp.LARGEST)
    except (zlib.error, FormatError):
        return b""
    return b"" if filters else data
