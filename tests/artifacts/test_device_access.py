from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.device_access import DeviceMember, OpenDevice, parse_members, parse_rules
from audit.model import GapKind
from tests.artifacts.devices import PASSWD, see, system

INPUTS = "H: Handlers=sysrq kbd event0 leds\n\nH: Handlers=event3 js0\n\nH: Handlers=mouse0 event2\n"
# What Debian's systemd, steam-devices and libu2f-udev ship, and others like them: none opens such a device to everybody.
ORDINARY = """\
SUBSYSTEM=="video4linux", GROUP="video"
SUBSYSTEM=="input", GROUP="input"
SUBSYSTEM=="input", KERNEL=="js[0-9]*", MODE="0664"
SUBSYSTEM=="sound", GROUP="audio", \\
  OPTIONS+="static_node=snd/seq"
KERNEL=="uinput", SUBSYSTEM=="misc", TAG+="uaccess", OPTIONS+="static_node=uinput"
KERNEL=="hidraw*", ATTRS{idVendor}=="28de", MODE="0660", TAG+="uaccess"
SUBSYSTEM=="usb", ATTR{idVendor}=="18d1", MODE="0666", GROUP="plugdev"
# SUBSYSTEM=="video4linux", MODE="0666"
KERNEL=="video[0-9]*", MODE="0660"
"""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('SUBSYSTEM=="video4linux", MODE="0666"', [("camera", False)]),
        ('KERNEL=="video[0-9]*", MODE:="0777"', [("camera", False)]),
        ('SUBSYSTEM=="video4linux", ATTRS{idVendor}=="046d", MODE="0664"', [("camera", True)]),
        ('SUBSYSTEM=="sound", \\\n MODE="0666"', [("microphone", False)]),
        ('KERNEL=="event*", SUBSYSTEM=="input", MODE="0644"', [("keyboard", False)]),
        ('SUBSYSTEM=="input", MODE="666"', [("keyboard", False)]),
        ('SUBSYSTEM=="input", KERNEL=="mouse*", MODE="0666"', []),
        ('SUBSYSTEM=="video4linux", MODE="0660"', []),
        ('SUBSYSTEM!="video4linux", MODE="0666"', []),
        ('SUBSYSTEM=="video4linux", MODE="rw"', []),
        (ORDINARY, []),
    ],
)
def test_what_a_rule_opens(line: str, found: list[tuple[str, bool]]) -> None:
    assert parse_rules(line.encode()) == found


def test_rules_that_an_administrator_added(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/udev/rules.d/99-cam.rules": 'SUBSYSTEM=="video4linux", MODE="0666"\n',
        "etc/udev/rules.d/99-cam.rules.bak": 'SUBSYSTEM=="sound", MODE="0666"\n',
        "usr/lib/udev/rules.d/50-x.rules": 'SUBSYSTEM=="sound", MODE="0666"\n',
    }
    found = see(system(tmp_path, files), OpenDevice)
    assert found.items == (OpenDevice("camera", "/etc/udev/rules.d/99-cam.rules"),)
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_HELD]


@pytest.mark.skipif(os.geteuid() != 0, reason="device nodes are made by root only")
def test_nodes_that_everybody_may_open(tmp_path: Path) -> None:
    root = system(
        tmp_path, {"proc/mounts": "", "proc/bus/input/devices": INPUTS, "dev/snd/": "", "dev/input/": ""}
    )
    nodes = {
        "video0": 0o666, "video1": 0o660, "snd/pcmC0D0c": 0o664, "snd/pcmC0D0p": 0o666,
        "input/event0": 0o604, "input/event3": 0o666, "input/event2": 0o666, "input/event9": 0o662, "null": 0o666,
    }  # fmt: skip
    for name, rights in nodes.items():
        try:
            os.mknod(root / "dev" / name, stat.S_IFCHR | rights, os.makedev(81, 0))
        except PermissionError:
            pytest.skip("no device nodes may be made here")
        (root / "dev" / name).chmod(rights)
    (root / "dev/video7").write_text("")
    (root / "dev/video7").chmod(0o666)
    found = see(root, OpenDevice)
    assert found.gaps == ()
    assert {(each.device, each.settings) for each in found} == {
        ("camera", "/dev/video0"),
        ("microphone", "/dev/snd/pcmC0D0c"),
        ("keyboard", "/dev/input/event0"),
        ("keyboard", "/dev/input/event9"),
    }


def test_other_people_in_the_groups(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/passwd": PASSWD
        + "bob:x:1001:1001::/home/bob:/bin/bash\nmotion:x:120:120::/var/lib/motion:/usr/sbin/nologin\n",
        "etc/group": "audio:x:29:alice,bob\nvideo:x:44:alice,bob,motion,root\ninput:x:105:\nplugdev:x:46:bob\n",
    }
    assert see(system(tmp_path, files), DeviceMember).items == (
        DeviceMember("bob", ("camera", "microphone"), "/etc/group"),
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for image in (
        data,
        b'SUBSYSTEM=="input", MODE="0666", ' + data,
        b'MODE="' + data + b'"',
        b"video:x:44:" + data,
    ):
        for parser in (parse_rules, parse_members):
            with suppress(ParseError):
                parser(image)
