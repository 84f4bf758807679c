from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.stores import ini


def test_sections_comments_and_blanks() -> None:
    data = b"\xef\xbb\xbflone = 1\n[A]\n# c = d\n; e = f\n  key=  v = w  \r\n[B ]\nkey\n=x\n"
    assert list(ini.settings(data)) == [("", "lone", "1"), ("A", "key", "v = w"), ("B", "", "x")]


def test_a_value_never_becomes_an_interpolation() -> None:
    assert list(ini.settings(b"[a]\nb=%(c)s")) == [("a", "b", "%(c)s")]


def test_a_line_continues_only_where_asked() -> None:
    data = b"[a]\npath = /x\\\n/y\n"
    assert next(ini.settings(data, continued=True)).value == "/x /y"
    assert next(ini.settings(data)).value == "/x\\"


def test_other_line_separators_do_not_make_lines() -> None:
    assert list(ini.settings("[a]\nb=1\u2028c=2\x0bd=3".encode())) == [("a", "b", "1\u2028c=2\x0bd=3")]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ParseError):
        list(ini.settings(b"[a]\nb=\0"))


def test_bytes_that_are_not_utf8_are_kept() -> None:
    assert next(ini.settings(b"[a]\nb=\xff")).value.encode("utf-8", "surrogateescape") == b"\xff"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/home/a/x", "/home/a/x"),
        ('"/home/a/b, c"', "/home/a/b, c"),
        (r"\x47\xfcr", "G\xfcr"),
        (r"C:\\x", r"C:\x"),
        (r"\xffffff", "\ufffd"),
        ('"', '"'),
        ("", ""),
    ],
)
def test_qt_values(written: str, meant: str) -> None:
    assert ini.unquoted(written) == meant


@given(st.binary(max_size=2000), st.booleans())
def test_anything_is_settings_or_refused(data: bytes, continued: bool) -> None:
    try:
        for each in ini.settings(data, continued=continued):
            ini.unquoted(each.value)
    except ParseError:
        pass
