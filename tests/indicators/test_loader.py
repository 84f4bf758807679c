from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.indicators.loader import IndicatorError, checked, families, parse
from audit.indicators.schema import Category, Kind, Origin, Shows, Strength
from audit.model import Platform

GOOD = """\
name: Example
category: remote access
about: Lets somebody elsewhere see this computer.
sources:
  readme:
    name: its README
    place: 'https://example.org'
    dated: 2026-01-31
indicators:
  - {kind: path, platform: linux, value: /usr/bin/example, strength: medium, source: readme}
  - {kind: setting, platform: [linux, macos], value: ~/.example, key: password, strength: strong, source: readme, shows: unattended}
  - {kind: process, platform: any, value: example, strength: weak, source: readme, verified: true}
"""


def test_a_family_is_read() -> None:
    family = parse(GOOD, "example.yaml")
    assert (family.name, family.category, family.built_in) == ("Example", Category.REMOTE_ACCESS, False)
    path, setting, process = family.indicators
    assert path.source == Origin("its README", "https://example.org", date(2026, 1, 31))
    assert (setting.kind, setting.key, setting.shows) == (Kind.SETTING, "password", Shows.UNATTENDED)
    assert setting.platforms == (Platform.LINUX, Platform.MACOS)
    assert (process.platforms, process.strength, process.verified) == (tuple(Platform), Strength.WEAK, True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("category: remote access", "category: spying", "x.yaml:2: 'spying' is none of"),
        ("about: Lets", "abuot: Lets", "x.yaml:3: 'abuot' is not expected here"),
        ("name: Example\n", "", "x.yaml:1: 'name' is missing"),
        ("name: Example\n", "name: Example\nname: Again\n", "x.yaml:2: 'name' comes twice"),
        ("2026-01-31", "January", "x.yaml:8: a day is expected"),
        ("strength: medium", "strength: huge", "x.yaml:10: 'huge' is none of"),
        ("strength: weak", "strength: strong", "x.yaml:12: a bare name is weak"),
        ("key: password, ", "", "x.yaml:11: a setting needs a key"),
        ("source: readme}", "source: rumour}", "x.yaml:10: no source is called 'rumour'"),
        ("platform: linux", "platform: beos", "x.yaml:10: 'beos' is none of"),
        ("verified: true", "verified: perhaps", "x.yaml:12: true or false"),
        ("value: /usr/bin/example", "value: ''", "x.yaml:10: a text is expected"),
        (
            "sources:\n",
            "sources:\n  other: {name: a, place: b, dated: 2026-01-01}\n",
            "no indicator is from 'other'",
        ),
        ("indicators:\n", "indicators: []\nx:\n", "'x' is not expected here"),
        ("name: Example", "name: [Example]", "x.yaml:1: a text is expected"),
        ("name: Example", "name: {Example", "x.yaml:"),
    ],
)
def test_every_mistake_is_named_with_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(IndicatorError) as error:
        parse(GOOD.replace(old, new, 1), "x.yaml")
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "[]", "word", "a: &a [*a, *a]", "!!python/object:os.system x", "a: {}"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(IndicatorError):
        parse(text, "x.yaml")


def test_two_families_with_one_name_are_refused() -> None:
    family = parse(GOOD, "x.yaml")
    with pytest.raises(IndicatorError):
        checked([family, family])


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(IndicatorError):
        parse(text, "x.yaml")
    with suppress(IndicatorError):
        parse(GOOD.replace("/usr/bin/example", text), "x.yaml")


class TestWhatShips:
    def test_at_least_eight_families_have_more_than_a_name(self) -> None:
        solid = [
            each for each in families() if any(mark.strength is not Strength.WEAK for mark in each.indicators)
        ]
        assert len(solid) >= 8
        assert solid == list(families()), "a family needs more than a name"

    def test_some_can_be_met_on_linux_today(self) -> None:
        ready = {Kind.PATH, Kind.SETTING, Kind.DCONF, Kind.SERVICE}
        marks = [
            (each, mark)
            for each in families()
            for mark in each.indicators
            if Platform.LINUX in mark.platforms
        ]
        assert len({each.name for each, mark in marks if mark.kind in ready}) >= 8

    def test_no_name_of_ordinary_software_and_no_assistive_technology(self) -> None:
        """CATALOGUE 3.3: names that collide, and products that ordinary people use."""
        refused = {"dwm.exe", "agent.exe", "setup.exe", "libeay32.dll", "ssleay32.dll", "remote access.exe", "mstsc.exe", "client32.exe",
                   "user_managed", "quickassist.exe", "nvda.exe", "orca", "brltty", "onboard", "sshd", "putty.exe", "syncthing",
                   "tailscaled", "csrss.exe", "services.exe", "svchost.exe"}  # fmt: skip
        names = {
            mark.value.lower() for each in families() for mark in each.indicators if mark.kind is Kind.PROCESS
        }
        assert not names & refused
        text = " ".join(each.name for each in families()).lower()
        assert not any(
            word in text for word in ("nvda", "jaws", "putty", "tailscale", "syncthing", "quick assist")
        )

    def test_paths_are_whole(self) -> None:
        for family in families():
            for mark in family.indicators:
                if mark.kind is Kind.PATH:
                    assert mark.value.startswith(("/", "~/", "%")), f"{family.name}: {mark.value}"
                    assert mark.value.count("/") + mark.value.count("\\") > 0
                    assert not mark.value.endswith(("/", "*\\", "/*"))

    def test_sources_say_where_and_under_which_terms(self) -> None:
        known = {"facts", "Apache-2.0", "BSD-2-Clause"}
        for family in families():
            for mark in family.indicators:
                assert mark.source.place
                assert mark.source.licence in known
                assert mark.source.dated <= date(2026, 12, 31)
