"""Variables, set for every program, that run code inside others, keep keys of connections, or ask for passwords."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from audit.artifacts.odd_places import HIDDEN, TEMPORARY, oddity
from audit.artifacts.process import in_system
from audit.artifacts.variables import ASKS, SECRETS, Variable
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

# Parts of GTK that desktops load: assistive technology, menus, sounds, theme changes.
USUAL_PARTS = re.compile(
    r"(?:gail|atk-bridge|appmenu-gtk-module|unity-gtk-module|canberra-gtk-module|pk-gtk-module|colorreload-gtk-module|"
    r"window-decorations-gtk-module|overlay-scrollbar|xapp-gtk3-module)?"
)
ALL, ONE = "every account", "one account"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Variable],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(Variable):
        if not usual(each):
            yield Match(
                subject=f"{each.name} in {each.settings}"[:200],
                evidence=[Evidence("variable", each.settings, {"name": each.name, "file": each.file})],
                params={
                    "name": each.name,
                    "file": each.file or "?",
                    "settings": each.settings,
                    "does": each.what,
                }
                | {"reach": ONE if each.user else ALL},
                severity=severity_of(each),
                question=Question("variable", Severity.HIGH),
            )


def usual(variable: Variable) -> bool:
    """A file that only an administrator could have put there, parts of the desktop, or no file at all."""
    if variable.name.startswith("GTK"):
        return all(USUAL_PARTS.fullmatch(part) for part in variable.file.split(":"))
    return "/" not in variable.file or (variable.what != SECRETS and in_system(variable.file))


def severity_of(variable: Variable) -> Severity:
    where = oddity([posixpath.dirname(variable.file) + "/x"])
    if where == TEMPORARY and variable.what != SECRETS:
        return Severity.HIGH
    return Severity.MEDIUM if where == HIDDEN or variable.what in (SECRETS, ASKS) else Severity.LOW
