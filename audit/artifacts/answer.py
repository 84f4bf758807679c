"""What only the person knows: one kind of record for each question, so that one left out holds back its own rules only.

The questions' words stand on the pages of the rules that need them, under "Question". "Yes" means that it is as it
should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.model import GapKind


@dataclass(frozen=True, slots=True)
class Answer(Artifact):
    """An answer. `holds`: the person said yes. `KIND` is also the question's name in a file of answers."""

    holds: bool


@dataclass(frozen=True, slots=True)
class CameraCovered(Answer):
    """Is the camera covered while it is not used?"""

    KIND: ClassVar[str] = "camera-covered"


@dataclass(frozen=True, slots=True)
class OnlyYouUnlock(Answer):
    """Does nobody else know how to unlock the device?"""

    KIND: ClassVar[str] = "only-you-unlock"


@dataclass(frozen=True, slots=True)
class YourOwnDevice(Answer):
    """Is it the person's own device, and looked after by nobody else?"""

    KIND: ClassVar[str] = "your-own-device"


@dataclass(frozen=True, slots=True)
class KnownLocationSharing(Answer):
    """Does the person know and want everybody who sees through an account where their devices are?"""

    KIND: ClassVar[str] = "known-location-sharing"


QUESTIONS: dict[str, type[Answer]] = {
    kind.KIND: kind for kind in (CameraCovered, KnownLocationSharing, OnlyYouUnlock, YourOwnDevice)
}


def unasked(look: Look) -> Iterator[Answer]:
    """No device holds an answer: until the person gives one, it is something not seen."""
    look.gap(GapKind.NOT_ASKED)
    yield from ()


for _kind in QUESTIONS.values():
    collects(_kind)(unasked)
