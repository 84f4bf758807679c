from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit.artifacts import photo
from audit.artifacts.photo import PhotoFolder
from audit.hosts import CollectingHost, SourceLook
from audit.model import Gap, GapKind
from audit.sources.tree import source_of
from tests.artifacts.devices import system
from tests.artifacts.test_syncthing import CERTIFICATE, config, folder


class Asked(SourceLook):
    """A look that notes which folders it was asked to walk."""

    def __init__(self, root: Path, chosen: Sequence[str] | None = None) -> None:
        nothing: Any = None
        super().__init__(CollectingHost(source_of(root), nothing))
        self.chosen = chosen
        self.asked: list[str] = []

    @property
    def photo_folders(self) -> Sequence[str] | None:
        return self.chosen

    def pictures(self, folders: Sequence[str]) -> Sequence[PhotoFolder]:
        self.asked += folders
        return [PhotoFolder(self.show(each), "alice", 1) for each in folders]


def home(root: Path) -> Path:
    shared = config(folder("~/Pictures/phone") + folder("/srv/shared") + folder("~/Sync"))
    return system(
        root,
        {
            "home/alice/.config/syncthing/config.xml": shared,
            "home/alice/.config/syncthing/cert.pem": CERTIFICATE,
            "home/alice/Pictures/phone/": "",
            "home/alice/Downloads/": "",
        },
    )


def test_the_usual_folders_and_what_syncs(tmp_path: Path) -> None:
    look = Asked(home(tmp_path))
    found = [each.path for each in photo.collect(look)]
    assert look.asked == ["/home/alice/Downloads", "/home/alice/Pictures", "/home/alice/Sync", "/srv/shared"]
    assert found[:2] == ["~/Downloads", "~/Pictures"]


def test_only_what_the_person_chose(tmp_path: Path) -> None:
    look = Asked(home(tmp_path), ["/home/alice/x/y", "/home/alice/x"])
    assert [each.path for each in photo.collect(look)] == ["~/x"]
    assert not look.gaps


def test_none_found_is_no_number_where_nobody_could_look() -> None:
    unseen = [Gap(GapKind.SKIPPED, {"what": "pictures"})]
    assert [photo.how_many(*each) for each in ((0, []), (0, unseen), (3, unseen))] == [
        "0",
        "not counted",
        "3",
    ]
