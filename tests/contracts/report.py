"""What every way to show a report promises."""

from __future__ import annotations

import io
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import text
from audit.model import Caution, Evidence, Gap, GapKind, Match, Severity
from audit.reports import format_of
from tests.machines import NOTICED, SAFE, UNREAD, host, made, rendered, viewed

HOSTILE = (
    "two\nlines",
    "\x1b[2J\x1b]8;;https://evil.example\x07link",
    "[bold red]markup[/] [link=https://evil.example]x[/link]",
    "\u202egnp.exe",
    "$(touch /tmp/owned) `id`",
    "=HYPERLINK(1)",
    "<script>alert(1)</script> & **bold** [a](https://evil.example)",
    "caf\udce9\ud800",
    "{place} {thing}",
    "a" * 5000,
    "",
)
UNSAFE = [
    *map(chr, range(9)),
    *map(chr, range(11, 32)),
    *map(chr, range(127, 160)),
    "\u202e",
    "\u2066",
    "\udce9",
    "\ud800",
]


class ReportContract:
    name: ClassVar[str]

    @pytest.fixture(autouse=True)
    def _english(self):
        text.choose("en")
        yield
        text.choose("en")

    def shown(self, rules, on=None, answers=SAFE, width=80) -> str:
        return rendered(viewed(rules, on or host(["thing"]), answers), self.name, width)

    def test_it_is_found_by_its_name(self) -> None:
        assert format_of(self.name).name == self.name
        with pytest.raises(LookupError):
            format_of("nonsense")

    def test_it_shows_nothing_found(self, tmp_path: Path) -> None:
        assert self.shown([made(folder=tmp_path)], host())

    def test_it_needs_no_rules(self) -> None:
        assert self.shown([])

    @pytest.mark.parametrize("language", text.languages())
    def test_a_caution_comes_with_its_words(self, tmp_path: Path, language: str) -> None:
        """In every language, and for steps that are only named in passing (invariant 9)."""
        text.choose(language)
        rules = [made(f"test/rule-{number}", folder=tmp_path, cautions=NOTICED) for number in range(12)]
        out = " ".join(self.shown(rules).split())
        assert out.count("Speak with somebody you trust about") >= 12

    @pytest.mark.parametrize("caution", Caution)
    def test_a_caution_without_a_page_has_words_all_the_same(self, tmp_path: Path, caution: Caution) -> None:
        from audit.reports.base import CAUTION_WORDS

        out = self.shown([made(folder=tmp_path, page=None, cautions=[caution])])
        assert CAUTION_WORDS[caution] in " ".join(out.split())

    def test_no_caution_no_words(self, tmp_path: Path) -> None:
        assert "Speak with somebody you trust about" not in self.shown([made(folder=tmp_path)])

    def test_what_was_not_seen_is_said(self, tmp_path: Path) -> None:
        for names in ([], ["thing"]):
            out = self.shown([made(folder=tmp_path)], host(names, [UNREAD]))
            assert "~/.config/thing" in out
            assert "run as administrator" in " ".join(out.split())

    def test_a_rule_that_broke_off_is_said(self, tmp_path: Path) -> None:
        def broken(_):
            raise ValueError("x")

        assert "test/broken" in self.shown([made("test/broken", broken, tmp_path)])

    def test_info_is_never_a_step(self, tmp_path: Path) -> None:
        assert "Look at" not in self.shown([made(folder=tmp_path, severity=Severity.INFO)])

    @pytest.mark.parametrize("said", HOSTILE, ids=lambda said: ascii(said)[:20])
    def test_text_from_a_device_stays_text(self, tmp_path: Path, said: str) -> None:
        self.hostile(tmp_path, said)

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(st.text(st.characters(), max_size=40))
    def test_any_text_from_a_device_stays_text(self, tmp_path: Path, said: str) -> None:
        self.hostile(tmp_path, said)

    def hostile(self, folder: Path, said: str) -> str:
        def check(_):
            facts = {"name": said, "place": said}
            yield Match(said, [Evidence(said, said, facts)], {"thing": said, "place": said, "kind": said})

        gap = Gap(GapKind.MALFORMED, {"path": said, "detail": said})
        on = host(["x"], [gap])
        out = self.shown([made(check=check, folder=folder, cautions=NOTICED)], on)
        assert not [character for character in UNSAFE if character in out]
        out.encode("utf-8")
        return out

    def test_it_only_writes_to_what_it_is_given(self, tmp_path: Path, capfd) -> None:
        out = io.StringIO()
        format_of(self.name).render(viewed([made(folder=tmp_path)], host(["x"])), out, 80)
        assert out.getvalue()
        assert capfd.readouterr() == ("", "")
