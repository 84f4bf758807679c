"""A file under its name is complete; where the file system can, one that is not complete has no name at all."""

from __future__ import annotations

import errno
import os

import pytest

from audit import drafts
from audit.drafts import Draft, is_leftover, open_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, "_with_nameless", {})
    with open_folder(tmp_path) as fd:
        yield fd


@pytest.fixture(params=["nameless", "no link", "no such files"])
def kind(request, monkeypatch):
    def refused(*_, **__):
        raise OSError(errno.EPERM, "refused")

    if request.param == "no link":
        monkeypatch.setattr(os, "link", refused)
    elif request.param == "no such files":
        monkeypatch.setattr(drafts, "_CREATE_NAMELESS", None)
    return request.param


def test_it_has_a_name_only_when_it_is_published(folder, kind, tmp_path):
    draft = Draft(folder, new=True)
    os.write(draft.fd, b"whole")
    names = os.listdir(tmp_path)
    if kind != "nameless":
        assert is_leftover(names.pop())
    assert names == []
    draft.publish("picture.jpg", replace=False)
    draft.close()
    assert os.listdir(tmp_path) == ["picture.jpg"]
    assert (tmp_path / "picture.jpg").read_bytes() == b"whole"
    assert (tmp_path / "picture.jpg").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("kind")
def test_what_came_there_meanwhile_stays(folder, tmp_path):
    draft = Draft(folder, new=True)
    (tmp_path / "picture.jpg").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError):
        draft.publish("picture.jpg", replace=False)
    draft.close()
    assert os.listdir(tmp_path) == ["picture.jpg"]
    assert (tmp_path / "picture.jpg").read_bytes() == b"somebody's"


@pytest.mark.usefixtures("kind")
def test_one_that_is_let_go_of_leaves_nothing(folder, tmp_path):
    Draft(folder, new=True).close()
    assert os.listdir(tmp_path) == []


def test_what_replaces_a_file_is_held_by_a_lock(folder, tmp_path):
    (tmp_path / "picture.jpg").write_bytes(b"before")
    draft = Draft(folder)
    os.write(draft.fd, b"after")
    assert drafts.clear_leftovers(str(tmp_path)) == 1
    draft.publish("picture.jpg", replace=True)
    draft.close()
    assert (tmp_path / "picture.jpg").read_bytes() == b"after"
    assert os.listdir(tmp_path) == ["picture.jpg"]
