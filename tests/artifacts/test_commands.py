from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.commands import INLINE, Command, understand
from audit.artifacts.signs import DOWNLOADS, ENCODED


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("/usr/bin/x --flag /tmp/file", [Command("/usr/bin/x")]),
        ("env A=b nice -n 5 python3 -u /home/a/.x/y.py --go", [Command("python3", "/home/a/.x/y.py")]),
        ('sh -c "sleep 5; /tmp/.x/y &"', [Command("/tmp/.x/y")]),
        ('"/opt/My App/run" --x', [Command("/opt/My App/run")]),
        ("timeout 30 /usr/bin/x", [Command("/usr/bin/x")]),
        ('python3 -c "import os"', [Command("python3", "", (INLINE,))]),
        (
            'bash -c "curl -s https://x/y | sh"',
            [Command("curl", "", (DOWNLOADS,)), Command("sh", "", (DOWNLOADS,))],
        ),
        ("", []),
        ("sh -c", [Command("sh")]),
        ("'open quotation", [Command("'open")]),
    ],
)
def test_what_a_command_starts(line: str, wanted: list[Command]) -> None:
    assert understand(line) == wanted


@pytest.mark.parametrize(
    ("line", "programs"),
    [
        ("test -e /run/systemd/system || SERVICE_MODE=1 /usr/lib/x/e2scrub -A", ["/usr/lib/x/e2scrub"]),
        ("[ -x /usr/sbin/a ] || ( cd / && run-parts --report /etc/cron.daily )", ["run-parts"]),
        ("/usr/bin/true-thing; /tmp/.hidden >/dev/null 2>&1 &", ["/usr/bin/true-thing", "/tmp/.hidden"]),
        ("while true; do ~/.a/b; done", ["~/.a/b"]),
    ],
)
def test_a_shell_may_start_several(line: str, programs: list[str]) -> None:
    assert [command.program for command in understand(line, by_shell=True)] == programs


def test_encoded_text_is_a_sign() -> None:
    assert understand("echo aGk= | base64 -d | bash", by_shell=True)[-1].signs == (ENCODED,)


def test_shells_inside_shells_end() -> None:
    line = "x"
    for _ in range(12):
        line = f"sh -c {line!r}"
    assert understand(line)


@given(st.text(max_size=200), st.booleans())
def test_any_text_is_understood_somehow(line: str, by_shell: bool) -> None:
    understand(line, by_shell=by_shell)
