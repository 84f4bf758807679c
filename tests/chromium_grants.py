"""Has a real Chromium write a site's permissions, as its own page of settings does. For planting a test device.

    python chromium_grants.py USER_DATA_DIR PROFILE SITE CATEGORY…

Chromium is spoken to over a pipe: chromedevtools.github.io/devtools-protocol, --remote-debugging-pipe. No port is opened.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

SECONDS = 20


class Pipe:
    """The two descriptors that Chromium reads (3) and writes (4), messages ended by a zero byte."""

    def __init__(self, command: list[str]) -> None:
        theirs_in, self._write = os.pipe()
        self._read, theirs_out = os.pipe()
        line = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        shell = ["bash", "-c", line, "chromium", *command]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(shell, pass_fds=(theirs_in, theirs_out), stdout=quiet, stderr=quiet)
        os.close(theirs_in)
        os.close(theirs_out)
        self._waiting = b""
        self._number = 0

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        self._number += 1
        told = {"id": self._number, "method": method, "params": params}
        os.write(self._write, json.dumps(told | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            while b"\0" not in self._waiting:
                part = os.read(self._read, 1 << 16)
                if not part:
                    raise EOFError("Chromium ended")
                self._waiting += part
            message, _, self._waiting = self._waiting.partition(b"\0")
            answer = json.loads(message)
            if answer.get("id") == self._number:
                return dict(answer.get("result", {}))

    def close(self) -> None:
        self.call("Browser.close")
        self._process.wait(SECONDS)


def grant(folder: str, profile: str, site: str, categories: list[str]) -> None:
    flags = ["--no-sandbox", "--headless=new", "--disable-gpu", "--remote-debugging-pipe"]
    pipe = Pipe(
        ["chromium", *flags, f"--user-data-dir={folder}", f"--profile-directory={profile}", "about:blank"]
    )
    page = pipe.call("Target.createTarget", url=f"chrome://settings/content/siteDetails?site={site}")
    session = pipe.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
    until = time.monotonic() + SECONDS
    ready = "typeof chrome.send == 'function' && document.readyState == 'complete'"
    while not _value(pipe, session, ready):
        if time.monotonic() > until:
            raise TimeoutError("the page of settings did not come")
        time.sleep(0.1)
    for category in categories:
        _value(
            pipe, session, f"chrome.send('setOriginPermissions', {json.dumps([site, category, 'allow'])}), 1"
        )
    pipe.close()


def _value(pipe: Pipe, session: str, expression: str) -> Any:
    return pipe.call("Runtime.evaluate", session, expression=expression)["result"].get("value")


if __name__ == "__main__":
    grant(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
