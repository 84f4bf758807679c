"""`curtain scrub` from its options to its exit status. Talks only through what it is given."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audit import batch, workers
from audit.formats.base import Keep, Policy
from audit.output import check_place, private_file, sharing_warning
from audit.progress import Progress
from audit.reports.scrub import JsonReport, Summary
from audit.scrubber import Options
from audit.text import gettext as _
from audit.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Shared = Callable[[Path], str | None]
    Say = Callable[[str], object]
    Ask = Callable[[str], bool | None]


@dataclass(frozen=True, slots=True)
class Request:
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


def perform(request: Request, *, shared: Shared, say: Say, warn: Say, ask: Ask) -> int:
    """Do it and say so; gives the exit status: 0 done, 1 some medium could not be cleaned, 130 interrupted.

    `ask` answers None where nobody can be asked. Raises BatchError and OutputError for wrong usage.
    """
    options = Options(_policy(request), request.force, request.dry_run)
    _check(request)
    if request.report and (words := sharing_warning(Path(request.report), shared)):
        warn(words)
    plan = batch.plan(request.paths, request.to)
    if request.in_place and not request.dry_run and not _agreed(request, plan, shared, warn, ask):
        say(_("Nothing was changed."))
        return 0
    return _run(request, plan, options, say, warn)


def _policy(request: Request) -> Policy:
    keep, drop = {Keep(word) for word in request.keep}, {Keep(word) for word in request.drop}
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
    if request.to and os.path.lexists(request.to) and not Path(request.to).is_dir():
        raise batch.BatchError(_("{path} is not a folder.").format(path=printable(request.to)))
    if request.report:
        check_place(Path(request.report), force=request.force)


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
    totals, summary, interrupted = batch.Totals(), Summary(to=request.to, dry_run=request.dry_run), False
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
    with private_file(Path(request.report), force=request.force) as stream:
        yield JsonReport(stream, started=started, dry_run=request.dry_run)
