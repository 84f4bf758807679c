"""Folders that a sync client copies elsewhere, and with whom, as far as its settings say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact


@dataclass(frozen=True, slots=True)
class Peer:
    """Another device or account that gets the folder. `ident` is what the client shows people, shortened."""

    name: str
    ident: str = ""


@dataclass(frozen=True, slots=True)
class SyncFolder(Artifact):
    """One folder that leaves this machine.

    `peers_known` is False where the settings do not say who else sees the folder: then say so, never infer.
    """

    KIND: ClassVar[str] = "sync-folder"
    client: str
    path: str
    user: str
    settings: str
    account: str = ""
    peers: tuple[Peer, ...] = ()
    peers_known: bool = False
    paused: bool = False
