"""The fuzzing harnesses, without a fuzzer: each walker and rewriter has one, and what goes wrong is kept."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from audit.formats import WALKERS
from audit.rewriters import NAMES
from fuzz.free import Trial
from fuzz.harness import FINDING, HARNESSES, REWRITERS, Target, contract, rewriter, seeds, with_checksums
from fuzz.parsers import Parsers, parsers
from fuzz.shows import SHOWS
from tests.formats import fixtures as fx


def test_every_walker_has_a_harness() -> None:
    assert {contract(name).walker.name for name in HARNESSES} == {walker.name for walker in WALKERS}


def test_every_rewriter_has_a_harness() -> None:
    assert {rewriter(name).rewriter.name for name in REWRITERS} == {*NAMES}
    assert len(seeds("svg")) == len({**rewriter("svg").every(), **rewriter("svg").broken})


def test_the_seeds_are_the_samples() -> None:
    found = contract("gif")
    assert {*found.samples.values(), *found.odd.values(), *found.broken.values(), found.plain} <= {
        *seeds("gif")
    }


def test_a_failure_is_kept_once_and_the_run_goes_on(tmp_path: Path) -> None:
    def survives(data: bytes) -> None:
        if data == b"other":
            raise ValueError
        assert len(data) < 3

    target = Target(survives, str(tmp_path))
    for data in (b"12", b"123", b"1234", b"other"):
        target(data)
    kept = sorted(tmp_path.glob(FINDING + "*"))
    assert {path.read_bytes() for path in kept if path.suffix != ".txt"} == {b"123", b"other"}
    assert any("assert len(data) < 3" in path.read_text() for path in kept if path.suffix == ".txt")


def test_damaged_chunks_get_a_checksum_that_holds() -> None:
    data = fx.png()
    assert with_checksums(data) == data
    wrong = data[:29] + bytes(4) + data[33:]
    assert with_checksums(wrong) == data
    assert with_checksums(data[:-3]) == data[:-3]
    assert with_checksums(b"") == b""


def test_parsers_of_a_device_keep_to_values_and_parse_errors() -> None:
    found = Parsers()
    assert len(found.all) > 150
    assert {"audit.artifacts.login.parse_gdm"} <= {*parsers()}
    for data in found.every().values():
        found.survives(data)


def test_a_parser_that_fails_otherwise_is_a_finding() -> None:
    found = Parsers()
    found.all = [lambda data: data.decode("ascii")]
    with pytest.raises(UnicodeDecodeError):
        found.survives(b"\0\0\xff")
    found.all = [lambda data: iter(int, 1)]
    with pytest.raises(OverflowError):
        found.survives(b"\0\0")


def test_bits_that_nobody_would_miss_are_found() -> None:
    """The shape of a GIF's pixels stays on purpose, and Pillow does not look at it."""
    gif = contract("gif")
    found = {
        (each.segment, each.offset): each.bits
        for each in Trial(gif.walker, SHOWS["gif"], gif.plain).free(random.Random(0))
        if each
    }
    assert found["screen descriptor", 6] == 0xFF
    assert not any(segment in {"global colour table", "image data", "end"} for segment, _ in found)


def test_room_before_the_end_of_a_picture_is_found() -> None:
    """Behind the codes of a picture that is too large to follow them, three bytes that look like codes."""
    data = fx.saved(fx.picture(size=(300, 200)), "JPEG")
    trial = Trial(contract("jpeg").walker, SHOWS["jpeg"], data)
    assert trial.passes(data[:-2] + b"\x93\x5a\xe1" + data[-2:])
    assert not trial.passes(data[:-2] + b"CANARY" + data[-2:])
    assert not trial.passes(data)
