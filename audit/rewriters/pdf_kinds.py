"""What is done to a dictionary of a PDF document beyond the list of its keys: by its kind, one method for each."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from audit.formats import xmp
from audit.formats.base import FormatError, Policy, Reveal, Tag
from audit.formats.words import clip
from audit.rewriters import pdf_notes, pdf_pictures, pdf_places, pdf_streams, pdf_words
from audit.rewriters.base import MOST_TAGS
from audit.rewriters.pdf_calls import Calls, undrawn
from audit.rewriters.pdf_names import ACTED, ACTIONS, CARRIERS, TREE
from audit.rewriters.pdf_places import Places
from audit.rewriters.pdf_sorts import NAME, STREAM, WORD
from audit.rewriters.pdf_told import SIGNED, TOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

_CALCULATOR: Final = 4  # table 38: a function written in PostScript
_LANGUAGE: Final = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3})?(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?)?"
)
_ABSOLUTE: Final = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*:", re.IGNORECASE)
_NAMESPACES: Final = re.compile(  # ISO 32000-2, 14.8.6: of the standard's own words, and of MathML
    r"https?://(?:iso\.org/pdf2?/ssn|www\.w3\.org/1998/Math/MathML|iso\.org/ns/pdf(?:ua)?|pdfa\.org/ns/)"
)
_COLLECTIONS: Final = frozenset(
    ("Identity", "Japan1", "Japan2", "GB1", "CNS1", "Korea1", "KR", "UCS", "Manga1")
)
_MOST_GLYPHS: Final = 1 << 17  # bytes: two for each of 65,536 letters
_TABS: Final = frozenset(("/R", "/C", "/S", "/A", "/W"))
_SAID: Final = frozenset(("/Alt", "/ActualText", "/E"))
_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_CUSTOM: Final = "Custom"


def code(value: Any) -> Any:
    """What kind of object it is; None for numbers and other plain values, which pikepdf gives as Python's own."""
    return getattr(value, "_type_code", None)


class Kinds:
    """What goes is taken out of the objects that pikepdf holds, and noted."""

    def __init__(self, pdf: Any, policy: Policy) -> None:
        import pikepdf

        self.gone: list[Tag] = []
        self._relative = False  # whether some link leads on from the address of the document
        self._borrowing = False  # whether some drawing looks for its resources in those of the page
        self._pdf = pdf
        self._policy = policy
        types = pikepdf.ObjectType
        self._array, self._stream, self._string = types.array, types.stream, types.string
        self._dictionary_code, self._name_code = types.dictionary, types.name_
        self._held = frozenset((types.array, types.stream, types.dictionary))
        self._needs = {types.string: WORD, types.name_: NAME, types.stream: STREAM}
        self._name = pikepdf.Name

    def _begin(self, root: Any) -> None:
        self._roles = pdf_places.roles(root)
        self._places, self._calls = Places(self._pdf), Calls()

    def _note(self, name: str, value: str, reveals: Reveal | None = None) -> None:
        if len(self.gone) < MOST_TAGS:
            told = reveals or TOLD.get(name, Reveal.UNKNOWN)
            self.gone.append(Tag("PDF", name.lstrip("/"), clip(value), told))

    def _gone(self, value: Any, key: str, kind: str) -> None:
        found = value[key]
        if key == "/Metadata" and code(found) == self._stream:
            self._note("XMP", "a block of metadata", Reveal.EDIT)
            self.gone += [tag for tag in xmp.tags(_packet(found)) if tag.reveals][
                : MOST_TAGS - len(self.gone)
            ]
        elif code(found) == self._string:
            self._note(key, str(found))
        else:
            self._note(key, kind)
        del value[key]

    def _settle(self, value: Any, key: str) -> None:
        """The place itself, in place of its name; nothing where it leads to no page of this document."""
        name = self._places.name(value[key])
        place = self._places.settled(value[key])
        said = value.get("/Contents")
        if code(said) == self._string and name == bytes(said):
            self._gone(value, "/Contents", "name of a place")
        if place is None:
            self._gone(value, key, "place")
        elif name is not None:
            self._note("name of a place", str(value[key]), Reveal.COMMENT)
            value[key] = place

    def _action_stays(self, action: Any, kind: str) -> bool:
        sort, address = str(action.get("/S", "")), str(action.get("/URI", ""))
        opening = kind == "catalog" and sort not in {"/GoTo", "/Named"}
        if (
            not opening
            and sort in ACTIONS
            and not address.lower().lstrip().startswith(("file:", "javascript:"))
        ):
            if sort == "/GoTo" and "/D" in action:
                self._settle(action, "/D")
            self._relative |= sort == "/URI" and not _ABSOLUTE.match(address)
            for key in sorted(key for key in action.keys() if key not in ACTED[sort]):  # noqa: SIM118
                self._gone(action, key, "action")
            return sort != "/GoTo" or "/D" in action
        self._note("action", f"{sort.lstrip('/')} {address}")
        return False

    def _base(self, catalog: Any) -> None:
        """The address from which links lead on that are no whole address (12.6.4.8)."""
        if "/URI" in catalog and not (
            self._relative
            and code(catalog["/URI"]) == self._dictionary_code
            and _ABSOLUTE.match(str(catalog["/URI"].get("/Base", "")))
        ):
            self._gone(catalog, "/URI", "address of the document")

    def _action(self, action: Any) -> None:
        if "/Next" in action:
            following = action["/Next"]
            each = following.as_list() if code(following) == self._array else [following]
            if not all(code(one) == self._dictionary_code and self._action_stays(one, "") for one in each):
                del action["/Next"]

    def _catalog(self, catalog: Any) -> None:
        if str(catalog.get("/PageMode", "")) == "/UseAttachments":
            del catalog["/PageMode"]
        opening = catalog.get("/OpenAction")
        if opening is not None and code(opening) != self._dictionary_code:
            self._settle(catalog, "/OpenAction")
        self._language(catalog)

    def _language(self, value: Any) -> None:
        """RFC 5646: no private words."""
        if "/Lang" in value and not _LANGUAGE.fullmatch(str(value["/Lang"])):
            self._gone(value, "/Lang", "language")

    def _structure(self, element: Any) -> None:
        self._language(element)
        own = pdf_places.text(element["/S"]) if code(element.get("/S")) == self._name_code else ""
        if own and "/NS" not in element and (role := pdf_words.role(own, self._roles)) != own:
            self._note("name of a role", own)
            element["/S"] = self._name(role)
        if self._places.is_left(element):
            for key in sorted({"/Pg", "/Alt", "/ActualText", "/E", "/K"} & set(element.keys())):
                kept = self._places.without_content(element) if key == "/K" else None
                self._note("part of a page that was taken out", str(element[key]) if key in _SAID else "")
                del element[key]
                if kept is not None:
                    element[key] = kept

    def _look(self, value: Any) -> None:
        if "/DA" in value and (look := pdf_words.setting(value["/DA"])) != str(value["/DA"]):
            self._note("/DA", str(value["/DA"]))
            value["/DA"] = look

    def _form_fields(self, form: Any) -> None:
        self._look(form)
        if "/Fields" in form:
            for number in reversed(self._places.unseen(form["/Fields"])):
                self._note("field that is on no page", "", Reveal.COMMENT)
                del form["/Fields"][number]

    def _page(self, page: Any) -> None:
        if "/Tabs" in page and str(page["/Tabs"]) not in _TABS:
            self._gone(page, "/Tabs", "page")
        found = page.get("/Contents")
        streams = found.as_list() if code(found) == self._array else [found]
        if all(code(each) == self._stream for each in streams):
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
        for key in list(pdf_notes.gone(annotation)):
            self._gone(annotation, key, "annotation")
        if code(annotation.get("/AS")) == self._name_code:
            state = pdf_notes.state(annotation)
            if state != pdf_places.text(annotation["/AS"]):
                self._note("/AS", "")
                annotation["/AS"] = self._name(state)
        self._look(annotation)
        if str(annotation.get("/FT", "")) == "/Sig" and "/V" in annotation:
            self._signature(annotation["/V"])
            del annotation["/V"]
        subtype = str(annotation.get("/Subtype", "/Widget"))
        if subtype in CARRIERS or subtype not in pdf_notes.KNOWN:
            self._note(subtype, "a file, a sound, a film or a scene inside", Reveal.TRAILER)
            annotation["/Subtype"] = self._name.Stamp
            if not pdf_notes.has_look(annotation):  # viewers would draw a stamp of their own
                annotation["/F"] = pdf_notes.HIDDEN

    def _signature(self, signature: Any) -> None:
        """Who signed, where, when and why (ISO 32000-1, 12.8.1, table 252)."""
        if code(signature) != self._dictionary_code:
            self._note("signature", "", Reveal.PROVENANCE)
            return
        self._note("signature", str(signature.get("/Name", "")), Reveal.PROVENANCE)
        for key, reveals in SIGNED.items():
            if key in signature:
                self._note(f"signature {key[1:]}", str(signature[key]), reveals)

    def _content(self, stream: Any) -> None:
        self._uncommented([stream])

    def _resources(self, resources: Any) -> None:
        self._calls.offered(resources)

    def _uncommented(self, streams: Sequence[Any], *, drawn: bool = True) -> None:
        for each in streams if drawn else ():
            self._calls.read(each)
        if size := pdf_streams.uncommented(streams, drawn=drawn):
            self._note("comments", f"{size} bytes", Reveal.COMMENT)

    _form = _content

    def _font(self, font: Any) -> None:
        if code(places := font.get("/CIDToGIDMap")) == self._stream:
            self._cut(places, _MOST_GLYPHS, "behind a table of letters")
        for found, name in undrawn(font):
            self._gone(found, name, "letter that is not used")
        self._language(font)
        if str(font.get("/Subtype", "")) == "/Type3":
            self._borrowing |= "/Resources" not in font
            look = font.get("/FontDescriptor")
            if code(look) == self._dictionary_code and "/FontFamily" in look:
                self._gone(look, "/FontFamily", "font")

    def _other(self, value: Any) -> None:
        if code(value) != self._stream:
            if code(value.get("/Lang")) == self._string:
                self._language(value)
            return
        if str(value.get("/Subtype", "")) == "/PS":
            self._cut(value, 0, "PostScript")
        self._borrowing |= "/PatternType" in value and "/Resources" not in value
        if "/PatternType" in value:
            self._content(value)
        elif value.get("/FunctionType") == _CALCULATOR or "/CMapName" in value:
            self._uncommented([value], drawn=False)
            if "/FunctionType" in value and (behind := pdf_streams.calculated(value)):
                self._note("behind a function", f"{behind} bytes", Reveal.TRAILER)
        elif (size := pdf_streams.samples(value)) is not None:
            self._cut(value, size, "function")

    def _labels(self, value: Any) -> None:
        """What pages are called (12.4.2): not those that there are no more."""
        every = value.get("/Nums")
        many = len(every) // 2 if code(every) == self._array else 0
        for number in reversed(range(many)):
            if not isinstance(every[2 * number], int) or not 0 <= every[2 * number] < self._places.many:
                self._note("label of a page that was taken out", "", Reveal.COMMENT)
                del every[2 * number : 2 * number + 2]

    def _namespace(self, value: Any) -> None:
        if "/NS" in value and not _NAMESPACES.match(str(value["/NS"])):
            self._gone(value, "/NS", "namespace")

    def _structures(self, value: Any) -> None:
        """A node of a tree, unless it is a part of the structure that does not say so."""
        for key in sorted(set(value.keys()) - TREE) if "/S" not in value else ():
            self._gone(value, key, "structure")

    def _properties(self, value: Any) -> None:
        self._language(value)

    def _collection(self, value: Any) -> None:
        """Of which letters are meant by their numbers (9.7.3): viewers know a few; those of any other have no names."""
        if str(value.get("/Ordering", "")) not in _COLLECTIONS or str(value.get("/Registry", "")) != "Adobe":
            for key, text in (("/Registry", "Adobe"), ("/Ordering", "Identity")):
                if str(value.get(key, text)) != text:
                    self._note(key, str(value[key]))
                    value[key] = text

    def _meanings(self, stream: Any) -> None:
        self._uncommented([stream], drawn=False)
        if size := pdf_streams.meanings(stream):
            self._note("letters that are meant", f"{size} bytes", Reveal.COMMENT)

    def _descriptor(self, value: Any) -> None:
        for key in _FILES:
            found = value.get(key)
            if code(found) == self._stream and (size := pdf_streams.font(found)):
                self._note("font", f"{size} bytes", Reveal.SOFTWARE)
        for key in _FILES:
            if code(found := value.get(key)) == self._stream and not pdf_streams.is_font(found):
                self._gone(value, key, "no font")
        self._language(value)
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
