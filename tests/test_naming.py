from __future__ import annotations

import pytest

from audit.naming import companions, neutral


def test_neutral_names_keep_the_order_and_the_kind():
    files = ["IMG_20240309_133711.JPG", "WhatsApp Image 2024.jpeg", "notes.txt", "z.heic"]
    assert neutral(files) == {
        "IMG_20240309_133711.JPG": "0001.jpg",
        "WhatsApp Image 2024.jpeg": "0002.jpeg",
        "z.heic": "0003.heic",
        "notes.txt": "0004",
    }


def test_a_live_photo_stays_a_pair():
    assert neutral(["IMG_1.HEIC", "IMG_1.mov", "IMG_2.HEIC"]) == {
        "IMG_1.HEIC": "0001.heic",
        "IMG_1.mov": "0001.mov",
        "IMG_2.HEIC": "0002.heic",
    }


def test_many_files_get_more_digits():
    names = neutral([f"{number}.jpg" for number in range(12000)])
    assert sorted(names.values()) == list(names.values())
    assert len(set(names.values())) == 12000


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("IMG_1.xmp", "IMG_1.jpg"),
        ("IMG_1.JPG.xmp", "IMG_1.jpg"),
        ("IMG_1.AAE", "IMG_1.jpg"),
        ("IMG_1.jpg.json", "IMG_1.jpg"),
        ("IMG_1.jpg.supplemental-metadata.json", "IMG_1.jpg"),
        ("img_1.MOV", "IMG_1.jpg"),
        ("IMG_2.xmp", None),
        ("package.json", None),
        ("IMG_2.mov", None),
        ("IMG_1.jpg.txt", None),
    ],
)
def test_what_belongs_to_a_picture(name, picture):
    assert companions(["IMG_1.jpg", "other.png", name]).get(name) == picture
