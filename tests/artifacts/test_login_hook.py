from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.login_hook import GIVES, RUNS, TYPED, TYPED_PASSWORDS, LoginHook, modules_named, parse
from audit.artifacts.origin import Origin
from tests.artifacts.devices import see, system

# From Debian 12: a part of common-auth and of the ssh server's.
ORDINARY = b"""# here are the per-package modules (the "Primary" block)
auth\t[success=1 default=ignore]\tpam_unix.so nullok
auth\trequisite\t\t\tpam_deny.so
-session\toptional\tpam_systemd.so
session    optional     pam_motd.so  motd=/run/motd.dynamic
@include common-account
session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so open
"""


def test_ordinary_lines_say_nothing() -> None:
    assert parse(ORDINARY) == []


def test_lines_that_hand_something_on() -> None:
    text = b"""auth optional pam_exec.so quiet expose_authtok log=/tmp/x /usr/local/bin/keep --flag
session optional /lib/x86_64-linux-gnu/security/pam_exec.so type=open_session [/usr/local/bin/mail it]
# auth optional pam_exec.so expose_authtok /no
auth sufficient pam_script.so dir=/opt/scripts
auth [success=1 \\
  default=ignore] pam_script.so
session required pam_tty_audit.so disable=* enable=alice log_passwd
session required pam_tty_audit.so enable=root
session required pam_tty_audit.so disable=*
"""
    assert parse(text) == [
        (1, "pam_exec", GIVES, "/usr/local/bin/keep"),
        (2, "pam_exec", RUNS, "/usr/local/bin/mail it"),
        (4, "pam_script", GIVES, "/opt/scripts"),
        (5, "pam_script", GIVES, "/usr/share/libpam-script"),
        (7, "pam_tty_audit", TYPED_PASSWORDS, ""),
        (8, "pam_tty_audit", TYPED, ""),
    ]


def test_each_service(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/pam.d/login": "auth optional pam_exec.so /opt/x\n",
        "etc/pam.d/cron": ORDINARY,
    }
    (found,) = see(system(tmp_path, files), LoginHook)
    assert found == LoginHook("login", "/etc/pam.d/login", 1, "pam_exec", RUNS, "/opt/x")


def test_parts_that_check_passwords_are_looked_up(tmp_path: Path) -> None:
    folder = "usr/lib/x86_64-linux-gnu/security"
    files: dict[str, str | bytes] = {
        "etc/pam.d/login": "auth required pam_unix.so\nauth optional pam_x.so a\nauth optional /opt/pam_y.so\n",
        f"{folder}/pam_unix.so": "u",
        f"{folder}/pam_x.so": "x",
        f"{folder}/pam_unused.so": "x",
        "opt/pam_y.so": "y",
        "var/lib/dpkg/info/libpam-modules:amd64.list": f"/{folder.removeprefix('usr/')}/pam_unix.so\n",
    }
    found = {
        each.file: each.package for each in see(system(tmp_path, files), Origin) if each.file.endswith(".so")
    }
    assert found == {
        f"/{folder}/pam_unix.so": "libpam-modules:amd64",
        f"/{folder}/pam_x.so": "",
        "/opt/pam_y.so": "",
    }


WORDS = st.sampled_from(
    [b"auth ", b"[", b"]", b"pam_exec.so ", b"expose_authtok ", b"/x ", b"\\\n", b"\n", b"#", b"\0"]
)


@given(data=st.one_of(st.binary(max_size=300), st.lists(WORDS).map(b"".join)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse(data)
    with suppress(ParseError):
        modules_named(data)
