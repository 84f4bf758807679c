from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.variables import Variable, parse, path_in
from tests.artifacts.devices import see, system


def test_where_variables_are_set(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/environment": "PATH=/usr/bin\nSSLKEYLOGFILE=/var/tmp/keys\n",
        "home/alice/.profile": "export BASH_ENV=$HOME/.x/env\nexport API_TOKEN=hunter2\n",
        "home/alice/.config/environment.d/x.conf": "PYTHONSTARTUP=/home/alice/.x.py\n",
        "home/alice/.config/fish/config.fish": "set -gx SUDO_ASKPASS ~/.x/ask\n",
        "home/alice/.config/systemd/user/a.service": '[Service]\nEnvironment="A=b" NODE_OPTIONS=--require=/opt/x.js\nExecStart=/x\n',
        "etc/systemd/system.conf.d/y.conf": "[Manager]\nDefaultEnvironment=GTK_MODULES=spy\n",
    }
    found = see(system(tmp_path, files), Variable)
    assert {(each.name, each.file, each.settings, each.line, each.user) for each in found} == {
        ("SSLKEYLOGFILE", "/var/tmp/keys", "/etc/environment", 2, ""),
        ("BASH_ENV", "~/.x/env", "~/.profile", 1, "alice"),
        ("PYTHONSTARTUP", "~/.x.py", "~/.config/environment.d/x.conf", 1, "alice"),
        ("SUDO_ASKPASS", "~/.x/ask", "~/.config/fish/config.fish", 1, "alice"),
        ("NODE_OPTIONS", "/opt/x.js", "~/.config/systemd/user/a.service", 0, "alice"),
        ("GTK_MODULES", "spy", "/etc/systemd/system.conf.d/y.conf", 0, ""),
    }
    assert "hunter2" not in repr(found)


def test_a_value_that_holds_no_path_is_not_kept() -> None:
    assert path_in("--max-old-space-size=4096 secret words") == ""
    assert path_in('"gail:atk-bridge"') == "gail:atk-bridge"
    assert path_in("${GTK_MODULES:+$GTK_MODULES:}gail:atk-bridge") == "gail:atk-bridge"


@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse(data)
