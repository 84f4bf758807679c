from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.camera_server import CONTROLS, PICTURE, CameraServer, opened, parse_motion
from audit.model import GapKind
from tests.artifacts.devices import see, system

# The options of the file that Debian's motion 4.5.1 ships.
SHIPPED = """\
# Rename this distribution example file to motion.conf
daemon off
setup_mode off
; target_pid_file value
target_dir /var/lib/motion
video_device /dev/video0
webcontrol_port 8080
webcontrol_localhost on
webcontrol_parms 0
stream_port 8081
stream_localhost on
; camera /etc/motion/camera1.conf
"""
PLACE = "etc/motion/motion.conf"


def test_as_it_is_shipped_nothing_is_open(tmp_path: Path) -> None:
    found = see(system(tmp_path, {PLACE: SHIPPED}), CameraServer)
    assert (found.items, found.gaps) == ((), ())


@pytest.mark.parametrize(
    ("more", "shows", "locked"),
    [
        ("stream_localhost off", (PICTURE,), False),
        ("stream_localhost off\nstream_auth_method 2", (PICTURE,), True),
        ("webcontrol_localhost off\nstream_localhost off\nstream_auth_method 1", (PICTURE, CONTROLS), False),
        ("webcontrol_localhost=off", (CONTROLS,), False),
    ],
)
def test_what_is_opened_to_the_network(
    tmp_path: Path, more: str, shows: tuple[str, ...], locked: bool
) -> None:
    found = see(system(tmp_path, {PLACE: f"{SHIPPED}{more}\n"}), CameraServer)
    assert found.items == (CameraServer("/etc/motion/motion.conf", shows, locked),)


@pytest.mark.parametrize(
    "text",
    ["stream_localhost off", "stream_localhost off\nstream_port 0", "stream_port 8081", "stream_port x"],
)
def test_what_is_off_or_stays_here(text: str) -> None:
    assert list(opened(parse_motion(text.encode()).values, "x")) == []


def test_a_camera_of_its_own(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        PLACE: SHIPPED + "camera /etc/motion/camera1.conf\ncamera /etc/motion/missing.conf\n",
        "etc/motion/camera1.conf": "stream_localhost off\n",
        "home/alice/.motion/motion.conf": "webcam_port 8081\nwebcam_localhost off\n",
    }
    assert see(system(tmp_path, files), CameraServer).items == (
        CameraServer("/etc/motion/camera1.conf", (PICTURE,)),
        CameraServer("~/.motion/motion.conf", (PICTURE,)),
    )


def test_no_text_is_a_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {PLACE: b"stream_port\0"}), CameraServer)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


def test_many_cameras_are_cut() -> None:
    lines = "".join(f"camera /{number}\n" for number in range(1000))
    assert len(parse_motion(lines.encode()).cameras) == 32


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        found = parse_motion(b"stream_localhost off\nstream_port " + data)
        list(opened(found.values, "x"))
