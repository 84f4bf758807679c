"""What the address of a site says of it."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def host_of(site: str) -> str:
    """Its name or address; empty where there is none."""
    parts = _split(site)
    return (parts.hostname or "") if parts else ""


def is_certified(site: str) -> bool:
    """Whether it is reached with a certificate, and by a name: anybody can have one for an address in a home."""
    parts = _split(site)
    return parts is not None and parts.scheme == "https" and not _is_address(parts.hostname or "")


def _split(site: str) -> SplitResult | None:
    try:
        parts = urlsplit(site)
        parts.hostname  # noqa: B018 - raises ValueError as well
    except ValueError:
        return None
    return parts


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
