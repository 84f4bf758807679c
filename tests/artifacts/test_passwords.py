from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import passwords
from audit.artifacts.base import ParseError
from audit.artifacts.passwords import OpenLogin, Password
from tests.artifacts.devices import device, see

PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
postgres:x:110:118:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
alice:x:1000:1000:Alice Miller,,,:/home/alice:/bin/bash
bob::1001:1001:Bob B:/home/bob:/usr/bin/zsh
carol:x:1002:1002::/home/carol:/bin/sh
dave:x:1003:1003::/home/dave:/bin/sh
"""
SHADOW = """root:!:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
postgres:!:19000::::::
alice::19000:0:99999:7:::
carol:$y$j9T$abcdefgh$0123456789:19000:0:99999:7:::
dave:!$y$j9T$abcdefgh$0123456789:19000:0:99999:7:::
"""
GROUP = "root:x:0:\nnopasswdlogin:x:998:carol\ncarol:x:1002:\n"
# The decisive lines of Debian 12's common-auth, Fedora's system-auth without nullok, and Ubuntu's gdm-password.
DEBIAN = "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\tpam_deny.so\nauth\trequired\tpam_permit.so\n"
STRICT = "auth        required      pam_env.so\nauth        sufficient    pam_unix.so\nauth        required      pam_deny.so\n"
UBUNTU = "auth    requisite       pam_nologin.so\nauth\tsufficient\tpam_succeed_if.so user ingroup nopasswdlogin\n@include common-auth\n"


def made(tmp_path: Path, **more: str) -> Path:
    files = {"etc/passwd": PASSWD, "etc/shadow": SHADOW, "etc/group": GROUP, "home/alice/": ""}
    return device(
        tmp_path, {**files, **{f"etc/pam.d/{name.replace('_', '-')}": t for name, t in more.items()}}
    )


def test_states_without_what_they_are(tmp_path: Path) -> None:
    shown = see(made(tmp_path), Password)
    assert [(each.account, each.state, each.settings) for each in shown] == [
        ("root", "locked", "/etc/shadow"),
        ("postgres", "locked", "/etc/shadow"),
        ("alice", "empty", "/etc/shadow"),
        ("bob", "empty", "/etc/passwd"),
        ("carol", "set", "/etc/shadow"),
        ("dave", "locked", "/etc/shadow"),
    ]
    assert "$" not in repr(shown)


def test_who_gets_in_without_one(tmp_path: Path) -> None:
    shown = see(
        made(tmp_path, common_auth=DEBIAN, lightdm=UBUNTU, su=UBUNTU.replace("nopass", "x")), OpenLogin
    )
    assert [(each.account, each.way, each.settings) for each in shown] == [
        ("alice", passwords.EMPTY, "/etc/shadow"),
        ("bob", passwords.EMPTY, "/etc/passwd"),
        ("carol", passwords.NOT_ASKED, "/etc/pam.d/lightdm"),
    ]


def test_where_empty_passwords_are_refused_they_let_nobody_in(tmp_path: Path) -> None:
    assert list(see(made(tmp_path, system_auth=STRICT), OpenLogin)) == []


def test_the_group_alone_lets_nobody_in(tmp_path: Path) -> None:
    off = UBUNTU.replace("auth\tsufficient", "# auth\tsufficient")
    shown = see(
        made(
            tmp_path,
            common_auth=STRICT,
            sddm=off,
            gdm_password="auth required pam_succeed_if.so user != root\n",
        ),
        OpenLogin,
    )
    assert list(shown) == []


def test_a_copied_home_holds_neither(tmp_path: Path) -> None:
    root = device(tmp_path, {"Pictures/": ""})
    assert [gap.kind for gap in see(root, Password).gaps] == ["not-held"]
    assert [gap.kind for gap in see(root, OpenLogin).gaps] == ["not-held"]


def test_a_broken_list_is_not_taken_for_one(tmp_path: Path) -> None:
    root = device(tmp_path, {"etc/passwd": PASSWD, "etc/shadow": b"\0\0", "home/alice/": ""})
    shown = see(root, OpenLogin)
    assert [each.account for each in shown] == ["bob"]
    assert [(gap.kind, gap.params["path"]) for gap in shown.gaps] == [("malformed", "/etc/shadow")]


@pytest.mark.parametrize(
    ("text", "empty", "groups"),
    [
        (DEBIAN, True, ()),
        (STRICT, False, ()),
        (UBUNTU, None, ("nopasswdlogin",)),
        ("-auth [success=done default=ignore] pam_succeed_if.so quiet user ingroup free\n", None, ("free",)),
        ("account sufficient pam_succeed_if.so user ingroup free\n", None, ()),
        ("auth sufficient /lib/security/pam_unix.so \\\n nullok\n", True, ()),
    ],
)
def test_pam(text: str, empty: bool | None, groups: tuple[str, ...]) -> None:
    assert passwords.parse_pam(text.encode()) == (empty, groups)


@given(st.binary(max_size=500))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b"a:" + data + b":1:2:3:4:::", b"auth sufficient " + data):
        for parser in (passwords.parse_states, passwords.parse_pam):
            with suppress(ParseError):
                parser(content)  # type: ignore[operator]
