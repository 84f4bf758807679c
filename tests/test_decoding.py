"""Pixels compared: what is the same, what differs, and what nobody can tell."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys

import pytest
from PIL import Image

from audit import decoding
from audit.decoding import Pixels, compare
from audit.rows import Check
from tests.formats import fixtures as fx
from tests.formats.movie_frames import jpegs
from tests.formats.movie_samples import SAMPLES
from tests.pictures import drawing, photo
from tests.rewriters import sounds
from tests.scrubs import DONE, FAILED, one


def saved(kind, *images, **options):
    out = io.BytesIO()
    images[0].save(out, kind, save_all=len(images) > 1, append_images=images[1:], **options)
    return out.getvalue()


def opened(tmp_path, data):
    path = tmp_path / str(len(os.listdir(tmp_path)))
    path.write_bytes(data)
    return os.open(path, os.O_RDONLY)


FRAMES = [drawing(seed=seed) for seed in (1, 2, 3)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ((0,), (0,), Pixels.SAME),
        ((0,), (1,), Pixels.DIFFER),
        ((0, 1, 2), (0, 1, 2), Pixels.SAME),
        ((0, 1, 2), (0, 2), Pixels.SAME),
        ((0, 1, 2), (0, 2, 1), Pixels.DIFFER),
        ((0, 1), (1,), Pixels.DIFFER),
        ((0, 1), (0, 1, 2), Pixels.DIFFER),
    ],
)
def test_pages(tmp_path, before, after, found):
    one_file, other = (
        opened(tmp_path, saved("TIFF", *(FRAMES[number] for number in numbers)))
        for numbers in (before, after)
    )
    assert compare("TIFF", one_file, other) is found


def test_one_pixel(tmp_path):
    changed = FRAMES[0].copy()
    changed.putpixel((5, 5), (1, 2, 3))
    before, after = opened(tmp_path, saved("PNG", FRAMES[0])), opened(tmp_path, saved("PNG", changed))
    assert compare("PNG", before, after) is Pixels.DIFFER


def test_an_original_that_looks_otherwise_each_time(tmp_path, monkeypatch):
    before = opened(tmp_path, saved("PNG", FRAMES[0]))
    looks = iter([b"1", b"2", b"2", b"1", b"2", b"3"])
    monkeypatch.setattr(decoding, "_digest", lambda samples: next(looks))
    assert compare("PNG", before, before) is Pixels.SAME
    assert compare("PNG", before, before) is Pixels.NOT_COMPARED


def test_a_result_that_no_decoder_opens_differs(tmp_path):
    assert compare("PNG", opened(tmp_path, saved("PNG", FRAMES[0])), opened(tmp_path, b"x")) is Pixels.DIFFER


def test_an_original_that_no_decoder_opens_is_not_compared(tmp_path):
    assert compare("PNG", opened(tmp_path, b"x"), opened(tmp_path, b"x")) is Pixels.NOT_COMPARED


def test_too_many_pixels_are_not_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "MOST_PIXELS", 100)
    fd = opened(tmp_path, saved("PNG", FRAMES[0]))
    assert compare("PNG", fd, fd) is Pixels.NOT_COMPARED


def heic(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[0x010F] = "BenchCam"
    pillow_heif.from_pillow(FRAMES[0]).save(tmp_path / "a.heic", exif=exif.tobytes())
    return tmp_path / "a.heic"


def test_a_heic_is_compared(tmp_path):
    row = one(heic(tmp_path), tmp_path / "out")
    assert (row.status, row.check) == (DONE, Check.DECODED)


def test_without_a_decoder_that_is_said(tmp_path, monkeypatch):
    path = heic(tmp_path)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert one(path, tmp_path / "out").check is Check.NO_DECODER


def test_a_tiff_that_was_built_wrong_is_not_kept(tmp_path, monkeypatch):
    image = FRAMES[0]
    (tmp_path / "a.tif").write_bytes(saved("TIFF", image, description="Jane Roe"))
    assert one(tmp_path / "a.tif", tmp_path / "out").check is Check.DECODED
    monkeypatch.setattr(decoding, "_digest", lambda samples, looks=iter([0, 1, 0]): next(looks))
    row = one(tmp_path / "a.tif", tmp_path / "again")
    assert row.status is FAILED
    assert "would look different" in row.error
    assert not (tmp_path / "again" / "a.tif").exists()
    assert one(tmp_path / "a.tif", tmp_path / "again", decode=False).check is Check.STRUCTURE


def test_what_libtiff_says_is_not_passed_on(tmp_path, capfd):
    """It complains of a broken strip on the error stream of the process."""
    data = saved("TIFF", drawing(), compression="tiff_lzw")
    with Image.open(io.BytesIO(data)) as image:
        start, length = image.tag_v2[273][0], image.tag_v2[279][0]
    broken = data[:start] + b"\xff" * length + data[start + length :]
    with Image.open(io.BytesIO(broken)) as image, contextlib.suppress(OSError):
        image.load()
    assert capfd.readouterr().err
    one_file, other = (opened(tmp_path, broken) for _ in range(2))
    compare("TIFF", one_file, other)
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


def test_frames_of_motion_jpeg_are_compared_by_what_they_show(tmp_path):
    """What fills up before their end is not what stood there, and they look the same."""
    pytest.importorskip("av")
    picture, words = fx.saved(fx.picture(size=(64, 48)), "JPEG"), b"a name and a street"
    told, filled, changed = (
        opened(tmp_path, jpegs(picture[:-2] + behind + b"\xff\xd9"))
        for behind in (words, b"\xff" * len(words), b"")
    )
    other = opened(tmp_path, jpegs(fx.saved(fx.picture(size=(64, 48), seed=9), "JPEG")))
    assert compare("MOV", told, filled) is Pixels.SAME
    assert compare("MOV", told, other) is Pixels.DIFFER
    assert compare("MOV", told, changed) is Pixels.DIFFER  # another length


def test_jpeg_is_decoded_only_if_asked(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo())
    assert one(tmp_path / "a.jpg", tmp_path / "out").check is Check.STRUCTURE
    assert one(tmp_path / "a.jpg", tmp_path / "b", decode=True).check is Check.DECODED


def movie(name, tmp_path, data):
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("kind", ["mp4", "mov", "mkv", "m4a", "flac", "wav", "ogg", "mp3"])
def test_packets_are_compared(tmp_path, kind):
    pytest.importorskip("av")
    path = tmp_path / f"a.{kind}"
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=1") if kind in {"mp4", "mov", "mkv"} else ()
    sound = {"ogg": "libvorbis", "mp3": "libmp3lame", "flac": "flac", "wav": "pcm_s16le"}.get(kind, "aac")
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-nostdin", *picture, "-f", "lavfi", "-i", "sine=d=1"),
            *("-c:a", sound, "-metadata", "title=Jane Roe", str(path)),
        ],
        check=True,
    )
    row = one(path, tmp_path / "out", decode=True)
    assert (row.status, row.check) == (DONE, Check.PACKETS)
    assert one(path, tmp_path / "again").check is Check.STRUCTURE
    clean = bytearray((tmp_path / "out" / path.name).read_bytes())
    assert b"Jane Roe" not in clean
    before, after = os.open(path, os.O_RDONLY), opened(tmp_path, bytes(clean[: len(clean) * 2 // 3]))
    name = {"mkv": "Matroska", "ogg": "Ogg"}.get(kind, kind.upper())
    assert compare(name, before, before) is Pixels.SAME
    different = Pixels.NOT_COMPARED if name in decoding.LOOSE else Pixels.DIFFER
    assert compare(name, before, after) is different
    assert compare(name, before, opened(tmp_path, b"x")) is different
    assert compare(name, opened(tmp_path, b"x"), before) is Pixels.NOT_COMPARED


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
def test_packets_beside_a_stream_that_goes_are_compared(tmp_path):
    """FFmpeg numbers the streams of Ogg as they begin; Skeleton is one."""
    pytest.importorskip("av")
    path = tmp_path / "a.ogg"
    made = ("-f", "lavfi", "-i", "sine=d=1", "-c:a", "libvorbis")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *made, str(path)], check=True)
    path.write_bytes(sounds.beside(sounds.skeleton(), path.read_bytes()))
    row = one(path, tmp_path / "out", decode=True)
    assert (row.status, row.check) == (DONE, Check.PACKETS)
    assert b"fishead" not in (tmp_path / "out" / path.name).read_bytes()


def test_without_the_library_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    path = movie("a.mp4", tmp_path, SAMPLES["user data"])
    assert one(path, tmp_path / "out", decode=True).check is Check.NO_DECODER


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
def test_a_slice_that_changed_differs_and_a_message_does_not(tmp_path):
    pytest.importorskip("av")
    path = tmp_path / "a.mp4"
    made = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=1", "-c:v", "libx264")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *made, str(path)], check=True)
    data = path.read_bytes()
    at = data.index(b"x264 - core")
    told = data[:at] + b"X" + data[at + 1 :]
    start = data.index(b"mdat") + 4
    shown = data[: start + 900] + bytes((data[start + 900] ^ 1,)) + data[start + 901 :]
    before = os.open(path, os.O_RDONLY)
    assert compare("MP4", before, opened(tmp_path, told)) is Pixels.SAME
    assert compare("MP4", before, opened(tmp_path, shown)) is Pixels.DIFFER


@pytest.mark.parametrize(("filled", "found"), [("Bern", Pixels.SAME), ("Rome", Pixels.DIFFER)])
def test_what_is_filled_in_is_compared(tmp_path, filled, found):
    """A field's value is drawn by its viewer."""
    pytest.importorskip("pypdfium2")
    from pikepdf import Name, String

    from tests.rewriters.documents import field

    before, after = (
        opened(tmp_path, field(FT=Name.Tx, F=4, V=String(value), DA=String("/Helv 12 Tf 0 g")))
        for value in ("Bern", filled)
    )
    assert compare("PDF", before, after) is found


def test_what_pdfium_logs_is_not_passed_on(tmp_path):
    """It cannot show the forms of one program (XFA), and its library says so for each file, where nobody collects logs."""
    pytest.importorskip("pypdfium2")
    from pikepdf import Array, Dictionary

    from tests.rewriters.documents import made

    def change(pdf):
        pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))

    (tmp_path / "form.pdf").write_bytes(made(change))
    code = (
        "import os, sys; from audit import decoding; file = os.open(sys.argv[1], os.O_RDONLY);"
        "decoding._LOUD = decoding._LOUD - set(sys.argv[2:]); print(decoding.compare('PDF', file, file))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "form.pdf")]
    quiet = subprocess.run(command, capture_output=True, text=True, check=True)
    loud = subprocess.run([*command, "PDF"], capture_output=True, text=True, check=True)
    assert (quiet.stdout, quiet.stderr) == ("same\n", "")
    assert "XFA" in loud.stderr
