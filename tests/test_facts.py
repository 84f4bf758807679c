from __future__ import annotations

import pytest

from audit.facts import LONGEST, MOST_EACH, NOTHING, facts
from audit.formats.base import Reveal, Tag

L, T, D, S, N, P, W, A, E = (
    Reveal.LOCATION,
    Reveal.TIME,
    Reveal.DEVICE,
    Reveal.SERIAL,
    Reveal.OWNER,
    Reveal.PERSON,
    Reveal.SOFTWARE,
    Reveal.PROMPT,
    Reveal.EDIT,
)


def tag(name: str, value: str, reveals: Reveal | None) -> Tag:
    return Tag("x", name, value, reveals)


def test_nothing() -> None:
    assert facts([]) == facts([tag("Make", "x", None)]) == NOTHING


@pytest.mark.parametrize(
    ("tags", "area"),
    [
        ([("GPSPosition", "48.858333, 2.294444")], (4886, 229)),
        ([("GPSPosition", "-33.856000, -151.215")], (-3386, -15122)),
        ([("exif:GPSLatitude", "48,51.5N"), ("exif:GPSLongitude", "2,17,40W")], (4886, -229)),
        ([("drone-dji:GpsLatitude", "+48.858"), ("drone-dji:GpsLongtitude", "-2.294")], (4886, -229)),
        ([("exif:GPSLatitude", "48,51.5N")], None),
        ([("GPSPosition", "here")], None),
        ([("GPSLatitude", "0"), ("GPSLongitude", "0")], None),
    ],
)
def test_places(tags: list[tuple[str, str]], area: tuple[int, int] | None) -> None:
    assert facts([tag(name, value, L) for name, value in tags]).area == area


@pytest.mark.parametrize(
    ("tags", "when"),
    [
        ([("DateTimeOriginal", "2025:05:04 10:11:12")], ("2025-05-04", 10, True)),
        ([("xmp:CreateDate", "2025-05-05T23:11:12+02:00")], ("2025-05-05", 23, False)),
        ([("CreateDate", "2025:05:05 23:11:12 UTC")], ("2025-05-05", -1, False)),
        ([("DateCreated", "20250505")], ("2025-05-05", -1, False)),
        (
            [("DateTime", "2026:01:01 01:01:01"), ("DateTimeOriginal", "2025:05:04 10:11:12")],
            ("2025-05-04", 10, True),
        ),
        ([("DateTimeOriginal", "2025:13:04 10:11:12")], ("", -1, False)),
        ([("DateTimeOriginal", "2025:12:04 44:11:12")], ("2025-12-04", -1, False)),
        ([("DateTimeOriginal", "0000:00:00 00:00:00")], ("", -1, False)),
    ],
)
def test_moments(tags: list[tuple[str, str]], when: tuple[str, int, bool]) -> None:
    assert facts([tag(name, value, T) for name, value in tags])[2:5] == when


def test_devices() -> None:
    found = facts(
        [
            tag("Make", "Canon", D),
            tag("Model", "Canon EOS 5D ", D),
            tag("LensSerialNumber", "7", S),
            tag("InternalSerialNumber", "8", S),
            tag("exifEX:BodySerialNumber", "9", S),
            tag("ImageUniqueID", "10", S),
        ]
    )
    assert (found.device, found.serial) == ("Canon EOS 5D", "9")


def test_names_are_not_texts() -> None:
    found = facts(
        [
            tag("Artist", "Jane Roe", N),
            tag("dc:creator", "Jane Roe", N),
            tag("Copyright", "2024", N),
            tag("Copyright", "x" * (LONGEST + 1), N),
            tag("mwg-rs:Name", "Joe", P),
            tag("City", "Orléans", L),
            *(tag("Artist", f"n{number}", N) for number in range(2 * MOST_EACH)),
        ]
    )
    assert found.names[:2] == ("Jane Roe", "n0")
    assert len(found.names) == MOST_EACH
    assert (found.people, found.towns) == (("Joe",), ("Orléans",))


@pytest.mark.parametrize(
    ("tags", "generator"),
    [
        ([("parameters", "a cat", A)], "Stable Diffusion web UI"),
        ([("prompt", "{}", A), ("workflow", "{}", A)], "ComfyUI"),
        ([("Iptc4xmpExt:AISystemUsed", "CANARY draws", A)], "CANARY draws"),
        ([("Description", "a cat --v 6 Job ID: 0123", A)], "Midjourney"),
        ([("Software", "NovelAI", W)], "NovelAI"),
        ([("ClaimGenerator", "Adobe_Firefly/1.0", W)], "Firefly"),
        ([("Software", "GIMP 2.10", W)], ""),
    ],
)
def test_generators(tags: list[tuple[str, str, Reveal]], generator: str) -> None:
    assert facts([tag(*each) for each in tags]).generator == generator


def test_histories_and_programs() -> None:
    found = facts(
        [
            tag("Software", "GIMP 2.10", W),
            tag("x:xmptk", "XMP Core 5", W),
            tag("Software", "16.1", W),
            tag("stEvt:softwareAgent", "Adobe Photoshop 24", E),
        ]
    )
    assert found.software == ("GIMP 2.10", "Adobe Photoshop 24")
    assert found.history
    assert not facts([tag("xmpMM:DocumentID", "x", E)]).history
