"""What every rewriter promises, whatever its format. A test class for one inherits this and names its samples."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import rewriting, vocabulary
from audit.formats import name_of
from audit.formats.base import Copy, FormatError, Keep, Policy
from audit.formats.pieces import apply
from audit.rewriters import base
from audit.rows import Job, Options, Status
from audit.scrubber import scrub_file
from tests.formats.fixtures import CANARY, Memory, reader

if TYPE_CHECKING:
    from pathlib import Path

    from audit.formats.base import Tag
    from audit.rewriters.base import Rewriter

POLICIES = (Policy(), Policy(frozenset()), Policy(frozenset(Keep)))
HOSTILE = ("-rf *", "a\nb", "\x1b[31mred", "\u202egpj.exe", "$(touch x)", "é" * 100)


def scrubbed(rewriter: Rewriter, data: bytes, policy: Policy | None = None) -> bytes:
    source = reader(data)
    return apply(source, rewriter.rewrite(source, policy or Policy()))


def told(rewriter: Rewriter, data: bytes) -> list[Tag]:
    return [tag for tag in rewriter.reveals(reader(data)) if tag.reveals]


class RewriterContract:
    rewriter: ClassVar[Rewriter]
    plain: ClassVar[bytes]  # a file with nothing to hide, as it is written
    samples: ClassVar[dict[str, bytes]]  # files that each hide CANARY somewhere
    odd: ClassVar[dict[str, bytes]] = {}  # files that need something removed which says nothing
    broken: ClassVar[dict[str, bytes]]  # files that are refused

    def every(self) -> dict[str, bytes]:
        return {"plain": self.plain, **self.samples, **self.odd}

    def shown(self, data: bytes) -> object:
        """What a person sees or hears of it, found with as little of the rewriter as possible."""
        raise NotImplementedError

    def unpacked(self, data: bytes) -> bytes:
        """All that stands in a file, without any compression."""
        return data

    def test_told_by_its_content(self) -> None:
        for name, data in self.every().items():
            found = name_of(data[:64]) or name_of(data[:4096])
            assert found is not None, name
            assert (found.name, found.kind) == (self.rewriter.name, self.rewriter.medium), name

    def test_nothing_is_left(self) -> None:
        for name, data in self.samples.items():
            assert CANARY in self.unpacked(data), name
            assert told(self.rewriter, data), name
            clean = scrubbed(self.rewriter, data)
            assert CANARY not in self.unpacked(clean), name
            assert told(self.rewriter, clean) == [], name

    def test_every_sample_changes(self) -> None:
        assert scrubbed(self.rewriter, self.plain) == self.plain
        assert told(self.rewriter, self.plain) == []
        for name, data in {**self.samples, **self.odd}.items():
            assert scrubbed(self.rewriter, data) != data, name

    def test_the_same_is_shown(self) -> None:
        for name, data in self.every().items():
            for policy in POLICIES:
                assert self.shown(scrubbed(self.rewriter, data, policy)) == self.shown(data), name

    def test_a_clean_file_is_left_as_it_is(self) -> None:
        walker = rewriting.walker(self.rewriter.name)
        assert walker is not None
        for name, data in self.every().items():
            for policy in POLICIES:
                clean = reader(scrubbed(self.rewriter, data, policy))
                plan = list(walker.plan(clean, walker.segments(clean), policy))
                assert plan == [Copy(0, clean.size)], name

    def test_broken_files_are_refused_in_plain_words(self) -> None:
        for name, data in self.broken.items():
            with pytest.raises(FormatError) as caught:
                scrubbed(self.rewriter, data)
            assert 0 <= caught.value.offset <= len(data), name
            assert caught.value.why in vocabulary.FORMATS, (name, caught.value.why)

    def test_a_missing_library_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        walker = rewriting.walker(self.rewriter.name)
        assert walker is not None
        monkeypatch.setattr(base, "find_spec", lambda _: None)
        if not self.rewriter.extra:
            assert walker.segments(reader(self.plain))
            return
        with pytest.raises(base.MissingError, match=rf"\[{self.rewriter.extra}\]") as caught:
            walker.segments(reader(self.plain))
        assert caught.value.why in vocabulary.FORMATS

    def test_files_with_hostile_names(self, tmp_path: Path) -> None:
        (tmp_path / "to").mkdir()
        data = next(iter(self.samples.values()))
        for name in HOSTILE:
            path, target = tmp_path / (name + self.rewriter.extensions[0]), tmp_path / "to" / name
            path.write_bytes(data)
            row = scrub_file(Job(str(path), str(target), str(path)), Options())
            assert (row.status, row.error) == (Status.SCRUBBED, None)
            assert row.removed
            assert target.read_bytes() == scrubbed(self.rewriter, data)
            again = scrub_file(Job(str(target), str(target), str(target)), Options())
            assert again.status is Status.ALREADY_CLEAN
            assert path.read_bytes() == data

    def survives(self, data: bytes) -> None:
        """Whatever the bytes: a FormatError, or a result that is clean, tells nothing, and is its own result."""
        started = time.process_time()
        source = Memory(data)
        try:
            tags = self.rewriter.reveals(source)
            clean = apply(source, self.rewriter.rewrite(source, Policy()))
        except FormatError as error:
            assert 0 <= error.offset <= len(data)  # noqa: PT017
            assert error.why in vocabulary.FORMATS, error.why  # noqa: PT017
        else:
            assert all(len(tag.value) <= 1000 for tag in tags)
            assert scrubbed(self.rewriter, clean) == clean
            assert told(self.rewriter, clean) == []
        assert time.process_time() - started < 5

    def test_cut_anywhere(self) -> None:
        for data in (self.plain, *list(self.samples.values())[:3]):
            for size in {*range(1, 80), *range(80, len(data), 1 + len(data) // 60)}:
                self.survives(data[:size])

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        seed=st.integers(0, 1 << 32),
        change=st.sampled_from(["flip", "splice", "length", "drop"]),
        many=st.integers(1, 8),
    )
    def test_mutated(self, seed: int, change: str, many: int) -> None:
        chance = random.Random(seed)
        files = list(self.every().values())
        data = bytearray(chance.choice(files))
        for _ in range(many):
            at = chance.randrange(len(data))
            if change == "flip":
                data[at] = chance.randrange(256)
            elif change == "length":
                data[at : at + 4] = chance.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4), b"\0\0\0\1"))
            elif change == "drop":
                del data[at : at + chance.randrange(1, 40)]
                data = data or bytearray(b"\0")
            else:
                other = chance.choice(files)
                start = chance.randrange(len(other))
                data[at:at] = other[start : start + chance.randrange(1, 200)]
        self.survives(bytes(data))
