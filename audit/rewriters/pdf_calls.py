"""What the instructions of a PDF document call by a name (ISO 32000-2, 7.8.3): of all resources only these stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from audit.rewriters import pdf_content, pdf_streams

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS: Final = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Properties")
_ALWAYS: Final = frozenset(("/DefaultGray", "/DefaultRGB", "/DefaultCMYK"))  # 8.6.5.6


class Calls:
    """Names are gathered from all instructions there are, since a drawing may look for its resources in those of a page."""

    def __init__(self) -> None:
        self._names: set[str] = set(_ALWAYS)
        self._resources: list[Any] = []
        self._known = True  # whether all instructions could be read

    def read(self, stream: Any) -> None:
        data = pdf_streams.plain(stream)
        if data is None:
            self._known = False
        else:
            self._names |= pdf_content.called(data)

    def offered(self, resources: Any) -> None:
        self._resources.append(resources)

    def uncalled(self) -> Iterator[tuple[Any, str]]:
        """Dictionaries of resources, and what nobody calls in them."""
        for resources in self._resources if self._known else ():
            for kind in _KINDS:
                found = resources.get(kind)
                if hasattr(found, "keys"):
                    yield from ((found, name) for name in sorted(found.keys()) if name not in self._names)


def undrawn(font: Any) -> list[tuple[Any, str]]:
    """The drawings of letters of a Type 3 font (9.6.4) that none of its codes stands for."""
    from pikepdf import Array, Dictionary, Name

    drawings, letters = font.get("/CharProcs"), font.get("/Encoding")
    if (
        not isinstance(drawings, Dictionary)
        or not isinstance(letters, Dictionary)
        or "/BaseEncoding" in letters
    ):
        return []
    told = letters.get("/Differences")
    named = (
        {bytes(each) for each in told.as_list() if isinstance(each, Name)}
        if isinstance(told, Array)
        else None
    )
    if named is None:
        return []
    return [
        (drawings, name)
        for name in sorted(drawings.keys())
        if name.encode("utf-8", "surrogateescape") not in named
    ]
