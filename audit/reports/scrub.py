"""What became of a batch of files: for people, and as JSON (`drawncurtain.scrub/1`)."""

from __future__ import annotations

from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from audit.formats.base import Keep, Reveal
from audit.reports.reveal_words import reveal_word
from audit.rows import Check, Row, Status
from audit.text import gettext as _
from audit.text import ngettext, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from audit.batch import Totals

SCHEMA = "drawncurtain.scrub/1"
MOST_NAMED = 5  # files named one by one under a reason
MOST_REASONS = 20


class JsonReport:
    """Rows as they come, then the totals."""

    def __init__(self, stream: IO[bytes], *, started: datetime, dry_run: bool) -> None:
        from audit.reports.rows import RowWriter

        self._rows = RowWriter(
            stream,
            {
                "schema": SCHEMA,
                "started": f"{started:%Y-%m-%dT%H:%M:%SZ}",
                "dry_run": dry_run,
                "to_know": list(_to_know()),
            },
        )

    def add(self, row: Row) -> None:
        self._rows.add(as_json(row))

    def close(self, totals: Totals, *, interrupted: bool) -> None:
        counts = {status.value: totals.statuses[status] for status in Status}
        self._rows.close({"totals": {"files": sum(counts.values()), **counts}, "interrupted": interrupted})


def _to_know() -> Iterator[str]:
    """What a list of checksums does not say by itself."""
    yield _("This list is for you alone: it joins each original to its clean copy.")
    yield _("A clean file has another checksum than its original. That is no sign that it was tampered with.")
    yield _("The originals, and every copy that was sent or saved before, still hold everything.")
    yield _("Where a picture may be needed as evidence, its original is worth more: keep it.")
    yield _(
        "Cleaning does not change what the picture shows: faces, places, reflections, screens, or the fine pattern that a "
        "camera's sensor leaves in its pictures."
    )


def as_json(row: Row) -> dict[str, Any]:
    from audit.reports.rows import path_fields

    return {
        **path_fields("source", row.source),
        **path_fields("output", row.output),
        "status": row.status.value,
        "removed": list(row.removed),
        "kept": list(row.kept),
        "error": row.error,
        "offset": row.offset,
        "note": row.note,
        "verified": row.check.value if row.check else None,
        "sha256": dict(zip(("before", "after"), row.digests, strict=True)) if row.digests else None,
    }


class _Named:
    """Files under one heading, by what there is to say about them: counts, and a bounded number of names."""

    def __init__(self) -> None:
        self.count = 0
        self._reasons: dict[str, list[str]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, source: str, reason: str) -> None:
        self.count += 1
        if reason not in self._reasons and len(self._reasons) >= MOST_REASONS:
            return
        self._counts[reason] += 1
        names = self._reasons.setdefault(reason, [])
        if len(names) < MOST_NAMED:
            names.append(source)

    def lines(self) -> Iterator[str]:
        for reason, names in self._reasons.items():
            yield f"  {printable(reason)}"
            yield from (f"    {printable(name)}" for name in names)
            if (more := self._counts[reason] - len(names)) > 0:
                yield "    " + ngettext("and {n} more", "and {n} more", more).format(n=more)
        if (rest := self.count - self._counts.total()) > 0:
            words = ngettext("{n} more for other reasons", "{n} more for other reasons", rest)
            yield "  " + words.format(n=rest)


class Summary:
    """The words after a batch: counts, then by name what was not done and why."""

    def __init__(
        self, *, to: str | None, dry_run: bool, renamed: bool = False, backup: str | None = None
    ) -> None:
        self._to = to
        self._dry_run = dry_run
        self._renamed = renamed
        self._backup = backup
        self._blocked, self._noted, self._odd = _Named(), _Named(), _Named()
        self._silent = 0  # files that are no media, and say nothing else

    def add(self, row: Row) -> None:
        if row.blocks:
            self._blocked.add(row.source, row.error or "")
        elif row.note:
            self._noted.add(row.source, row.note)
        elif row.error:
            self._odd.add(row.source, row.error)
        elif row.status is Status.SKIPPED:
            self._silent += 1

    def lines(self, totals: Totals, seconds: float) -> Iterator[str]:
        """The summary, a line at a time, safe to print."""
        yield self._first(totals, seconds)
        if clean := totals.statuses[Status.ALREADY_CLEAN]:
            yield "  " + ngettext("{n} was clean already", "{n} were clean already", clean).format(n=clean)
        if parts := [f"{reveal_word(r)} {totals.removed[r]}" for r in Reveal if totals.removed[r]]:
            words = _("would remove: {what}") if self._dry_run else _("removed: {what}")
            yield from _wrapped("  " + words.format(what=" · ".join(parts)))
        if parts := [f"{_keep_word(keep)} {totals.kept[keep]}" for keep in Keep if totals.kept[keep]]:
            yield from _wrapped("  " + _("kept: {what}").format(what=" · ".join(parts)))
        yield from _wrapped_all(_checked(totals))
        if self._noted.count:
            yield _("Please note:")
            yield from self._noted.lines()
        if count := self._blocked.count:
            yield ngettext("{n} could not be cleaned:", "{n} could not be cleaned:", count).format(n=count)
            yield from self._blocked.lines()
        yield from self._left_out()
        if totals.statuses[Status.SCRUBBED] and not self._dry_run:
            yield from _wrapped_all(self._what_stays())

    def _what_stays(self) -> Iterator[str]:
        if self._backup:
            words = _("The originals are in {folder}, and still hold everything.")
            yield words.format(folder=printable(self._backup))
        if self._to is None:
            yield _("Copies elsewhere (backups, messages, other devices) still hold everything.")
            return
        yield _("The originals still hold everything.")
        if not self._renamed:
            yield _("File names with dates stay as they are, unless you add --rename.")

    def _first(self, totals: Totals, seconds: float) -> str:
        count = totals.statuses[Status.SCRUBBED]
        if self._dry_run:
            words = ngettext(
                "{n} file would be cleaned. Nothing was written.",
                "{n} files would be cleaned. Nothing was written.",
                count,
            )
            return words.format(n=count)
        if self._to is None:
            words = ngettext("{n} file cleaned in place · {s} s", "{n} files cleaned in place · {s} s", count)
        else:
            words = ngettext(
                "{n} file cleaned into {to} · {s} s", "{n} files cleaned into {to} · {s} s", count
            )
        return words.format(n=count, s=f"{seconds:.1f}", to=printable(self._to or ""))

    def _left_out(self) -> Iterator[str]:
        if count := self._silent:
            words = ngettext(
                "{n} other file is no picture, video or document and was left out",
                "{n} other files are no pictures, videos or documents and were left out",
                count,
            )
            yield words.format(n=count)
        if self._odd.count:
            yield _("Left out:")
            yield from self._odd.lines()


def _checked(totals: Totals) -> Iterator[str]:
    if same := totals.checks[Check.DECODED]:
        words = ngettext(
            "compared pixel by pixel: {n}, the same", "compared pixel by pixel: {n}, all the same", same
        )
        yield "  " + words.format(n=same)
    if same := totals.checks[Check.PACKETS]:
        words = ngettext(
            "compared packet by packet: {n} video or sound, the same",
            "compared packet by packet: {n} videos or sounds, all the same",
            same,
        )
        yield "  " + words.format(n=same)
    if unseen := totals.checks[Check.NO_DECODER]:
        words = ngettext(
            "{n} was checked by its structure only: nothing here can show it",
            "{n} were checked by their structure only: nothing here can show them",
            unseen,
        )
        yield "  " + words.format(n=unseen)


def _wrapped_all(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(line)


def _wrapped(line: str) -> list[str]:
    import textwrap

    return textwrap.wrap(line, 80, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _keep_word(keep: Keep) -> str:
    return {
        Keep.ICC: _("colour profile"),
        Keep.ORIENTATION: _("orientation"),
        Keep.TIME: _("time taken"),
        Keep.LOCATION: _("place"),
        Keep.HDR: _("gain map"),
        Keep.DEPTH: _("depth"),
    }[keep]
