from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.purity import impurities


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import os.path as posixpath",
        "from os import path",
        "import subprocess, re",
        "from . import something",
        "from audit import hosts",
        "from audit.sources.live import LiveSource",
        "from audit.artifactsx import y",
        "import importlib",
        "import sys",
        "from datetime import datetime\nx = datetime.now()",
        "from datetime import date\nx = date.today()",
        "import datetime as d\nx = d.datetime.utcnow()",
        "x = open('f')",
        "y = open",
        "x = __import__('os')",
        "eval('1')",
        "exec('1')",
        "getattr(x, 'y')",
        "print('hello')",
        "input()",
        "x = ().__class__",
        "x = (1).real.__reduce__",
        "x = __builtins__",
        "def f():\n global y\n y = 1",
        "def (",
        "x = '\0'",
        "-" * 100_000 + "1",
    ],
)
def test_impure(source):
    assert impurities(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "from __future__ import annotations",
        "from audit.model import Match",
        "from audit.artifacts.browser import SiteGrant",
        "from audit.indicators.match import find",
        "from collections.abc import Iterator\nimport re, posixpath",
        "x = 'open'",
        "def check(host):\n    yield from ()",
    ],
)
def test_pure(source):
    assert impurities(source) == []


def test_it_says_where():
    assert impurities("x = 1\nimport os\n") == ["imports os (line 2)"]


@given(st.text())
def test_any_text(source):
    assert isinstance(impurities(source), list)
