from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import samba, shares
from audit.artifacts.base import ParseError
from audit.artifacts.samba import ACCOUNTS, REGISTRY, WHAT, Offer
from audit.artifacts.shares import NetworkShare, OpenFolder
from audit.model import Gap, GapKind
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


def parse_samba(data: bytes) -> list[Offer]:
    """The named folders of one smb.conf(5)."""
    return samba.named(samba.sections_of(samba.settings(data)))


def test_a_plain_debian_offers_nothing() -> None:
    assert parse_samba(DEBIAN) == []


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
    assert parse_samba(text) == [
        Offer("a", "/srv/a", True),
        Offer("b", "/srv/b c", False),
        Offer("d", "/srv/%U", False),
        Offer("e", "/srv/e", False),
    ]


def test_samba_takes_guests_from_global() -> None:
    assert parse_samba(b"[global]\nguest ok = yes\n[a]\npath=/a\n[b]\npath=/b\nguest ok=no") == [
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


def samba_of(
    tmp_path: Path, text: str | bytes, **files: str | bytes
) -> tuple[list[tuple[str, str]], list[Gap]]:
    more = {path.replace("__", "/"): content for path, content in files.items()}
    found = see(system(tmp_path, {"etc/samba/smb.conf": text, **more}), NetworkShare)
    return [(each.name, each.path) for each in found], list(found.gaps)


def test_the_home_of_an_account_that_samba_knows(tmp_path: Path) -> None:
    accounts = b"TDB file\n" + bytes(100) + b"USER_alice\0" + bytes(40)
    passdb = ACCOUNTS.strip("/")
    for number, text in enumerate((DEBIAN, b"[homes]\n", b"[homes]\npath = %H\n")):
        root = tmp_path / str(number)
        shown = see(system(root, {"etc/samba/smb.conf": text, passdb: accounts}), NetworkShare)
        assert [(each.name, each.path, each.guest, each.whole_home) for each in shown] == [
            ("homes", "~", False, True)
        ]
        assert shown.gaps == ()
    other = {"etc/samba/smb.conf": DEBIAN, passdb: accounts.replace(b"alice", b"sam")}
    assert see(system(tmp_path / "a", other), NetworkShare).items == ()
    off = {"etc/samba/smb.conf": b"[homes]\navailable = no\n", passdb: accounts}
    assert see(system(tmp_path / "b", off), NetworkShare).items == ()


def test_homes_whose_accounts_are_kept_elsewhere(tmp_path: Path) -> None:
    text = "[global]\npassdb backend = ldapsam:ldap://x\n[homes]\n"
    assert samba_of(tmp_path, text) == (
        [],
        [Gap(GapKind.NOT_VISIBLE, {"what": WHAT, "path": "passdb backend = ldapsam"})],
    )


def test_what_samba_includes(tmp_path: Path) -> None:
    text = "[global]\nInclude = /etc/samba/more.conf\n[a]\ninclude = a.conf\nguest ok = yes\n[b]\npath = /srv/b\n"
    files = {
        "etc__samba__more.conf": "[photos]\npath = /home/alice/Pictures\n",
        "etc__samba__a.conf": "path = /srv/a\n",
    }
    found, gaps = samba_of(tmp_path, text, **files)
    assert sorted(found) == [("a", "/srv/a"), ("b", "/srv/b"), ("photos", "~/Pictures")]
    assert gaps == []


def test_files_of_samba_that_include_each_other_end(tmp_path: Path) -> None:
    text = "include = /etc/samba/smb.conf\n" * 2
    assert {gap.kind for gap in samba_of(tmp_path, text)[1]} == {GapKind.BOUNDED}


@pytest.mark.parametrize("line", ["include = registry", "config backend = registry", "registry shares = Yes"])
def test_shares_in_a_database_are_a_gap(tmp_path: Path, line: str) -> None:
    found, gaps = samba_of(tmp_path, f"[global]\n{line}\n[a]\npath = /srv/a\n")
    assert found == [("a", "/srv/a")]
    assert gaps == [Gap(GapKind.NOT_VISIBLE, {"what": WHAT, "path": REGISTRY})]


@pytest.mark.parametrize(
    "text", ["[global]\ninclude = /etc/samba/%m.conf\n", "[a]\npath = /etc/samba/%m.conf\n"]
)
def test_a_name_that_each_visitor_changes_is_a_gap(tmp_path: Path, text: str) -> None:
    gap = Gap(GapKind.NOT_VISIBLE, {"what": WHAT, "path": "/etc/samba/%m.conf"})
    assert samba_of(tmp_path, text) == ([], [gap])


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
    "parser", [parse_samba, shares.parse_usershare, shares.parse_exports, shares.parse_minidlna]
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"[a]\npath=/" + data, b"/" + data, b'"/' + data, b"media_dir=" + data):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
