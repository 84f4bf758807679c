"""What a stranger would learn from a stream of pictures, in all and folder by folder: counts of bounded size; no tag is kept."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.facts import Area, Facts
    from audit.formats.base import Reveal
    from audit.photos import Photo, Trouble
    from audit.previews import Preview

MOST_KEPT: Final = 5000  # different areas, devices or names that are counted apart
MOST_IN_FOLDER: Final = 100  # of them in one folder
MOST_FOLDERS: Final = 5000  # that are told apart
PARTS: Final = 4  # of a day: night, morning, afternoon, evening

K = TypeVar("K")


class Learned:
    """What the pictures of one folder, or all of them, tell."""

    __slots__ = (
        "areas",
        "days",
        "devices",
        "generators",
        "histories",
        "hours",
        "most",
        "names",
        "people",
        "pictures",
        "previews",
        "reveals",
        "serials",
        "software",
        "towns",
    )

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self.pictures = 0
        self.reveals: Counter[Reveal] = Counter()
        self.previews: Counter[Preview] = Counter()
        # For each area how many pictures, then how many of them in each part of a weekday, then of a day at the weekend.
        self.areas: dict[Area, list[int]] = {}
        self.towns: Counter[str] = Counter()
        self.devices: Counter[str] = Counter()
        self.serials: set[tuple[str, str]] = set()  # device and serial number
        self.names: Counter[str] = Counter()
        self.people: Counter[str] = Counter()
        self.software: Counter[str] = Counter()
        self.generators: Counter[str] = Counter()
        self.histories = 0
        self.hours: list[int] = []
        self.days: tuple[str, str] | None = None

    def add(self, photo: Photo) -> None:
        self.pictures += 1
        for reveal in photo.reveals:
            self.reveals[reveal] += 1
        if photo.preview is not None:
            self.previews[photo.preview] += 1
        facts = photo.facts
        if facts.device:
            self._device(facts)
        if facts.day:
            self._time(facts)
        if facts.area is not None:
            self._area(facts)
        self.histories += facts.history
        for counter, found in (
            (self.towns, facts.towns),
            (self.names, facts.names),
            (self.people, facts.people),
            (self.software, facts.software),
            (self.generators, (facts.generator,) if facts.generator else ()),
        ):
            if found:
                self._count(counter, found)

    def _count(self, counter: Counter[K], found: Iterable[K]) -> None:
        for each in found:
            if each in counter or len(counter) < self.most:
                counter[each] += 1

    def _device(self, facts: Facts) -> None:
        self._count(self.devices, (facts.device,))
        if facts.serial and len(self.serials) < self.most:
            self.serials.add((facts.device, facts.serial))

    def _time(self, facts: Facts) -> None:
        first, last = self.days or (facts.day, facts.day)
        self.days = min(first, facts.day), max(last, facts.day)
        if facts.hour >= 0:
            self.hours = self.hours or [0] * 24
            self.hours[facts.hour] += 1

    def _area(self, facts: Facts) -> None:
        if facts.area is None:
            return
        known = self.areas.get(facts.area)
        if known is None:
            if len(self.areas) >= self.most:
                return
            known = self.areas[facts.area] = [0] * (1 + 2 * PARTS)
        known[0] += 1
        if facts.hour >= 0:
            known[1 + PARTS * facts.weekend + facts.hour * PARTS // 24] += 1


class Album(Learned):
    """All pictures, and what was met beside them."""

    __slots__ = ("_at", "_last", "ends_not_seen", "folders", "more_folders", "others", "troubles", "unread")

    def __init__(self) -> None:
        super().__init__()
        self.others = 0  # files that are no media
        self.ends_not_seen = 0
        self.unread: Counter[str] = Counter()
        self.troubles: Counter[Trouble] = Counter()
        self.folders: dict[str, Learned] = {}
        self.more_folders = 0  # with pictures, behind the first MOST_FOLDERS
        self._at: str | None = None
        self._last: Learned | None = None

    def add(self, photo: Photo) -> None:
        if photo.trouble:
            self.troubles[photo.trouble] += 1
        if not photo.read:
            self.unread.update([photo.format] if photo.format else ())
            self.others += not photo.format and not photo.trouble
            return
        super().add(photo)
        self.ends_not_seen += not photo.end_seen
        folder = os.path.dirname(photo.path) or "."
        if folder != self._at:
            self._at, self._last = folder, self._folder(folder)
        if self._last is not None:
            self._last.add(photo)

    def _folder(self, path: str) -> Learned | None:
        """Photos come folder by folder, so each folder that is not kept is met once."""
        found = self.folders.get(path)
        if found is None:
            if len(self.folders) >= MOST_FOLDERS:
                self.more_folders += 1
                return None
            found = self.folders[path] = Learned(MOST_IN_FOLDER)
        return found
