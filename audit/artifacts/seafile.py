"""The Seafile client: where its data are (~/.ccnet/seafile.ini), and which folders it keeps the same (repo.db).

Both as seaf-cli and seaf-daemon 8.0 write them; the keys of RepoProperty: github.com/haiwen/seafile, daemon/repo-mgr.h. The
database's other tables hold passwords and tokens: they are not asked for.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from audit.stores import ParseError, ini, sqlite

INI = ".ccnet/seafile.ini"
_QUERY = "SELECT repo_id, key, value FROM RepoProperty WHERE key IN ('worktree', 'email', 'server-url')"


class Folder(NamedTuple):
    """`account` is name and server, as far as they are written down."""

    path: str
    account: str


def parse_ini(data: bytes) -> str:
    """The folder of Seafile's own data: the file holds nothing else. Raises ParseError."""
    path = ini.text_of(data).strip()
    if not path.startswith("/") or "\n" in path:
        raise ParseError("not the settings of Seafile")
    return path


def parse_repos(data: bytes, wal: bytes = b"") -> list[Folder]:
    """The folders that are kept the same. Raises ParseError."""
    found: dict[str, dict[str, str]] = {}
    for repo, key, value in sqlite.select(data, wal, _QUERY):
        if isinstance(value, str):
            found.setdefault(str(repo), {})[str(key)] = value
    return [Folder(each["worktree"], _account(each)) for each in found.values() if each.get("worktree")]


def _account(facts: dict[str, str]) -> str:
    server = re.sub(r"^[a-z]+://(?:[^/@]*@)?", "", facts.get("server-url", "")).rstrip("/")
    return " · ".join(part for part in (facts.get("email", ""), server) if part)
