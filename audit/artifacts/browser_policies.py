"""Sites that an administrator's policy allows the camera or microphone. Browsers do not show these among a person's own grants.

Chromium family: VideoCaptureAllowedUrls and AudioCaptureAllowedUrls (chromeenterprise.google/policies) in the JSON files of the managed
policy folder, which docs/administration/policies and each vendor names for Linux. Firefox: policies.json, Permissions.Camera.Allow
and Permissions.Microphone.Allow (mozilla.github.io/policy-templates).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from audit.artifacts.base import ParseError

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
_CHROMIUM = (("camera", "VideoCaptureAllowedUrls"), ("microphone", "AudioCaptureAllowedUrls"))
_FIREFOX = (("camera", "Camera"), ("microphone", "Microphone"))


def parse_chromium_policy(data: bytes) -> list[tuple[str, str]]:
    """(site, device) for what a managed policy file of a Chromium browser allows. Raises ParseError."""
    policy = _mapping(data)
    return [(site, device) for device, key in _CHROMIUM for site in _sites(policy.get(key))]


def parse_firefox_policy(data: bytes) -> list[tuple[str, str]]:
    """(site, device) for what Firefox's policies.json allows. Raises ParseError."""
    inside: Any = _mapping(data).get("policies")
    permissions = inside.get("Permissions") if isinstance(inside, Mapping) else None
    found = []
    for device, key in _FIREFOX:
        rights = permissions.get(key) if isinstance(permissions, Mapping) else None
        if isinstance(rights, Mapping):
            found += [(site, device) for site in _sites(rights.get("Allow"))]
    return found


def _mapping(data: bytes) -> Mapping[str, Any]:
    try:
        policy = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ParseError("not a browser's policy") from error
    if not isinstance(policy, Mapping):
        raise ParseError("not a browser's policy")
    return policy


def _sites(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (site for site in value if isinstance(site, str) and site)
