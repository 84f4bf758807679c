from __future__ import annotations

from pathlib import Path

from audit.artifacts.fingerprint import Fingerprints
from tests.artifacts.devices import device, see, system

PRINTS = "var/lib/fprint"


def test_fingers_are_counted_on_all_readers(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{PRINTS}/alice/goodixmoc/0/7": b"FP3",
        f"{PRINTS}/alice/goodixmoc/0/2": b"FP3",
        f"{PRINTS}/alice/elan/1/a": b"FP3",
        f"{PRINTS}/alice/elan/1/0": b"no finger",
        f"{PRINTS}/alice/elan/1/notes": b"no finger",
        f"{PRINTS}/bob/elan/1/1": b"FP3",
        f"{PRINTS}/carol/elan/1/": "",
        f"{PRINTS}/lost": b"",
    }
    shown = see(system(tmp_path, files), Fingerprints)
    assert [(each.account, each.fingers, each.own) for each in shown] == [
        ("alice", 3, True),
        ("bob", 1, False),
    ]
    assert not shown.gaps


def test_a_copied_home_holds_none(tmp_path: Path) -> None:
    assert [gap.kind for gap in see(device(tmp_path, {"Pictures/": ""}), Fingerprints).gaps] == ["not-held"]
