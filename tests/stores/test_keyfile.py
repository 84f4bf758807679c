from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.stores.keyfile import parse

UNIT = b"""\
# a comment
[Unit]
Description=Something
[Service]
ExecStart=/usr/bin/first \\
  # not part of it
  --with=an option
ExecStart=/usr/bin/second
; another comment
[Service]
Type = simple
"""


def test_groups_keys_and_continued_lines() -> None:
    found = parse(UNIT)
    assert found.groups() == ["Unit", "Service"]
    assert [" ".join(each.split()) for each in found.all("Service", "ExecStart")] == [
        "/usr/bin/first --with=an option",
        "/usr/bin/second",
    ]
    assert found.get("Service", "Type") == "simple"
    assert found.get("Service", "Nothing", "else") == "else"


def test_lists_and_truths() -> None:
    found = parse(b"[Context]\ndevices=all;!input;\nsockets=\nHidden=TRUE\n")
    assert found.words("Context", "devices") == ["all", "!input"]
    assert found.words("Context", "sockets") == []
    assert found.truth("Context", "Hidden")
    assert found.truth("Context", "Absent", default=True)


def test_the_last_value_counts() -> None:
    assert parse(b"[a]\nx=1\n[b]\nx=2\n[a]\nx=3\n").get("a", "x") == "3"


def test_lines_that_are_none_are_passed_over() -> None:
    assert parse(b"garbage\n[ok]\n=\nkey\nx=\xff\xfe\r\n").get("ok", "x") == "\udcff\udcfe"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ParseError):
        parse(b"[a]\nx=\0\n")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        found = parse(data)
        assert all(isinstance(each, str) for line in found.lines for each in line)
