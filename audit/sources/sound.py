"""Who listens through the sound server: asked of the person's own PipeWire or PulseAudio, over its local socket only.

Two programs, by their full paths, each of which only reads: pw-dump(1) and pactl(1). Their surroundings are set anew: no
other server can be named to them, pactl starts none and finds no home to keep a cookie in.
"""

from __future__ import annotations

import errno
import json
import os
import select
import stat
import subprocess
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECONDS: Final = 5.0  # for each program
MOST_BYTES: Final = 32 << 20
PW_DUMP: Final = ("/usr/bin/pw-dump", "/usr/local/bin/pw-dump")
PACTL: Final = ("/usr/bin/pactl", "/usr/local/bin/pactl")
_NO_HOME: Final = "/dev/null/none"  # below a device nothing can be made


def sound_clients(runtime: str) -> bytes:
    """What the servers answer, as one JSON object: `pipewire` (pw-dump's), `outputs` and `sources` (pactl's), or null for each.

    `silent` says that a server is there and could not be asked. `runtime` is the person's XDG_RUNTIME_DIR.
    """
    answers: dict[str, str | None] = {}
    if _is_socket(f"{runtime}/pipewire-0"):
        answers["pipewire"] = _asked(PW_DUMP, (), {"PIPEWIRE_RUNTIME_DIR": runtime})
    if _is_socket(f"{runtime}/pulse/native") and not _serves_pulse(answers.get("pipewire")):
        server = {"PULSE_SERVER": f"unix:{runtime}/pulse/native"}
        for name, what in (("outputs", "source-outputs"), ("sources", "sources")):
            answers[name] = _asked(PACTL, ("--format=json", "list", what), server)
    silent = json.dumps(None in answers.values())
    parts = [f'"{name}": {answers.get(name) or "null"}' for name in ("pipewire", "outputs", "sources")]
    return f'{{"silent": {silent}, {", ".join(parts)}}}'.encode()


def _serves_pulse(answer: str | None) -> bool:
    """Whether PipeWire stands in for PulseAudio: then its own answer holds everybody."""
    return answer is not None and '"pipewire-pulse' in answer


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _asked(programs: Sequence[str], words: Sequence[str], server: Mapping[str, str]) -> str | None:
    """What a program prints, if it is JSON and comes in time; else None."""
    program = next((path for path in programs if os.access(path, os.X_OK)), None)
    if program is None:
        return None
    env = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": _NO_HOME,
        "XDG_CONFIG_HOME": _NO_HOME,
        **server,
    }
    try:
        with subprocess.Popen(  # noqa: S603 - two programs by their full paths, each with fixed words
            [program, *words],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
        ) as child:
            assert child.stdout is not None
            try:
                data = _all_of(child.stdout.fileno())
            finally:
                child.kill()
        text = data.decode("utf-8", "replace")
        json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None
    return text


def _all_of(pipe: int) -> bytes:
    """All that comes through a pipe. Raises OSError where it does not end in time, or is too much."""
    until = time.monotonic() + SECONDS
    parts: list[bytes] = []
    size = 0
    while size <= MOST_BYTES and select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(pipe, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    raise OSError(errno.ETIMEDOUT, "no answer in time")
