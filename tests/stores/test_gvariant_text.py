from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.stores import dconf
from audit.stores.gvariant_text import value

SAMPLES = [
    ("true", True),
    ("uint32 300", 300),
    ("-5", -5),
    ("0x1f", 31),
    ("1.5", 1.5),
    ("1e3", 1000.0),
    ("int64 -9", -9),
    ("'it\\'s \\u00e9'", "it's é"),
    ('"a \\"b\\" \\\\ c"', 'a "b" \\ c'),
    ("@as []", []),
    ("['a', 'b']", ["a", "b"]),
    ("[('x', 1), ('y', 2)]", [["x", 1], ["y", 2]]),
    ("(1,)", [1]),
    ("()", []),
    ("{'k': <true>, 'l': <'x'>}", [["k", True], ["l", "x"]]),
    ("@a{sv} {}", []),
    ("<<3>>", 3),
    ("@mi nothing", None),
    ("just 4", 4),
    ("b'ab'", [97, 98, 0]),
    ("objectpath '/a'", "/a"),
    ("byte 0x03", 3),
]


@pytest.mark.parametrize(("text", "found"), SAMPLES)
def test_values_as_people_write_them(text: str, found: Any) -> None:
    assert value(text) == found


@pytest.mark.skipif(not shutil.which("dconf"), reason="dconf is not installed")
def test_dconf_reads_the_same(tmp_path: Path) -> None:
    lines = "\n".join(f"k{number}={text}" for number, (text, _) in enumerate(SAMPLES))
    (tmp_path / "x.d").mkdir()
    (tmp_path / "x.d/00").write_text(f"[test]\n{lines}\n")
    subprocess.run(["dconf", "compile", tmp_path / "x", tmp_path / "x.d"], check=True)
    compiled = dconf.parse((tmp_path / "x").read_bytes()).values
    assert compiled == {f"/test/k{number}": found for number, (_, found) in enumerate(SAMPLES)}


@pytest.mark.parametrize(
    "text",
    ["", "'", "[1", "1 2", "<>", "<1, 2>", "{1}", "yes", "@", "[1,,2]", "'\\u12'", "--5", "1.2.3", "[" * 500],
)
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        value(text)


@given(st.text(alphabet="[](){}<>,:'\"\\ab01-@.xu \n\t", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ParseError):
        value(text)


@pytest.mark.parametrize(
    "text", ["'" + "\\" * 130_000, "[" + "1," * 60_000, "1" * 130_000, "@" + "a" * 130_000, " " * 130_000]
)
def test_long_text_takes_no_long_time(text: str) -> None:
    began = time.monotonic()
    with suppress(ParseError):
        value(text)
    assert time.monotonic() - began < 3


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ParseError):
        value("'" + "a" * (1 << 17) + "'")
