"""`curtain photos` from its options to its output. Talks only through what it is given."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, NamedTuple

from audit import workers
from audit.learned import Album
from audit.output import OutputError, check_place, private_file, sharing_warning
from audit.photos import Look, listed, photos
from audit.progress import Progress
from audit.text import gettext as _
from audit.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audit.photos import Listed
    from audit.reports.photos_json import JsonReport


class Request(NamedTuple):
    """What the person typed."""

    paths: tuple[str, ...]
    format: str = "terminal"
    output: str | None = None
    force: bool = False
    jobs: int | None = None
    thorough: bool = False
    folders: bool = False


def perform(
    request: Request, *, shared: Callable[[Path], str | None], warn: Callable[[str], object], width: int
) -> int:
    """Read the pictures and say what they reveal; gives the exit status. `width` is that of the page, in columns.

    Raises OutputError for wrong usage.
    """
    for path in request.paths:
        if not os.path.lexists(path):
            raise OutputError(_("There is no file or folder {path}.").format(path=printable(path)))
    if request.output:
        from pathlib import Path

        check_place(Path(request.output), force=request.force)
        if words := sharing_warning(Path(request.output), shared):
            warn(words)
    started, begun = datetime.now(UTC), time.monotonic()
    found, album = listed(request.paths), Album()
    with _stream(request) as stream:
        report = _json(stream, started) if request.format == "json" else None
        interrupted = _read(request, found, album, report)
        if report:
            report.close(album, found, interrupted=interrupted)
        else:
            page = _page(request, found, album, time.monotonic() - begun, width)
            stream.write(page.encode("utf-8", "replace"))
    if interrupted:
        warn(_("Stopped before the end: this is what was read until then."))
    return 130 if interrupted else 0


def _json(stream: IO[bytes], started: datetime) -> JsonReport:
    from audit.reports.photos_json import JsonReport

    return JsonReport(stream, started=started)


def _read(request: Request, found: Listed, album: Album, report: JsonReport | None) -> bool:
    """Read every file; says whether it was interrupted."""
    look = Look.THOROUGH if request.thorough or found.few else Look.QUICK
    with Progress(len(found.paths), _("reading")) as progress:
        try:
            for photo in photos(found, Look.TAGS if report else look, jobs=request.jobs):
                album.add(photo)
                if report:
                    report.add(photo)
                progress.advance()
        except workers.Interrupted:
            return True
    return False


@contextlib.contextmanager
def _stream(request: Request) -> Iterator[IO[bytes]]:
    if request.output:
        from pathlib import Path

        with private_file(Path(request.output), force=request.force) as stream:
            yield stream
    else:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()


def _page(request: Request, found: Listed, album: Album, seconds: float, width: int) -> str:
    from audit.reports.photos import Page, lines

    page = Page(request.paths, seconds, width, request.folders)
    return "".join(f"{line.rstrip()}\n" for line in lines(album, found, page))
