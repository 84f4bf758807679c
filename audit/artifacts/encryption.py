"""Whether the disk under the system and under a person's files is encrypted.

On a running machine: the mount table and sysfs. On a disk: fstab(5) and crypttab(5), which say less; where they do
not tell, nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.folders import inside
from audit.model import GapKind
from audit.stores import ini

MOUNTS = "/proc/mounts"
BLOCK = "/sys/class/block"
POWER = "/sys/class/power_supply"
# Where a boot loader says that it unlocks a disk: then fstab and crypttab are not the whole story.
BOOT = ("/etc/default/grub", "/etc/kernel/cmdline", "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg")
_UNLOCKS = re.compile(rb"cryptdevice=|rd\.luks|luks\.(uuid|name)|cryptomount|cryptroot")
_ENCRYPTING = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.encfs"})
# cryptsetup names its other devices alike, those that check data but do not hide it.
_ONLY_CHECKING = (b"CRYPT-VERITY-", b"CRYPT-INTEGRITY-", b"CRYPT-SUBDEV-")
_DEEPEST = 8
_WHAT = "whether the disk is encrypted"


@dataclass(frozen=True, slots=True)
class DiskEncryption(Artifact):
    """A disk that holds `holds` ("files" of a person, or the "system"), as far as it can be told.

    `seen`: read from the running system; else from settings. `laptop`: the machine has a battery.
    """

    KIND: ClassVar[str] = "disk-encryption"
    holds: str
    path: str
    device: str
    encrypted: bool
    settings: str
    seen: bool = True
    laptop: bool = False


class Mount(NamedTuple):
    device: str
    path: str
    kind: str


@collects(DiskEncryption)
def collect(look: Look) -> Iterator[DiskEncryption]:
    mounts = look.parse(parse_mounts, MOUNTS)
    if mounts:
        yield from _live(look, mounts)
    else:
        yield from _on_disk(look)


def _places(look: Look) -> Iterator[tuple[str, str]]:
    yield "system", "/"
    yield from (("files", home.path) for home in look.homes)


def _live(look: Look, mounts: list[Mount]) -> Iterator[DiskEncryption]:
    laptop = _has_battery(look)
    virtual = b"hypervisor" in (look.read("/proc/cpuinfo") or b"")
    for holds, path in _places(look):
        mount = _mount_of(path, mounts)
        encrypted = _encrypted(look, mount) if mount else None
        if mount and encrypted is not None and not (virtual and not encrypted):
            yield DiskEncryption(
                holds, look.show(mount.path), mount.device, encrypted, MOUNTS, seen=True, laptop=laptop
            )
        else:
            look.gap(GapKind.NOT_VISIBLE, path=MOUNTS, what=_WHAT)


def _mount_of(path: str, mounts: list[Mount]) -> Mount | None:
    """The deepest mount that holds a path; of two at one place, the later hides the earlier."""
    holding = [each for each in mounts if inside(path, each.path) and each.kind != "autofs"]
    return max(enumerate(holding), key=lambda pair: (len(pair[1].path), pair[0]))[1] if holding else None


def _encrypted(look: Look, mount: Mount) -> bool | None:
    """None where the device does not tell: a container's layers, a file system that encrypts by itself."""
    if mount.kind in _ENCRYPTING:
        return True
    if not mount.device.startswith("/dev/") or mount.kind == "zfs":
        return None
    if look.stat(f"{mount.path.rstrip('/')}/.fscrypt") is not None:
        return None
    name = mount.device.rpartition("/")[2]
    if (
        look.stat(f"{BLOCK}/{name}") is None
    ):  # a name for people, /dev/mapper/x or /dev/vg/x: a link to the device
        name = (look.readlink(mount.device) or "").rpartition("/")[2]
    return _block(look, name, _DEEPEST) if name else None


def _block(look: Look, name: str, deepest: int) -> bool | None:
    """A block device is encrypted if dm-crypt makes it, or if all below it are.

    Kernel, ABI/testing/sysfs-block-dm: dm/uuid; cryptsetup's ChangeLog: its prefix CRYPT- and the kind of device.
    """
    if deepest == 0 or look.stat(f"{BLOCK}/{name}") is None:
        return None
    uuid = look.read(f"{BLOCK}/{name}/dm/uuid") or b""
    if uuid.startswith(b"CRYPT-") and not uuid.startswith(_ONLY_CHECKING):
        return True
    below = [_block(look, each.name, deepest - 1) for each in look.scan(f"{BLOCK}/{name}/slaves")]
    if None in below:
        return None
    return bool(below) and all(below)


def _has_battery(look: Look) -> bool:
    """A battery that is not a mouse's: `scope` of those is Device (kernel, include/linux/power_supply.h)."""
    return any(
        (look.read(f"{POWER}/{each.name}/type") or b"").strip() == b"Battery"
        and (look.read(f"{POWER}/{each.name}/scope") or b"").strip() != b"Device"
        for each in look.scan(POWER)
    )


def _on_disk(look: Look) -> Iterator[DiskEncryption]:
    table = look.parse(parse_fstab, "/etc/fstab") or []
    targets = look.parse(parse_crypttab, "/etc/crypttab") or []
    unlocks = any(_UNLOCKS.search(look.read(path) or b"") for path in BOOT)
    for holds, path in _places(look):
        mount = _mount_of(path, table)
        encrypted = _by_tables(mount, targets) if mount else None
        if mount is None or encrypted is None or (unlocks and not encrypted):
            look.gap(GapKind.NOT_VISIBLE, path="/etc/fstab", what=_WHAT)
        else:
            yield DiskEncryption(
                holds, look.show(mount.path), mount.device, encrypted, "/etc/fstab", seen=False
            )


def _by_tables(mount: Mount, targets: list[str]) -> bool | None:
    """A mapped device that crypttab makes is encrypted; without any entry in crypttab, a plain one is not."""
    if mount.device.removeprefix("/dev/mapper/") in targets:
        return True
    plain = mount.device.startswith(
        ("/dev/sd", "/dev/nvme", "/dev/mmcblk", "UUID=", "PARTUUID=", "LABEL=", "PARTLABEL=")
    )
    return False if plain and not targets and mount.kind != "zfs" else None


def parse_mounts(data: bytes) -> list[Mount]:
    """A mount table as the kernel writes it (proc(5)). Raises ParseError."""
    return parse_fstab(data)


def parse_fstab(data: bytes) -> list[Mount]:
    """Device, place and kind of fstab(5), for entries that have a place. Raises ParseError."""
    rows = (line.split() for line in ini.lines_of(data) if not line.startswith("#"))
    return [
        Mount(_unescaped(row[0]).strip('"').replace('="', "="), _unescaped(row[1]), row[2])
        for row in rows
        if len(row) >= 3 and row[1].startswith("/")
    ]


def parse_crypttab(data: bytes) -> list[str]:
    """The names of the devices that crypttab(5) makes, but for swap with a new key at every start. Raises ParseError."""
    rows = (line.split() for line in ini.lines_of(data) if not line.startswith("#"))
    return [row[0] for row in rows if len(row) >= 2 and not (len(row) > 3 and "swap" in row[3].split(","))]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8) & 0xFF), text)
