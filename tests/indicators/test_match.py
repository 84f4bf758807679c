from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.indicators.match import named, places, same
from audit.model import Platform

HOMES = ["/home/alice", "/home/bob"]


@pytest.mark.parametrize(
    ("value", "platform", "homes", "wanted"),
    [
        ("/usr/bin/x", Platform.LINUX, HOMES, ["/usr/bin/x"]),
        ("~/.x/y", Platform.LINUX, HOMES, ["/home/alice/.x/y", "/home/bob/.x/y"]),
        ("%PROGRAMDATA%\\spc\\a.exe", Platform.WINDOWS, [], ["/ProgramData/spc/a.exe"]),
        ("%ProgramFiles%\\X", Platform.WINDOWS, [], ["/Program Files/X", "/Program Files (x86)/X"]),
        ("%APPDATA%\\X\\", Platform.WINDOWS, ["/Users/a"], ["/Users/a/AppData/Roaming/X"]),
        ("C:\\X\\y.exe", Platform.WINDOWS, [], ["/X/y.exe"]),
        ("%UNKNOWN%\\X", Platform.WINDOWS, ["/Users/a"], []),
    ],
)
def test_places(value: str, platform: Platform, homes: list[str], wanted: list[str]) -> None:
    assert places(value, platform, homes) == wanted


def test_a_star_stays_within_a_name() -> None:
    assert same("/var/log/teamviewer15", "/var/log/teamviewer*", Platform.LINUX)
    assert not same("/var/log/teamviewer15/x", "/var/log/teamviewer*", Platform.LINUX)


def test_both_names_of_a_merged_folder_are_one() -> None:
    assert same("/bin/x", "/usr/bin/x", Platform.LINUX)
    assert same("/usr/lib/systemd/system/x", "/lib/systemd/system/x", Platform.LINUX)


def test_capitals() -> None:
    assert named("ANYDESK.EXE", "anydesk.exe", Platform.WINDOWS)
    assert not named("AnyDesk", "anydesk", Platform.LINUX)


def test_brackets_are_names() -> None:
    assert named("[a]", "[a]", Platform.LINUX)
    assert not named("a", "[a]", Platform.LINUX)
    assert not named("ab", "a?", Platform.LINUX)


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(Platform))
def test_any_text_is_compared(path: str, pattern: str, platform: Platform) -> None:
    same(path, pattern, platform)
    places(pattern, platform, HOMES)
