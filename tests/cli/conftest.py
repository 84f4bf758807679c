from __future__ import annotations

import os

import pytest

from audit import text
from tests.artifacts.devices import device
from tests.cli.command import HOME, Curtain


@pytest.fixture
def curtain(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield Curtain(capsys)
    text.choose("en")


@pytest.fixture
def home(tmp_path):
    """A copied home in which one site may use the camera."""
    os.umask(0o022)
    return device(tmp_path / "alice", HOME)
