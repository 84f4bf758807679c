"""What pictures reveal, as JSON (`drawncurtain.photos/1`): a row for each file, then what they add up to."""

from __future__ import annotations

from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from audit.formats.base import Reveal
from audit.learned import PARTS
from audit.previews import Preview
from audit.reports.rows import RowWriter, path_fields
from audit.reports.troubles import error_words, trouble_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from audit.learned import Album, Learned
    from audit.photos import Listed, Photo

SCHEMA = "drawncurtain.photos/1"
MOST_LISTED = 100  # of each kind, the commonest first
_NOTHING: dict[str, Any] = {"format": None, "tags": [], "reveals": [], "preview": None}


class JsonReport:
    """Rows as they come, then the folders and the totals."""

    def __init__(self, stream: IO[bytes], *, started: datetime) -> None:
        self._rows = RowWriter(stream, {"schema": SCHEMA, "started": f"{started:%Y-%m-%dT%H:%M:%SZ}"})

    def add(self, photo: Photo) -> None:
        if photo.format or photo.trouble:
            self._rows.add(as_json(photo))

    def close(self, album: Album, found: Listed, *, interrupted: bool) -> None:
        for path, trouble in found.unreadable_folders:
            self._rows.add({**path_fields("path", path), **_NOTHING, "error": trouble_words(trouble)})
        self._rows.begin("folders")
        for path, folder in album.folders.items():
            self._rows.add({**path_fields("path", path), **learned_json(folder)})
        self._rows.close(
            {
                "folders_left_out": album.more_folders,
                "learned": learned_json(album),
                "totals": _totals(album, found),
                "interrupted": interrupted,
            }
        )


def as_json(photo: Photo) -> dict[str, Any]:
    return {
        **path_fields("path", photo.path),
        "format": photo.format or None,
        "tags": [
            {"group": tag.group, "name": _plain(tag.name), "value": _plain(tag.value)} for tag in photo.tags
        ],
        "reveals": [reveal.value for reveal in photo.reveals],
        "preview": photo.preview.value if photo.preview else None,
        "error": error_words(photo),
    }


def learned_json(learned: Learned) -> dict[str, Any]:
    """What a stranger would learn from these pictures."""
    serials = Counter(device for device, _serial in learned.serials)
    areas = sorted(learned.areas.items(), key=lambda area: -area[1][0])[:MOST_LISTED]
    return {
        "pictures": learned.pictures,
        "reveals": {reveal.value: learned.reveals[reveal] for reveal in Reveal if learned.reveals[reveal]},
        "previews": {each.value: learned.previews[each] for each in Preview},
        "areas": [
            {
                "latitude": north / 100,
                "longitude": east / 100,
                "pictures": counts[0],
                "weekdays": counts[1 : 1 + PARTS],
                "weekends": counts[1 + PARTS :],
            }
            for (north, east), counts in areas
        ],
        "places": _values(learned.towns.most_common(MOST_LISTED)),
        "days": {"first": learned.days[0], "last": learned.days[1]} if learned.days else None,
        "hours": list(learned.hours),
        "devices": [
            {"value": _plain(name), "pictures": count, "serials": serials[name]}
            for name, count in learned.devices.most_common(MOST_LISTED)
        ],
        "names": _values(learned.names.most_common(MOST_LISTED)),
        "people": _values(learned.people.most_common(MOST_LISTED)),
        "software": _values(learned.software.most_common(MOST_LISTED)),
        "generators": _values(learned.generators.most_common(MOST_LISTED)),
        "histories": learned.histories,
    }


def _values(counts: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"value": _plain(value), "pictures": count} for value, count in counts]


def _plain(text: str) -> str:
    """Without lone surrogates, which JSON in UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode()


def _totals(album: Album, found: Listed) -> dict[str, Any]:
    return {
        "pictures": album.pictures,
        "unread": dict(album.unread),
        "other": album.others,
        "unreadable": sum(album.troubles.values()) + len(found.unreadable_folders),
        "left": dict(Counter(why.value for _, why in found.left)),
        "reveals": {reveal.value: album.reveals[reveal] for reveal in Reveal if album.reveals[reveal]},
        "previews": {each.value: album.previews[each] for each in Preview},
    }
