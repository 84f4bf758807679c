from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import account
from audit.artifacts.account import Account
from audit.artifacts.base import ParseError
from tests.artifacts.devices import device, see

PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
postgres:x:110:118:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
alice:x:1000:1000:Alice Miller,,,:/home/alice:/bin/bash
bob:x:1001:1001:Bob B:/home/bob:/usr/bin/zsh
carol:x:1002:27::/home/carol:
dave:x:1003:1003::/home/dave:/usr/sbin/nologin
back:x:0:0::/root:/bin/sh
broken:line
neg:x:-5:0::/x:/bin/sh
"""
GROUP = "root:x:0:\nadm:x:4:bob\nsudo:x:27:alice,\nwheel:x:998:bob\nbroken\n"


def test_who_can_log_in_and_who_administers(tmp_path: Path) -> None:
    root = device(tmp_path, {"etc/passwd": PASSWD, "etc/group": GROUP, "home/alice/": ""})
    shown = see(root, Account)
    assert [(each.name, each.uid, each.administrator, each.own) for each in shown] == [
        ("root", 0, True, False),
        ("alice", 1000, True, True),
        ("bob", 1001, True, False),
        ("carol", 1002, True, False),
        ("back", 0, True, False),
    ]
    assert [each.full_name for each in shown][1:3] == ["Alice Miller", "Bob B"]
    assert not shown.gaps


def test_with_several_homes_nobody_is_taken_for_the_person(tmp_path: Path) -> None:
    root = device(tmp_path, {"etc/passwd": PASSWD, "home/alice/": "", "home/bob/": ""})
    assert not any(each.own for each in see(root, Account))


def test_a_copied_home_holds_no_accounts(tmp_path: Path) -> None:
    shown = see(device(tmp_path, {"Pictures/": ""}), Account)
    assert [gap.kind for gap in shown.gaps] == ["not-held"]


def test_an_empty_list_is_no_list() -> None:
    with pytest.raises(ParseError):
        account.parse_passwd(b"\n# nothing\n")


@given(st.binary(max_size=500))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b"a:x:" + data + b":0:g:/h:/bin/sh", b"sudo:x:" + data):
        for parser in (account.parse_passwd, account.parse_group):
            with suppress(ParseError):
                parser(content)
