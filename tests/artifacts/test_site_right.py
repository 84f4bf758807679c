from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from audit.artifacts.browser import SiteGrant
from audit.artifacts.site_right import SiteRight
from tests.artifacts.devices import see, system
from tests.artifacts.test_browser import ALLOWED, WHEN, permissions, preferences

ROWS = [  # origin, type, permission, expireType, expireTime, modificationTime
    ("https://place.example.org", "geo", 1, 0, 0, 1_763_683_675_214),
    ("https://screen.example.org", "screen", 1, 0, 0, 0),
    ("https://once.example.org", "geo", 1, 2, 1_763_687_275_218, 0),
    ("https://session.example.org", "geo", 1, 1, 0, 0),
    ("https://no.example.org", "geo", 2, 0, 0, 0),
    ("https://meet.example.org", "camera", 1, 0, 0, 0),
]


def test_sites_that_may_know_the_place(tmp_path: Path) -> None:
    chromium = preferences(
        geolocation={
            "https://maps.example.org:443,*": ALLOWED,
            "https://no.example.org:443,*": {"setting": 2},
            "https://once.example.org:443,*": {"setting": 1, "session_model": 3},
        },
        geolocation_with_options={
            "https://rough.example.org:443,*": {"setting": {"approximate": 1, "precise": 2}},
            "https://never.example.org:443,*": {"setting": {"approximate": 2, "precise": 2}},
            "https://odd.example.org:443,*": {"setting": {"approximate": {"precise": {}}}},
        },
        media_stream_camera={"https://meet.example.org:443,*": ALLOWED},
    )
    policy = '{"PreciseGeolocationAllowedForUrls": ["https://where.example"], "DefaultGeolocationSetting": 1}'
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Default/Preferences": chromium,
        "home/alice/.mozilla/firefox/x.default/permissions.sqlite": permissions(tmp_path, ROWS),
        "etc/chromium/policies/managed/a.json": policy,
    }
    root = system(tmp_path / "root", files)
    found = see(root, SiteRight)
    assert [(each.browser, each.site, each.right) for each in found] == [
        ("Chromium", "https://maps.example.org", "location"),
        ("Chromium", "https://rough.example.org", "location"),
        ("Firefox", "https://once.example.org", "location"),
        ("Firefox", "https://place.example.org", "location"),
        ("Firefox", "https://screen.example.org", "screen"),
        ("Chromium", "https://where.example", "location"),
        ("Chromium", "*", "location"),
    ]
    assert found.items[0].granted == WHEN
    assert found.items[2].expires == datetime(2025, 11, 21, 1, 7, 55, 218000, tzinfo=UTC)
    assert found.gaps == ()
    assert [(each.browser, each.device) for each in see(root, SiteGrant)] == [
        ("Chromium", "camera"),
        ("Firefox", "camera"),
    ]
