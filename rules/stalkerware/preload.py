"""Libraries that are loaded into every program, or into all of one person's."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from audit.artifacts.preload import EVERYWHERE, Preload
from audit.artifacts.process import in_system
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

# Memory allocators, video compatibility, graphics overlays, window decoration, Raspberry Pi OS's copy routines.
USUAL = re.compile(
    r"lib(?:jemalloc|tcmalloc(?:_minimal)?|mimalloc|hardened_malloc(?:-light)?|eatmydata|gamemodeauto|gtk3-nocsd|MangoHud|armmem-\S*|"
    r"strangle\S*|stderred)\.so[.\d]*|v4l[12]\w*\.so"
)
EVERY_PROGRAM = "every program of every account"
ONE_ACCOUNT = "the programs of one account"
ALL_ACCOUNTS = "the programs of every account"


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Preload],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(Preload):
        if not usual(each.library):
            yield Match(
                subject=f"{each.library} in {each.settings}",
                evidence=[Evidence("preload", each.settings, {"library": each.library})],
                params={"library": each.library, "settings": each.settings, "reach": reach(each)},
                question=Question("library", Severity.HIGH),
            )


def usual(library: str) -> bool:
    """A name counts only in a system folder, or without one: then the system's own folders are searched (ld.so(8))."""
    placed = in_system(library) or "/" not in library
    return placed and USUAL.fullmatch(posixpath.basename(library)) is not None


def reach(found: Preload) -> str:
    if found.settings == EVERYWHERE:
        return EVERY_PROGRAM
    return ONE_ACCOUNT if found.user else ALL_ACCOUNTS
