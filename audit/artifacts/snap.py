"""What Snap apps were connected to: camera, microphone, keyboards.

snapd keeps it in /var/lib/snapd/state.json, below `data`, `conns` (overlord/ifacestate and interfaces of snapd's source): "snap:plug
snap:slot" → `interface`, `auto` where the store's word connected it, `undesired` where a person took it away. Nothing else of
that file is kept: it holds keys. Interfaces: snapcraft.io/docs/camera-interface, audio-record-interface,
raw-input-interface, pulseaudio-interface.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects

STATE = "/var/lib/snapd/state.json"
INTERFACES = {"camera": "camera", "audio-record": "microphone", "raw-input": "keyboard",
              "pulseaudio": "microphone"}  # the last is an older one for playing and recording  # fmt: skip
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class SnapConnection(Artifact):
    """A Snap app may use devices. `by_hand`: somebody at this computer connected it."""

    KIND: ClassVar[str] = "snap-connection"
    app: str
    devices: tuple[str, ...]
    settings: str
    by_hand: bool = False


@collects(SnapConnection)
def collect(look: Look) -> Iterator[SnapConnection]:
    for (app, by_hand), devices in (look.parse(parse_state, STATE) or {}).items():
        yield SnapConnection(app, devices, STATE, by_hand)


def parse_state(data: bytes) -> dict[tuple[str, bool], tuple[str, ...]]:
    """(snap, by hand) → devices. Raises ParseError."""
    found: dict[tuple[str, bool], set[str]] = {}
    try:
        for ends, facts in list((json.loads(data)["data"].get("conns") or {}).items())[:_MOST]:
            device = INTERFACES.get(str(facts.get("interface")))
            if device and not facts.get("undesired") and not facts.get("hotplug-gone"):
                by_hand = not (facts.get("auto") or facts.get("by-gadget"))
                found.setdefault((ends.split(":", 1)[0][:200], by_hand), set()).add(device)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ParseError("not the settings of Snap") from error
    return {key: tuple(sorted(devices)) for key, devices in found.items()}
