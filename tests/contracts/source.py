"""What every source promises: read-only, within the device, never hanging, every failure an OSError."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.sources.base import Query, Source
from tests.sources import devices


class SourceContract:
    """`home` is the folder of the person whose device it is; `source_of` looks at the device that holds it."""

    def home_in(self, folder: Path) -> Path:
        return folder / "home" / "alice"

    def source_of(self, home: Path, folder: Path) -> Source:
        raise NotImplementedError

    @pytest.fixture
    def folder(self) -> Iterator[Path]:
        with devices.open_folder_for_all() as folder:
            yield folder

    @pytest.fixture
    def home(self, folder: Path) -> Path:
        home = self.home_in(folder)
        devices.hostile_home(home)
        return home

    @pytest.fixture
    def source(self, home: Path, folder: Path) -> Source:
        return self.source_of(home, folder)

    @pytest.fixture
    def at(self, source: Source) -> str:
        """The home's path on the device."""
        return source.homes[0].path

    def test_reads_a_range(self, source: Source, at: str) -> None:
        assert source.read(f"{at}/notes.txt", 0, 1000) == b"0123456789" * 10
        assert source.read(f"{at}/notes.txt", 8, 4) == b"8901"
        assert source.read(f"{at}/notes.txt", 95, 100) == b"56789"
        assert source.read(f"{at}/notes.txt", 1000, 10) == b""

    def test_links_are_followed(self, source: Source, at: str) -> None:
        assert source.read(f"{at}/link", 0, 10) == b"one"
        assert source.read(f"{at}/folder-link/one.txt", 0, 10) == b"one"
        assert source.readlink(f"{at}/folder-link/../link") == "Pictures/one.txt"
        assert stat.S_ISREG(source.stat(f"{at}/link").mode)
        assert [entry.name for entry in source.scan(f"{at}/folder-link")] == ["one.txt"]

    def test_stat(self, source: Source, at: str, home: Path) -> None:
        found, real = source.stat(f"{at}/notes.txt"), (home / "notes.txt").stat()
        assert (found.size, found.uid, found.gid, found.mode) == (100, real.st_uid, real.st_gid, real.st_mode)
        assert found.modified == real.st_mtime

    @pytest.mark.parametrize("name", ["missing", "missing/too", "notes.txt/too", "broken"])
    def test_absent(self, source: Source, at: str, name: str) -> None:
        for ask in (lambda path: source.read(path, 0, 1), source.stat, source.scan):
            with pytest.raises(OSError) as caught:
                ask(f"{at}/{name}")
            assert caught.value.errno in (errno.ENOENT, errno.ENOTDIR)

    @pytest.mark.parametrize("name", ["loop-a", "self"])
    def test_loops_end(self, source: Source, at: str, name: str) -> None:
        for ask in (lambda path: source.read(path, 0, 1), source.stat, source.scan):
            with pytest.raises(OSError) as caught:
                ask(f"{at}/{name}")
            assert caught.value.errno == errno.ELOOP

    @pytest.mark.parametrize("name", ["photo.jpg", "socket", "Pictures"])
    def test_only_files_are_opened(self, source: Source, at: str, name: str) -> None:
        began = time.monotonic()
        with pytest.raises(OSError):
            source.read(f"{at}/{name}", 0, 1)
        assert time.monotonic() - began < 1

    def test_a_device_node_is_not_opened(self, source: Source, at: str, home: Path) -> None:
        devices.device_node(home / "camera.jpg")
        with pytest.raises(OSError):
            source.read(f"{at}/camera.jpg", 0, 1)

    def test_names_that_are_not_utf8(self, source: Source, at: str) -> None:
        name = os.fsdecode(b"caf\xe9\n\x1b[31m")
        assert name in [entry.name for entry in source.scan(at)]
        assert source.read(f"{at}/{name}", 0, 10) == b"odd"

    @pytest.mark.parametrize("name", ["a\0b", "\ud800"])
    def test_what_is_no_path_is_refused(self, source: Source, at: str, name: str) -> None:
        for ask in (lambda path: source.read(path, 0, 1), source.stat, source.scan, source.local):
            with pytest.raises(OSError):
                ask(f"{at}/{name}")

    def test_measures_a_folder_and_what_is_below(self, source: Source, at: str, home: Path) -> None:
        album = home / "album"
        (album / "deep" / "er").mkdir(parents=True)
        (album / "a.JPG").write_bytes(b"x" * 10)
        (album / "deep" / "b.jpg").write_bytes(b"x" * 20)
        (album / "deep" / "er" / "plain").write_bytes(b"x" * 3)
        (album / "up").symlink_to("..")
        found = source.measure(f"{at}/album", 100)
        assert (dict(found.endings), found.whole) == ({".jpg": (2, 30), "": (1, 3)}, True)
        assert (found.files, found.size, found.refused) == (3, 33, 0)
        assert not source.measure(f"{at}/album", 2).whole
        with pytest.raises(FileNotFoundError):
            source.measure(f"{at}/missing", 100)

    def test_searches_the_upper_folders(self, source: Source, at: str, home: Path) -> None:
        album = home / "album"
        (album / "deep" / "er").mkdir(parents=True)
        (album / ".hidden").mkdir()
        for place in ("a.ab", ".mark", "deep/b.ab", "deep/er/c.ab", ".hidden/d.ab", "e.abc"):
            (album / place).write_text("")
        (album / "link").symlink_to("deep")
        found = source.search(f"{at}/album", r".+\.ab|\.mark", 2, 100)
        assert (list(found.found), found.refused, found.whole) == ([".mark", "a.ab", "deep/b.ab"], [], True)
        assert not source.search(f"{at}/album", "x", 3, 1).whole
        with pytest.raises(FileNotFoundError):
            source.search(f"{at}/missing", "x", 3, 100)

    def test_kinds_of_entries(self, source: Source, at: str) -> None:
        found = {entry.name: (entry.is_dir, entry.is_file, entry.is_link) for entry in source.scan(at)}
        assert found["Pictures"] == (True, False, False)
        assert found["notes.txt"] == (False, True, False)
        assert found["folder-link"] == (False, False, True)
        assert found["photo.jpg"] == (False, False, False)
        assert list(found) == sorted(found)

    def test_what_it_may_not_read_says_so(self, source: Source, at: str, home: Path) -> None:
        (home / "notes.txt").chmod(0)
        (home / "Pictures").chmod(0)
        with devices.without_rights():
            asked = ((lambda p: source.read(p, 0, 1), "notes.txt"), (source.scan, "Pictures"))
            for ask, name in asked:
                with pytest.raises(PermissionError):
                    ask(f"{at}/{name}")
        (home / "Pictures").chmod(0o755)

    def test_reading_leaves_the_access_time(self, source: Source, at: str, home: Path) -> None:
        place = home / "notes.txt"

        def read_long_ago(read: object) -> float:
            os.utime(place, (1_000_000_000, 1_500_000_000))
            read()  # type: ignore[operator]
            return place.stat().st_atime

        if read_long_ago(place.read_bytes) == 1_000_000_000:
            pytest.skip("this file system does not keep access times")
        assert read_long_ago(lambda: source.read(f"{at}/notes.txt", 0, 100)) == 1_000_000_000

    def test_a_home_as_people_write_it(self, source: Source, at: str) -> None:
        assert source.show(f"{at}/Pictures") == "~/Pictures"
        assert source.show(at) == "~"
        assert source.show(f"{at}x/Pictures") == f"{at}x/Pictures"

    def test_what_settings_name_is_a_path_of_the_device(self, source: Source, at: str) -> None:
        home = source.homes[0]
        for written in (
            "~/Pictures",
            "$HOME/Pictures",
            "${HOME}/Pictures",
            "Pictures",
            f"{at}/x/../Pictures",
        ):
            assert source.own(written, home) == f"{at}/Pictures"
        assert source.own("~", home) == at

    def test_where_pictures_can_be_walked(self, source: Source, at: str, home: Path) -> None:
        assert os.path.samefile(source.local(f"{at}/Pictures"), home / "Pictures")

    def test_nothing_stays_open(self, source: Source, at: str) -> None:
        before = os.listdir("/proc/self/fd")
        for name in ("notes.txt", "photo.jpg", "loop-a", "missing"):
            with contextlib.suppress(OSError):
                source.read(f"{at}/{name}", 0, 1)
        assert len(os.listdir("/proc/self/fd")) == len(before)

    def test_it_knows_what_it_is(self, source: Source) -> None:
        assert source.kind in {"live", "tree"}
        assert source.taken_at.tzinfo is not None
        assert isinstance(source.elevated, bool)
        assert all(home.path.startswith("/") for home in source.homes)

    def test_only_known_questions_are_answered(self, source: Source) -> None:
        with pytest.raises((OSError, KeyError)):
            source.query("rm -rf")  # type: ignore[arg-type]
        assert list(Query) == [Query.PROCESSES, Query.SOUND, Query.LISTENING]
