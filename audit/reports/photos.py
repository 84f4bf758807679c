"""What pictures reveal, as a page for people: sentences, and one table. Safe to print, and never wider than it must be."""

from __future__ import annotations

import shlex
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from audit.formats.base import Reveal
from audit.previews import Preview
from audit.reports import stranger
from audit.reports.troubles import trouble_words
from audit.text import gettext as _
from audit.text import ngettext, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.learned import Album, Learned
    from audit.media import Why
    from audit.photos import Listed

MOST_FOLDERS = 30  # in the table
WIDTH = 80  # columns that sentences are wrapped at
_COLUMNS = (Reveal.LOCATION, Reveal.SERIAL, Reveal.OWNER, Reveal.THUMBNAIL, Reveal.VIDEO)
_LEAST_NAME = 12  # columns for the name of a folder


class Page(NamedTuple):
    """What was asked for, and how long it took. `folders` asks what each folder tells, instead of the table."""

    paths: Sequence[str]
    seconds: float
    width: int = WIDTH
    folders: bool = False


def lines(album: Album, found: Listed, page: Page) -> Iterator[str]:
    """Commands are not wrapped: they are to be copied."""
    count = album.pictures
    many = len(album.folders) + album.more_folders
    shown = ngettext("{n} file in {folders}", "{n} files in {folders}", count).format(
        n=count, folders=ngettext("{n} folder", "{n} folders", many).format(n=many)
    )
    yield shown + " · " + _("read in {s} s").format(s=f"{page.seconds:.1f}")
    yield ""
    if count:
        yield from _stranger(album)
        yield from _each(album) if page.folders else _table(album, page.width)
        left = album.more_folders if page.folders else many - MOST_FOLDERS
        if left > 0:
            words = ngettext(
                "and {n} more folder: --format json", "and {n} more folders: --format json", left
            )
            yield words.format(n=left)
        yield ""
    yield from _not_seen(album, found, page.paths)
    if album.reveals:
        yield _("Clean copies:  {command}").format(command=f"curtain scrub {_words(page.paths)} --to DIR")


def _stranger(album: Album) -> Iterator[str]:
    facts = list(stranger.facts(album))
    if not facts:
        yield _("Nothing was found in them that tells about you, by what is read today.")
        yield _("That is no promise: what can be seen in a picture, and its file name, tell too.")
        yield ""
        return
    yield _("What a stranger would learn")
    yield from _facts(facts)
    yield ""


def _each(album: Album) -> Iterator[str]:
    for path, folder in album.folders.items():
        words = ngettext("{n} file", "{n} files", folder.pictures).format(n=folder.pictures)
        yield f"{printable(path)} · {words}"
        yield from _facts(list(stranger.facts(folder)))
        yield ""


def _facts(facts: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max((len(title) for title, _words in facts), default=0) + 2
    for title, words in facts:
        yield from _wrapped(f" {title:<{width}}{words}", width + 1)


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


def _table(album: Album, width: int) -> Iterator[str]:
    """A row for each folder; a name that is too long for its column goes on in the next line."""
    titles = (_("files"), _("place"), _("serial"), _("name"), _("preview"), _("video"))
    shown = list(album.folders.items())[:MOST_FOLDERS]
    rows = [(printable(path), _counts(folder)) for path, folder in shown]
    widths = [
        max(map(len, column)) for column in zip(titles, *(counts for _path, counts in rows), strict=True)
    ]
    room = max(_LEAST_NAME, width - sum(widths) - 2 * len(widths))
    name = min(room, max(_cells(text) for text in (_("folder"), *(path for path, _counts in rows))))
    yield _row(_("folder"), name, titles, widths)
    for path, counts in rows:
        *first, last = _folded(path, name)
        yield from first
        yield _row(last, name, counts, widths)


def _counts(folder: Learned) -> tuple[str, ...]:
    counts = (folder.pictures, *(folder.reveals[reveal] for reveal in _COLUMNS))
    return tuple(str(count) if count else "·" for count in counts)


def _row(name: str, room: int, cells: Sequence[str], widths: Sequence[int]) -> str:
    return (
        name
        + " " * (room - _cells(name))
        + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    )


def _cells(text: str) -> int:
    """Columns that a text takes: wide characters take two, combining ones none (UAX #11, UAX #44)."""
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


def _cell(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _folded(text: str, room: int) -> list[str]:
    parts, used = [""], 0
    for character in text:
        cells = _cell(character)
        if used + cells > room:
            parts.append("")
            used = 0
        parts[-1] += character
        used += cells
    return parts


def _not_seen(album: Album, found: Listed, paths: Sequence[str]) -> Iterator[str]:
    if formats := " · ".join(f"{name} {count}" for name, count in album.unread.most_common()):
        words = _("Not read yet, so treat them as if they told everything:  {formats}").format(
            formats=formats
        )
        yield from _wrapped(words, 2)
    yield from _not_looked_at(album, paths)
    if unreadable := sum(album.troubles.values()):
        words = ngettext(
            "{n} file could not be read, or not to its end:",
            "{n} files could not be read, or not to their end:",
            unreadable,
        )
        yield words.format(n=unreadable) + f"  curtain photos {_words(paths)} --format json"
        yield from (f"  {trouble_words(trouble)}: {count}" for trouble, count in album.troubles.most_common())
    for path, trouble in found.unreadable_folders:
        yield f"{printable(path)}: {trouble_words(trouble)}"
    left = Counter(why for _path, why in found.left)
    for why, count in left.items():
        yield _left_words(why, count)


def _not_looked_at(album: Album, paths: Sequence[str]) -> Iterator[str]:
    if count := album.previews[Preview.NOT_COMPARED]:
        words = ngettext(
            "{n} preview was not compared with its picture",
            "{n} previews were not compared with their pictures",
            count,
        )
        yield words.format(n=count)
    if count := album.ends_not_seen:
        words = ngettext(
            "{n} file was not searched for what may hide behind it",
            "{n} files were not searched for what may hide behind them",
            count,
        )
        yield words.format(n=count)
    if album.ends_not_seen:
        yield _("A closer look takes longer:  {command}").format(
            command=f"curtain photos {_words(paths)} --thorough"
        )


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
