from __future__ import annotations

import os
import stat

import pytest

from audit.drafts import Draft, clear_leftovers, make_folders, open_folder
from audit.output import OutputError, OutputExistsError, private_file, sharing_warning, write_private
from audit.sharing import shared_with


def test_only_the_owner_can_read_it(tmp_path):
    os.umask(os.umask(0))  # whatever the umask is
    write_private(tmp_path / "report", b"x")
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o600
    assert (tmp_path / "report").read_bytes() == b"x"


def test_never_overwrites_without_force(tmp_path):
    (tmp_path / "report").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match="exists already"):
        write_private(tmp_path / "report", b"x")
    assert (tmp_path / "report").read_bytes() == b"mine"
    write_private(tmp_path / "report", b"x", force=True)
    assert (tmp_path / "report").read_bytes() == b"x"
    assert os.listdir(tmp_path) == ["report"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path):
    with pytest.raises(OutputExistsError), private_file(tmp_path / "report") as stream:
        stream.write(b"x")
        (tmp_path / "report").write_bytes(b"mine")
    assert (tmp_path / "report").read_bytes() == b"mine"


def test_a_link_is_neither_followed_nor_replaced(tmp_path):
    (tmp_path / "other").write_bytes(b"mine")
    (tmp_path / "report").symlink_to("other")
    for force in (False, True):
        with pytest.raises(OutputError, match="not an ordinary file"):
            write_private(tmp_path / "report", b"x", force=force)
    assert (tmp_path / "other").read_bytes() == b"mine"


def test_a_device_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="not an ordinary file"):
        write_private(tmp_path / "pipe", b"x", force=True)


def test_nothing_stays_when_writing_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), private_file(tmp_path / "report") as stream:
        stream.write(b"half")
        _ = 1 // 0
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(OutputError, match="no folder"):
        write_private(tmp_path / "no" / "report", b"x")


def test_leftovers_go_but_only_ours_and_only_dead_ones(tmp_path):
    ours, alike = tmp_path / ".curtain-0123456789abcdef.tmp", tmp_path / ".curtain-notes.tmp"
    ours.write_bytes(b"")
    alike.write_bytes(b"")
    with open_folder(tmp_path) as folder:
        living = Draft(folder)
        assert clear_leftovers(str(tmp_path)) == 1
        assert sorted(os.listdir(tmp_path)) == sorted([living.name, alike.name])
        living.close()
    assert os.listdir(tmp_path) == [alike.name]


@pytest.mark.parametrize(
    ("mark", "service"),
    [
        (".stfolder", "Syncthing"),
        (".sync_0123.db", "Nextcloud"),
        ("._sync_0123.db", "Nextcloud"),
        (".csync_journal.db", "Nextcloud"),
        (".dropbox.cache", "Dropbox"),
    ],
)
def test_marks_of_sync_programs_are_seen_from_below(tmp_path, mark, service):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert shared_with(inner) is None
    (tmp_path / mark).mkdir()
    assert service in (shared_with(inner) or "")
    assert service in (sharing_warning(inner / "report.json", shared_with) or "")


def test_the_settings_folder_of_dropbox_is_no_mark(tmp_path):
    (tmp_path / ".dropbox").mkdir()
    assert shared_with(tmp_path) is None
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "Dropbox" / ".dropbox").write_bytes(b"")
    assert shared_with(tmp_path / "Dropbox") == "Dropbox"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_somebody_else_that_all_may_write_to(tmp_path):
    tmp_path.chmod(0o777)
    assert shared_with(tmp_path) is None
    os.chown(tmp_path, 12345, 12345)
    assert "other accounts" in (shared_with(tmp_path) or "")
    tmp_path.chmod(0o1777)
    assert shared_with(tmp_path) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="what sudo does")
def test_under_sudo_nothing_of_roots_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("SUDO_UID", "12345")
    monkeypatch.setenv("SUDO_GID", "23456")
    make_folders(str(tmp_path / "a" / "b"))
    write_private(tmp_path / "a" / "b" / "report", b"x")
    for path in (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "report"):
        assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)
