from __future__ import annotations

import contextlib
import os

import pytest

from audit.model import Platform
from audit.sources.base import Home, NotHeldError, Query
from audit.sources.tree import CopiedHome, SystemTree, platform_of, source_of
from tests.artifacts.devices import PASSWD, device, system
from tests.contracts.source import SourceContract


class TestMountedSystem(SourceContract):
    def source_of(self, home, folder):
        (folder / "etc").mkdir()
        return source_of(folder)


class TestCopiedHome(SourceContract):
    def home_in(self, folder):
        return folder / "copy of alice"

    def source_of(self, home, folder):
        return source_of(home)

    def test_absent_places_of_the_rest_of_the_device(self, source):
        for path in ("/etc/passwd", "/", "/home", "/usr"):
            with pytest.raises(NotHeldError):
                source.read(path, 0, 1)
            with pytest.raises(NotHeldError):
                source.scan(path)


SECRET = b"this machine's own"


@pytest.fixture
def outside(tmp_path):
    (tmp_path / "secret").write_bytes(SECRET)
    return tmp_path / "secret"


@pytest.mark.parametrize("lead", ["{outside}", "../../../../../../../../{outside}", "/../..{outside}"])
@pytest.mark.parametrize("kind", ["system", "home"])
def test_links_never_lead_out(tmp_path, outside, lead, kind):
    target = lead.format(outside=outside)
    root = system(tmp_path / "disk", {}) if kind == "system" else device(tmp_path / "alice", {"x": ""})
    home = root / "home/alice" if kind == "system" else root
    (home / "out").symlink_to(target)
    (home / "out-folder").symlink_to(str(outside.parent))
    source = source_of(root)
    at = source.homes[0].path
    for path in (f"{at}/out", f"{at}/out-folder/secret", f"{at}/" + "../" * 12 + str(outside)):
        with pytest.raises(OSError):
            source.read(path, 0, 100)
        with contextlib.suppress(OSError):
            assert not os.path.exists(source.local(path))


def test_an_absolute_link_leads_to_the_place_inside(tmp_path):
    root = system(tmp_path, {"srv/pictures/one": "inside"})
    (root / "home/alice/Pictures").symlink_to("/srv/pictures")
    assert source_of(root).read("/home/alice/Pictures/one", 0, 10) == b"inside"


def test_a_copied_home_knows_its_old_places(tmp_path):
    root = device(tmp_path / "backup", {"Pictures/one": "inside"})
    (root / "Bilder").symlink_to("/home/alice/Pictures")
    source = source_of(root)
    home = source.homes[0]
    assert isinstance(source, CopiedHome)
    for old in ("/home/alice", "/Users/alice", "/var/home/alice", "/root", "/home/somebody.else"):
        assert source.own(f"{old}/Pictures", home) == f"{home.path}/Pictures"
        assert source.read(f"{old}/Pictures/one", 0, 10) == b"inside"
    assert source.read(f"{home.path}/Bilder/one", 0, 10) == b"inside"
    assert source.show(source.own("/home/alice/Pictures", home)) == "~/Pictures"
    assert source.own("/rooted/x", home) == "/rooted/x"


def test_the_one_home_of_a_system_is_written_as_such(tmp_path):
    source = source_of(system(tmp_path, {}))
    assert source.homes == (Home("alice", "/home/alice", "Alice Miller"),)
    assert source.show("/home/alice/x") == "~/x"


def test_several_homes_have_whole_paths(tmp_path):
    source = source_of(system(tmp_path, {"home/bob/": "", "home/lost+found/": "", "home/file": ""}))
    assert [home.user for home in source.homes] == ["alice", "bob"]
    assert source.show("/home/alice/x") == "/home/alice/x"


def test_a_home_behind_a_link_counts_once(tmp_path):
    root = device(tmp_path, {"etc/": "", "var/home/alice/.bashrc": "", "srv/people/bob/.bashrc": ""})
    (root / "home").symlink_to("var/home")
    (root / "var/home/bob").symlink_to("/srv/people/bob")
    (root / "var/home/gone").symlink_to("/srv/people/gone")
    assert [home.path for home in source_of(root).homes] == ["/home/alice", "/home/bob"]


def test_a_home_that_only_the_accounts_name(tmp_path):
    passwd = (
        "root:x:0:0:root:/root:/bin/bash\n"
        "carol:x:1002:1002:Carol C,,,:/data/people/carol/:/bin/bash\n"
        "gone:x:1003:1003::/data/people/gone:/bin/bash\n"
        "nobody:x:65534:65534::/data/people:/usr/sbin/nologin\n"
        "build:x:1004:1004::/data/build:/usr/sbin/nologin\n"
        "odd:x:10²:1::/data/odd:/bin/sh\n"
        "top:x:1005:1005::/:/bin/sh\n"
    )
    files = {
        "etc/passwd": passwd,
        "data/people/carol/": "",
        "data/build/": "",
        "data/odd/": "",
        "home/alice/": "",
    }
    assert source_of(device(tmp_path, files)).homes == (
        Home("alice", "/home/alice"),
        Home("carol", "/data/people/carol", "Carol C"),
    )


def test_a_system_without_homes(tmp_path):
    source = source_of(device(tmp_path, {"etc/passwd": PASSWD}))
    assert source.homes == ()
    assert source.show("/home/alice") == "/home/alice"


@pytest.mark.parametrize(
    ("passwd", "user", "name"),
    [
        ("amiller:x:1000:1000:Alice Miller,Room 3,,:/home/alice:/bin/bash\n", "amiller", "Alice Miller"),
        ("amiller:x:1000:1000::/home/alice:/bin/bash", "amiller", ""),
        ("amiller:x:1000:1000:A:/home/alice/:/bin/bash\n", "amiller", "A"),
        ("\n# nonsense\n:::\na:b\n\xff\xfe\namiller:x:1:1:A:/home/alice:\n", "amiller", "A"),
        ("amiller:x:1000:1000:A:/home/alice:/bin/bash\nshadow:x:999:999:::/home/alice:x:x\n", "amiller", "A"),
        ("", "alice", ""),
        ("alice", "alice", ""),
    ],
)
def test_accounts_are_read_with_care(tmp_path, passwd, user, name):
    root = device(tmp_path, {"etc/passwd": passwd.encode("latin-1"), "home/alice/": ""})
    assert source_of(root).homes == (Home(user, "/home/alice", name),)


def test_a_passwd_that_is_no_file(tmp_path):
    root = device(tmp_path, {"etc/passwd/": "", "home/alice/": ""})
    assert source_of(root).homes == (Home("alice", "/home/alice"),)
    fifo = device(tmp_path / "other", {"etc/": "", "home/alice/": ""})
    os.mkfifo(fifo / "etc/passwd")
    assert source_of(fifo).homes == (Home("alice", "/home/alice"),)


@pytest.mark.parametrize(
    ("folders", "platform"),
    [
        (["etc/"], Platform.LINUX),
        (["Users/", "System/Library/"], Platform.MACOS),
        (["Library/Application Support/"], Platform.MACOS),
        (["Users/", "Windows/"], Platform.WINDOWS),
        (["AppData/"], Platform.WINDOWS),
        (["Documents/"], Platform.LINUX),
    ],
)
def test_which_system_it_is(tmp_path, folders, platform):
    assert platform_of(device(tmp_path, dict.fromkeys(folders, ""))) is platform


def test_users_of_a_mac(tmp_path):
    source = source_of(device(tmp_path, {"Users/alice/": "", "Users/Shared/": "", "System/Library/": ""}))
    assert isinstance(source, SystemTree)
    assert [home.path for home in source.homes] == ["/Users/alice"]


def test_a_tree_answers_no_questions(tmp_path):
    with pytest.raises(NotHeldError):
        source_of(system(tmp_path, {})).query(Query.PROCESSES)


def test_what_cannot_be_listed(tmp_path):
    with pytest.raises(OSError):
        source_of(tmp_path / "missing")
