"""The `curtain` command as a person meets it: exit status, what it prints, what it complains of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from audit import text
from audit.cli import main

ROOT = Path(__file__).parents[2]
PREFERENCES = json.dumps(
    {
        "profile": {
            "content_settings": {
                "exceptions": {"media_stream_camera": {"https://meet.example.org:443,*": {"setting": 1}}}
            }
        }
    }
)
GRANT = "camera/site-grants"
HOME = {".config/chromium/Default/Preferences": PREFERENCES, "Documents/": ""}
SAFE = "watched: no\ndanger: no\nminor: no\n"


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def process(*arguments: str, env: dict[str, str] | None = None, **more: Any) -> subprocess.Popen[str]:
    """`curtain` in a process of its own, which Ctrl-C reaches though the tests may run where it does not."""
    return subprocess.Popen(
        [sys.executable, "-c", "from audit.cli.main import main; main()", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        text=True,
        preexec_fn=_interruptible,  # noqa: PLW1509 - one call, before any thread of the new process
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
    )


def _interruptible() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Curtain:
    """Runs command lines in this process."""

    def __init__(self, capsys: Any) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        text.choose("en")
        code = main.run([str(each) for each in arguments])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return Ended(code, out, err)

    def json(self, *arguments: object) -> dict[str, Any]:
        ended = self(*arguments, "--format", "json")
        assert ended.code == 0, ended.err
        value: dict[str, Any] = json.loads(ended.out)
        return value
