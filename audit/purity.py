"""The syntax test that every rule passes: it judges what it is shown, and reaches for nothing else.

This keeps honest rules honest. It is no sandbox: rules from elsewhere are code, and the report names their origin.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLOWED_IMPORTS = frozenset(
    {"__future__", "audit.artifacts", "audit.host", "audit.indicators", "audit.model", "audit.rule",
     "collections", "collections.abc", "dataclasses", "datetime", "enum", "fnmatch", "functools", "itertools",
     "ipaddress", "math", "operator", "posixpath", "re", "string", "typing", "unicodedata", "urllib.parse"}
)  # fmt: skip
FORBIDDEN_NAMES = frozenset(
    {"__builtins__", "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals", "input",
     "locals", "memoryview", "open", "print", "setattr", "vars"}
)  # fmt: skip
FORBIDDEN_CALLS = frozenset(
    {"now", "utcnow", "today", "fromtimestamp"}
)  # a clock or time zone of this machine


def impurities(source: str) -> list[str]:
    """What a rule's source does that a rule may not, each as a short clause with its line. Empty: nothing."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [f"it is not valid Python (line {getattr(error, 'lineno', 1)})"]
    return [f"{what} (line {getattr(node, 'lineno', 1)})" for node in ast.walk(tree) for what in _of(node)]


def _of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (f"imports {name.name}" for name in names if not _allowed(name.name))
        case ast.ImportFrom(module=module, level=level):
            if level or not _allowed(module or ""):
                yield f"imports {module}"
        case ast.Name(id=name) if name in FORBIDDEN_NAMES:
            yield f"uses {name}"
        case ast.Attribute(attr=name) if name.startswith("__"):
            yield f"uses {name}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in FORBIDDEN_CALLS:
            yield f"asks a clock with {name}()"
        case ast.Global() | ast.Nonlocal():
            yield "keeps state"


def _allowed(module: str) -> bool:
    return module in ALLOWED_IMPORTS or any(
        module.startswith(f"{package}.") for package in ("audit.artifacts", "audit.indicators")
    )
