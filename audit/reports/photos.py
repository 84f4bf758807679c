"""What pictures reveal: for people, and as JSON (`drawncurtain.photos/1`)."""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from datetime import date
from typing import IO, TYPE_CHECKING, Any

from audit.formats.base import Reveal
from audit.photos import Trouble
from audit.previews import Preview
from audit.reports.rows import RowWriter, path_fields
from audit.text import day, ngettext, printable
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from rich.table import Table

    from audit.formats.base import Tag
    from audit.media import Why
    from audit.photos import Listed, Photo

SCHEMA = "drawncurtain.photos/1"
MOST_KEPT = 5000  # different areas, devices or names that are counted apart
MOST_SHOWN = 3
MOST_FOLDERS = 30
WIDTH = 80  # columns that sentences are wrapped at
_POSITION = re.compile(r"(-?\d{1,2}(?:\.\d+)?), (-?\d{1,3}(?:\.\d+)?)")
_TAKEN = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)")
_TAKEN_NAMES = frozenset({"DateTimeOriginal", "DateTimeDigitized", "CreateDate", "DateCreated"})
_COLUMNS = (Reveal.LOCATION, Reveal.SERIAL, Reveal.OWNER)
_HIDDEN = (Reveal.VIDEO, Reveal.PICTURE, Reveal.TRAILER, Reveal.PROMPT)


class Learned:
    """What a stranger would learn from a stream of pictures: counts of bounded size, no single tag is kept."""

    def __init__(self) -> None:
        self.pictures = 0
        self.others = 0  # files that are no media
        self.unread: Counter[str] = Counter()
        self.troubles: Counter[Trouble] = Counter()
        self.reveals: Counter[Reveal] = Counter()
        self.previews: Counter[Preview] = Counter()
        self.folders: dict[str, Counter[str]] = {}
        self.areas: Counter[tuple[float, float]] = Counter()
        self.devices: Counter[str] = Counter()
        self.names: Counter[str] = Counter()
        self.people: Counter[str] = Counter()
        self.days: tuple[str, str] | None = None

    def add(self, photo: Photo) -> None:
        if photo.trouble:
            self.troubles[photo.trouble] += 1
        if not photo.read:
            self.unread.update([photo.format] if photo.format else ())
            self.others += not photo.format and not photo.trouble
            return
        self.pictures += 1
        self.reveals.update(photo.reveals)
        row = self.folders.setdefault(os.path.dirname(photo.path) or ".", Counter())
        row["pictures"] += 1
        row.update(reveal.value for reveal in photo.reveals)
        if photo.preview:
            self.previews[photo.preview] += 1
            row["differs"] += photo.preview is Preview.DIFFERS
        self._learn(photo.tags)

    def _learn(self, tags: Sequence[Tag]) -> None:
        values = {tag.name: tag.value for tag in tags}
        _count(self.areas, _areas(tags))
        _count(self.devices, {_device(values)} - {""})
        _count(self.names, {tag.value for tag in tags if tag.reveals is Reveal.OWNER and _is_name(tag.value)})
        _count(
            self.people, {tag.value for tag in tags if tag.reveals is Reveal.PERSON and _is_name(tag.value)}
        )
        for tag in tags:
            if tag.name in _TAKEN_NAMES and (day := _TAKEN.match(tag.value)) and day[1] > "1970":
                text = "-".join(day.groups())
                first, last = self.days or (text, text)
                self.days = min(first, text), max(last, text)


def _count(counter: Counter[Any], found: set[Any]) -> None:
    counter.update(each for each in found if each in counter or len(counter) < MOST_KEPT)


def _areas(tags: Sequence[Tag]) -> set[tuple[float, float]]:
    """Positions rounded to a hundredth of a degree: about a kilometre."""
    found = (_POSITION.fullmatch(tag.value) for tag in tags if tag.name == "GPSPosition" and tag.reveals)
    return {(round(float(match[1]), 2), round(float(match[2]), 2)) for match in found if match}


def _device(values: dict[str, str]) -> str:
    make, model = values.get("Make", "").strip(), values.get("Model", "").strip()
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _is_name(value: str) -> bool:
    return any(letter.isalpha() for letter in value) and len(value) <= 80


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


def _plain(text: str) -> str:
    """Without lone surrogates, which JSON in UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode()


def error_words(photo: Photo) -> str | None:
    """Why a file was not read, or not to its end; also that its format is not read yet."""
    if photo.trouble:
        return trouble_words(photo.trouble, photo.detail)
    if photo.format and not photo.read:
        words = _("{format} is not read yet: treat it as if it said when and where it was made")
        return words.format(format=photo.format)
    return None


def trouble_words(trouble: Trouble, detail: str = "") -> str:
    known = {
        Trouble.PERMISSION: _("no permission to read it"),
        Trouble.MALFORMED: _("it is damaged, and was read as far as possible"),
        Trouble.EMPTY: _("it is empty"),
        Trouble.NO_MEDIUM: _("its name is that of a picture, video or document, but its content is not"),
        Trouble.TIMEOUT: _("it did not answer in time"),
        Trouble.UNREADABLE: _("the system could not read it"),
        Trouble.CRASHED: _("our own reader failed on it: please report this"),
        Trouble.PLACEHOLDER: _("its content is in the cloud, not on this computer"),
        Trouble.REMOTE: _("it lies on another machine, and was not opened"),
    }
    return f"{known[trouble]} ({detail})" if detail else known[trouble]


class JsonReport:
    """Rows as they come, then the totals."""

    def __init__(self, stream: IO[bytes], *, started: datetime) -> None:
        self._rows = RowWriter(stream, {"schema": SCHEMA, "started": f"{started:%Y-%m-%dT%H:%M:%SZ}"})

    def add(self, photo: Photo) -> None:
        if photo.format or photo.trouble:
            self._rows.add(as_json(photo))

    def close(self, learned: Learned, found: Listed, *, interrupted: bool) -> None:
        for path, trouble in found.unreadable_folders:
            self._rows.add({**path_fields("path", path), **_NOTHING, "error": trouble_words(trouble)})
        self._rows.close({"totals": _totals(learned, found), "interrupted": interrupted})


_NOTHING: dict[str, Any] = {"format": None, "tags": [], "reveals": [], "preview": None}


def _totals(learned: Learned, found: Listed) -> dict[str, Any]:
    return {
        "pictures": learned.pictures,
        "unread": dict(learned.unread),
        "other": learned.others,
        "unreadable": sum(learned.troubles.values()) + len(found.unreadable_folders),
        "left": dict(Counter(why.value for _, why in found.left)),
        "reveals": {reveal.value: learned.reveals[reveal] for reveal in Reveal if learned.reveals[reveal]},
        "previews": {each.value: learned.previews[each] for each in Preview},
    }


def lines(learned: Learned, found: Listed, paths: Sequence[str], seconds: float) -> Iterator[str | Table]:
    """The report for people: sentences, safe to print, and one table."""
    count = learned.pictures
    shown = ngettext("{n} picture in {folders}", "{n} pictures in {folders}", count).format(
        n=count,
        folders=ngettext("{n} folder", "{n} folders", len(learned.folders)).format(n=len(learned.folders)),
    )
    yield shown + " · " + _("read in {s} s").format(s=f"{seconds:.1f}")
    yield ""
    if count:
        yield from _stranger(learned)
        yield _table(learned)
        if (more := len(learned.folders) - MOST_FOLDERS) > 0:
            words = ngettext(
                "and {n} more folder: --format json", "and {n} more folders: --format json", more
            )
            yield words.format(n=more)
        yield ""
    yield from _not_seen(learned, found, paths)
    if learned.reveals:
        yield _("Clean copies:  {command}").format(command=f"curtain scrub {_words(paths)} --to DIR")


def _stranger(learned: Learned) -> Iterator[str]:
    facts = [(title, words) for title, words in _facts(learned) if words]
    if not facts:
        yield _("Nothing was found in them that tells about you, by what is read today.")
        yield _("That is no promise: what can be seen in a picture, and its file name, tell too.")
        yield ""
        return
    yield _("What a stranger would learn")
    width = max(len(title) for title, _words in facts) + 2
    for title, words in facts:
        yield from _wrapped(f" {title:<{width}}{words}", width + 1)
    yield ""


def _wrapped(line: str, indent: int) -> list[str]:
    import textwrap

    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def _facts(learned: Learned) -> Iterator[tuple[str, str]]:
    yield _("places"), _place_words(learned)
    yield _("times"), " \u2013 ".join(dict.fromkeys(_day(day) for day in learned.days or ()))
    yield _("devices"), _most(learned.devices)
    if serials := learned.reveals[Reveal.SERIAL]:
        words = ngettext("{n} picture holds a serial number", "{n} pictures hold a serial number", serials)
        yield _("serials"), words.format(n=serials)
    yield _("names"), _most(learned.names) or _pictures(learned.reveals[Reveal.OWNER])
    yield _("people"), _most(learned.people) or _pictures(learned.reveals[Reveal.PERSON])
    yield _("software"), _pictures(learned.reveals[Reveal.SOFTWARE])
    yield _("comments"), _pictures(learned.reveals[Reveal.COMMENT])
    title = _("hidden")
    for words in _hidden(learned):
        yield title, words
        title = ""


def _place_words(learned: Learned) -> str:
    pictures = learned.reveals[Reveal.LOCATION]
    if not learned.areas:
        return _pictures(pictures)
    (north, east), _count = learned.areas.most_common(1)[0]
    around = f"{abs(north):.2f} {'N' if north >= 0 else 'S'}, {abs(east):.2f} {'E' if east >= 0 else 'W'}"
    areas = len(learned.areas)
    return ngettext("{n} area, around {place}", "{n} areas, most often around {place}", areas).format(
        n=areas, place=around
    )


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
        Reveal.PROMPT: _("what an image generator was asked: {n}"),
    }
    for reveal in _HIDDEN:
        if count := learned.reveals[reveal]:
            yield labels[reveal].format(n=count)


def _pictures(count: int) -> str:
    return ngettext("in {n} picture", "in {n} pictures", count).format(n=count) if count else ""


def _most(counter: Counter[str]) -> str:
    shown = [f"“{printable(value, 60)}” ({count})" for value, count in counter.most_common(MOST_SHOWN)]
    more = len(counter) - len(shown)
    return ", ".join(shown) + (
        " " + ngettext("and {n} more", "and {n} more", more).format(n=more) if more > 0 else ""
    )


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def _table(learned: Learned) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column(_("folder"), overflow="fold")
    for title in (_("pictures"), _("place"), _("serial"), _("name"), _("preview"), _("video")):
        table.add_column(title, justify="right")
    for folder, row in list(learned.folders.items())[:MOST_FOLDERS]:
        keys = (
            "pictures",
            *(reveal.value for reveal in _COLUMNS),
            Reveal.THUMBNAIL.value,
            Reveal.VIDEO.value,
        )
        table.add_row(Text(printable(folder)), *(str(row[key]) if row[key] else "·" for key in keys))
    return table


def _not_seen(learned: Learned, found: Listed, paths: Sequence[str]) -> Iterator[str]:
    if formats := " · ".join(f"{name} {count}" for name, count in learned.unread.most_common()):
        words = _("Not read yet, so treat them as if they told everything:  {formats}").format(
            formats=formats
        )
        yield from _wrapped(words, 2)
    if count := learned.previews[Preview.NOT_COMPARED]:
        words = ngettext(
            "{n} preview was not compared with its picture",
            "{n} previews were not compared with their pictures",
            count,
        )
        yield words.format(n=count)
    if unreadable := sum(learned.troubles.values()):
        words = ngettext(
            "{n} file could not be read, or not to its end:",
            "{n} files could not be read, or not to their end:",
            unreadable,
        )
        yield words.format(n=unreadable) + f"  curtain photos {_words(paths)} --format json"
        yield from (
            f"  {trouble_words(trouble)}: {count}" for trouble, count in learned.troubles.most_common()
        )
    for path, trouble in found.unreadable_folders:
        yield f"{printable(path)}: {trouble_words(trouble)}"
    left = Counter(why for _path, why in found.left)
    for why, count in left.items():
        yield _left_words(why, count)


def _left_words(why: Why, count: int) -> str:
    words = {
        "link": _("links, not followed: {n}"),
        "special": _("pipes, sockets and devices, not opened: {n}"),
        "placeholder": _("files whose content is in the cloud, not opened: {n}"),
        "remote": _("folders on another machine, not opened: {n}"),
    }
    return words[why.value].format(n=count)


def _words(paths: Sequence[str]) -> str:
    """Arguments for a shell, ready to copy: quoted where they must be, and never taken for options."""
    return " ".join(_word(f"./{path}" if path.startswith("-") else path) for path in paths)


def _word(path: str) -> str:
    if printable(path, len(path)) == path:
        return shlex.quote(path)
    raw = path.encode("utf-8", "surrogateescape")  # control characters in the form that bash and zsh know
    return "$'" + "".join(chr(b) if 32 <= b < 127 and b not in b"'\\" else f"\\x{b:02x}" for b in raw) + "'"
