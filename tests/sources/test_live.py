from __future__ import annotations

import errno
import json
import os
import pwd
import subprocess
import sys

import pytest

from audit.mounts import Remote
from audit.sources import live
from audit.sources.base import ElsewhereError, Home, Query
from audit.sources.live import LiveSource, person
from tests.contracts.source import SourceContract


class TestLive(SourceContract):
    def source_of(self, home, folder):
        source = LiveSource({})
        source.homes = (Home("alice", str(home)),)
        return source


@pytest.fixture
def source(monkeypatch, tmp_path):
    monkeypatch.setattr(live, "remote_mounts", lambda: (Remote(str(tmp_path / "cloud"), "fuse.rclone"),))
    (tmp_path / "cloud").mkdir()
    (tmp_path / "cloud" / "file").write_bytes(b"fetched")
    (tmp_path / "cloud" / "link").symlink_to("file")
    (tmp_path / "way").symlink_to("cloud")
    return LiveSource({})


@pytest.mark.parametrize("way", ["cloud/file", "way/file", "way/../cloud/file", "cloud/../cloud/file"])
@pytest.mark.parametrize("ask", ["read", "stat", "scan", "local"])
def test_what_lies_elsewhere_is_never_touched(source, tmp_path, way, ask):
    with pytest.raises(ElsewhereError) as caught:
        getattr(source, ask)(f"{tmp_path}/{way}", *((0, 1) if ask == "read" else ()))
    assert caught.value.strerror == "fuse.rclone"


@pytest.mark.parametrize("way", ["cloud/link", "way/link"])
def test_not_even_a_link_there_is_read(source, tmp_path, way):
    with pytest.raises(ElsewhereError):
        source.readlink(f"{tmp_path}/{way}")


def test_the_link_that_leads_there_may_be_read(source, tmp_path):
    assert source.readlink(f"{tmp_path}/way") == "cloud"


def test_the_person_behind_sudo():
    account = pwd.getpwnam("nobody")
    for variable in ("SUDO_UID", "PKEXEC_UID"):
        assert person({variable: str(account.pw_uid), "HOME": "/root"}) == Home(
            account.pw_name, account.pw_dir, account.pw_gecos.split(",")[0]
        )


@pytest.mark.parametrize("value", ["", "0", "-1", "root", "4000000000", "999999999999999999999"])
def test_a_strange_sudo_is_no_person(value):
    assert person({"SUDO_UID": value, "HOME": "/here"}).path == "/here"


def test_somebody_without_sudo():
    account = pwd.getpwuid(os.getuid())
    assert person({}).path == account.pw_dir
    assert person({"HOME": "/elsewhere"}) == Home(
        account.pw_name, "/elsewhere", account.pw_gecos.split(",")[0]
    )


def test_running_programs_and_the_devices_they_hold():
    held = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; f = open('/dev/full', 'w'); print(flush=True); sys.stdin.read()",
            "it's\n",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with held:
        held.stdout.readline()
        answer = json.loads(LiveSource({}).query(Query.PROCESSES))
        held.stdin.close()
    assert answer["hidden"] is False or os.geteuid() != 0
    mine = next(each for each in answer["processes"] if each["pid"] == held.pid)
    assert mine["files"] == ["/dev/full"]
    assert mine["command"][-1] == "it's\n"
    assert mine["ppid"] == os.getpid()
    assert not any(each["ppid"] == 2 for each in answer["processes"])


def test_an_unknown_question_is_none():
    with pytest.raises((KeyError, OSError)) as caught:
        LiveSource({}).query("uptime")
    assert getattr(caught.value, "errno", errno.ENOSYS) == errno.ENOSYS
