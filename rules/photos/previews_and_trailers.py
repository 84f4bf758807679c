"""Pictures that hold more than they show: another preview, a clip, bytes behind the end."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.photo import Group, PhotoFolder, grouped
from audit.artifacts.preview import PreviewCheck
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Severity
from audit.rule import rule

PREVIEW = "previews that differ from the picture"
HIDDEN = {"video": "short videos", "trailer": "data behind the picture's end"}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.MINUTES,
    reversible=True,
    needs=[PhotoFolder, PreviewCheck],
)
def check(host: Host) -> Iterator[Match]:
    """A preview that differs may still show what was cut away; clips and trailers are mostly the camera's own."""
    for group in grouped(host.see(PhotoFolder)):
        differ = sum(each.previews_differ for each in group.parts)
        hidden = group.revealed(HIDDEN)
        if differ or hidden:
            yield match(group, differ, hidden)


def match(group: Group, differ: int, hidden: list[str]) -> Match:
    previews = [each for each in group.parts if each.previews_differ]
    shown = [path for each in previews for path in each.differing] or [group.example(hidden)]
    return Match(
        subject=group.folder,
        evidence=[
            *(
                Evidence("photo-folder", each.path, {"previews differ": str(each.previews_differ)})
                for each in previews
            ),
            *group.evidence(hidden),
        ],
        params={
            "folder": group.folder,
            "count": str(max(differ, group.count(hidden))),
            "what": " + ".join([PREVIEW] * bool(differ) + [HIDDEN[each] for each in hidden]),
            "example": shown[0],
        },
        severity=Severity.MEDIUM if differ else Severity.LOW,
    )


def preview_facts(folder: PhotoFolder) -> dict[str, str]:
    example = {"example": folder.differing[0]} if folder.differing else {}
    return {"previews differ": str(folder.previews_differ), **example}
