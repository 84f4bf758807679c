from __future__ import annotations

import base64
import gzip
import hashlib
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.origin import AS_BROUGHT, Origin
from audit.model import Gap, GapKind
from audit.stores import ParseError, packages
from tests.artifacts.devices import device, see, system

CRON = "".join(
    f"* * * * * root {path}\n"
    for path in ("/usr/bin/a", "/sbin/b", "/opt/c", "tool", "/usr/bin/link", "/home/alice/d")
)
PROGRAMS: dict[str, str | bytes] = {"usr/bin/a": "a", "usr/sbin/b": "b", "opt/c": "c", "usr/bin/tool": "t", "usr/bin/real": "r",
                                    "etc/cron.d/jobs": CRON}  # fmt: skip


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def machine(tmp_path: Path, files: dict[str, str | bytes]) -> Path:
    root = system(tmp_path, {**PROGRAMS, **files})
    for name in ("bin", "sbin"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "etc/alternatives").mkdir()
    (root / "etc/alternatives/link").symlink_to("/usr/bin/real")
    (root / "usr/bin/link").symlink_to("/etc/alternatives/link")
    return root


def packages_of(root: Path) -> dict[str, tuple[str, bool]]:
    return {each.path: (each.package, each.altered) for each in see(root, Origin)}


def test_debian(tmp_path: Path) -> None:
    info = "var/lib/dpkg/info"
    files: dict[str, str | bytes] = {
        f"{info}/a.list": "/.\n/bin\n/bin/a\n",
        f"{info}/a.md5sums": f"{md5('other')}  bin/a\n",
        f"{info}/b:amd64.list": "/usr/sbin/b\n/usr/bin/real\n",
        f"{info}/b:amd64.md5sums": f"{md5('b')}  usr/sbin/b\n{md5('r')}  usr/bin/real\n",
        f"{info}/t.list": "/usr/bin/tool.orig\n",
        "var/lib/dpkg/diversions": "/usr/bin/tool.orig\n/usr/bin/tool\nother\n",
    }
    root = machine(tmp_path, files)
    assert packages_of(root) == {
        "/usr/bin/a": ("a", True),
        "/sbin/b": ("b:amd64", False),
        "/opt/c": ("", False),
        "tool": ("t", False),
        "/usr/bin/link": ("b:amd64", False),
        "/etc/cron.d/jobs": ("", False),
    }
    assert next(each.file for each in see(root, Origin) if each.path == "/usr/bin/link") == "/usr/bin/real"


def test_arch(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "var/lib/pacman/local/a-lib-1.2-3/files": "%FILES%\nusr/\nusr/bin/\nusr/bin/a\nusr/bin/b\n\n%BACKUP%\nopt/c\tx\n",
        "var/lib/pacman/local/ALPM_DB_VERSION": "9\n",
    }
    found = packages_of(machine(tmp_path, files))
    assert found["/usr/bin/a"] == found["/sbin/b"] == ("a-lib", False)
    assert found["/opt/c"] == ("", False)


def test_what_arch_noted_of_its_files(tmp_path: Path) -> None:
    lines = [
        "#mtree",
        "/set type=file uid=0 gid=0 mode=755",
        f"./usr/bin/a time=1.0 size=1 md5digest={md5('a')} sha256digest={hashlib.sha256(b'other').hexdigest()}",
        f"./usr/bin/b time=1.0 size=1 sha256digest={hashlib.sha256(b'b').hexdigest()}",
        f"./usr/bin/too\\154 time=1.0 md5digest={md5('other')}",
        f"./etc/cron.d/jobs time=1.0 md5digest={md5('other')}",
        "./usr/bin/link type=link link=x",
    ]
    folder = "var/lib/pacman/local/a-1-1"
    files: dict[str, str | bytes] = {
        f"{folder}/files": "%FILES%\nusr/bin/a\nusr/bin/b\nusr/bin/tool\nusr/bin/real\netc/cron.d/jobs\n",
        f"{folder}/mtree": gzip.compress("\n".join(lines).encode()),
    }
    found = packages_of(machine(tmp_path, files))
    assert {path for path, (_, altered) in found.items() if altered} == {"/usr/bin/a", "tool"}


@pytest.mark.parametrize("kept", ["var/lib/pacman/local/a-1-1/files", "var/lib/dpkg/info/a.list"])
def test_a_package_without_digests_is_a_gap(tmp_path: Path, kept: str) -> None:
    root = machine(tmp_path, {kept: "%FILES%\nusr/bin/a\n/usr/bin/a\n"})
    digests = f"/{kept}".replace("files", "mtree").replace(".list", ".md5sums")
    assert see(root, Origin).gaps == (Gap(GapKind.NOT_VISIBLE, {"what": AS_BROUGHT, "path": digests}),)
    (root / digests.strip("/")).write_bytes(gzip.compress(b"") if "pacman" in kept else b"")
    assert see(root, Origin).gaps == ()


def test_digests_of_arch_that_do_not_end() -> None:
    with pytest.raises(ParseError):
        packages.mtree(gzip.compress(bytes(65 << 20)))
    with pytest.raises(ParseError):
        packages.mtree(b"./usr/bin/a")


def test_two_package_systems_of_which_one_is_not_read(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "var/lib/dpkg/info/a.list": "/usr/bin/x\n",
        "usr/lib/sysimage/rpm/rpmdb.sqlite": b"x",
    }
    found = see(machine(tmp_path, files), Origin)
    assert found.items
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_LOOKED]


def test_alpine(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        return "Q1" + base64.b64encode(hashlib.sha1(text.encode()).digest()).decode()

    text = (
        f"C:Q1x=\nP:one\nV:1\nF:usr/bin\nR:a\na:0:0:755\nZ:{digest('a')}\nR:tool\nZ:{digest('x')}\n"
        f"\nP:two\nF:usr/sbin\nR:b\nZ:{digest('b')}\nF:etc/cron.d\nR:jobs\nZ:{digest('x')}\n"
    )
    found = packages_of(machine(tmp_path, {"lib/apk/db/installed": text}))
    assert found["/usr/bin/a"] == ("one", False)
    assert found["tool"] == ("one", True)
    assert found["/sbin/b"] == found["/etc/cron.d/jobs"] == ("two", False)


def test_an_unknown_package_system_is_a_gap(tmp_path: Path) -> None:
    found = see(machine(tmp_path, {"var/lib/rpm/rpmdb.sqlite": b"x"}), Origin)
    assert (found.items, [gap.kind for gap in found.gaps]) == ((), [GapKind.NOT_LOOKED])


def test_a_copied_home_holds_none(tmp_path: Path) -> None:
    found = see(device(tmp_path, {".bashrc": ""}), Origin)
    assert GapKind.NOT_HELD in {gap.kind for gap in found.gaps}


def test_two_thousand_packages_are_read_in_time(tmp_path: Path) -> None:
    root = machine(tmp_path, {})
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    for number in range(2_000):
        (info / f"p{number}.list").write_text(
            "".join(f"/usr/share/p{number}/{each}\n" for each in range(100))
        )
    begun = time.monotonic()
    assert see(root, Origin).items
    assert time.monotonic() - begun < 5  # 0.3 s on an idle machine


def test_spellings() -> None:
    assert packages.spellings("/bin/a") == ("/bin/a", "/usr/bin/a")
    assert packages.spellings("/usr/sbin/a") == ("/usr/sbin/a", "/sbin/a", "/bin/a", "/usr/bin/a")
    assert packages.spellings("/opt/bin/a") == ("/opt/bin/a",)


@pytest.mark.parametrize(
    "parser",
    [
        packages.diversions,
        packages.md5sums,
        packages.mtree,
        lambda data: packages.listed(data, {b"/a"}),
        lambda data: packages.pacman_files(data, {b"/a"}),
        lambda data: packages.apk_installed(data, {"/a", "/a/b"}),
    ],
)
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([b"F:a\n", b"R:b\n", b"Z:Q1", b"=\n", b"/a\n", b"%FILES%\n"])).map(b"".join),
    )
)
def test_any_bytes_are_read_or_refused(parser: object, data: bytes) -> None:
    with suppress(ParseError):
        parser(data)  # type: ignore[operator]
