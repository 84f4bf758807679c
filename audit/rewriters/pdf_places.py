"""Places in a PDF document (ISO 32000-2, 12.3.2): what leads to a page, and what is left of pages that were taken out.

A program that takes out a page mostly takes it out of the list of pages only: a bookmark, a link, a field or a part of the
structure that still leads to it keeps all that stood on it. And a place can have a name, which its program or somebody chose:
what goes there is told the place itself instead, and the names go.
"""

from __future__ import annotations

from typing import Any, Final

_MOST: Final = 1_000_000  # nodes of a tree of names, or fields of a form


class Places:
    """What is a page of this document, what stands on one, and where the names lead. Raises what pikepdf raises."""

    def __init__(self, pdf: Any) -> None:
        import pikepdf

        self._array, self._dictionary = pikepdf.Array, pikepdf.Dictionary
        self._texts = (pikepdf.String, pikepdf.Name)
        self._pages: set[tuple[int, int]] = set()
        self._notes: set[tuple[int, int]] = set()
        self.many = len(pdf.pages)
        for page in pdf.pages:
            self._pages.add(page.obj.objgen)
            notes = page.obj.get("/Annots")
            if isinstance(notes, self._array):
                self._notes.update(each.objgen for each in notes.as_list() if self._is_indirect(each))
        self._named: dict[bytes, Any] = {}
        self._name(pdf.Root)

    def _name(self, root: Any) -> None:
        old, names = root.get("/Dests"), root.get("/Names")
        if isinstance(old, self._dictionary):
            self._named.update(
                (key[1:].encode("utf-8", "surrogateescape"), value) for key, value in old.items()
            )
        stack = [names.get("/Dests")] if isinstance(names, self._dictionary) else []
        seen: set[tuple[int, int]] = set()
        while stack and len(seen) < _MOST:
            node = stack.pop()
            if not isinstance(node, self._dictionary) or (node.is_indirect and node.objgen in seen):
                continue
            if node.is_indirect:
                seen.add(node.objgen)
            pairs = node.get("/Names")
            if isinstance(pairs, self._array):
                every = pairs.as_list()
                for name, value in zip(every[::2], every[1::2], strict=False):
                    if isinstance(name, self._texts[0]):
                        self._named.setdefault(bytes(name), value)
            if isinstance(kids := node.get("/Kids"), self._array):
                stack += kids.as_list()

    def _is_indirect(self, value: Any) -> bool:
        return isinstance(value, self._dictionary) and bool(value.is_indirect)

    def name(self, place: Any) -> bytes | None:
        """As a text or name, what is asked for by its name."""
        if isinstance(place, self._texts[0]):
            return bytes(place)
        return bytes(place)[1:] if isinstance(place, self._texts[1]) else None

    def settled(self, place: Any) -> Any:
        """The place itself (an array), whatever it was called; None if it leads nowhere."""
        if (name := self.name(place)) is not None:
            place = self._named.get(name)
        if isinstance(place, self._dictionary):
            place = place.get("/D")
        if not isinstance(place, self._array) or not len(place):
            return None
        return None if self.is_lost(place[0]) else place

    def is_lost(self, value: Any) -> bool:
        """Whether this is a page that the document does not have any more."""
        return (
            self._is_indirect(value)
            and value.objgen not in self._pages
            and (str(value.get("/Type", "")) == "/Page" or ("/MediaBox" in value and "/Contents" in value))
        )

    def is_off(self, note: Any) -> bool:
        """Whether this is an annotation that stands on no page."""
        return (
            self._is_indirect(note)
            and note.objgen not in self._notes
            and "/Rect" in note
            and str(note.get("/Subtype", "")) != "/Popup"
        )

    def unseen(self, fields: Any) -> list[int]:
        """The numbers of those fields of a form that are nowhere on a page, and so are all below them."""
        every = fields.as_list() if isinstance(fields, self._array) else []
        return [number for number, field in enumerate(every) if not self._is_seen(field)]

    def _is_seen(self, field: Any) -> bool:
        stack = [field]
        seen: set[tuple[int, int]] = set()
        while stack and len(seen) < _MOST:
            each = stack.pop()
            if not isinstance(each, self._dictionary) or each.objgen in seen:
                continue
            if each.is_indirect:
                seen.add(each.objgen)
            if "/Rect" in each and (not each.is_indirect or each.objgen in self._notes):
                return True
            if isinstance(kids := each.get("/Kids"), self._array):
                stack += kids.as_list()
        return False

    def is_left(self, element: Any) -> bool:
        """Whether a part of the structure (14.7.2) speaks of a page that is there no more."""
        if "/Pg" in element:
            return self.is_lost(element["/Pg"])
        kids = element.get("/K")
        every = kids.as_list() if isinstance(kids, self._array) else [kids]
        return any(isinstance(each, self._dictionary) and self.is_lost(each.get("/Pg")) for each in every)

    def without_content(self, element: Any) -> Any:
        """Of what a part of the structure holds, only further parts that are on pages; None if there is none."""
        kids = element.get("/K")
        every = kids.as_list() if isinstance(kids, self._array) else [kids]
        left = [
            each
            for each in every
            if isinstance(each, self._dictionary)
            and str(each.get("/Type", "/StructElem")) == "/StructElem"
            and "/S" in each
        ]
        return self._array(left) if left else None


def roles(root: Any) -> dict[str, str]:
    """What the names that a document has for parts of its structure stand for."""
    import pikepdf

    tree = root.get("/StructTreeRoot")
    found = tree.get("/RoleMap") if isinstance(tree, pikepdf.Dictionary) else None
    every = found.items() if isinstance(found, pikepdf.Dictionary) else ()
    return {key: text(value) for key, value in every if isinstance(value, pikepdf.Name)}


def text(name: Any) -> str:
    """A name with its stroke, also one that is no UTF-8."""
    return bytes(name).decode("utf-8", "surrogateescape")
