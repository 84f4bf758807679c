"""Programs of this computer that extensions may start, where they stand in a place that an ordinary account can write to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.native_host import NativeHost
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/")  # noqa: S108 - compared with, never used
HOMES = ("~/", "/home/", "/root/", "/var/home/")
# Hidden folders of a home in which programs stand ordinarily: package managers, Flatpak, Nix.
USUAL = frozenset(
    {".local", ".config", ".var", ".cargo", ".nix-profile", ".guix-profile", ".npm-global", ".linuxbrew"}
)
WORDS = {
    "temporary": "in a folder for temporary files",
    "open": "which other accounts can change",
    "hidden": "in a hidden folder",
    "home": "in a home folder",
    "owned": "which an ordinary account can change",
}


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[NativeHost],
)
def check(host: Host) -> Iterator[Match]:
    """One finding for each program, however many browsers know it. One that is gone cannot be started."""
    seen = [each for each in host.see(NativeHost) if each.present is not False]
    for program in dict.fromkeys(each.program for each in seen):
        mine = [each for each in seen if each.program == program]
        if place := odd_place(mine[0]):
            yield match(mine, place)


def odd_place(host: NativeHost) -> str:
    """What the system's packages brought stands where only an administrator writes, and belongs to root."""
    if host.program.startswith(TEMPORARY):
        return "temporary"
    if host.open_to_others:
        return "open"
    if host.program.startswith(HOMES):
        parts = host.program.split("/")
        return "hidden" if any(part.startswith(".") and part not in USUAL for part in parts) else "home"
    return "owned" if host.owner else ""


def match(mine: list[NativeHost], place: str) -> Match:
    extensions = list(dict.fromkeys(name for each in mine for name in each.extensions))
    facts = {"program": mine[0].program, "extensions": " ".join(extensions)}
    return Match(
        subject=mine[0].program,
        evidence=[Evidence(NativeHost.KIND, each.settings, {"name": each.name, **facts}) for each in mine],
        params={
            "program": posixpath.basename(mine[0].program),
            "path": mine[0].program,
            "place": WORDS[place],
            "browsers": " + ".join(dict.fromkeys(each.browser for each in mine)),
            "extensions": " + ".join(extensions[:5]) or "none named",
        },
        severity=Severity.LOW if place in {"home", "owned"} else Severity.MEDIUM,
        question=Question("program", Severity.HIGH),
    )
