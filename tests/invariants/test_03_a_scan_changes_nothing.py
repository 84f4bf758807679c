"""Invariant 3: a scan changes nothing on the device, and opens no socket that leaves the machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.cli.command import ROOT
from tests.invariants import home as homes

CHANGING = (
    "creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,truncate,"
    "chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utime,utimes,utimensat,futimesat,mknod,mknodat,setxattr,"
    "lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,mount,umount2"
)
LOOKING = "open,openat,openat2,socket,connect,sendto,execve"
SCAN = [sys.executable, "-c", "from audit.cli.main import main; main()", "scan", "--format", "json"]


@pytest.fixture
def home(tmp_path):
    return homes.full(tmp_path / "alice")


def scan(home, *before, more=()):
    env = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    for name in ("SUDO_UID", "SUDO_GID", "PKEXEC_UID"):
        env.pop(name, None)
    ended = subprocess.run(
        [*before, *SCAN, *more], env=env, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("how", ["live", "tree"])
def test_every_file_is_as_it_was(home, how):
    homes.age(home)
    before, times = homes.state(home), homes.accessed(home)
    value = json.loads(scan(home, more=["--root", str(home)] if how == "tree" else []))
    assert homes.state(home) == before
    assert homes.accessed(home) == times
    found = {row["rule"]: row["findings"] for row in value["results"]}
    assert {each["params"]["site"] for each in found["camera/site-grants"]} == {
        "https://meet.example.org",
        "https://call.example.org",  # stands in the -wal only
    }
    assert found["photos/location"]


def test_databases_are_not_opened_in_place(home):
    profile = home / ".mozilla/firefox/abc.default"
    scan(home, more=["--root", str(home)])
    assert sorted(path.name for path in profile.iterdir()) == ["permissions.sqlite", "permissions.sqlite-wal"]


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_what_the_system_is_asked_for(home, tmp_path):
    scan(home)  # our own modules are compiled once
    trace = tmp_path / "trace"
    output = tmp_path / "report.json"
    scan(
        home,
        "strace", "-f", "-qq", "-s", "300", "-o", str(trace), "-e", f"trace={CHANGING},{LOOKING}",
        more=["-o", str(output)],
    )  # fmt: skip
    calls = trace.read_text(errors="replace").splitlines()
    assert any("Preferences" in line for line in calls)
    assert [line for line in calls if _changes(line, str(tmp_path / "report.json"))] == []
    assert [line for line in calls if re.search(r"(?:socket|connect|sendto)\(", line) and _leaves(line)] == []


def _changes(line: str, report: str) -> bool:
    """Whether a line of the trace is a change of anything but the report, its draft, the terminal and semaphores."""
    if re.search(r"\b(?:open|openat|openat2)\(", line):
        if not re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND", line):
            return False
        return not re.search(
            r'"(?:/dev/null|/dev/tty|/dev/pts/\d+|/dev/shm/[^"/]*|\.curtain-[0-9a-f]{16}\.tmp)"', line
        )
    if re.search(rf"\b(?:{CHANGING.replace(',', '|')})\(", line):
        return not re.search(r'"\.curtain-[0-9a-f]{16}\.tmp"|"/dev/shm/[^"/]*"', line)
    return False


def _leaves(line: str) -> bool:
    return not re.search(r"AF_UNIX|AF_NETLINK|socket\(PF_|sendto\(\d+, .*AF_NETLINK", line) and "AF_" in line


def test_the_trace_is_read_rightly():
    changing = [
        '1 openat(AT_FDCWD, "/home/a/x", O_RDWR|O_CLOEXEC) = 3',
        '1 openat(AT_FDCWD, "/tmp/x", O_WRONLY|O_CREAT, 0600) = 3',
        '1 unlink("/home/a/x") = 0',
        '1 rename("/home/a/x", "/home/a/y") = 0',
        '1 mkdir("/home/a/.cache", 0777) = 0',
    ]
    quiet = [
        '1 openat(AT_FDCWD, "/home/a/x", O_RDONLY|O_CLOEXEC) = 3',
        '1 openat(AT_FDCWD, "/dev/null", O_WRONLY) = 3',
        '1 openat(5, ".curtain-0123456789abcdef.tmp", O_RDWR|O_CREAT|O_EXCL) = 6',
        '1 renameat2(5, ".curtain-0123456789abcdef.tmp", 5, "report.json", RENAME_NOREPLACE) = 0',
    ]
    assert all(_changes(line, "x") for line in changing)
    assert not any(_changes(line, "x") for line in quiet)
    assert _leaves("1 socket(AF_INET, SOCK_DGRAM, 0) = 3")
    assert _leaves("1 connect(3, {sa_family=AF_INET6, sin6_port=htons(53)}, 28) = 0")
    assert not _leaves('1 connect(3, {sa_family=AF_UNIX, sun_path="/run/nscd"}, 110) = -1')
