"""Which TCP ports this machine waits on, and for whom: read from /proc by psutil. Nothing is connected to, nothing is sent."""

from __future__ import annotations

import json
from typing import Any


def ports() -> bytes:
    """The answer to `Query.LISTENING`. An ordinary account learns the ports of others, not their programs."""
    import psutil

    waiting = (each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN)
    found = [
        {"address": each.laddr[0], "port": each.laddr[1], **_owner(each.pid)}
        for each in waiting
        if each.laddr
    ]
    return json.dumps({"ports": found}).encode()


def _owner(pid: int | None) -> dict[str, Any]:
    import psutil

    facts: dict[str, Any] = {}
    if pid is not None:
        try:
            facts = psutil.Process(pid).as_dict(("name", "exe", "cmdline", "username"))
        except psutil.Error:
            facts = {}  # gone meanwhile
    return {
        "name": facts.get("name") or "",
        "exe": facts.get("exe") or "",
        "command": facts.get("cmdline") or [],
        "user": facts.get("username") or "",
    }
