"""Invariant 4: only scrubber.py writes to people's files; reports and new rules go where they were asked for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import audit

AUDIT = Path(audit.__file__).parent
# processes.py writes into the pipe to its own child.
WRITERS = {
    "scrubber.py",
    "copying.py",
    "backups.py",
    "outbox.py",
    "processes.py",
    "drafts.py",
    "output.py",
    "new_rule.py",
    "sources/sound.py",  # starts two programs that only read
}
MODULES = sorted(path for path in AUDIT.rglob("*.py") if str(path.relative_to(AUDIT)) not in WRITERS)
OS = {
    "chmod", "chown", "copy_file_range", "fchmod", "fchown", "ftruncate", "lchown", "link", "makedirs", "mkdir", "mkfifo", "mknod",
    "pwrite", "pwritev", "remove", "removedirs", "removexattr", "rename", "renames", "replace", "rmdir", "sendfile", "setxattr",
    "symlink", "truncate", "unlink", "utime", "write", "writev", "system", "popen", "execv", "execve", "posix_spawn",
}  # fmt: skip
PATH = {
    "write_text",
    "write_bytes",
    "touch",
    "unlink",
    "rmdir",
    "mkdir",
    "chmod",
    "symlink_to",
    "hardlink_to",
    "rename",
}
MODULES_THAT_WRITE = {
    "shutil",
    "tempfile",
    "subprocess",
    "socket",
    "dbm",
    "shelve",
    "urllib.request",
    "http.client",
}
HARMLESS = {"get_terminal_size", "which"}


def writes(source: str) -> list[str]:  # noqa: C901 - one case for each way to write
    """What a module does that may change a file or start something, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [
                    f"{node.lineno}: import {each.name}"
                    for each in names
                    if each.name in MODULES_THAT_WRITE - {"shutil"}
                ]
            case ast.ImportFrom(module=module) if module in MODULES_THAT_WRITE:
                found.append(f"{node.lineno}: from {module}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="shutil"), attr=name)) if name not in HARMLESS:
                found.append(f"{node.lineno}: shutil.{name}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr=name)) if name in OS:
                found.append(f"{node.lineno}: os.{name}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="open"), args=[place, *_]):
                if (
                    "O_WRONLY" in ast.unparse(node) + source.partition("FLAGS")[2][:200]
                    and ast.unparse(place) != "os.devnull"
                ):
                    found.append(f"{node.lineno}: os.open")
            case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open"), args=args, keywords=more):
                modes = [each for each in [*args, *(each.value for each in more)] if _writing(each)]
                found += [f"{node.lineno}: open for writing"] if modes else []
            case ast.Call(func=ast.Attribute(attr=name, value=value)) if (
                name in PATH and ast.unparse(value) != "formatter"
            ):
                found.append(f"{node.lineno}: {name}")
            case ast.Attribute(
                value=ast.Name(id="os"),
                attr="O_WRONLY" | "O_RDWR" | "O_CREAT" | "O_TRUNC" | "O_APPEND" as flag,
            ):
                if f"os.open(os.devnull, os.{flag})" not in source:
                    found.append(f"{node.lineno}: os.{flag}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sqlite3"), attr="connect"), args=[place, *_]):
                if ast.unparse(place) != "':memory:'":
                    found.append(f"{node.lineno}: sqlite3.connect")
    return found


def _writing(mode: ast.expr) -> bool:
    return (
        isinstance(mode, ast.Constant)
        and isinstance(mode.value, str)
        and mode.value[:1] in {"w", "a", "x"} | ({mode.value[:1]} if "+" in mode.value else set())
        and len(mode.value) <= 3
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(AUDIT)))
def test_nothing_else_writes(path):
    assert writes(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_the_writers_are_found(name):
    """Else the list above looks for the wrong things."""
    source = (AUDIT / name).read_text(encoding="utf-8")
    assert writes(source) or name in {"scrubber.py", "outbox.py", "output.py"}


@pytest.mark.parametrize(
    "line",
    [
        "os.unlink(x)",
        "open(x, 'w')",
        "open(x, mode='ab')",
        "open(x, 'r+b')",
        "path.open('x')",
        "path.write_text('')",
        "sqlite3.connect(path)",
        "os.open(x, os.O_RDWR)",
        "shutil.move(a, b)",
        "import subprocess",
        "from tempfile import mkdtemp",
        "os.utime(x)",
    ],
)
def test_a_writing_line_is_found(line):
    assert writes(line)


@pytest.mark.parametrize(
    "line", ["open(x)", "open(x, 'rb')", "x.replace('w', 'a')", "sqlite3.connect(':memory:')", "os.stat(x)"]
)
def test_a_reading_line_is_not(line):
    assert not writes(line)
