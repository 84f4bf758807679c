"""PDF documents of which only the files inside are locked, as readers differ about them."""

from __future__ import annotations

import io

import pikepdf

from audit.rewriters import pdf_locks
from audit.rewriters.pdf import REWRITER
from tests.contracts.rewriter import scrubbed
from tests.rewriters import documents as doc
from tests.rewriters import locked_files


def test_a_lock_that_names_no_filter_locks_no_pages() -> None:
    """PDFium does not open that, qpdf does without the lock."""
    with pikepdf.open(io.BytesIO(scrubbed(REWRITER, locked_files.made(StmF=None, StrF=None)))) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == doc.CONTENT
        assert "/Encrypt" not in pdf.trailer


def test_words_on_a_page_that_look_like_a_lock_stay() -> None:
    data = b"1 0 obj <<>> stream (/Encrypt << ) endstream trailer << /Encrypt 5 0 R >>"
    assert pdf_locks.passed_over(data) == data.replace(b"/Encrypt 5", b"/EncrypX 5")
