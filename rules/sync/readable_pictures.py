"""Folders of pictures that other accounts of this machine can look into."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.account import Account
from audit.artifacts.photo import PhotoFolder, below, how_many
from audit.artifacts.shares import OpenFolder
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[OpenFolder],
    may_use=[Account, PhotoFolder],
)
def check(host: Host) -> Iterator[Match]:
    photos = host.see(PhotoFolder)
    accounts = list(host.see(Account))
    for folder in host.see(OpenFolder):
        pictures = below(photos.items, folder.path).found
        if pictures or folder.purpose == "pictures":
            others = [each.name for each in accounts if each.uid and each.name != folder.user]
            yield match(folder, how_many(pictures, photos.gaps), others, seen=bool(pictures))


def match(folder: OpenFolder, pictures: str, others: list[str], *, seen: bool) -> Match:
    """With nobody else on this machine it is only a door that may be used one day; an empty folder tells nothing yet."""
    return Match(
        subject=folder.path,
        evidence=[Evidence("open-folder", folder.path, {"permissions": folder.mode, "pictures": pictures})],
        params={
            "folder": folder.path,
            "pictures": pictures,
            "others": " + ".join(others) or "none seen",
        },
        severity=Severity.MEDIUM if others and seen else Severity.LOW,
    )
