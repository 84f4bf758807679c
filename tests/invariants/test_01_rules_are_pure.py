"""Invariant 1: a rule imports the nouns and pure standard modules: no os, no subprocess, no open(), no now()."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import audit
import rules
from audit import registry
from audit.purity import FORBIDDEN_CALLS, FORBIDDEN_NAMES, impurities

AUDIT = Path(audit.__file__).parent
RULES = sorted(path for base in rules.__path__ for path in Path(base).rglob("*.py"))
PURE = sorted(path for place in ("artifacts", "stores") for path in (AUDIT / place).glob("*.py"))
OUTSIDE = {
    "os",
    "pathlib",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "time",
    "psutil",
    "io",
    "sys",
    "ctypes",
}


@pytest.mark.parametrize("path", RULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_rules(path):
    assert impurities(path.read_text(encoding="utf-8")) == []


def test_every_rule_is_looked_at():
    assert {each.page.with_suffix(".py").resolve() for each in registry.load()} <= {
        path.resolve() for path in RULES
    }


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_parsers(path):
    """Artifacts and stores take bytes: they open nothing and ask no clock."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                assert not {name.name.split(".")[0] for name in names} & OUTSIDE
            case ast.ImportFrom(module=module):
                assert (module or "").split(".")[0] not in OUTSIDE
                assert not (module or "").startswith(
                    ("audit.sources.live", "audit.sources.tree", "audit.sources.files")
                )
            case ast.Call(func=ast.Name(id=name)):
                assert name not in FORBIDDEN_NAMES - {"getattr", "memoryview", "vars"}
            case ast.Call(func=ast.Attribute(attr=name), args=args):
                assert name not in FORBIDDEN_CALLS or (name == "fromtimestamp" and len(args) == 2)
