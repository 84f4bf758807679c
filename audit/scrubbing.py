"""`curtain scrub` from its options to its exit status. Talks only through what it is given."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from audit import batch, workers
from audit.formats.base import Keep, Policy
from audit.output import check_place, private_file, sharing_warning
from audit.progress import Progress
from audit.reports.scrub import JsonReport, Summary
from audit.rows import Options
from audit.text import gettext as _
from audit.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Shared = Callable[[Path], str | None]
    Say = Callable[[str], object]
    Ask = Callable[[str], bool | None]


FILE_TIME = "mtime"  # kept beside the bytes, not in them


class Request(NamedTuple):
    """What the person typed."""

    paths: tuple[str, ...]
    to: str | None = None
    in_place: bool = False
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    dry_run: bool = False
    force: bool = False
    yes: bool = False
    jobs: int | None = None
    report: str | None = None
    rename: bool = False
    backup: str | None = None
    verify: str | None = None

    def options(self) -> Options:
        """How each file is done. Raises BatchError."""
        return Options(
            _policy(self),
            self.force,
            self.dry_run,
            keep_time=FILE_TIME in self.keep,
            decode=None if self.verify is None else self.verify == "decode",
            digests=self.report is not None,
        )


def perform(request: Request, *, shared: Shared, say: Say, warn: Say, ask: Ask) -> int:
    """Do it and say so; gives the exit status: 0 done, 1 some medium could not be cleaned, 130 interrupted.

    `ask` answers None where nobody can be asked. Raises BatchError and OutputError for wrong usage.
    """
    options = request.options()
    _check(request)
    for private in (request.report, request.backup and f"{request.backup}/."):
        if private and (words := sharing_warning(_place(private), shared)):
            warn(words)
    plan = batch.plan(request.paths, request.to, rename=request.rename, backup=request.backup)
    if not request.dry_run and not (
        _place_agreed(request, warn, ask) and (request.to or _agreed(request, plan, shared, warn, ask))
    ):
        say(_("Nothing was changed."))
        return 0
    return _run(request, plan, options, say, warn)


def _place(path: str) -> Path:
    from pathlib import Path

    return Path(path)


def _policy(request: Request) -> Policy:
    keep = {Keep(word) for word in request.keep if word != FILE_TIME}
    drop = {Keep(word) for word in request.drop}
    if both := keep & drop:
        raise batch.BatchError(
            _("Both --keep and --drop name {what}. Choose one.").format(what=min(both).value)
        )
    return Policy((Policy().keep | keep) - drop)


def _check(request: Request) -> None:
    if bool(request.to) == request.in_place:
        raise batch.BatchError(
            _(
                "Say where clean copies go with --to DIR, or clean the files themselves with --in-place (one of the two)."
            )
        )
    if request.rename and request.in_place:
        raise batch.BatchError(_("--rename names copies: it goes with --to DIR."))
    if request.backup and not request.in_place:
        raise batch.BatchError(
            _("--backup keeps originals that are cleaned with --in-place; --to leaves them alone anyway.")
        )
    for folder in (request.to, request.backup):
        if folder and os.path.lexists(folder) and not os.path.isdir(folder):
            raise batch.BatchError(_("{path} is not a folder.").format(path=printable(folder)))
    if request.report:
        check_place(_place(request.report), force=request.force)


def _place_agreed(request: Request, warn: Say, ask: Ask) -> bool:
    """Whether to keep where pictures were taken: asked twice, since it can lead somebody to a door."""
    if Keep.LOCATION.value not in request.keep or request.yes:
        return True
    warn(_("Each picture will say where it was taken, often to a few metres: a home, a school, a shelter."))
    for question in (
        _("Keep the place in every picture?"),
        _("Whoever gets these pictures can look the place up. Are you sure?"),
    ):
        answer = ask(question)
        if answer is None:
            raise batch.BatchError(
                _("Nothing was changed. Add --yes if the pictures really are to say where they were taken.")
            )
        if not answer:
            return False
    return True


def _agreed(request: Request, plan: batch.Plan, shared: Shared, warn: Say, ask: Ask) -> bool:
    """Whether cleaning in place may go on: others would see it in a shared folder, so the person is asked."""
    found = batch.services(plan, shared)
    if not found:
        return True
    for folder, service in found:
        warn(_("{path} is shared with {service}.").format(path=printable(folder), service=printable(service)))
    warn(
        _(
            "What you clean there changes on the other side too, and can be noticed; older versions may be kept there."
        )
    )
    if request.yes:
        return True
    answer = ask(_("Clean the files there anyway?"))
    if answer is None:
        raise batch.BatchError(
            _(
                "Nothing was changed. Add --yes to clean in place there, or make copies elsewhere with --to DIR."
            )
        )
    return answer


def _run(request: Request, plan: batch.Plan, options: Options, say: Say, warn: Say) -> int:
    started, begun = datetime.now(UTC), time.monotonic()
    totals, summary, interrupted = (
        batch.Totals(),
        Summary(to=request.to, dry_run=request.dry_run, renamed=request.rename, backup=request.backup),
        False,
    )
    with _report(request, started) as report, Progress(len(plan.items), _("cleaning")) as progress:
        try:
            for row in batch.scrub_all(plan, options, jobs=request.jobs or workers.default_jobs()):
                totals.add(row)
                summary.add(row)
                if report:
                    report.add(row)
                progress.advance()
        except workers.Interrupted:
            interrupted = True
        if report:
            report.close(totals, interrupted=interrupted)
    for line in summary.lines(totals, time.monotonic() - begun):
        say(line)
    if interrupted:
        done = sum(totals.statuses.values())
        words = _("Stopped: {done} of {all} files were looked at. The rest is untouched.")
        warn(words.format(done=done, all=len(plan.items)))
        return 130
    return 1 if totals.blocked else 0


@contextlib.contextmanager
def _report(request: Request, started: datetime) -> Iterator[JsonReport | None]:
    if not request.report:
        yield None
        return
    with private_file(_place(request.report), force=request.force) as stream:
        yield JsonReport(stream, started=started, dry_run=request.dry_run)
