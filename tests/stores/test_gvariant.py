from __future__ import annotations

from contextlib import suppress
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.stores.gvariant import value, variant


@pytest.mark.parametrize(
    ("kind", "data", "wanted"),
    [
        # The examples of the specification, section 2.8.
        ("s", b"hello world\0", "hello world"),
        ("ms", b"hello world\0\0", "hello world"),
        ("ms", b"", None),
        ("ab", b"\1\0\0\1\1", [True, False, False, True, True]),
        ("(si)", b"foo\0\xff\xff\xff\xff\4", ["foo", -1]),
        (
            "a(si)",
            b"hi\0\0\xfe\xff\xff\xff\3\0\0\0bye\0\xff\xff\xff\xff\4\x09\x15",
            [["hi", -2], ["bye", -1]],
        ),
        ("as", b"i\0can\0has\0strings?\0\2\6\x0a\x13", ["i", "can", "has", "strings?"]),
        ("ay", b"\4\5\6\7", [4, 5, 6, 7]),
        ("(ay)", b"\4\5\6\7", [[4, 5, 6, 7]]),
        ("{si}", b"a key\0\0\0\2\2\0\0\6", ["a key", 514]),
        ("as", b"", []),
        ("d", b"\0\0\0\0\0\0\xf0\x3f", 1.0),
        ("v", b"\1\0\0\0\0u", 1),
    ],
)
def test_values_are_read(kind: str, data: bytes, wanted: object) -> None:
    assert value(kind, data) == wanted


def test_text_that_is_no_utf8_keeps_its_bytes() -> None:
    assert value("s", b"\xff\0") == "\udcff"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("u", b"\1"),
        ("s", b"no end"),
        ("as", b"i\0\xff"),
        ("as", b"abc\0\2\1"),
        ("(si)", b"foo\0\4"),
        ("a(si)", b"\xff\xff"),
        ("?", b""),
        ("", b""),
        ("v", b""),
        ("v", b"\0("),
        ("v", b"\1\0bb"),
        ("ba", b""),
        ("a", b""),
    ],
)
def test_what_is_not_in_normal_form_is_refused(kind: str, data: bytes) -> None:
    with pytest.raises(ParseError):
        value(kind, data)


def test_variants_nested_for_ever_are_refused() -> None:
    with pytest.raises(ParseError):
        variant(b"\1\0b" + b"\0v" * 5000)


def test_deep_types_take_no_time() -> None:
    before = monotonic()
    with suppress(ParseError):
        value("a" + "(" * 120 + "y" + ")" * 120, bytes(20_000))
    with pytest.raises(ParseError):
        value("ay", bytes(4_000_000))
    assert monotonic() - before < 2


@given(st.text(alphabet="aybnqiuxtdsogvm(){}", max_size=12), st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(kind: str, data: bytes) -> None:
    with suppress(ParseError):
        value(kind, data)
    with suppress(ParseError):
        variant(data + b"\0" + kind.encode())
