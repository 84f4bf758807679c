from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import dropbox, nextcloud, rclone
from audit.artifacts.base import ParseError
from audit.artifacts.sync import SyncFolder
from tests.artifacts.devices import see, system

NEXTCLOUD = r"""
[General]
clientVersion=3.16.0
[Accounts]
version=13
0\Folders\1\localPath=/home/alice/Nextcloud/
0\Folders\1\paused=false
0\Folders\1\targetPath=/
0\FoldersWithPlaceholders\2\localPath="/home/alice/B\xfc""cher, alt/"
0\FoldersWithPlaceholders\2\paused=true
0\dav_user=alice
0\url=https://alice:hunter2@cloud.example.org/
1\Multifolders\3\localPath=/srv/work
1\url=https://work.example.org
"""
UNIT = """
[Service]
ExecStart=/usr/bin/rclone sync --config %h/.config/rclone/rclone.conf %h/Pictures gdrive:photos \\
    --transfers=2
"""


def seen(tmp_path: Path, **files: str | bytes) -> list[SyncFolder]:
    return list(
        see(system(tmp_path, {f"home/alice/{path}": text for path, text in files.items()}), SyncFolder)
    )


def test_nextcloud(tmp_path: Path) -> None:
    text = NEXTCLOUD.replace('\\xfc""cher', "\\xfc cher")
    found = seen(tmp_path, **{".config/Nextcloud/nextcloud.cfg": text})
    assert [(each.client, each.path, each.account, each.paused) for each in found] == [
        ("Nextcloud", "~/Nextcloud", "alice@cloud.example.org", False),
        ("Nextcloud", "~/B\xfc cher, alt", "alice@cloud.example.org", True),
        ("Nextcloud", "/srv/work", "work.example.org", False),
    ]
    assert not any(each.peers_known for each in found)
    assert "hunter2" not in repr(found)


def test_dropbox(tmp_path: Path) -> None:
    text = '{"personal": {"path": "/home/alice/Dropbox", "host": 1, "is_team": false}, "business": {"path": 3}, "x": []}'
    found = seen(tmp_path, **{".dropbox/info.json": text})
    assert [(each.client, each.path, each.account, each.peers_known) for each in found] == [
        ("Dropbox", "~/Dropbox", "personal", False)
    ]


def test_rclone_with_a_job_and_a_remote_without(tmp_path: Path) -> None:
    conf = "[gdrive]\ntype = drive\ntoken = {SECRET}\n[disk]\ntype = local\n[box]\ntype = sftp\n"
    found = seen(tmp_path, **{".config/rclone/rclone.conf": conf, ".config/systemd/user/copy.service": UNIT})
    assert [(each.path, each.account, each.settings) for each in found] == [
        ("~/Pictures", "gdrive", "~/.config/systemd/user/copy.service"),
        ("", "box", "~/.config/rclone/rclone.conf"),
    ]
    assert "SECRET" not in repr(found)


def test_what_rclone_encrypts_nobody_there_can_read(tmp_path: Path) -> None:
    conf = "[gdrive]\ntype = drive\n[safe]\ntype = crypt\nremote = gdrive:x\npassword = SECRET\n"
    unit = UNIT.replace("gdrive:photos", "safe:")
    found = seen(tmp_path, **{".config/rclone/rclone.conf": conf, ".config/systemd/user/copy.service": unit})
    assert [
        (each.path, each.account, each.peers_known, [peer.sealed for peer in each.peers]) for each in found
    ] == [
        ("~/Pictures", "safe", True, [True]),
        ("", "gdrive", False, []),
    ]
    assert "SECRET" not in repr(found)


def test_locked_rclone_is_a_gap(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "home/alice/.config/rclone/rclone.conf": "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nx"
        },
    )
    shown = see(root, SyncFolder)
    assert [(gap.kind, gap.params) for gap in shown.gaps] == [
        ("encrypted", {"path": "~/.config/rclone/rclone.conf"})
    ]


def test_an_ordinary_home_has_neither_folders_nor_gaps(tmp_path: Path) -> None:
    shown = see(system(tmp_path, {"home/alice/Pictures/": ""}), SyncFolder)
    assert (list(shown), list(shown.gaps)) == ([], [])


@pytest.mark.parametrize(
    ("line", "jobs"),
    [
        ("rclone copy ~/a x:b", [("~/a", "x", False)]),
        ("/usr/bin/rclone -v --bwlimit 1M sync /a x:", [("/a", "x", False)]),
        ("rclone bisync x:b /a", [("/a", "x", True)]),
        ("rclone sync x:b /a", []),  # brings files here
        ("rclone sync /a /b", []),
        ("rclone mount x: /mnt", []),
        ("rclone sync", []),
        ("rclone sync 'a", []),
        ("echo rclone", []),
        ("", []),
    ],
)
def test_jobs(line: str, jobs: list[rclone.Job]) -> None:
    assert rclone.parse_unit(f"[Service]\nExecStart={line}\n".encode()) == jobs


@pytest.mark.parametrize(
    "parser", [dropbox.parse_info, nextcloud.parse_config, rclone.parse_config, rclone.parse_unit]
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (
        data,
        b"[Accounts]\n0\\Folders\\1\\localPath=" + data,
        b"[Service]\nExecStart=rclone sync " + data,
        b"[" * 5000,
    ):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
