"""Sites that an administrator's policy allows the camera or microphone. Browsers do not show these among a person's own grants.

Chromium family: VideoCaptureAllowedUrls and AudioCaptureAllowedUrls (chromeenterprise.google/policies) in the JSON files of the managed
policy folder, which docs/administration/policies and each vendor names for Linux. Firefox: policies.json, Permissions.Camera.Allow
and Permissions.Microphone.Allow (mozilla.github.io/policy-templates).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from audit.artifacts.base import Look, first
from audit.stores import json_object

CHROMIUM_POLICIES = {
    "Chromium": ("/etc/chromium/policies/managed", "/etc/chromium-browser/policies/managed"),
    "Google Chrome": ("/etc/opt/chrome/policies/managed",),
    "Brave": ("/etc/brave/policies/managed",),
    "Microsoft Edge": ("/etc/opt/edge/policies/managed",),
    "Yandex Browser": ("/etc/opt/yandex/browser/policies/managed",),
}
FIREFOX_POLICIES = (
    "/etc/firefox/policies/policies.json",
    "/usr/lib/firefox/distribution/policies.json",
    "/usr/lib/firefox-esr/distribution/policies.json",
)
REFUSAL = "not a browser's policy"
MOST_FILES = 200
_CHROMIUM = (("camera", "VideoCaptureAllowedUrls"), ("microphone", "AudioCaptureAllowedUrls"))
_FIREFOX = (("camera", "Camera"), ("microphone", "Microphone"))


def policy_files(look: Look, folder: str) -> list[str]:
    """The files of a managed folder: Chromium 156 was seen to read every one, whatever its name ends in."""
    names = [entry.name for entry in look.scan(folder) if not entry.is_dir]
    return [f"{folder}/{name}" for name in first(look, folder, names, MOST_FILES)]


def parse_chromium_policy(data: bytes) -> list[tuple[str, str]]:
    """(site, device) for what a managed policy file of a Chromium browser allows. Raises ParseError."""
    policy = json_object.read_relaxed(data, REFUSAL)
    return [(site, device) for device, key in _CHROMIUM for site in _sites(policy.get(key))]


def parse_firefox_policy(data: bytes) -> list[tuple[str, str]]:
    """(site, device) for what Firefox's policies.json allows. Raises ParseError."""
    inside: Any = json_object.read(data, REFUSAL).get("policies")
    permissions = inside.get("Permissions") if isinstance(inside, Mapping) else None
    found = []
    for device, key in _FIREFOX:
        rights = permissions.get(key) if isinstance(permissions, Mapping) else None
        if isinstance(rights, Mapping):
            found += [(site, device) for site in _sites(rights.get("Allow"))]
    return found


def _sites(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (site for site in value if isinstance(site, str) and site)
