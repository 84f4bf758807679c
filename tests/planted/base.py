"""A device made for a test: files as real programs write them, and the list of what a scan has to find there.

A module beside this one plants one topic. It has `FACTS`, what is planted; `plant(tree)`, which plants it; and
`clean(tree)`, the ordinary versions of the same things, of which nothing above low may be said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

ALICE = 1000
SYSTEM = {
    "/etc/os-release": 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "/etc/hostname": "laptop\n",
    "/etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\tlaptop\n::1\tlocalhost ip6-localhost\n",
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
    "alice:x:1000:1000:Alice Example,,,:/home/alice:/bin/bash\n",
    "/etc/group": "root:x:0:\nsudo:x:27:alice\naudio:x:29:\nvideo:x:44:\ninput:x:105:\nalice:x:1000:\n",
    "/etc/shadow": "root:!:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nalice:$y$j9T$planted:19000:0:99999:7:::\n",
}
FOLDERS = ("Desktop", "Documents", "Downloads", "Pictures", "Public", "Videos")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something planted that one rule has to find.

    `subject` is the finding's. `program` wrote it; empty where it is written by hand, since no program that
    can be installed here writes it.
    """

    rule: str
    subject: str
    what: str
    program: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """The root of a device's files, with one person's home in it."""

    root: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.root / "home/alice"

    def has(self, program: str) -> bool:
        """Whether a program is here to plant with. By hand ("") always works."""
        return not program or shutil.which(program) is not None

    def write(self, path: str, text: str | bytes, mode: int = 0o644) -> Path:
        """Write the file at a device path; `~` is Alice's home."""
        place = self.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
        place.chmod(mode)
        return place

    def at(self, path: str) -> Path:
        """Where a device path stands here."""
        return self.home / path[2:] if path.startswith("~/") else self.root / path.lstrip("/")

    def run(
        self, command: Sequence[str], seconds: float = 60, *, check: bool = True, stdin: str = "", **env: str
    ) -> str:
        """Run a real program as if at home in the tree; what it prints. Raises CalledProcessError, TimeoutExpired."""
        runtime = self.root / "run/user/1000"
        runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
        home = str(self.home)
        given = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": home,
            "USER": "alice",
            "XDG_CONFIG_HOME": f"{home}/.config",
            "XDG_DATA_HOME": f"{home}/.local/share",
            "XDG_STATE_HOME": f"{home}/.local/state",
            "XDG_CACHE_HOME": f"{home}/.cache",
            "XDG_RUNTIME_DIR": str(runtime),
            **env,
        }
        done = subprocess.run(
            command,
            env=given,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            cwd=home,
            check=check,
        )
        return done.stdout


class Topic(Protocol):
    """What each module beside this one offers."""

    FACTS: Sequence[Fact]

    def plant(self, tree: Tree) -> None: ...

    def clean(self, tree: Tree) -> None: ...


def new_tree(root: Path) -> Tree:
    """A small system with Alice's home in it, and nothing to find."""
    tree = Tree(root)
    for path, text in SYSTEM.items():
        tree.write(path, text, 0o640 if path.endswith("shadow") else 0o644)
    for name in FOLDERS:
        (tree.home / name).mkdir(parents=True)
    tree.home.chmod(0o700)
    return tree
