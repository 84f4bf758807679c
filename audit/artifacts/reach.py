"""Who gets what lies in a folder: sync clients and network shares, looked at alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from audit.artifacts.shares import NetworkShare
from audit.artifacts.sync import SyncFolder

NOT_VISIBLE = "not visible here"


class Reach(NamedTuple):
    """A folder that somebody else gets, and how. `artifact` and `settings` say where that was read.

    `whole_home`: the folder holds the person's home.
    """

    path: str
    through: str
    who: str
    artifact: str
    settings: str
    paused: bool = False
    whole_home: bool = False


def reaches(folders: Iterable[SyncFolder], shares: Iterable[NetworkShare]) -> Iterator[Reach]:
    """What only receives sends nothing; a device that cannot read a folder does not have its pictures."""
    for each in folders:
        readers = [peer.name or peer.ident for peer in each.peers if not peer.sealed]
        if each.path and not each.receives_only and (readers or not each.peers_known):
            who = " + ".join(readers or [each.account or NOT_VISIBLE])
            yield Reach(each.path, each.client, who, SyncFolder.KIND, each.settings, paused=each.paused)
    for share in shares:
        kind, whole = NetworkShare.KIND, share.whole_home
        yield Reach(share.path, share.service, "the local network", kind, share.settings, whole_home=whole)
