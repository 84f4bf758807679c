"""What a stranger would learn, in words: one line for each kind of thing, safe to print."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from audit.formats.base import Reveal
from audit.learned import PARTS
from audit.previews import Preview
from audit.text import day, ngettext, noted, printable
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from audit.learned import Learned

MOST_SHOWN = 3
LEAST_TIMES = 4  # pictures with an hour, before anything is said about when
USUAL = 0.7  # share of the pictures that the usual hours hold
_HIDDEN = (Reveal.VIDEO, Reveal.PICTURE, Reveal.TRAILER)
# Weekday, then weekend; each night (0 to 6), morning, afternoon, evening (18 to 24).
_WHEN = (
    (
        noted("weekday nights"),
        noted("weekday mornings"),
        noted("weekday afternoons"),
        noted("weekday evenings"),
    ),
    (
        noted("weekend nights"),
        noted("weekend mornings"),
        noted("weekend afternoons"),
        noted("weekend evenings"),
    ),
)
_PARTS = (noted("nights"), noted("mornings"), noted("afternoons"), noted("evenings"))


def facts(learned: Learned) -> Iterator[tuple[str, str]]:
    """A title and words; an empty title goes on with the one before. Without those that have nothing to say."""
    for title, words in _facts(learned):
        if words:
            yield title, words


def _facts(learned: Learned) -> Iterator[tuple[str, str]]:
    yield _("places"), _place_words(learned)
    yield _("times"), _time_words(learned)
    yield _("devices"), _device_words(learned)
    if serials := learned.reveals[Reveal.SERIAL]:
        words = ngettext("{n} file holds a serial number", "{n} files hold a serial number", serials)
        yield _("serials"), words.format(n=serials)
    yield _("names"), _most(learned.names) or _pictures(learned.reveals[Reveal.OWNER])
    yield _("people"), _most(learned.people) or _pictures(learned.reveals[Reveal.PERSON])
    yield _("software"), _most(learned.software) or _pictures(learned.reveals[Reveal.SOFTWARE])
    yield _("made by"), _most(learned.generators)
    yield _("prompts"), _pictures(learned.reveals[Reveal.PROMPT])
    yield _("edits"), _edit_words(learned)
    yield _("comments"), _pictures(learned.reveals[Reveal.COMMENT])
    title = _("hidden")
    for words in _hidden(learned):
        yield title, words
        title = ""


def _place_words(learned: Learned) -> str:
    towns = _most(learned.towns)
    if not learned.areas:
        return towns or _pictures(learned.reveals[Reveal.LOCATION])
    (north, east), counts = max(learned.areas.items(), key=lambda area: area[1][0])
    around = f"{abs(north) / 100:.2f} {'N' if north >= 0 else 'S'}, {abs(east) / 100:.2f} {'E' if east >= 0 else 'W'}"
    if when := when_words(counts[1:]):
        around += f" ({when})"
    areas = len(learned.areas)
    words = ngettext("{n} area, around {place}", "{n} areas, most often around {place}", areas)
    return words.format(n=areas, place=around) + (f"; {towns}" if towns else "")


def when_words(counts: Sequence[int]) -> str:
    """When most of the pictures of a place were taken, if they have something in common. `counts` as in `Learned.areas`."""
    total = sum(counts)
    if total < LEAST_TIMES:
        return ""
    best = max(range(2 * PARTS), key=lambda at: counts[at])
    if counts[best] * 2 > total:
        return _(_WHEN[best // PARTS][best % PARTS])
    weekend = sum(counts[PARTS:])
    if weekend * 4 >= total * 3:
        return _("weekends")
    if weekend * 20 <= total:  # nearly three in ten days are at the weekend
        return _("weekdays")
    part = max(range(PARTS), key=lambda at: counts[at] + counts[PARTS + at])
    return _(_PARTS[part]) if (counts[part] + counts[PARTS + part]) * 3 >= total * 2 else ""


def _time_words(learned: Learned) -> str:
    if learned.days is None:
        return _pictures(learned.reveals[Reveal.TIME])
    words = " \u2013 ".join(dict.fromkeys(_day(each) for each in learned.days))
    if hours := usual_hours(learned.hours):
        first, last = (f"{hour}:00" for hour in hours)
        words += ", " + _("mostly between {first} and {last}").format(first=first, last=last)
    return words


def usual_hours(counts: Sequence[int]) -> tuple[int, int] | None:
    """The shortest stretch of the clock that holds USUAL of the pictures, if it is at most half of the day: from, to."""
    total = sum(counts)
    if total < LEAST_TIMES:
        return None
    for length in range(1, 13):
        first = max(range(24), key=lambda at: sum(counts[(at + hour) % 24] for hour in range(length)))
        if sum(counts[(first + hour) % 24] for hour in range(length)) >= USUAL * total:
            return first, (first + length) % 24
    return None


def _day(text: str) -> str:
    return day(date.fromisoformat(text))


def _device_words(learned: Learned) -> str:
    def count(device: str, pictures: int) -> str:
        serials = sum(each == device for each, _serial in learned.serials)
        if not serials:
            return str(pictures)
        words = ngettext("{n} serial number", "{n} serial numbers", serials).format(n=serials)
        return f"{pictures}, {words}"

    shown = [
        f"“{printable(name, 60)}” ({count(name, pictures)})"
        for name, pictures in learned.devices.most_common(MOST_SHOWN)
    ]
    return _listed(shown, len(learned.devices)) or _pictures(learned.reveals[Reveal.DEVICE])


def _edit_words(learned: Learned) -> str:
    edited, histories = learned.reveals[Reveal.EDIT], learned.histories
    if not histories:
        return _pictures(edited)
    words = ngettext(
        "{n} of them lists what was done to it", "{n} of them list what was done to them", histories
    ).format(n=histories)
    return f"{_pictures(edited)}; {words}"


def _hidden(learned: Learned) -> Iterator[str]:
    if count := learned.previews[Preview.DIFFERS]:
        words = ngettext(
            "{n} picture carries a preview that shows something else",
            "{n} pictures carry a preview that shows something else",
            count,
        )
        yield words.format(n=count)
    labels = {
        Reveal.VIDEO: _("a short video: {n}"),
        Reveal.PICTURE: _("a second picture: {n}"),
        Reveal.TRAILER: _("data after the end: {n}"),
    }
    for reveal in _HIDDEN:
        if count := learned.reveals[reveal]:
            yield labels[reveal].format(n=count)


def _pictures(count: int) -> str:
    return ngettext("in {n} file", "in {n} files", count).format(n=count) if count else ""


def _most(counter: Counter[str]) -> str:
    shown = [f"“{printable(value, 60)}” ({count})" for value, count in counter.most_common(MOST_SHOWN)]
    return _listed(shown, len(counter))


def _listed(shown: Sequence[str], of: int) -> str:
    more = of - len(shown)
    return ", ".join(shown) + (
        " " + ngettext("and {n} more", "and {n} more", more).format(n=more) if more > 0 else ""
    )
