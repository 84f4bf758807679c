from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import shares
from audit.artifacts.base import ParseError
from audit.artifacts.shares import NetworkShare, Offer, OpenFolder
from tests.artifacts.devices import device, see, system

# As Debian's samba-common 4.17 installs it, shortened.
DEBIAN = b"""
[global]
   workgroup = WORKGROUP
   map to guest = bad user
   usershare allow guests = yes
[homes]
   comment = Home Directories
   browseable = no
   read only = yes
[printers]
   comment = All Printers
   path = /var/tmp
   printable = yes
   guest ok = no
[print$]
   path = /var/lib/samba/printers
   guest ok = no
"""
USERSHARE = (
    "#VERSION 2\npath=/home/alice/Pictures\ncomment=\nusershare_acl=S-1-1-0:R\nguest_ok=y\nsharename=Photos\n"
)


def test_a_plain_debian_offers_nothing() -> None:
    assert shares.parse_samba(DEBIAN) == []


def test_samba() -> None:
    text = b"""
    [a]
      Path = /srv/a
      Guest OK = Yes
    [b]
    directory = "/srv/b c"
    public = no
    [c]
    path = /srv/c
    available = no
    [d]
    path = /srv/%U
    [e]
    pa\\
th = /srv/e
    """
    assert shares.parse_samba(text) == [
        Offer("a", "/srv/a", True),
        Offer("b", "/srv/b c", False),
        Offer("e", "/srv/e", False),
    ]


def test_samba_takes_guests_from_global() -> None:
    assert shares.parse_samba(b"[global]\nguest ok = yes\n[a]\npath=/a\n[b]\npath=/b\nguest ok=no") == [
        Offer("a", "/a", True),
        Offer("b", "/b", False),
    ]


def test_exports() -> None:
    text = b"""
# /srv/no *(rw)
/srv/a 192.168.1.0/24(rw) host(ro)  # comment
/srv/b *(ro)
/srv/c
/srv/d (ro)
"/srv/e f" host(rw)
/srv/g\\040h -ro host
"""
    assert [(each.path, each.guest) for each in shares.parse_exports(text)] == [
        ("/srv/a", False),
        ("/srv/b", True),
        ("/srv/c", True),
        ("/srv/d", True),
        ("/srv/e f", False),
        ("/srv/g h", False),
    ]


def test_minidlna() -> None:
    text = b"media_dir=/var/lib/minidlna\nmedia_dir=A,/m\nmedia_dir=PV,/p\n#media_dir=/no\nport=8200\nmedia_dir=relative\n"
    assert [each.path for each in shares.parse_minidlna(text)] == ["/var/lib/minidlna", "/p"]


def test_a_machine_with_each(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "etc/samba/smb.conf": DEBIAN,
            "var/lib/samba/usershares/photos": USERSHARE,
            "etc/exports": "/home *(ro)\n",
            "etc/minidlna.conf": "media_dir=P,/home/alice/Bilder\n",
        },
    )
    assert [(each.service, each.path, each.guest, each.whole_home) for each in see(root, NetworkShare)] == [
        ("Samba", "~/Pictures", True, False),
        ("NFS", "/home", True, True),
        ("DLNA", "~/Bilder", True, False),
    ]


def test_a_copied_home_cannot_tell(tmp_path: Path) -> None:
    shown = see(device(tmp_path, {"Pictures/": ""}), NetworkShare)
    assert not shown.items
    assert {gap.kind for gap in shown.gaps} == {"not-held"}


def test_a_broken_usershare_is_a_gap(tmp_path: Path) -> None:
    shown = see(system(tmp_path, {"var/lib/samba/usershares/x": "nonsense"}), NetworkShare)
    assert [gap.kind for gap in shown.gaps] == ["malformed"]


@pytest.mark.parametrize(
    ("home", "pictures", "open_folders"),
    [
        (0o755, 0o755, ["~/Pictures"]),
        (0o711, 0o755, ["~/Pictures"]),
        (0o700, 0o755, []),
        (0o755, 0o750, []),
        (0o755, 0o751, []),
    ],
)
def test_who_may_look_in(tmp_path: Path, home: int, pictures: int, open_folders: list[str]) -> None:
    root = system(tmp_path, {"home/alice/Pictures/": ""})
    (root / "home").chmod(0o755)
    (root / "home/alice").chmod(home)
    (root / "home/alice/Pictures").chmod(pictures)
    assert [each.path for each in see(root, OpenFolder)] == open_folders


def test_a_copied_home_that_is_closed_is_closed(tmp_path: Path) -> None:
    root = device(tmp_path / "copy", {"Pictures/": ""})
    (root / "Pictures").chmod(0o755)
    root.chmod(0o700)
    shown = see(root, OpenFolder)
    assert (list(shown), list(shown.gaps)) == ([], [])
    root.chmod(0o755)
    shown = see(root, OpenFolder)
    assert (list(shown), [gap.kind for gap in shown.gaps]) == ([], ["not-held"])


@pytest.mark.parametrize(
    "parser", [shares.parse_samba, shares.parse_usershare, shares.parse_exports, shares.parse_minidlna]
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"[a]\npath=/" + data, b"/" + data, b'"/' + data, b"media_dir=" + data):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
