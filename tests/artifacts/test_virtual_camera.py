from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.virtual_camera import VirtualCamera, parse_load, parse_modules, parse_name
from audit.model import GapKind
from tests.artifacts.devices import see, system

MODULES = "v4l2loopback 45056 0 - Live 0x0000000000000000 (OE)\nvideodev 299008 1 v4l2loopback, Live 0x0\n"


def with_cameras(root: Path, modules: str = MODULES) -> Path:
    """As the kernel shows a real camera and one of v4l2loopback."""
    real, made = "sys/devices/pci0/usb1/video4linux/video0", "sys/devices/virtual/video4linux/video2"
    system(
        root,
        {
            "proc/modules": modules,
            f"{real}/name": "Integrated Camera\n",
            f"{made}/name": "OBS Virtual Camera\n",
        },
    )
    links = root / "sys/class/video4linux"
    links.mkdir(parents=True)
    for place in (real, made):
        (links / place.rpartition("/")[2]).symlink_to(f"../../../{place}")
    return root


def test_cameras_that_a_program_makes(tmp_path: Path) -> None:
    found = see(with_cameras(tmp_path), VirtualCamera)
    assert found.items == (VirtualCamera("OBS Virtual Camera", "/dev/video2", now=True),)
    assert found.gaps == ()


def test_a_module_without_cameras_yet(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"proc/modules": MODULES}), VirtualCamera)
    assert found.items == (VirtualCamera("v4l2loopback", "/proc/modules", now=True),)


def test_a_kernel_without_modules_hides_nothing(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"proc/mounts": ""}), VirtualCamera)
    assert (found.items, found.gaps) == ((), ())


def test_a_copied_disk_says_what_is_loaded_at_every_start(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/modules-load.d/cam.conf": "# ours\nv4l2loopback\nvideodev\n",
        "usr/lib/modules-load.d/cam.conf": "vivid\n",
        "usr/lib/modules-load.d/droidcam.conf": "v4l2loopback-dc\n",
        "etc/modules": "loop\nv4l2loopback video_nr=9\n",
    }
    found = see(system(tmp_path, files), VirtualCamera)
    assert [(each.name, each.settings, each.now) for each in found] == [
        ("v4l2loopback", "/etc/modules-load.d/cam.conf", False),
        ("v4l2loopback_dc", "/usr/lib/modules-load.d/droidcam.conf", False),
        ("v4l2loopback", "/etc/modules", False),
    ]
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_HELD]


@pytest.mark.parametrize(
    ("data", "name"), [(b"", ""), (b"\n", ""), (b" A \nB\n", "A"), (b"x" * 900, "x" * 200)]
)
def test_a_name_is_one_short_line(data: bytes, name: str) -> None:
    assert parse_name(data) == name


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    parse_name(data)
    for parser in (parse_modules, parse_load):
        with suppress(ParseError):
            assert set(parser(b"v4l2loopback\n" + data)) >= {"v4l2loopback"}
