from __future__ import annotations

from audit.artifacts.sync import Peer, SyncFolder
from audit.host import Seen
from audit.hosts import RecordedHost, Recording
from audit.model import Match, Severity
from audit.recording import case
from rules.sync.shared_folders import check


def matches(*folders: SyncFolder) -> list[Match]:
    facts = case({}).facts
    return list(check.check(RecordedHost(Recording(facts, {SyncFolder: Seen(folders)}))))


def folder(path: str, *peers: Peer) -> SyncFolder:
    return SyncFolder(
        "Syncthing", path, "alice", "~/.config/syncthing/config.xml", peers=peers, peers_known=True
    )


def otherwise(match: Match) -> Severity:
    assert match.question is not None
    return match.question.otherwise


def test_an_unknown_device_would_be_serious_unless_it_can_read_nothing() -> None:
    sealed, plain = Peer("vps", "AAAAAAA", sealed=True), Peer("vps", "AAAAAAA")
    assert [otherwise(each) for each in matches(folder("~/a", plain))] == [Severity.HIGH]
    assert [otherwise(each) for each in matches(folder("~/a", sealed))] == [Severity.MEDIUM]
    assert [otherwise(each) for each in matches(folder("~/a", sealed), folder("~/b", plain))] == [
        Severity.HIGH
    ]


def test_one_question_for_each_device() -> None:
    one, two = Peer("phone", "AAAAAAA"), Peer("tablet", "BBBBBBB")
    assert [each.subject for each in matches(folder("~/a", one, two), folder("~/b", two))] == [
        "Syncthing: AAAAAAA",
        "Syncthing: BBBBBBB",
    ]
