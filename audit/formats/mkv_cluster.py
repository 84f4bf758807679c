"""Clusters (RFC 9559, 5.1.3): blocks of tracks that stay, and what else stands between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import frames
from audit.formats import mkv_names as names
from audit.formats.base import Role
from audit.formats.mkv_block import belongs, flags_of, frames_of, track_of
from audit.formats.mkv_ebml import UNKNOWN, VOID, Element, children, head, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.formats.mkv_tracks import Track
    from audit.formats.mkv_walk import Walk

NAME: Final = "Cluster"
_HEAD: Final = 16 + frames.START  # bytes of a block that are looked at
_SIMPLE: Final = bytes((names.SIMPLE,))
_MEMBERS: Final = {*names.IN_CLUSTER, names.SIMPLE, names.GROUP, VOID}
_ADDED: Final = frozenset({"V_VP8", "V_VP9", "A_WAVPACK4"})  # see `belongs`
_UNUSUAL: Final = 0x76  # bits of a SimpleBlock: reserved ones, and laces (RFC 9559, 10.2)
_FLAGS: Final = {names.SIMPLE: 0x8F, names.BLOCK: 0x0E}  # those that mean something (10.1, 10.2)
_MOST_BESIDE: Final = 256  # elements beside one block
_ENDS: Final = {*names.TOP, names.EBML, names.SEGMENT}


def _keep(walk: Walk, start: int, stop: int) -> None:
    walk.keep(start, stop, NAME, Role.PAYLOAD)


def walk(walk: Walk, cluster: Element, limit: int) -> int:
    """Gives where it ends: where it says, or before the next element of the first level. `limit` ends the segment."""
    unknown = cluster.stop == UNKNOWN
    stop = limit if unknown else min(cluster.stop, limit)
    _keep(walk, cluster.start, cluster.body)
    inside = any(one.form not in {None, frames.AAC} for one in walk.tracks.kept.values()) and not walk.looked
    if not walk.whole and not unknown and not inside:
        _keep(walk, cluster.body, stop)
        return stop
    walk.looked = True
    cut = stop == walk.reader.size and (unknown or cluster.stop > stop)
    read, at = walk.reader.read, cluster.body
    kept = {
        0x80 | track: one.form
        for track, one in walk.tracks.kept.items()
        if track < 127 and one.form != frames.JPEG
    }
    seen: set[int] = set()
    while at < stop:
        since = at
        while (size := _plain(data := read(at, _HEAD), kept)) and at + size <= stop:
            at += size
        _keep(walk, since, at)
        if at >= stop:
            break
        one = head(data)
        if one is None and (last := walk.padding(at, stop)) > at:
            _keep(walk, at, last)
            at = last
            continue
        if one and unknown and one.id in _ENDS:
            return at
        if one is None or one.size == UNKNOWN or at + one.length + one.size > stop:
            return _broken(walk, at, stop, cut=cut, unknown=unknown)
        last = at + one.length + one.size
        _member(walk, Element(one.id, at, at + one.length, last), seen)
        at = last
    return stop


def _plain(data: bytes, kept: Mapping[int, frames.Form | None]) -> int:
    """The length of a SimpleBlock of one frame, of a track that stays, in which nothing goes; 0 for anything else."""
    if data[:1] != _SIMPLE or len(data) < 16:
        return 0
    body = 10 - data[1].bit_length()
    if body > 9 or data[body] not in kept or data[body + 3] & _UNUSUAL:
        return 0
    size = int.from_bytes(data[1:body], "big") & (1 << 7 * (body - 1)) - 1
    if not 4 < size < (1 << 7 * (body - 1)) - 1:
        return 0
    form = kept[data[body]]
    if form is None or (
        frames.ENCODER not in data[: body + size]
        if form == frames.AAC
        else frames.one_unit(form, data[body + 4 :], size - 4)
    ):
        return body + size
    return 0


def _broken(walk: Walk, at: int, stop: int, *, cut: bool, unknown: bool) -> int:
    """The file ends within an element, or these are no elements: players go on with the next cluster."""
    one = head(walk.reader.read(at, 16))
    if one and one.id in _MEMBERS and one.size != UNKNOWN and cut:
        walk.drop(at, stop, "truncated", Role.ORPHAN)
        return stop
    last = walk.resync(at + 1, stop) if unknown else stop
    walk.junk(at, last, NAME, Role.PAYLOAD)
    return last


def _ours(walk: Walk, start: int, stop: int) -> Track | None:
    return walk.tracks.kept.get(track_of(walk.reader, start, stop))


def _frames(walk: Walk, block: Element, track: Track) -> None:
    """A block, and what stands inside its frames and goes."""
    at, form = block.start, track.form
    flags, said = flags_of(walk.reader, block.body)
    if said & ~_FLAGS[block.id]:
        _keep(walk, at, flags)
        walk.message(frames.Change(flags, bytes((said & _FLAGS[block.id],))), "flags")
        at = flags + 1
    if form is not None:
        for start, stop in frames_of(walk.reader, block.body, block.stop):
            for one in frames.changes(form, walk.reader, start, stop):
                _keep(walk, at, one.start)
                walk.message(one, form.codec)
                at = one.start + len(one.new)
    _keep(walk, at, block.stop)


def _member(walk: Walk, one: Element, seen: set[int]) -> None:
    if one.id == names.SIMPLE:
        if track := _ours(walk, one.body, one.stop):
            _frames(walk, one, track)
        else:
            walk.drop(one.start, one.stop, "Block")
    elif one.id == names.GROUP:
        _group(walk, one)
    elif one.id in names.IN_CLUSTER and one.id not in seen:
        seen.add(one.id)
        _leaf(walk, one, names.IN_CLUSTER[one.id])
    else:
        walk.beside(one, NAME, Role.PAYLOAD)


def _leaf(walk: Walk, one: Element, form: names.Form) -> None:
    body = one.data(walk.reader, 9)
    if form(body) == body:
        _keep(walk, one.start, one.stop)
    else:
        walk.beside(one, NAME, Role.PAYLOAD)


def _group(walk: Walk, group: Element) -> None:
    """5.1.3.5: one block, and what is said of it."""
    members = list(children(walk.reader, group))
    block = next((one for one in members if one.id == names.BLOCK), None)
    track = block and _ours(walk, block.body, block.stop)
    if block is None or track is None or len(members) > _MOST_BESIDE:
        walk.drop(group.start, group.stop, "BlockGroup")
        return
    _keep(walk, group.start, group.body)
    seen: set[int] = set()
    for one in members:
        if one is block:
            _frames(walk, one, track)
        elif one.id in names.BESIDE and one.id not in seen:
            _leaf(walk, one, names.BESIDE[one.id])
        elif one.id == names.ADDITIONS and track.codec in _ADDED and one.id not in seen:
            _additions(walk, one, track.codec)
        else:
            walk.beside(one, NAME, Role.PAYLOAD)
        if one.id not in names.AGAIN:
            seen.add(one.id)
    if members[-1].stop < group.stop:
        walk.junk(members[-1].stop, group.stop, NAME, Role.PAYLOAD)


def _additions(walk: Walk, additions: Element, codec: str) -> None:
    """5.1.3.5.2: what belongs to the codec has the number 1, which is also what it has if it says none."""
    _keep(walk, additions.start, additions.body)
    at = additions.body
    for more in children(walk.reader, additions):
        _more(walk, more, codec)
        at = more.stop
    if at < additions.stop:
        walk.junk(at, additions.stop, NAME, Role.PAYLOAD)


def _more(walk: Walk, more: Element, codec: str) -> None:
    members = list(children(walk.reader, more))
    said = [one.id for one in members]
    ids = [one.data(walk.reader, 9) for one in members if one.id == names.ADDITION_ID]
    data = next((one.data(walk.reader, 6) for one in members if one.id == names.ADDITIONAL), b"")
    plain = said.count(names.ADDITIONAL) == 1 and {*said} <= {names.ADDITIONAL, names.ADDITION_ID}
    full = bool(members) and members[-1].stop == more.stop
    if (
        more.id == names.MORE
        and plain
        and full
        and belongs(codec, data)
        and [number(one[:8]) for one in ids] in ([], [1])
    ):
        _keep(walk, more.start, more.stop)
    else:
        walk.beside(more, NAME, Role.PAYLOAD)
