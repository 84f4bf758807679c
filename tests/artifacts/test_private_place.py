from __future__ import annotations

from pathlib import Path

from audit.artifacts.private_place import PrivatePlace
from tests.artifacts.devices import PASSWD, device, see, system

BOB = PASSWD + "bob:x:1001:1001::/home/bob:/bin/bash\n"
GROUP = "users:x:100:bob\nalice:x:1000:\nbob:x:1001:\n"


def home(tmp_path: Path, modes: dict[str, int]) -> Path:
    """Alice's home, closed as programs close it, then opened as `modes` say."""
    root = system(
        tmp_path,
        {
            "etc/passwd": BOB,
            "etc/group": GROUP,
            "home/alice/.ssh/id_ed25519": "key",
            "home/alice/.ssh/id_ed25519.pub": "key",
            "home/alice/.ssh/known_hosts": "host",
            "home/alice/.mozilla/firefox/abc.default/logins.json": "{}",
            "home/alice/.mozilla/firefox/profiles.ini": "[General]",
            "home/alice/.bash_history": "ls",
            "home/alice/.bashrc": "",
            "home/alice/.config/": "",
        },
    )
    usual = {
        "": 0o755,
        ".ssh": 0o700,
        ".ssh/id_ed25519": 0o600,
        ".mozilla": 0o755,
        ".mozilla/firefox": 0o755,
        ".mozilla/firefox/abc.default": 0o700,
        ".bash_history": 0o600,
        ".bashrc": 0o644,
        ".config": 0o755,
    }
    for place in (root / "home", root):
        place.chmod(0o755)
    for path, mode in {**usual, **modes}.items():
        (root / "home/alice" / path).chmod(mode)
    return root


def seen(root: Path) -> list[tuple[str, str, bool, tuple[str, ...]]]:
    return [(each.path, each.mode, each.writable, each.others) for each in see(root, PrivatePlace)]


def test_as_programs_leave_it_nothing_is_open(tmp_path: Path) -> None:
    assert seen(home(tmp_path, {})) == []


def test_what_others_can_read(tmp_path: Path) -> None:
    root = home(tmp_path, {".mozilla/firefox/abc.default": 0o755, ".bash_history": 0o644, ".ssh": 0o755})
    assert seen(root) == [
        ("~/.mozilla/firefox", "0755", False, ("bob",)),
        ("~/.bash_history", "0644", False, ("bob",)),
    ]


def test_a_closed_home_closes_all_in_it(tmp_path: Path) -> None:
    modes = {"": 0o700, ".mozilla/firefox/abc.default": 0o755, ".bash_history": 0o666, ".bashrc": 0o666}
    assert seen(home(tmp_path, modes)) == []


def test_what_others_can_change(tmp_path: Path) -> None:
    root = home(tmp_path, {".bashrc": 0o666, ".config": 0o777})
    assert seen(root) == [("~/.config", "0777", True, ("bob",)), ("~/.bashrc", "0666", True, ("bob",))]


def test_a_group_counts_only_where_somebody_else_is_in_it(tmp_path: Path) -> None:
    root = home(tmp_path, {".bash_history": 0o640, ".bashrc": 0o664})
    own = (root / "home/alice/.bashrc").stat().st_gid
    (root / "etc/group").write_text(f"alice:x:{own}:\n")
    assert seen(root) == []
    (root / "etc/group").write_text(f"shared:x:{own}:bob\n")
    (root / "home/alice").chmod(0o750)
    assert seen(root) == [("~/.bash_history", "0640", False, ("bob",)), ("~/.bashrc", "0664", True, ("bob",))]


def test_with_nobody_else_it_is_open_to_nobody_yet(tmp_path: Path) -> None:
    root = home(tmp_path, {".bash_history": 0o644})
    (root / "etc/passwd").write_text(PASSWD)
    assert seen(root) == [("~/.bash_history", "0644", False, ())]


def test_a_copied_home_does_not_say_who_else_there_is(tmp_path: Path) -> None:
    assert "not-held" in {
        gap.kind for gap in see(device(tmp_path, {".ssh/id_rsa": "key"}), PrivatePlace).gaps
    }
