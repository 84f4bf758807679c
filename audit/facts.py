"""What the tags of one picture add up to, small enough to travel between processes: a rounded place, an hour, a device, names."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.formats.base import Tag

MOST_EACH: Final = 32  # names, people, programs or towns of one picture
LONGEST: Final = 80  # characters of a name; what is longer is a text

Area = tuple[int, int]  # hundredths of a degree north and east: about a kilometre


class Facts(NamedTuple):
    """One picture's. Empty and -1 stand for what it does not say."""

    area: Area | None = None
    towns: Sequence[str] = ()
    day: str = ""  # "2025-05-04", as the clock of the camera had it
    hour: int = -1
    weekend: bool = False
    device: str = ""
    serial: str = ""
    names: Sequence[str] = ()
    people: Sequence[str] = ()
    software: Sequence[str] = ()
    generator: str = ""  # the program that made the picture from words
    history: bool = False  # what was done to it, step by step


NOTHING: Final = Facts()

_LOCATION, _TIME, _DEVICE, _SERIAL = Reveal.LOCATION, Reveal.TIME, Reveal.DEVICE, Reveal.SERIAL
_OWNER, _PERSON, _SOFTWARE, _PROMPT = Reveal.OWNER, Reveal.PERSON, Reveal.SOFTWARE, Reveal.PROMPT
_EDIT, _PROVENANCE = Reveal.EDIT, Reveal.PROVENANCE

_POSITION: Final = re.compile(r"(-?\d{1,2}(?:\.\d+)?), (-?\d{1,3}(?:\.\d+)?)")
# XMP part 2, 1.2.7.4: "48,51.5N" or "48,51,30N"; drones write degrees with a sign.
_DEGREES: Final = r"([-+]?\d{1,3}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?(?:,(\d{1,2}(?:\.\d+)?))?([NSEW]?)"
_TAKEN: Final = re.compile(r"(19[7-9]\d|20\d\d)[:-]?(\d\d)[:-]?(\d\d)(?:[ T](\d\d):)?")
# The first of these that a picture has says when it was taken.
_TIMES: Final = {
    "DateTimeOriginal": 0,
    "DateTimeDigitized": 1,
    "CreateDate": 2,
    "DateCreated": 3,
    "DateTime": 4,
    "moment": 5,
}
_TOWNS: Final = frozenset({"City", "Sub-location", "Location", "Landmark", "location", "place"})
_SERIALS: Final = {
    "BodySerialNumber": 0,
    "CameraSerialNumber": 0,
    "SerialNumber": 1,
    "InternalSerialNumber": 2,
    "serial": 3,
}
_PROGRAMS: Final = frozenset(
    [
        "Software",
        "ProcessingSoftware",
        "CreatorTool",
        "OriginatingProgram",
        "ClaimGenerator",
        "softwareAgent",
        "ImageEditingSoftware",
        "RAWDevelopingSoftware",
        "software",
        "CameraSoftware",
    ]
)
_HISTORIES: Final = ("stEvt:", "xmpMM:History", "photoshop:History")
# Who writes what was asked of it under which word.
_GENERATORS: Final = {
    "parameters": "Stable Diffusion web UI",
    "workflow": "ComfyUI",
    "dream": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "invokeai_metadata": "InvokeAI",
}
_NAMES_OF_GENERATORS: Final = (
    r"DALL.E|Midjourney|Firefly|NovelAI|ComfyUI|Stable Diffusion|InvokeAI|OpenAI|ChatGPT|GPT-4o|Imagen|Gemini"
)


@cache
def _generator() -> re.Pattern[str]:
    """Made when the first program is met: it takes a while."""
    return re.compile(_NAMES_OF_GENERATORS, re.IGNORECASE)


def facts(tags: Iterable[Tag]) -> Facts:
    return _Gathered(tags).facts()


class _Gathered:
    def __init__(self, tags: Iterable[Tag]) -> None:
        self.area: Area | None = None
        self.latitude = self.longitude = ""
        self.taken, self.taken_rank = "", len(_TIMES)
        self.make = self.model = ""
        self.serial, self.serial_rank = "", 9
        self.towns: dict[str, None] = {}
        self.names: dict[str, None] = {}
        self.people: dict[str, None] = {}
        self.software: dict[str, None] = {}
        self.generator = ""
        self.history = False
        for tag in tags:
            reveals = tag[3]
            if reveals is None:
                continue
            if reveals is _TIME:
                self._time(tag)
            elif reveals is _LOCATION:
                self._place(tag)
            elif reveals is _DEVICE:
                self._device(tag)
            elif reveals is _OWNER:
                _note(self.names, tag[2])
            elif reveals is _SERIAL:
                self._serial(tag)
            else:
                self._other(tag)

    def _time(self, tag: Tag) -> None:
        rank = _TIMES.get(_local(tag[1]), len(_TIMES))
        if rank < self.taken_rank:
            self.taken, self.taken_rank = tag[2], rank

    def _place(self, tag: Tag) -> None:
        name, value = _local(tag[1]), tag[2]
        if name == "GPSPosition":
            match = _POSITION.fullmatch(value)
            if match and self.area is None:
                self.area = round(float(match[1]) * 100), round(float(match[2]) * 100)
        elif name in _TOWNS:
            _note(self.towns, value)
        elif name in {"GPSLatitude", "GpsLatitude"}:
            self.latitude = self.latitude or value
        elif name in {"GPSLongitude", "GpsLongitude", "GpsLongtitude"}:  # as DJI spells it
            self.longitude = self.longitude or value

    def _device(self, tag: Tag) -> None:
        name = _local(tag[1])
        if name == "Make":
            self.make = self.make or tag[2]
        elif name in {"Model", "CameraModel"}:
            self.model = self.model or tag[2]

    def _serial(self, tag: Tag) -> None:
        rank = _SERIALS.get(_local(tag[1]), 9)
        if rank < self.serial_rank:
            self.serial, self.serial_rank = tag[2], rank

    def _other(self, tag: Tag) -> None:
        _group, name, value, reveals = tag
        if reveals is _PERSON:
            _note(self.people, value)
        elif reveals is _SOFTWARE:
            if _local(name) in _PROGRAMS:
                _note(self.software, value)
                self._made_by(value)
        elif reveals is _PROMPT:
            self.generator = self.generator or _GENERATORS.get(name.lower(), "")
            if name.endswith("AISystemUsed") or "Job ID: " in value:
                self.generator = value[:LONGEST] if name.endswith("AISystemUsed") else "Midjourney"
        elif reveals is _EDIT:
            self.history = self.history or name.startswith(_HISTORIES)
            if name == "stEvt:softwareAgent":
                _note(self.software, value)
        elif reveals is _PROVENANCE:
            self._made_by(value)

    def _made_by(self, value: str) -> None:
        if not self.generator and (match := _generator().search(value[:400])):
            self.generator = match[0]

    def facts(self) -> Facts:
        day, hour, weekend = _moment(self.taken)
        return Facts(
            area=self.area or _area(self.latitude, self.longitude),
            towns=tuple(self.towns),
            day=day,
            hour=hour,
            weekend=weekend,
            device=_joined(self.make, self.model),
            serial=self.serial[:LONGEST],
            names=tuple(self.names),
            people=tuple(self.people),
            software=tuple(self.software),
            generator=self.generator,
            history=self.history,
        )


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _note(found: dict[str, None], value: str) -> None:
    if len(value) <= LONGEST and len(found) < MOST_EACH and any(map(str.isalpha, value)):
        found[value] = None


def _moment(taken: str) -> tuple[str, int, bool]:
    """The day, the hour and whether it was a Saturday or Sunday. A time in UTC says nothing about the hour of the day."""
    match = _TAKEN.match(taken)
    if match is None:
        return "", -1, False
    try:
        when = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return "", -1, False
    hour = -1 if match[4] is None or taken.endswith(("UTC", "Z")) or match[4] > "23" else int(match[4])
    return when.isoformat(), hour, when.weekday() > 4


def _area(latitude: str, longitude: str) -> Area | None:
    north, east = _hundredths(latitude), _hundredths(longitude)
    return None if north is None or east is None or not (north or east) else (north, east)


def _hundredths(text: str) -> int | None:
    match = re.fullmatch(_DEGREES, text.strip())
    if match is None:
        return None
    value = float(match[1]) + float(match[2] or 0) / 60 + float(match[3] or 0) / 3600
    return round(100 * (-value if match[4] in {"S", "W"} else value))


def _joined(make: str, model: str) -> str:
    make, model = make.strip(), model.strip()
    return (model if model.lower().startswith(make.lower()) else f"{make} {model}".strip())[:LONGEST]
