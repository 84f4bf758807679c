"""What is told, or run, when somebody logs in or types a password."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.login_hook import GIVES, RUNS, TYPED, TYPED_PASSWORDS, LoginHook
from audit.artifacts.odd_places import HIDDEN, TEMPORARY, oddity
from audit.artifacts.origin import Origin
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

UNPACKED = "checks passwords with a part that belongs to no package"
PACKAGED = "pam_script"  # Debian's package of it puts itself into every login as soon as it is installed


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[LoginHook],
    may_use=[Origin],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(LoginHook):
        program = each.program or each.module
        yield Match(
            subject=f"{each.settings}: {program}"[:200],
            evidence=[Evidence("login-hook", each.settings, {"line": str(each.line), "module": each.module})],
            params={"settings": each.settings, "line": str(each.line), "program": program, "does": each.what},
            severity=severity_of(each),
            question=Question("hook", Severity.HIGH),
        )
    for module in host.see(Origin):
        if module.checks_passwords and not module.package:
            yield Match(
                subject=f"/etc/pam.d: {module.file}"[:200],
                evidence=[Evidence("origin", module.file)],
                params={"settings": "/etc/pam.d", "line": "?", "program": module.file, "does": UNPACKED},
                severity=Severity.MEDIUM,
                question=Question("hook", Severity.HIGH),
            )


def severity_of(hook: LoginHook) -> Severity:
    if hook.what == TYPED_PASSWORDS or hook.signs or oddity([hook.program]) in (HIDDEN, TEMPORARY):
        return Severity.HIGH
    if hook.what == GIVES:
        return Severity.MEDIUM if hook.module == PACKAGED else Severity.HIGH
    return {RUNS: Severity.LOW, TYPED: Severity.MEDIUM}.get(hook.what, Severity.MEDIUM)
