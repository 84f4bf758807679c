"""Folders that a sync program has marked as its own, while no settings name them any more."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.folders import inside
from audit.artifacts.photo import PhotoFolder, below, how_many
from audit.artifacts.sync import SyncFolder
from audit.artifacts.sync_marks import SyncMark
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[SyncMark, SyncFolder],
    may_use=[PhotoFolder],
)
def check(host: Host) -> Iterator[Match]:
    photos = host.see(PhotoFolder)
    known = [each.path for each in host.see(SyncFolder) if each.path]
    for mark in host.see(SyncMark):
        if not any(inside(mark.path, path) or inside(path, mark.path) for path in known):
            pictures = how_many(below(photos.items, mark.path).found, photos.gaps)
            yield Match(
                subject=f"{mark.client}: {mark.path}",
                evidence=[Evidence("sync-mark", mark.path, {"mark": mark.mark, "pictures": pictures})],
                params={"client": mark.client, "folder": mark.path, "pictures": pictures},
                question=Question("known-copy", Severity.MEDIUM),
            )
