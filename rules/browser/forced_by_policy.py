"""What an administrator decided for a browser: extensions, rights of sites, the way of the traffic, what cannot be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.answer import YourOwnDevice
from audit.artifacts.browser_policy import BrowserPolicy
from audit.artifacts.extension import Extension
from audit.artifacts.extension_known import KNOWN
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule

WORDS = {
    "extension": "extensions that are added by themselves",
    "camera": "sites that may use the camera",
    "microphone": "sites that may use the microphone",
    "location": "sites that may know where you are",
    "proxy": "a computer that your traffic goes through",
    "certificates": "whose word counts for who a site is",
    "private-windows": "that there are no private windows",
    "history": "that history cannot be deleted",
    "enrolment": "that an account elsewhere may give orders to it",
}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    needs=[BrowserPolicy, Extension],
    may_use=[YourOwnDevice],
)
def check(host: Host) -> Iterator[Match]:
    """One finding for each file of policies; and for each extension that a policy added which no file here names.

    LibreWolf brings a blocker of advertisements in this way.
    """
    severity = severity_of([answer.holds for answer in host.see(YourOwnDevice)])
    policies = list(host.see(BrowserPolicy))
    for browser, settings in dict.fromkeys((each.browser, each.settings) for each in policies):
        mine = [each for each in policies if (each.browser, each.settings) == (browser, settings)]
        evidence = [Evidence(BrowserPolicy.KIND, settings, facts(each)) for each in mine]
        words = " + ".join(dict.fromkeys(WORDS[each.about] for each in mine))
        usual = all(each.about == "extension" and each.value in KNOWN for each in mine)
        yield match(
            f"{browser}: {settings}", browser, settings, words, evidence, Severity.LOW if usual else severity
        )
    named = {each.value for each in policies if each.about == "extension"}
    for each in host.see(Extension):
        if each.origin == "policy" and each.id not in named | KNOWN:
            evidence = [Evidence(Extension.KIND, each.settings, {"name": each.name, "id": each.id})]
            yield match(each.place, each.browser, each.settings, WORDS["extension"], evidence, severity)


def severity_of(own: list[bool]) -> Severity:
    """At work or at school an administrator is to be expected, on one's own device not."""
    if not own:
        return Severity.MEDIUM
    return Severity.HIGH if own[0] else Severity.LOW


def facts(policy: BrowserPolicy) -> dict[str, str]:
    value = {"value": policy.value} if policy.value else {}
    return {"policy": policy.setting, **value}


def match(  # noqa: PLR0913, PLR0917 - what was seen, part by part
    subject: str, browser: str, settings: str, what: str, evidence: list[Evidence], severity: Severity
) -> Match:
    params = {"browser": browser, "settings": settings, "what": what}
    return Match(subject, evidence, params, severity, question=Question("policy", Severity.HIGH))
