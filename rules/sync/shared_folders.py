"""Which folders leave this machine, and with whom: a question for each device or account that gets them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.artifacts.photo import PhotoFolder, below, how_many
from audit.artifacts.sync import Peer, SyncFolder
from audit.host import Host, Seen
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

NOT_VISIBLE = "not visible here"
SOME_FOLDERS = "folders that are not visible here"
Shared = tuple[SyncFolder, Peer]


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[SyncFolder],
    may_use=[PhotoFolder],
)
def check(host: Host) -> Iterator[Match]:
    photos = host.see(PhotoFolder)
    partners: dict[str, list[Shared]] = {}
    for folder in host.see(SyncFolder):
        for peer in folder.peers if folder.peers_known else [Peer(folder.account)]:
            who = peer.ident or peer.name or folder.path
            partners.setdefault(f"{folder.client}: {who}", []).append((folder, peer))
    for subject, shared in partners.items():
        yield match(subject, shared, photos)


def match(subject: str, shared: Sequence[Shared], photos: Seen[PhotoFolder]) -> Match:
    """One device or account, with all the folders it gets. One that cannot read them is less of a worry."""
    folder, peer = shared[0]
    sealed = all(each.sealed for _, each in shared)
    paths = dict.fromkeys(each.path or SOME_FOLDERS for each, _ in shared)
    held = below(photos.items, *paths)
    return Match(
        subject=subject,
        evidence=[
            *(Evidence("sync-folder", each.settings, facts(each, who)) for each, who in shared),
            *(
                Evidence("photo-folder", each.path, {"pictures": str(each.pictures)})
                for each in held.parts[:10]
            ),
        ],
        params={
            "client": folder.client,
            "peer": name_of(peer),
            "folders": " + ".join(paths),
            "pictures": how_many(held.found, photos.gaps),
        },
        question=Question("known-partner", Severity.MEDIUM if sealed else Severity.HIGH),
    )


def name_of(peer: Peer) -> str:
    if peer.name and peer.ident:
        return f"{peer.name} ({peer.ident})"
    return peer.name or peer.ident or NOT_VISIBLE


def facts(folder: SyncFolder, peer: Peer) -> dict[str, str]:
    states = {
        "paused": folder.paused,
        "receives only": folder.receives_only,
        "the other side cannot read it": peer.sealed,
        "who else sees it is not visible here": not folder.peers_known,
    }
    said = {name: "yes" for name, holds in states.items() if holds}
    return {"folder": folder.path or NOT_VISIBLE, "with": name_of(peer), **said}
