"""Small devices built in a temporary folder, looked at as a scan does."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from audit.artifacts.base import Artifact
from audit.host import Seen
from audit.hosts import CollectingHost
from audit.sources.tree import source_of

A = TypeVar("A", bound=Artifact)
PASSWD = "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000:Alice Miller,,,:/home/alice:/bin/bash\n"


def device(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below `root`; a path that ends in / is a folder."""
    for path, content in files.items():
        place = root / path
        if path.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def system(root: Path, files: dict[str, str | bytes]) -> Path:
    """A system with the one home /home/alice."""
    return device(root, {"etc/passwd": PASSWD, "home/alice/": "", **files})


def see(root: Path, kind: type[A]) -> Seen[A]:
    def survey(*_: object) -> object:
        raise AssertionError("no pictures are walked here")

    return CollectingHost(source_of(root), survey).see(kind)  # type: ignore[arg-type]
