from __future__ import annotations

import contextlib
import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.sources import files

NAMES = st.sampled_from(["a", "b", "c", "..", ".", ""])
PATHS = st.lists(NAMES, max_size=6).map("/".join)


@given(PATHS, st.dictionaries(PATHS, PATHS.flatmap(lambda path: st.sampled_from([path, "/" + path]))))
def test_resolving_ends_and_stays_inside(path, links):
    links = {"/" + place.strip("/"): target for place, target in links.items()}
    entered = []
    found = None
    with contextlib.suppress(OSError):
        found = files.resolve(path, links.get, entered.append)
    if found is None:
        assert links  # only links can go round in circles
        return
    assert found.startswith("/")
    assert ".." not in found.split("/")
    assert all(links.get(place) is None for place in _prefixes(found))
    assert set(_prefixes(found)) <= set(entered)


def _prefixes(path):
    parts = path.strip("/").split("/") if path != "/" else []
    return ["/" + "/".join(parts[: count + 1]) for count in range(len(parts))]


def test_as_the_system_does(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "c").symlink_to("a/b")
    (tmp_path / "a" / "up").symlink_to("..")
    for path in ("c/..", "c/../b", "a/up/c", "a/up/a/../c/.", "./a//b/"):
        place = f"{tmp_path}/{path}"
        assert files.resolve(place, files.link_target, lambda _: None) == os.path.realpath(place)


def test_every_step_may_be_refused():
    def refuse(place):
        if place == "/mnt/cloud":
            raise OSError(errno.EREMOTE, "elsewhere", place)

    with pytest.raises(OSError, match="elsewhere"):
        files.resolve("/home/way/x", {"/home/way": "../mnt/cloud"}.get, refuse)


def test_forty_links_and_no_more():
    chain = {f"/{number}": str(number + 1) for number in range(100)}
    assert files.resolve("/60", chain.get, lambda _: None) == "/100"
    with pytest.raises(OSError) as caught:
        files.resolve("/59", chain.get, lambda _: None)
    assert caught.value.errno == errno.ELOOP


def test_a_link_put_in_place_of_a_file_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "file").symlink_to("secret")
    real = os.lstat(tmp_path / "secret")
    monkeypatch.setattr(files.os, "lstat", lambda path: real)  # it was a file when it was looked at
    with pytest.raises(OSError) as caught:
        files.read_range(str(tmp_path / "file"), 0, 10)
    assert caught.value.errno == errno.ELOOP


def test_a_fifo_put_in_place_of_a_file_does_not_block(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "photo.jpg")
    (tmp_path / "file").write_bytes(b"")
    real = os.lstat(tmp_path / "file")
    monkeypatch.setattr(files.os, "lstat", lambda path: real)
    with pytest.raises(OSError):
        files.read_range(str(tmp_path / "photo.jpg"), 0, 10)


def test_somebody_elses_file_is_read_without_the_flag(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"text")
    real = os.open

    def refusing(path, flags):
        if flags & os.O_NOATIME:
            raise PermissionError(errno.EPERM, "not the owner", path)
        return real(path, flags)

    monkeypatch.setattr(files.os, "open", refusing)
    assert files.read_range(str(tmp_path / "file"), 1, 2) == b"ex"
