"""Invariant 12: under sudo the person's home is audited, and nothing of root's is left behind."""

from __future__ import annotations

import json
import os
import pwd

import pytest

from audit.sources.live import LiveSource, person
from tests.cli.command import process

NOBODY = pwd.getpwnam("nobody")


@pytest.mark.parametrize("variable", ["SUDO_UID", "PKEXEC_UID"])
def test_the_home_is_the_persons(variable):
    environ = {variable: str(NOBODY.pw_uid), "HOME": "/root", "USER": "root", "LOGNAME": "root"}
    assert person(environ).path == NOBODY.pw_dir
    assert LiveSource(environ).homes[0].user == "nobody"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be behind sudo")
def test_a_report_belongs_to_the_person(tmp_path):
    tmp_path.chmod(0o777)
    env = {"SUDO_UID": str(NOBODY.pw_uid), "SUDO_GID": str(NOBODY.pw_gid), "HOME": "/root"}
    report = tmp_path / "report.json"
    with process("scan", "--no-photos", "--format", "json", "-o", str(report), env=env) as running:
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (0, ""), err
    facts = report.stat()
    assert (facts.st_uid, facts.st_gid, facts.st_mode & 0o777) == (NOBODY.pw_uid, NOBODY.pw_gid, 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    value = json.loads(report.read_text())
    assert value["host"]["user"] == "nobody"
    assert value["host"]["elevated"] is True
