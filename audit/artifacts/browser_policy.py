"""What policies of a computer decide for a browser, past the person's own settings.

Chromium family: the JSON files of the managed folder, names from chromeenterprise.google/policies (each is in the program
of Chromium 156). Firefox: policies.json, modules/policies/policies-schema.json of Firefox ESR 153, which was seen to read /etc/firefox and
its own folder. Chrome's enrolment: support.google.com/chrome/a/answer/9301891.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, TypeAlias

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.browser_policies import CHROMIUM_POLICIES, FIREFOX_POLICIES, policy_files
from audit.artifacts.extension_facts import mapping, text, texts, whole
from audit.model import GapKind, Platform
from audit.stores import json_object

REFUSAL = "not a browser's policy"
ENROLMENT = "/etc/opt/chrome/policies/enrollment/CloudManagementEnrollmentToken"
MOST = 2000  # decisions in one file
_FORCED = ("force_installed", "normal_installed")
_OWN_WAY = ("", "direct", "system", "none")  # a proxy policy that says: none, or the computer's own
_SITES = {
    "VideoCaptureAllowedUrls": "camera",
    "AudioCaptureAllowedUrls": "microphone",
    "PreciseGeolocationAllowedForUrls": "location",
}
_RIGHTS = {"Camera": "camera", "Microphone": "microphone", "Location": "location"}
Decision: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class BrowserPolicy(Artifact):
    """One decision. `about`: extension, camera, microphone, location, proxy, certificates, private-windows, history, enrolment.

    `value` is the extension's id or address, or the site; else empty. `setting` is the policy's own name.
    """

    KIND: ClassVar[str] = "browser-policy"
    browser: str
    about: str
    setting: str
    settings: str
    value: str = ""


@collects(BrowserPolicy)
def collect(look: Look) -> Iterator[BrowserPolicy]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what="policies of this computer for browsers")
        return
    for browser, folders in CHROMIUM_POLICIES.items():
        for folder in folders:
            for path in policy_files(look, folder):
                yield from _records(browser, path, look.parse(parse_chromium, path, 1 << 20))
    for path in FIREFOX_POLICIES:
        yield from _records("Firefox", path, look.parse(parse_firefox, path, 1 << 20))
    if look.stat(ENROLMENT) is not None:
        yield BrowserPolicy("Google Chrome", "enrolment", "CloudManagementEnrollmentToken", ENROLMENT)


def _records(browser: str, path: str, decisions: list[Decision] | None) -> Iterator[BrowserPolicy]:
    for about, setting, value in decisions or ():
        yield BrowserPolicy(browser, about, setting, path, value)


def parse_chromium(data: bytes) -> list[Decision]:
    """(what about, policy, value) for what matters here in a managed policy file. Raises ParseError."""
    return list(islice(_chromium(json_object.read_relaxed(data, REFUSAL)), MOST))


def _chromium(policy: Mapping[str, Any]) -> Iterator[Decision]:
    for each in texts(policy.get("ExtensionInstallForcelist")):
        yield "extension", "ExtensionInstallForcelist", text(each.partition(";")[0])
    yield from _forced(policy.get("ExtensionSettings"))
    for name, about in _SITES.items():
        for site in texts(policy.get(name)):
            yield about, name, text(site)
    if whole(policy.get("DefaultGeolocationSetting")) == 1:
        yield "location", "DefaultGeolocationSetting", "*"
    yield from _chromium_proxy(policy)
    for name in ("CACertificates", "CACertificatesWithConstraints"):
        if policy.get(name):
            yield "certificates", name, ""
    if whole(policy.get("IncognitoModeAvailability")) == 1 or policy.get("IncognitoEnabled") is False:
        yield "private-windows", "IncognitoModeAvailability", ""
    if policy.get("AllowDeletingBrowserHistory") is False:
        yield "history", "AllowDeletingBrowserHistory", ""
    if policy.get("CloudManagementEnrollmentToken"):
        yield "enrolment", "CloudManagementEnrollmentToken", ""


def _chromium_proxy(policy: Mapping[str, Any]) -> Iterator[Decision]:
    inside = mapping(policy.get("ProxySettings"))
    modes = (policy.get("ProxyMode"), inside.get("ProxyMode"))
    said = [text(mode) for mode in modes if text(mode)]
    servers = [each.get(name) for each in (policy, inside) for name in ("ProxyServer", "ProxyPacUrl")]
    if any(mode not in _OWN_WAY for mode in said) or (not said and any(servers)):
        yield "proxy", "ProxySettings" if inside else "ProxyMode", ""


def _forced(settings: object) -> Iterator[Decision]:
    """`ExtensionSettings`, which is the same in both families."""
    for name, entry in mapping(settings).items():
        if mapping(entry).get("installation_mode") in _FORCED:
            yield "extension", "ExtensionSettings", text(name)


def parse_firefox(data: bytes) -> list[Decision]:
    """(what about, policy, value) for what matters here in Firefox's policies.json. Raises ParseError."""
    return list(islice(_firefox(mapping(json_object.read(data, REFUSAL).get("policies"))), MOST))


def _firefox(policy: Mapping[str, Any]) -> Iterator[Decision]:
    yield from _forced(policy.get("ExtensionSettings"))
    for place in texts(mapping(policy.get("Extensions")).get("Install")):
        yield "extension", "Extensions", text(place)
    permissions = mapping(policy.get("Permissions"))
    for name, about in _RIGHTS.items():
        for site in texts(mapping(permissions.get(name)).get("Allow")):
            yield about, "Permissions", text(site)
    if text(mapping(policy.get("Proxy")).get("Mode")) not in _OWN_WAY:
        yield "proxy", "Proxy", ""
    if mapping(policy.get("Certificates")).get("Install"):
        yield "certificates", "Certificates", ""
    if (
        policy.get("DisablePrivateBrowsing") is True
        or whole(policy.get("PrivateBrowsingModeAvailability")) == 1
    ):
        yield "private-windows", "DisablePrivateBrowsing", ""
