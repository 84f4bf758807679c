"""PDF (ISO 32000-2), read and written anew by pikepdf (qpdf): only what can be reached from the pages is in the result.

So earlier versions, which a PDF keeps in its bytes when it is saved again, are gone. Of the dictionaries the keys stay that
`pdf_names` lists. Fonts and what is drawn on a page (its content stream) stay as they are.
"""

from __future__ import annotations

import io
import logging
import warnings
from typing import TYPE_CHECKING, Any, Final

from audit.formats.base import Bytes, FormatError, Policy, Reveal, Tag, UnsupportedError
from audit.formats.pieces import Held
from audit.rewriters import pdf_locks
from audit.rewriters.base import LARGEST, MOST_TAGS, PDF_MISSING, as_file, needed, whole
from audit.rewriters.pdf_tree import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Piece, Reader

_MOST_TIMES: Final = 4
_TAIL: Final = 1 << 20  # bytes in which the last end is searched
_START: Final = 1024  # bytes in which the first object of a linearized document stands (ISO 32000-2, annex F)


class Pdf:
    name = "PDF"
    extensions: Sequence[str] = (".pdf",)
    medium = "document"
    extra = "pdf"

    def reveals(self, reader: Reader) -> list[Tag]:
        return self._cleaned(reader, Policy(), write=False)[1][:MOST_TAGS]

    def rewrite(self, reader: Reader, policy: Policy) -> Sequence[Piece]:
        return [Bytes(self._settled(self._cleaned(reader, policy)[0], policy), "PDF")]

    def _settled(self, made: bytes, policy: Policy) -> bytes:
        """Written until nothing changes: qpdf may guess otherwise of a damaged document, and orders what it packed itself otherwise."""
        for _ in range(_MOST_TIMES):
            again = self._cleaned(Held(made), policy)[0]
            if again == made:
                return made
            made = again
        raise FormatError(0, "not a PDF that can be read")

    def _cleaned(self, reader: Reader, policy: Policy, *, write: bool = True) -> tuple[bytes, list[Tag]]:
        """The bytes, and what goes. Whatever qpdf refuses is a FormatError."""
        needed("pikepdf", PDF_MISSING)
        import pikepdf

        logging.getLogger("pikepdf").addHandler(
            logging.NullHandler()
        )  # a stranger's file says nothing on the screen
        if reader.size > LARGEST:
            raise UnsupportedError(0, "too large to be written anew")
        try:
            with (
                warnings.catch_warnings(action="ignore"),
                _opened(reader) as pdf,
            ):
                document = Document(pdf, policy)
                document.clean()
                if not write:
                    document.gone += _around(reader, pdf.trailer)
                return (_written(pdf) if write else b""), document.gone
        except pikepdf.PasswordError as error:
            raise UnsupportedError(0, pdf_locks.LOCKED) from error
        except (FormatError, OSError):
            raise
        except Exception as error:  # qpdf's and pikepdf's own, of many kinds, for a stranger's file
            raise FormatError(0, "not a PDF that can be read") from error


def _opened(reader: Reader) -> Any:
    """Also where only the files inside are locked; raises pikepdf's errors."""
    import pikepdf

    try:
        return pikepdf.open(as_file(reader), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        try:
            pdf = pikepdf.open(io.BytesIO(pdf_locks.passed_over(whole(reader))), suppress_warnings=True)
        except pikepdf.PdfError:
            raise error from None
        pdf_locks.check(pdf)
        return pdf


def _written(pdf: Any) -> bytes:
    import pikepdf

    out = io.BytesIO()
    pdf.save(
        out,
        static_id=True,  # the same two numbers in every file
        preserve_pdfa=False,
        fix_metadata_version=False,
        compress_streams=True,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.preserve,
        encryption=False,
    )
    return out.getvalue()


def _around(reader: Reader, trailer: Any) -> list[Tag]:
    """Before the beginning, behind the last end, and what was overwritten (ISO 32000-2, 7.5.6): qpdf does not take it over."""
    found = []
    if "/Prev" in trailer and b"/Linearized" not in reader.read(0, _START):
        found.append(
            Tag("PDF", "earlier version", "it was saved again, and holds what was there before", Reveal.EDIT)
        )
    if (start := reader.read(0, _START).find(b"%PDF-")) > 0:
        found.append(Tag("PDF", "before the beginning", f"{start} bytes", Reveal.TRAILER))
    tail = reader.read(max(0, reader.size - _TAIL), _TAIL)
    behind = len(tail) - (tail.rfind(b"%%EOF") + 5)
    if behind > 2:
        found.append(Tag("PDF", "behind the end", f"{behind} bytes", Reveal.TRAILER))
    return found


REWRITER: Final = Pdf()
