"""What the address of a site says of it."""

from __future__ import annotations

import pytest

from audit.artifacts.sites import host_of, is_certified


@pytest.mark.parametrize(
    ("site", "host", "certified"),
    [
        ("https://meet.example", "meet.example", True),
        ("https://meet.example:8443", "meet.example", True),
        ("http://meet.example", "meet.example", False),
        ("https://192.168.1.2", "192.168.1.2", False),
        ("https://[::1]:8080", "::1", False),
        ("http://localhost:3000", "localhost", False),
        ("https://[broken", "", False),
        ("*", "", False),
        ("", "", False),
    ],
)
def test_a_site(site: str, host: str, certified: bool) -> None:
    assert host_of(site) == host
    assert is_certified(site) == certified
