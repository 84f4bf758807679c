from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import supervision
from audit.artifacts.base import ParseError
from audit.artifacts.supervision import HOURS, INSTALLING, PROGRAMS, Supervision
from tests.artifacts.devices import see, system

APPS = "[com.endlessm.ParentalControls.AppFilter]\n"
TIME = "[com.endlessm.ParentalControls.SessionLimits]\n"


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("[User]\nSession=gnome\nSystemAccount=false\n", ()),
        (
            APPS
            + "AppFilter=(false, @as [])\nOarsFilter=('oars-1.1', @a{ss} {})\nAllowUserInstallation=true\nAllowSystemInstallation=false\n",
            (),
        ),
        (APPS + "AppFilter=(false, ['app/org.gnome.Epiphany/x86_64/stable'])\n", (PROGRAMS,)),
        (APPS + "AppFilter=(true, @as [])\n", (PROGRAMS,)),
        (APPS + "OarsFilter=('oars-1.1', {'violence-cartoon': 'none'})\n", (INSTALLING,)),
        (APPS + "AllowUserInstallation=false\n", (INSTALLING,)),
        (TIME + "LimitType=1\nDailySchedule=(28800, 72000)\n", (HOURS,)),
        (TIME + "LimitType=uint32 1\n", (HOURS,)),
        (TIME + "LimitType=0\n", ()),
    ],
)
def test_what_is_limited(text: str, limits: tuple[str, ...]) -> None:
    assert supervision.parse_limits(text.encode()) == limits


def test_whose_account_it_is(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"var/lib/AccountsService/users/{name}": TIME + "LimitType=1\n" for name in ("alice", "kim")
    }
    shown = see(system(tmp_path, files), Supervision)
    assert [(each.account, each.own, each.limits) for each in shown] == [
        ("alice", True, (HOURS,)),
        ("kim", False, (HOURS,)),
    ]


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for content in (data, APPS.encode() + b"AppFilter=" + data, TIME.encode() + b"LimitType=" + data):
        with suppress(ParseError):
            supervision.parse_limits(content)
