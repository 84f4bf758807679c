from __future__ import annotations

import pytest

from audit import learned, text
from audit.facts import Facts
from audit.formats.base import Reveal
from audit.learned import Album, Learned
from audit.photos import Photo, Trouble
from audit.reports import stranger


@pytest.fixture(autouse=True)
def english():
    text.choose("en")


def photo(path: str = "/a/b.jpg", **told: object) -> Photo:
    return Photo(path, "JPEG", read=True, reveals=(Reveal.TIME,), facts=Facts(**told))


def told(*photos: Photo) -> dict[str, str]:
    found = Learned()
    for each in photos:
        found.add(each)
    return dict(stranger.facts(found))


def taken(hour: int, *, weekend: bool = False, area: tuple[int, int] = (4886, 229)) -> Photo:
    return photo(area=area, day="2025-05-04", hour=hour, weekend=weekend)


@pytest.mark.parametrize(
    ("hours", "weekends", "words"),
    [
        ([19, 20, 21, 22, 3], [12], "weekday evenings"),
        ([], [9, 10, 11, 8], "weekend mornings"),
        ([1], [2, 8, 13, 19, 20], "weekends"),
        ([1, 8, 13, 19, 2, 9, 14, 20], [], "weekdays"),
        ([8, 9, 10], [8, 9, 10, 20], "mornings"),
        ([1, 8, 13, 19], [2, 8], ""),
        ([19, 20, 21], [], ""),
    ],
)
def test_when_somebody_is_somewhere(hours: list[int], weekends: list[int], words: str) -> None:
    photos = [taken(hour) for hour in hours] + [taken(hour, weekend=True) for hour in weekends]
    place = told(*photos, taken(4, area=(100, 100)))["places"]
    assert place == "2 areas, most often around 48.86 N, 2.29 E" + (f" ({words})" if words else "")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ([9, 10, 11, 12, 13, 14, 15, 23], ", mostly between 9:00 and 15:00"),
        ([22, 23, 0, 1], ", mostly between 22:00 and 1:00"),
        ([0, 3, 6, 9, 12, 15, 18, 21], ""),
        ([9, 9, 9], ""),
    ],
)
def test_the_usual_hours(hours: list[int], words: str) -> None:
    assert told(*map(taken, hours))["times"] == "4 May 2025" + words


def test_from_the_first_day_to_the_last() -> None:
    days = [photo(day=day) for day in ("2024-05-06", "2023-03-12", "2026-11-04")]
    assert told(*days)["times"] == "12 March 2023 \u2013 4 November 2026"


def test_devices_names_programs() -> None:
    found = told(
        photo(
            device="Cam 1", serial="1", names=("Jane",), software=("GIMP",), generator="ComfyUI", history=True
        ),
        photo(device="Cam 1", serial="2", people=("Joe", "Jim"), towns=("Orl\x1b[31m",)),
        photo(device="Cam 2"),
    )
    assert found["devices"] == "“Cam 1” (2, 2 serial numbers), “Cam 2” (1)"
    assert found["names"] == "“Jane” (1)"
    assert found["people"] == "“Joe” (1), “Jim” (1)"
    assert found["software"] == "“GIMP” (1)"
    assert found["made by"] == "“ComfyUI” (1)"
    assert found["places"] == "“Orl\\x1b[31m” (1)"


def test_edits() -> None:
    edited = Photo("/a.jpg", "JPEG", read=True, reveals=(Reveal.EDIT,), facts=Facts(history=True))
    assert told(edited, edited._replace(facts=Facts())) == {
        "edits": "in 2 files; 1 of them lists what was done to it"
    }


def test_each_folder_by_itself_and_no_more_than_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "MOST_FOLDERS", 2)
    album = Album()
    for path in ("/a/1.jpg", "/a/2.jpg", "/b/1.jpg", "/c/1.jpg", "/c/2.jpg", "/d/1.jpg"):
        album.add(photo(path, device="Cam"))
    album.add(Photo("/a/3.txt"))
    album.add(Photo("/a/4.pdf", "PDF"))
    album.add(Photo("/a/5.jpg", trouble=Trouble.EMPTY))
    assert {path: folder.pictures for path, folder in album.folders.items()} == {"/a": 2, "/b": 1}
    assert (album.pictures, album.more_folders, album.others) == (6, 2, 1)
    assert (album.unread, album.troubles) == ({"PDF": 1}, {Trouble.EMPTY: 1})


def test_counts_are_bounded() -> None:
    found = Learned(most=10)
    for number in range(100):
        found.add(
            photo(
                area=(number, 0),
                device=f"Cam {number}",
                serial=str(number),
                names=(f"Jane {number}",),
                hour=1,
            )
        )
    assert (len(found.areas), len(found.devices), len(found.serials), len(found.names)) == (10, 10, 10, 10)
    assert found.pictures == 100
