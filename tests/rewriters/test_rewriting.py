"""Formats that are written anew, from the file on the disk to the row of a report."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pikepdf
import pytest

from audit import rewriters, rewriting
from audit.decoding import Pixels, compare
from audit.formats.base import FormatError, Reveal
from audit.photos import Depth, read
from audit.rewriters import base
from audit.rows import Check, Job, Options, Status
from audit.scrubber import scrub_file
from tests.formats import fixtures as fx
from tests.rewriters import documents, sounds

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = """
import sys
from audit.photos import read
from audit.rows import Job, Options
from audit.scrubber import scrub_file
path, target = sys.argv[1:]
assert scrub_file(Job(path, target, path), Options()).removed and read(path).reveals
found = {"pikepdf", "mutagen", "pypdfium2", "audit.rewriting", "audit.rewriters"} & set(sys.modules)
assert not found, found
"""


def job(folder: Path, name: str, data: bytes) -> Job:
    (folder / name).write_bytes(data)
    return Job(str(folder / name), str(folder / f"clean-{name}"), name)


def test_pictures_do_not_wait_for_the_libraries(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(fx.jpeg(exif=b"Exif\0\0" + fx.exif(1)))
    command = [sys.executable, "-c", PICTURES, str(tmp_path / "a.jpg"), str(tmp_path / "b.jpg")]
    subprocess.run(command, check=True)


def test_every_rewriter_is_called_by_its_name() -> None:
    assert [rewriters.rewriter(name).name for name in rewriters.NAMES] == list(rewriters.NAMES)
    assert rewriters.rewriter("JPEG") is None
    assert rewriting.walker("JPEG") is None


@pytest.mark.parametrize(
    ("name", "data", "extra"),
    [("a.pdf", documents.info(), "pdf"), ("a.mp3", sounds.id3() + sounds.FRAMES, "audio")],
)
def test_without_the_library_a_file_is_named_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, extra: str
) -> None:
    monkeypatch.setattr(base, "find_spec", lambda _: None)
    task = job(tmp_path, name, data)
    row = scrub_file(task, Options())
    assert (row.status, row.output, row.blocks) == (Status.UNSUPPORTED, None, True)
    assert f"pip install 'drawncurtain[{extra}]'" in row.error
    photo = read(task.source)
    assert (photo.format, photo.read, photo.trouble) == (name[2:].upper(), False, None)


def test_a_document_is_compared_page_by_page(tmp_path: Path) -> None:
    row = scrub_file(job(tmp_path, "a.pdf", documents.info()), Options())
    assert (row.status, row.check) == (Status.SCRUBBED, Check.DECODED)
    assert {"owner", "time"} <= set(row.removed)


def test_a_drawing_is_checked_by_its_structure(tmp_path: Path) -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><title>Jane</title></svg>'
    row = scrub_file(job(tmp_path, "a.svg", drawing), Options())
    assert (row.status, row.check) == (Status.SCRUBBED, Check.NO_DECODER)


def test_sound_is_copied(tmp_path: Path) -> None:
    row = scrub_file(job(tmp_path, "a.wav", sounds.wav(sounds.info(IART=b"Jane"))), Options())
    assert (row.status, row.check) == (Status.SCRUBBED, Check.STRUCTURE)
    assert row.removed == ("owner", "comment")


def test_a_page_that_differs_is_seen(tmp_path: Path) -> None:
    def two(pdf: pikepdf.Pdf) -> None:
        pdf.pages.append(pdf.pages[0])

    files = [documents.made(), documents.made(two), documents.pictured(fx.jpeg(quality=10))]
    for number, data in enumerate(files):
        (tmp_path / str(number)).write_bytes(data)
    with (
        (tmp_path / "0").open("rb") as one,
        (tmp_path / "1").open("rb") as more,
        (tmp_path / "2").open("rb") as other,
    ):
        assert compare("PDF", one.fileno(), one.fileno()) is Pixels.SAME
        assert compare("PDF", more.fileno(), one.fileno()) is Pixels.DIFFER
        assert compare("PDF", one.fileno(), other.fileno()) is Pixels.DIFFER


def test_reading_says_what_a_document_reveals(tmp_path: Path) -> None:
    photo = read(job(tmp_path, "a.pdf", documents.info()).source)
    assert (photo.format, photo.read, photo.trouble) == ("PDF", True, None)
    assert {Reveal.OWNER, Reveal.TIME} <= set(photo.reveals)


def test_a_scan_counts_pictures_only(tmp_path: Path) -> None:
    photo = read(
        job(tmp_path, "a.pdf", documents.info()).source,
        Depth(tags=False, end=False, preview=False, facts=False),
    )
    assert (photo.format, photo.read) == ("PDF", False)


def test_a_locked_document_is_named_and_left(tmp_path: Path) -> None:
    task = job(tmp_path, "a.pdf", documents.locked("secret"))
    row = scrub_file(task, Options())
    assert (row.status, row.blocks) == (Status.UNSUPPORTED, True)
    assert "password" in row.error
    assert read(task.source).read is False


def test_too_large_to_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "LARGEST", 10)
    with pytest.raises(FormatError, match="too large"):
        base.whole(fx.Memory(bytes(11)))
