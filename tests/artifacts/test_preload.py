from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.preload import Preload, parse_preload, parse_settings
from audit.model import GapKind
from tests.artifacts.devices import see, system


def test_every_program(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/ld.so.preload": "# kept by hand\n/usr/lib/a.so:/opt/b.so  /c.so # why\n\n"
    }
    assert [each.library for each in see(system(tmp_path, files), Preload)] == [
        "/usr/lib/a.so",
        "/opt/b.so",
        "/c.so",
    ]


def test_login_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/environment": 'PATH="/usr/bin"\nLD_PRELOAD="/usr/lib/a.so"\n',
        "etc/profile.d/x.sh": "export LD_PRELOAD=$LD_PRELOAD:/usr/lib/b.so\n",
        "home/alice/.profile": "  export LD_PRELOAD='/home/alice/.x/c.so' # mine\n# LD_PRELOAD=/not.so\n",
        "home/alice/.pam_environment": "LD_PRELOAD DEFAULT=/d.so\n",
        "home/alice/.config/environment.d/10-x.conf": "LD_AUDIT=/e.so\n",
        "home/alice/.config/fish/config.fish": "set -gx LD_PRELOAD /f.so\nset -gx PATH /usr/bin\n",
        "home/alice/.config/plasma-workspace/env/x.sh": "export LD_PRELOAD=/g.so\n",
        "home/alice/.bashrc": "echo LD_PRELOAD=/not.so\nXLD_PRELOAD=/not.so\n",
    }
    assert see(system(tmp_path, files), Preload).items == (
        Preload("/usr/lib/a.so", "/etc/environment"),
        Preload("/usr/lib/b.so", "/etc/profile.d/x.sh"),
        Preload("/d.so", "~/.pam_environment", "alice"),
        Preload("~/.x/c.so", "~/.profile", "alice"),
        Preload("/f.so", "~/.config/fish/config.fish", "alice"),
        Preload("/e.so", "~/.config/environment.d/10-x.conf", "alice"),
        Preload("/g.so", "~/.config/plasma-workspace/env/x.sh", "alice"),
    )


def test_an_empty_file_preloads_nothing() -> None:
    assert parse_preload(b"\n# nothing\n") == []


def test_a_file_that_is_no_text_is_a_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"etc/ld.so.preload": b"\x7fELF\0"}), Preload)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize("parser", [parse_preload, parse_settings])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(parser: object, data: bytes) -> None:
    with suppress(ParseError):
        assert all(parser(b"LD_PRELOAD=" + data))  # type: ignore[operator]


def test_what_starts_by_itself_with_a_library_put_into_it(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/cron.d/x": "* * * * * root LD_PRELOAD=/opt/a.so /usr/bin/x\n",
        "home/alice/.config/autostart/x.desktop": "[Desktop Entry]\nExec=env LD_PRELOAD=/home/alice/.b.so x\n",
        "home/alice/.config/systemd/user/x.service": '[Service]\nEnvironment="LD_AUDIT=/c.so" X=LD_PRELOAD=/no\nExecStart=/x\n',
    }
    assert set(see(system(tmp_path, files), Preload)) == {
        Preload("/opt/a.so", "/etc/cron.d/x"),
        Preload("~/.b.so", "~/.config/autostart/x.desktop", "alice"),
        Preload("/c.so", "~/.config/systemd/user/x.service", "alice"),
    }


def test_tables_of_jobs_and_defaults_of_services_set_variables_too(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "var/spool/cron/crontabs/alice": "LD_PRELOAD = /a.so\n* * * * * /usr/bin/x\n",
        "etc/cron.d/y": "LD_AUDIT=/b.so\n",
        "etc/default/service": 'LD_PRELOAD="/c.so"\n',
    }
    assert set(see(system(tmp_path, files), Preload)) == {
        Preload("/a.so", "/var/spool/cron/crontabs/alice", "alice"),
        Preload("/b.so", "/etc/cron.d/y"),
        Preload("/c.so", "/etc/default/service"),
    }
