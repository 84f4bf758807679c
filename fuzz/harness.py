"""One fuzzing harness for each walker and rewriter: whatever the bytes, it keeps what `survives` of its contract asks of it.

That is: bytes are tiled, tags are bounded, what a plan gives is its own plan and reveals nothing but a colour profile,
and time and memory are bounded. Call it through `fuzz/run.py`, or as `python -m fuzz.harness png FOLDER [libFuzzer's options]`.
"""

from __future__ import annotations

import os
import sys
import traceback
import zlib
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING, Final

from fuzz.parsers import Parsers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contracts.rewriter import RewriterContract
    from tests.contracts.walker import WalkerContract

# The test module and the contract class in it that has the walker's samples.
HARNESSES: Final = {
    "jpeg": ("test_jpeg", "TestJpeg"),
    "png": ("test_png", "TestPng"),
    "webp": ("test_webp", "TestWebp"),
    "tiff": ("test_tiff", "TestTiff"),
    "heic": ("test_heif", "TestHeic"),
    "avif": ("test_heif", "TestAvif"),
    "jxl": ("test_jxl", "TestJxl"),
    "mp4": ("test_mp4", "TestMp4"),
    "mov": ("test_mp4", "TestMov"),
    "m4a": ("test_mp4", "TestM4a"),
    "gif": ("test_gif", "TestGif"),
    "bmp": ("test_bmp", "TestBmp"),
    "ico": ("test_ico", "TestIco"),
    "ani": ("test_ani", "TestAni"),
    "mkv": ("test_mkv", "TestMkv"),
}
REWRITERS: Final = {
    "svg": ("test_svg", "TestSvg"),
    "pdf": ("test_pdf", "TestPdf"),
    "mp3": ("test_audio", "TestMp3"),
    "flac": ("test_audio", "TestFlac"),
    "ogg": ("test_ogg", "TestOgg"),
    "wav": ("test_audio", "TestWav"),
    "aiff": ("test_audio", "TestAiff"),
}
PARSERS: Final = "parsers"  # all of them together: see fuzz/parsers.py
ALL: Final = (*HARNESSES, *REWRITERS, PARSERS)
FINDING: Final = "finding-"  # what the names of kept inputs begin with


def contract(name: str) -> WalkerContract:
    module, kind = HARNESSES[name]
    made: WalkerContract = getattr(import_module(f"tests.formats.{module}"), kind)()
    return made


def rewriter(name: str) -> RewriterContract:
    module, kind = REWRITERS[name]
    made: RewriterContract = getattr(import_module(f"tests.rewriters.{module}"), kind)()
    return made


def either(name: str) -> WalkerContract | RewriterContract | Parsers:
    if name == PARSERS:
        return Parsers()
    return contract(name) if name in HARNESSES else rewriter(name)


def seeds(name: str) -> list[bytes]:
    """Every sample of the tests, whole and broken."""
    found = either(name)
    return [*found.every().values(), *found.broken.values()]


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have the CRC that they should have: damage is seldom seen behind a wrong one."""
    parts, at = [data[:8]], 8
    while 0 < (stop := at + 12 + int.from_bytes(data[at : at + 4], "big")) <= len(data):
        body = data[at + 4 : stop - 4]
        parts.append(data[at : at + 4] + body + zlib.crc32(body).to_bytes(4, "big"))
        at = stop
    return b"".join(parts) + data[at:]


class Target:
    """Runs one input after the other; the first of each kind of failure is kept in `folder`, and the run goes on."""

    def __init__(self, survives: Callable[[bytes], None], folder: str) -> None:
        self._survives = survives
        self._folder = folder
        self.known: set[tuple[str, str]] = set()

    def __call__(self, data: bytes) -> None:
        try:
            self._survives(data)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is a finding)
            self._keep(data, error)

    def _keep(self, data: bytes, error: Exception) -> None:
        """Two failures are of one kind if they are raised in the same place."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
        if (kind := (type(error).__name__, place)) in self.known:
            return
        self.known.add(kind)
        path = os.path.join(self._folder, FINDING + sha256(data).hexdigest()[:12])
        with open(path, "wb") as out:
            out.write(data)
        with open(path + ".txt", "w", encoding="utf-8") as out:
            out.write("".join(traceback.format_exception(error)))


def main() -> None:
    """`name folder [options]`: the folder holds `seeds` and takes the findings."""
    import atheris

    name, folder, *options = sys.argv[1:]

    def repaired(data: bytes, most: int, seed: int) -> bytes:
        changed = atheris.Mutate(data, most)
        return with_checksums(changed) if seed % 4 else changed

    with atheris.instrument_imports(
        include=["audit.formats", "audit.rewriters", "audit.artifacts", "audit.stores"]
    ):
        found = either(name)
    corpus = os.path.join(folder, "seeds")
    more = {"custom_mutator": repaired} if name == "png" else {}
    prefix = f"-artifact_prefix={folder}{os.sep}{FINDING}"  # what exceeds libFuzzer's own bounds
    atheris.Setup([sys.argv[0], corpus, prefix, *options], Target(found.survives, folder), **more)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
