from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.listening import OWNERS, ListeningPort, parse, reach_of
from audit.host import Seen
from audit.hosts import CollectingHost
from audit.model import Gap, GapKind
from audit.sources.base import Query
from audit.sources.live import LiveSource
from tests.artifacts.devices import see, system
from tests.artifacts.test_process import Running


def row(**facts: Any) -> dict[str, Any]:
    return {"port": 22, "address": "0.0.0.0", "name": "", "exe": "", "command": [], "user": "", **facts}


def seen(root: Path, rows: object) -> Seen[ListeningPort]:
    source = Running(system(root, {}))
    source.answer = json.dumps({"ports": rows}).encode()
    return CollectingHost(source, lambda *_: None).see(ListeningPort)  # type: ignore[arg-type, return-value]


def test_ports_and_their_programs(tmp_path: Path) -> None:
    rows = [
        row(name="sshd", exe="/usr/sbin/sshd", command=["sshd: /usr/sbin/sshd"], user="root"),
        row(
            port=8000,
            exe="/usr/bin/python3.11",
            command=["python3", "/home/alice/x.py", "hunter2"],
            name="python3",
        ),
        row(port=631, address="127.0.0.1", name="cupsd", exe="/usr/sbin/cupsd"),
    ]
    found = seen(tmp_path, rows)
    assert found.items == (
        ListeningPort(22, "network", "0.0.0.0", "sshd", "/usr/sbin/sshd", "root"),
        ListeningPort(8000, "network", "0.0.0.0", "x.py", "~/x.py"),
        ListeningPort(631, "here", "127.0.0.1", "cupsd", "/usr/sbin/cupsd"),
    )
    assert (found.gaps, found.total) == ((), 3)
    assert "hunter2" not in repr(found)


def test_unknown_owners_are_a_gap(tmp_path: Path) -> None:
    found = seen(tmp_path, [row()])
    assert found.gaps == (Gap(GapKind.UNREADABLE, {"path": OWNERS}),)
    assert found.items[0].program == ""


def test_a_tree_cannot_tell(tmp_path: Path) -> None:
    assert [gap.kind for gap in see(system(tmp_path, {}), ListeningPort).gaps] == [GapKind.NOT_HELD]


def test_an_answer_of_another_shape_is_a_gap(tmp_path: Path) -> None:
    for rows in ([row(port=0)], [row(port=70000)], [{"port": 1}], None, [None]):
        assert [gap.kind for gap in seen(tmp_path, rows).gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("0.0.0.0", "network"),
        ("::", "network"),
        ("127.0.0.53", "here"),
        ("::1", "here"),
        ("::ffff:127.0.0.1", "here"),
        ("fe80::1%eth0", "network"),
        ("192.168.1.2", "network"),
        ("odd", "network"),
    ],
)
def test_who_can_reach_an_address(address: str, reach: str) -> None:
    assert reach_of(address) == reach


def test_a_real_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        rows = parse(LiveSource({}).query(Query.LISTENING))
    (mine,) = [each for each in rows if each["port"] == port and each["address"] == "127.0.0.1"]
    assert "python" in mine["exe"]


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda e: st.lists(e, max_size=3) | st.dictionaries(st.text(max_size=5), e, max_size=3),
        max_leaves=6,
    )
)
def test_any_answer_is_read_or_refused(answer: Any) -> None:
    for shape in (answer, {"ports": answer}, {"ports": [row(port=answer, command=answer)]}):
        with suppress(ParseError):
            parse(json.dumps(shape).encode())
