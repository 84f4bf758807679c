"""Programs that take sound or pictures through PipeWire or PulseAudio, which hold the microphone and camera for them.

What pw-dump(1) prints: a list of objects, each with `id`, `type`, and `info` with its properties. A program that records is a
node of the class `Stream/Input/…`; links lead to it from what it records. The keys are in PipeWire's pipewire/keys.h. The
server itself writes down `pipewire.sec.pid`; what begins with `application.` is what the program says of itself.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.process import in_system, parse_processes, running
from audit.model import GapKind
from audit.sources.base import Query

LISTENERS = "programs that listen or look through the sound server"
# What is recorded, by the class of the node at the other end of the link. A loudspeaker is recorded through its own node.
_FROM = {
    "Stream/Input/Audio": (("Audio/Source", "microphone"), ("Audio/Duplex", "microphone")),
    "Stream/Input/Video": (("Video/Source", "camera"), ("Stream/Output/Video", "screen")),
}
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class MediaClient(Artifact):
    """A program that takes from a microphone, a camera or the screen now. `exe` is empty where it is not known for sure."""

    KIND: ClassVar[str] = "media-client"
    app: str
    device: str
    exe: str = ""
    script: str = ""
    user: str = ""

    @property
    def place(self) -> str:
        """The file that decides what this program does."""
        return self.script or self.exe

    @property
    def program(self) -> str:
        """The file's own name, else what the program calls itself."""
        return posixpath.basename(self.place) or self.app

    @property
    def from_system(self) -> bool:
        """Whether only an administrator (or a sandbox) could have put it there."""
        return bool(self.place) and all(in_system(place) for place in (self.exe, self.script) if place)


class Client(NamedTuple):
    """One that records: what it says of itself, and its process number, 0 where unknown."""

    app: str
    binary: str
    pid: int
    device: str


@collects(MediaClient)
def collect(look: Look) -> Iterator[MediaClient]:
    data = look.query(Query.SOUND)
    if data is None:
        return
    try:
        complete, clients = parse_sound(data)
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path=LISTENERS, detail=str(error))
        return
    if not complete:
        look.gap(GapKind.NOT_RUNNING, what=LISTENERS)
    rows = _rows(look) if clients else {}
    user = look.homes[0].user if look.homes else ""
    yield from dict.fromkeys(_record(each, rows.get(each.pid), look, user) for each in clients)


def _rows(look: Look) -> Mapping[int, Mapping[str, Any]]:
    try:
        return {row["pid"]: row for row in parse_processes(look.query(Query.PROCESSES) or b"")[1]}
    except ParseError:
        return {}


def _record(client: Client, row: Mapping[str, Any] | None, look: Look, user: str) -> MediaClient:
    """A number that a program gives itself may be another's: inside a sandbox numbers are its own. Then the name differs."""
    names = {posixpath.basename(str(row["exe"])), str(row["name"])} if row else set()
    if row is None or client.binary[:15] not in {name[:15] for name in names}:
        return MediaClient(client.binary or client.app, client.device, user=user)
    process = running(row, {}, look)
    return MediaClient(process.program, client.device, process.exe, process.script, process.user)


def parse_sound(data: bytes) -> tuple[bool, list[Client]]:
    """The answer to `Query.SOUND` (audit.sources.sound): whether all servers there answered, and who records. Raises ParseError."""
    try:
        answer = json.loads(data)
        pipewire, outputs, sources = answer["pipewire"], answer["outputs"], answer["sources"]
        found = [*_of_pipewire(pipewire or ()), *_of_pulse(outputs or (), sources or ())]
        answered = pipewire is not None or (outputs is not None and sources is not None)
        return answered and not answer["silent"], list(dict.fromkeys(found))[:_MOST]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ParseError("the sound server's answer is not as expected") from error


def _of_pipewire(objects: Sequence[Mapping[str, Any]]) -> Iterator[Client]:
    told: dict[str, dict[int, Mapping[str, Any]]] = {"Node": {}, "Client": {}, "Link": {}}
    for each in objects:
        kind = str(each["type"]).rpartition(":")[2]
        if kind in told and each.get("info"):
            told[kind][int(each["id"])] = each["info"]
    nodes = {number: dict(info.get("props") or {}) for number, info in told["Node"].items()}
    clients = {number: dict(info.get("props") or {}) for number, info in told["Client"].items()}
    for link in told["Link"].values():
        taker, giver = nodes.get(link["input-node-id"], {}), nodes.get(link["output-node-id"], {})
        for begins, device in _FROM.get(str(taker.get("media.class")), ()):
            if str(giver.get("media.class", "")).startswith(begins):
                yield _client({**clients.get(_number(taker.get("client.id")), {}), **taker}, device)


def _of_pulse(outputs: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, Any]]) -> Iterator[Client]:
    """pactl(1): an output of a source is a program that records it. The monitor of a loudspeaker is no microphone."""
    heard = {
        each["index"]
        for each in sources
        if dict(each.get("properties") or {}).get("device.class") != "monitor"
    }
    for each in outputs:
        if each["source"] in heard and not each.get("corked"):
            yield _client(dict(each.get("properties") or {}), "microphone")


def _client(said: Mapping[str, Any], device: str) -> Client:
    """PulseAudio's programs come to PipeWire through its stand-in, whose number the server sees: theirs is what they say."""
    seen = "" if said.get("client.api") == "pipewire-pulse" else said.get("pipewire.sec.pid", "")
    app = str(said.get("application.name") or said.get("node.name") or "")
    binary = posixpath.basename(str(said.get("application.process.binary") or ""))
    return Client(app[:200], binary[:200], _number(seen or said.get("application.process.id")), device)


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
