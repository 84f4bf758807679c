from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.stores import ParseError, json_object
from tests.artifacts.hostile import BYTES, DOCUMENTS, NUMBERS


def relaxed(text: str) -> Any:
    return json_object.read_relaxed(text.encode(), "refused")


def test_what_people_write_by_hand() -> None:
    text = '{ // mine\n "a": [1, 2, /* three , ] */ ], "b": "// no, /* comment */ ,]",\n} // end'
    assert relaxed(text) == {"a": [1, 2], "b": "// no, /* comment */ ,]"}
    assert json_object.read_relaxed(b'\xef\xbb\xbf{"a": 1,}', "refused") == {"a": 1}


@pytest.mark.parametrize("text", ["[]", "null", '{"a" 1}', '{"a": "b', "{,,}", "/*", "//", "", '{"a": 1,,}'])
def test_what_is_no_object_is_refused(text: str) -> None:
    for reader in (json_object.read, json_object.read_relaxed):
        with pytest.raises(ParseError, match="refused"):
            reader(text.encode(), "refused")


def test_strict_reading_takes_no_comments() -> None:
    with pytest.raises(ParseError):
        json_object.read(b'{"a": 1} // end', "refused")


@given(st.dictionaries(st.text(max_size=9), DOCUMENTS, max_size=4))
def test_a_proper_object_is_read_alike(value: dict[str, Any]) -> None:
    data = json.dumps(value).encode()
    assert json.dumps(json_object.read_relaxed(data, "")) == json.dumps(json.loads(data))
    commented = data[:-1] + b"/* , */ } // end"
    assert json.dumps(json_object.read_relaxed(commented, "")) == json.dumps(json.loads(data))


@given(BYTES | st.sampled_from(NUMBERS))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for reader in (json_object.read, json_object.read_relaxed):
        try:
            found = reader(data, "refused")
        except ParseError:
            continue
        assert isinstance(found, dict)


@pytest.mark.parametrize("unit", ['"\\"', "/*", "//", '"', "\\", ",", ", ", '"\\', '/*"', ",/*"])
def test_hostile_text_is_read_once(unit: str) -> None:
    data = ("{" + unit * 300_000).encode()
    started = time.process_time()
    with pytest.raises(ParseError):
        json_object.read_relaxed(data, "refused")
    assert time.process_time() - started < 5
