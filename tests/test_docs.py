"""The documentation is true: what it tells to type works."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pictures import album, photo

ROOT = Path(__file__).parent.parent
CURTAIN = [sys.executable, "-m", "audit"]
SITE = "http://cam.example.org:80,*"


def commands(page: Path) -> list[str]:
    """The lines of a page that a reader would type: indented, and beginning with the command."""
    return [
        line.strip()
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("    curtain ")
    ]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose browser lets a site without encryption use the camera."""
    settings = {
        "profile": {"content_settings": {"exceptions": {"media_stream_camera": {SITE: {"setting": 1}}}}}
    }
    folder = tmp_path / "home" / ".config" / "chromium" / "Default"
    folder.mkdir(parents=True)
    (folder / "Preferences").write_text(json.dumps(settings), encoding="utf-8")
    return tmp_path / "home"


def run(command: str, home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command, comments=True)
    environ = {**os.environ, "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    environ.pop("SUDO_UID", None)
    return subprocess.run(
        [*CURTAIN, *words[1:]],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_writing_a_rule_ends_in_a_rule_that_works(home: Path, tmp_path: Path) -> None:
    typed = commands(ROOT / "docs" / "writing-a-rule.md")
    outputs = {}
    for command in typed:
        done = run(command, home, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        outputs[command] = done.stdout
    assert len(typed) == 4
    assert outputs[typed[1]].count("✓") == 3
    last = outputs[typed[-1]]
    assert "http://cam.example.org may use your camera in Chromium" in " ".join(last.split())


def test_every_command_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`curtain ([a-z]+)", readme))
    assert named == {"scan", "photos", "scrub", "snapshot", "checklist", "compare", "rules"}
    for name in named:
        done = subprocess.run(
            [*CURTAIN, name, "--help"], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_pictures_of_the_readme_are_scrubbed_as_written(home: Path, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    part = readme.split("## Pictures, before you share them")[1].split("\n## ")[0]
    typed = [line.strip() for line in part.splitlines() if line.startswith("    curtain ")]
    assert len(typed) == 5
    before = (album(tmp_path / "holiday") / "IMG_1.jpg").read_bytes()
    for command in typed:
        done = run(command, home, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "to-share" / "folder-01" / "0001.jpg").exists()
    assert (tmp_path / "originals" / "holiday" / "IMG_1.jpg").read_bytes() == before
    assert (
        json.loads((tmp_path / "what-was-done.json").read_text(encoding="utf-8"))["totals"]["already-clean"]
        == 3
    )
    (code,) = re.findall(r"```python\n(.*?)```", part, re.DOTALL)
    (tmp_path / "holiday" / "IMG_1.jpg").write_bytes(photo())
    environ = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    *rows, last = done.stdout.splitlines()
    assert len(rows) == 3
    assert {"location", "serial"} <= set(last.split())


def test_links_between_pages_lead_somewhere() -> None:
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
