from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import encryption
from audit.artifacts.base import ParseError
from audit.artifacts.encryption import DiskEncryption
from tests.artifacts.devices import device, see, system

MOUNTS = "sysfs /sys sysfs rw 0 0\n/dev/mapper/vg-root / ext4 rw 0 0\n/dev/sda2 /home ext4 rw 0 0\n"
LUKS = "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-vda3_crypt\n"


def running(root: Path, mounts: str = MOUNTS, root_below: str = "dm-0", **more: str) -> Path:
    """A machine whose root is LVM on dm-0 on sda1, and whose home is on sda2."""
    block = "sys/class/block"
    files: dict[str, str | bytes] = {
        "proc/mounts": mounts,
        "proc/cpuinfo": "flags\t: fpu vme\n",
        f"{block}/dm-1/dm/uuid": "LVM-abc\n",
        f"{block}/dm-1/slaves/{root_below}/": "",
        f"{block}/dm-0/dm/uuid": LUKS,
        f"{block}/dm-0/slaves/sda1/": "",
        f"{block}/sda1/": "",
        f"{block}/sda2/": "",
        "dev/dm-1": "",
        "dev/sda2": "",
        "dev/mapper/": "",
        **more,
    }
    system(root, files)
    (root / "dev/mapper/vg-root").symlink_to("../dm-1")
    return root


def seen(root: Path) -> tuple[list[tuple[str, str, bool]], list[str]]:
    shown = see(root, DiskEncryption)
    return [(each.holds, each.path, each.encrypted) for each in shown], [gap.kind for gap in shown.gaps]


def test_volumes_on_an_encrypted_disk_are_encrypted(tmp_path: Path) -> None:
    assert seen(running(tmp_path)) == ([("system", "/", True), ("files", "/home", False)], [])


def test_volumes_on_a_plain_disk_are_not(tmp_path: Path) -> None:
    assert seen(running(tmp_path, root_below="sda1"))[0][0] == ("system", "/", False)


def test_a_volume_on_two_disks_is_as_open_as_the_more_open_one(tmp_path: Path) -> None:
    root = running(tmp_path, **{"sys/class/block/dm-1/slaves/sda2/": ""})
    assert seen(root)[0][0] == ("system", "/", False)


def test_a_device_that_only_checks_is_not_encrypted(tmp_path: Path) -> None:
    root = running(tmp_path, **{"sys/class/block/dm-0/dm/uuid": "CRYPT-VERITY-0123-root\n"})
    assert seen(root)[0][0] == ("system", "/", False)


def test_a_battery_makes_a_laptop_but_a_mouse_does_not(tmp_path: Path) -> None:
    power = "sys/class/power_supply"
    mouse = {f"{power}/hid/type": "Battery\n", f"{power}/hid/scope": "Device\n"}
    assert not any(each.laptop for each in see(running(tmp_path / "a", **mouse), DiskEncryption))
    laptop = {f"{power}/BAT0/type": "Battery\n", **mouse}
    assert all(each.laptop for each in see(running(tmp_path / "b", **laptop), DiskEncryption))


def test_a_virtual_machine_does_not_know_what_is_below(tmp_path: Path) -> None:
    virtual = {"proc/cpuinfo": "flags\t: fpu hypervisor\n"}
    assert seen(running(tmp_path, **virtual)) == ([("system", "/", True)], ["not-visible"])


@pytest.mark.parametrize(
    "line",
    [
        "overlay / overlay rw 0 0",
        "rpool/ROOT / zfs rw 0 0",
        "/dev/root / ext4 rw 0 0",
        "proc /proc proc rw 0 0",
        "/dev/sda9 / ext4 rw 0 0",
    ],
)
def test_what_cannot_be_told_is_never_called_plain(tmp_path: Path, line: str) -> None:
    assert seen(running(tmp_path, line + "\n")) == ([], ["not-visible"])


def test_a_home_with_its_own_encryption(tmp_path: Path) -> None:
    mounts = "/dev/sda2 / ext4 rw 0 0\n/home/.ecryptfs/alice/.Private /home/alice ecryptfs rw 0 0\n"
    assert seen(running(tmp_path / "a", mounts))[0] == [("system", "/", False), ("files", "~", True)]
    assert seen(running(tmp_path / "b", "/dev/sda2 / ext4 rw 0 0\n", **{".fscrypt/policies/": ""})) == (
        [],
        ["not-visible"],
    )


def test_devices_that_go_in_circles_end(tmp_path: Path) -> None:
    assert seen(running(tmp_path, "/dev/mapper/vg-root / ext4 rw 0 0\n", root_below="dm-1"))[1] == [
        "not-visible"
    ]


@pytest.mark.parametrize(
    ("fstab", "crypttab", "encrypted"),
    [
        ("UUID=1 / ext4 defaults 0 1", None, False),
        ("/dev/mapper/root_crypt / ext4 defaults 0 1", "root_crypt UUID=2 none luks", True),
        ("UUID=1 / ext4 defaults 0 1", "swap /dev/sda3 /dev/urandom swap", False),
        ("UUID=1 / ext4 defaults 0 1", "data UUID=2 none luks", None),
        ("/dev/mapper/vg-root / ext4 defaults 0 1", None, None),
        ("UUID=1 /boot ext4 defaults 0 1", None, None),
        ("", None, None),
    ],
)
def test_a_mounted_disk(tmp_path: Path, fstab: str, crypttab: str | None, encrypted: bool | None) -> None:
    files: dict[str, str | bytes] = {"etc/fstab": f"# <x> <y>\n{fstab}\n"}
    if crypttab is not None:
        files["etc/crypttab"] = crypttab + "\n"
    shown = see(system(tmp_path, files), DiskEncryption)
    assert {each.encrypted for each in shown} == (set() if encrypted is None else {encrypted})
    assert not any(each.seen for each in shown)
    assert [gap.kind for gap in shown.gaps] == (["not-visible"] if encrypted is None else [])


def test_a_boot_loader_that_unlocks_is_heeded(tmp_path: Path) -> None:
    line = 'GRUB_CMDLINE_LINUX="cryptdevice=UUID=2:root"\n'
    root = system(tmp_path, {"etc/fstab": "UUID=1 / ext4 defaults 0 1\n", "etc/default/grub": line})
    assert seen(root) == ([], ["not-visible"])


def test_without_any_table(tmp_path: Path) -> None:
    assert seen(system(tmp_path / "a", {})) == ([], ["not-visible"])
    assert set(seen(device(tmp_path / "b", {"Pictures/": ""}))[1]) == {"not-held", "not-visible"}


@pytest.mark.parametrize("parser", [encryption.parse_fstab, encryption.parse_crypttab])
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"/dev/x " + data + b" ext4"):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
