from __future__ import annotations

from pathlib import Path

import pytest

from audit.artifacts import sync_marks
from audit.artifacts.marks import client_of
from audit.artifacts.sync_marks import SyncMark
from tests.artifacts.devices import see, system

NEXTCLOUD = "Nextcloud / ownCloud"


@pytest.mark.parametrize(
    ("name", "is_dir", "client"),
    [
        (".stfolder", True, "Syncthing"),
        (".sync_0123456789ab.db", False, NEXTCLOUD),
        ("._sync_0123456789ab.db", False, NEXTCLOUD),
        (".csync_journal.db", False, NEXTCLOUD),
        (".dropbox", False, "Dropbox"),
        (".dropbox", True, ""),
        (".dropbox.cache", True, "Dropbox"),
        ("sync_1.db", False, ""),
        ("", False, ""),
    ],
)
def test_marks(name: str, is_dir: bool, client: str) -> None:
    assert client_of(name, is_dir=is_dir) == client


def test_marked_folders_are_found_in_the_upper_ones(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "home/alice/.dropbox/info.json": "{}",
            "home/alice/Cloud/.sync_0123456789ab.db": "",
            "home/alice/Documents/Sync/.stfolder/": "",
            "home/alice/a/b/c/d/.stfolder/": "",
            "home/alice/.hidden/.stfolder/": "",
            "home/alice/Dropbox/.dropbox": "",
        },
    )
    found = see(root, SyncMark)
    assert [(each.client, each.path, each.mark) for each in found] == [
        (NEXTCLOUD, "~/Cloud", ".sync_0123456789ab.db"),
        ("Dropbox", "~/Dropbox", ".dropbox"),
        ("Syncthing", "~/Documents/Sync", ".stfolder"),
    ]
    assert list(found.gaps) == []


def test_the_search_ends_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_marks, "MOST_FOLDERS", 3)
    root = system(tmp_path, {f"home/alice/f{number}/": "" for number in range(5)})
    assert [gap.kind for gap in see(root, SyncMark).gaps] == ["bounded"]
