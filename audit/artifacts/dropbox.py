"""Dropbox: ~/.dropbox/info.json says where its folders are (help.dropbox.com, "How to find your Dropbox folder")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from audit.artifacts.base import ParseError


class Folder(NamedTuple):
    """`account` is Dropbox's own word: personal or business."""

    path: str
    account: str


def parse_info(data: bytes) -> list[Folder]:
    """The folder of each account. Whom its folders are shared with is not in it. Raises ParseError."""
    try:
        accounts = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ParseError("not the settings of Dropbox") from error
    if not isinstance(accounts, Mapping):
        raise ParseError("not the settings of Dropbox")
    found = ((name, each.get("path")) for name, each in accounts.items() if isinstance(each, Mapping))
    return [Folder(path, str(name)) for name, path in found if isinstance(path, str) and path]
