from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import hidden_account
from audit.artifacts.base import ParseError
from audit.artifacts.hidden_account import KEYS, LEFT_OUT, LOGIN, NUMBER, HiddenAccount
from tests.artifacts.devices import PASSWD, device, see, system

PEOPLE = PASSWD + (
    "postgres:x:110:118::/var/lib/postgresql:/bin/bash\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/bin/sh\n"
    "lightdm:x:111:119::/var/lib/lightdm:/bin/false\n"
    "bob:x:1001:1001::/home/bob:/bin/bash\n"
    "support:x:950:950::/home/support:/bin/bash\n"
    "git:x:112:120::/srv/git:/bin/sh\n"
    "late:x:70000:70000::/home/late:/bin/bash\n"
)
SHADOW = "".join(f"{name}:{field}:19000:0:99999:7:::\n" for name, field in (
    ("root", "!"), ("alice", "$y$j9T$a$b"), ("postgres", "!"), ("nobody", "*"), ("lightdm", "!"), ("bob", "$y$j9T$a$b"),
    ("support", "$6$a$b"), ("git", "*"), ("late", "!")))  # fmt: skip
KEY = "# a comment\nssh-ed25519 AAAAC3Nza someone\n"


def test_numbers_of_programs_that_can_log_in(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "etc/passwd": PEOPLE,
            "etc/shadow": SHADOW,
            "srv/git/.ssh/authorized_keys": KEY,
            "home/bob/.ssh/authorized_keys": KEY,
        },
    )
    assert {each.name: each.signs for each in see(root, HiddenAccount)} == {
        "support": (NUMBER, LOGIN),
        "git": (NUMBER, KEYS),
    }


def test_left_out_by_each_login_screen(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "etc/passwd": PEOPLE,
            "etc/shadow": SHADOW,
            "etc/lightdm/users.conf": "[UserList]\nminimum-uid=500\nhidden-users=nobody nobody4 noaccess bob\n",
            "etc/sddm.conf.d/a.conf": "[Users]\nHideUsers=support,late\n",
            "var/lib/AccountsService/users/bob": "[User]\nSystemAccount=true\n",
            "var/lib/AccountsService/users/alice": "[User]\nSystemAccount=false\n",
            "var/lib/AccountsService/users/lightdm": "[User]\nSystemAccount=true\n",
        },
    )
    assert {each.name: (each.signs, each.settings) for each in see(root, HiddenAccount)} == {
        "bob": ((LEFT_OUT, LOGIN), "/var/lib/AccountsService/users/bob"),
        "support": ((NUMBER, LEFT_OUT, LOGIN), "/etc/sddm.conf.d/a.conf"),
    }


def test_the_persons_own_account_is_not_hidden_from_them(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {"etc/shadow": SHADOW, "var/lib/AccountsService/users/alice": "[User]\nSystemAccount=true\n"},
    )
    assert list(see(root, HiddenAccount)) == []


def test_a_file_of_comments_holds_no_key() -> None:
    assert not hidden_account.any_key(b"# ssh-ed25519 AAAA\n\n")
    assert hidden_account.any_key(KEY.encode())


def test_a_copied_home_holds_no_accounts(tmp_path: Path) -> None:
    assert [gap.kind for gap in see(device(tmp_path, {"Pictures/": ""}), HiddenAccount).gaps] == ["not-held"]


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b"[User]\nSystemAccount=" + data, b"[Users]\nHideUsers=" + data):
        for parser in (hidden_account.parse_users, hidden_account.is_system, hidden_account.any_key):
            with suppress(ParseError):
                parser(content)  # type: ignore[operator]
