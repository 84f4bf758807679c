"""JSON of many rows, written as they come: a batch of any size needs no memory."""

from __future__ import annotations

import base64
import json
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class RowWriter:
    """One object: the head's members, `files` with a row per line, and the totals."""

    def __init__(self, stream: IO[bytes], head: Mapping[str, Any]) -> None:
        self._stream = stream
        self._between = b"\n  "
        opening = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
        self._stream.write(f'{opening},\n "files": ['.encode())

    def add(self, row: Mapping[str, Any]) -> None:
        self._stream.write(self._between + json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
        self._between = b",\n  "

    def begin(self, name: str) -> None:
        """End the list of rows, and go on with another one."""
        self._stream.write(f'\n ],\n "{name}": ['.encode())
        self._between = b"\n  "

    def close(self, tail: Mapping[str, Any]) -> None:
        closing = json.dumps(tail, ensure_ascii=False, indent=1).removeprefix("{\n")
        self._stream.write(f"\n ],\n{closing}\n".encode())


def path_fields(name: str, path: str | None) -> dict[str, str | None]:
    """A path for JSON; one that is not UTF-8 also has its bytes, in base64."""
    if path is None:
        return {name: None}
    try:
        path.encode()
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogateescape")
        return {name: raw.decode("utf-8", "replace"), f"{name}_bytes": base64.b64encode(raw).decode()}
    return {name: path}
