from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import backup_jobs
from audit.artifacts.backup_commands import Copy, copies_of
from audit.artifacts.backup_jobs import BackupJob
from audit.artifacts.base import ParseError
from tests.artifacts.devices import see, system

# As Back In Time 1.3 writes it, shortened.
BACK_IN_TIME = """config.version=6
profile1.snapshots.include.1.type=0
profile1.snapshots.include.1.value=/home/alice/Pictures
profile1.snapshots.include.size=1
profile1.snapshots.mode=local
profile1.snapshots.path=/media/alice/DISK
profile1.snapshots.password.save=false
profile2.snapshots.include.1.value=/home/alice
profile2.snapshots.mode=ssh_encfs
profile2.snapshots.ssh.host=nas.example.org
profile3.snapshots.mode=local
"""
RSNAPSHOT = "config_version\t1.2\nsnapshot_root\t/var/cache/rsnapshot/\nbackup\t/home/\tlocalhost/\nbackup\troot@host:/etc/\thost/\n"
CRON = "# m h dom mon dow user command\n0 */4 * * * root /usr/bin/rsnapshot alpha\n"
UNIT = "[Service]\nExecStart=/usr/bin/restic -r sftp:bob:hunter2@nas.example.org:/srv/alice backup --tag x %h/Pictures /home/alice/Videos\n"


def vorta(folder: Path) -> bytes:
    path = folder / "made.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE repomodel (id INTEGER, url TEXT, encryption TEXT)")
        database.execute("CREATE TABLE sourcefilemodel (dir TEXT, repo_id INTEGER)")
        database.execute("CREATE TABLE repopassword (url TEXT, password TEXT)")
        database.execute("INSERT INTO repopassword VALUES ('x', 'SECRET')")
        database.execute(
            "INSERT INTO repomodel VALUES (1, 'ssh://me:hunter2@box.example.org/./repo', 'repokey-blake2')"
        )
        database.execute("INSERT INTO sourcefilemodel VALUES ('/home/alice/Documents', 1)")
    database.close()
    return path.read_bytes()


def seen(tmp_path: Path, files: dict[str, str | bytes]) -> list[BackupJob]:
    return list(see(system(tmp_path, files), BackupJob))


def test_back_in_time(tmp_path: Path) -> None:
    found = seen(tmp_path, {"home/alice/.config/backintime/config": BACK_IN_TIME})
    assert [(each.folders, each.target, each.encrypted, each.away, each.whole_home) for each in found] == [
        (("~/Pictures",), "/media/alice/DISK", False, False, False),
        (("~",), "nas.example.org", True, True, True),
    ]


def test_vorta(tmp_path: Path) -> None:
    found = seen(tmp_path, {"home/alice/.local/share/Vorta/settings.db": vorta(tmp_path)})
    assert [(each.program, each.folders, each.target, each.encrypted, each.away) for each in found] == [
        ("Vorta", ("~/Documents",), "ssh://box.example.org/./repo", True, True)
    ]
    assert "hunter2" not in repr(found)
    assert "SECRET" not in repr(found)


def test_rsnapshot_counts_where_something_starts_it(tmp_path: Path) -> None:
    assert seen(tmp_path, {"etc/rsnapshot.conf": RSNAPSHOT}) == []
    found = seen(tmp_path, {"etc/cron.d/rsnapshot": CRON})
    assert [(each.program, each.folders, each.target, each.encrypted, each.whole_home) for each in found] == [
        ("rsnapshot", ("/home",), "/var/cache/rsnapshot/", False, True)
    ]


def test_a_timer_of_restic(tmp_path: Path) -> None:
    folder = "home/alice/.config/systemd/user"
    root = system(
        tmp_path,
        {
            f"{folder}/copy.service": UNIT,
            f"{folder}/copy.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
            f"{folder}/timers.target.wants/": "",
        },
    )
    (tmp_path / folder / "timers.target.wants/copy.timer").symlink_to("../copy.timer")
    found = list(see(root, BackupJob))
    assert [(each.program, each.folders, each.target, each.encrypted, each.away) for each in found] == [
        ("restic", ("~/Pictures", "~/Videos"), "sftp:nas.example.org:/srv/alice", True, True)
    ]
    assert "hunter2" not in repr(found)


def test_deja_dup_in_a_flatpak(tmp_path: Path) -> None:
    text = "[org/gnome/deja-dup]\nbackend='drive'\nperiodic=true\ninclude-list=['/home/alice/Pictures']\n[org/gnome/deja-dup/drive]\nname='Black disk'\n"
    found = seen(tmp_path, {f"home/alice/{backup_jobs.FLATPAK_DEJA_DUP}": text})
    assert [(each.program, each.folders, each.target, each.away) for each in found] == [
        ("Déjà Dup", ("~/Pictures",), "Black disk", False)
    ]


@pytest.mark.parametrize(
    ("kept", "folders"),
    [
        ('["+ /home/alice/**", "/root/**"]', [("/home/alice",)]),
        ('["+ /root/**", "+ /home/*/.**", "/home/*/**"]', [("/root",)]),
        ('["/home/alice/**", "+ /home/*/.**", "+ /home/alice/.config/**"]', []),
        ('"x"', []),
        ("[3]", []),
    ],
)
def test_timeshift(kept: str, folders: list[tuple[str, ...]]) -> None:
    text = f'{{"backup_device_uuid": "1a2b", "schedule_daily": "true", "exclude": {kept}}}'
    assert [each.folders for each in backup_jobs.parse_timeshift(text.encode())] == folders
    assert backup_jobs.parse_timeshift(text.replace('"true"', '"false"').encode()) == []


def test_deja_dup() -> None:
    root = backup_jobs.DEJA_DUP
    settings = {
        f"{root}/backend": "google",
        f"{root}/periodic": True,
        f"{root}/include-list": ["$HOME", "/srv"],
    }
    assert backup_jobs.deja_dup(settings) == [
        Copy("Déjà Dup", ("$HOME", "/srv"), "Google Drive", None, away=True)
    ]
    settings = {
        f"{root}/last-run": "2026-01-01",
        f"{root}/backend": "remote",
        f"{root}/remote/uri": "sftp://a:hunter2@b/c",
    }
    assert backup_jobs.deja_dup(settings) == [Copy("Déjà Dup", ("$HOME",), "sftp://b/c", None, away=True)]
    assert backup_jobs.deja_dup({f"{root}/nag-check": "x", f"{root}/include-list": 3}) == []


@pytest.mark.parametrize(
    ("line", "copies"),
    [
        ("restic backup /a", [Copy("restic", ("/a",), "", True, away=False)]),
        ("restic --repo=/mnt/x backup /a", [Copy("restic", ("/a",), "/mnt/x", True, away=False)]),
        ("restic forget --keep-last 3", []),
        (
            "nice ionice -c3 borg create --stats ssh://u:p@h/./r::{now} ~/a /b",
            [Copy("Borg", ("~/a", "/b"), "ssh://h/./r", None, away=True)],
        ),
        ("borg prune /r", []),
        (
            "duplicity --no-encryption /a file:///mnt",
            [Copy("duplicity", ("/a",), "file:///mnt", False, away=False)],
        ),
        ("duplicity full /a sftp://u@h/x", [Copy("duplicity", ("/a",), "sftp://h/x", True, away=True)]),
        ("duplicity restore sftp://u@h/x /a", []),
        ("rsync -a -e ssh /home/alice bob@h:/x", [Copy("rsync", ("/home/alice",), "h:/x", False, away=True)]),
        ("rsync -a h:/x /home/alice", []),
        ("rsync -a /home/alice /mnt", []),
        ("rclone sync /a box:b", [Copy("rclone", ("/a",), "box", None, away=True)]),
        ('sh -c "cd / && borgmatic --verbosity 1"', [Copy("borgmatic", (), "", None, away=False)]),
        ("echo restic backup /a", []),
        ("restic", []),
        ("", []),
        ("restic backup 'a", [Copy("restic", ("'a",), "", True, away=False)]),
    ],
)
def test_command_lines(line: str, copies: list[Copy]) -> None:
    assert copies_of(line) == copies


@given(
    line=st.text(max_size=300),
    program=st.sampled_from(["", "restic backup ", "borg create ", "rsync ", "sh -c ", "rclone sync "]),
)
def test_any_line(line: str, program: str) -> None:
    assert len(copies_of(program + line)) <= 50


@pytest.mark.parametrize(
    "parser",
    [
        backup_jobs.parse_back_in_time,
        backup_jobs.parse_vorta,
        backup_jobs.parse_rsnapshot,
        backup_jobs.parse_timeshift,
    ],
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (
        data,
        b"profile1.snapshots.include.1.value=" + data,
        b"backup\t/" + data,
        b'{"exclude":' + data + b"}",
        b"[" * 9000,
        b"SQLite format 3\0" + data * 3,
    ):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
