"""Short ways to scrub, for the tests."""

from __future__ import annotations

import os

from audit.batch import plan, scrub_all
from audit.rows import Options, Status

CLEAN, DONE, FAILED, SKIPPED = Status.ALREADY_CLEAN, Status.SCRUBBED, Status.FAILED, Status.SKIPPED


def copied(paths, to, **options):
    return list(scrub_all(plan([str(path) for path in paths], str(to)), Options(**options), jobs=1))


def in_place(*paths, **options):
    return list(scrub_all(plan([str(path) for path in paths], None), Options(**options), jobs=1))


def one(path, to, **options):
    (row,) = copied([path], to, **options)
    return row


def tree(folder):
    return {
        os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names
    }
