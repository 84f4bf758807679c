"""A video with many samples takes little time and memory."""

from __future__ import annotations

import struct
import time

from audit.formats import mp4
from audit.formats.base import Policy
from tests.formats import movies as m
from tests.formats.boxes import box, full


def long_movie(count: int) -> tuple[bytes, int]:
    """A header for `count` frames of 4,000 bytes, with sound between every two."""
    frames, notes = count, count
    step = 4000 + 400
    tables = []
    for number, (kind, size, offset, entry) in enumerate(
        ((b"vide", 4000, 0, m.video()), (b"soun", 400, 4000, m.sound())), 1
    ):
        many = frames if kind == b"vide" else notes
        sizes = struct.pack(">I", size - 1) + struct.pack(">I", size) * (many - 1)
        places = struct.pack(f">{many}Q", *range(1000 + offset, 1000 + offset + step * many, step))
        track = m.Track(number, kind, entry, ())
        made = track.made([])
        empty = made[made.index(b"stbl") + 4 :]
        table = box(
            b"stbl",
            full(b"stsd", 0, 0, struct.pack(">I", 1), entry),
            full(b"stts", 0, 0, struct.pack(">III", 1, many, 1000)),
            full(b"stsc", 0, 0, struct.pack(">IIII", 1, 1, 1, 1)),
            full(b"stsz", 0, 0, struct.pack(">II", 0, many), sizes),
            full(b"co64", 0, 0, struct.pack(">I", many), places),
        )
        tables.append((made, empty, table))
    traks = []
    for made, empty, table in tables:
        head = made[: len(made) - len(empty) - 8]
        grow = len(table) - len(empty) - 8
        data = bytearray(head + table)
        for kind in (b"trak", b"mdia", b"minf"):
            at = data.index(kind) - 4
            data[at : at + 4] = struct.pack(">I", int.from_bytes(data[at : at + 4], "big") + grow)
        traks.append(bytes(data))
    first = m.Movie().first
    header = box(b"moov", m.movie_header(), *traks)
    start = (
        first
        + box(b"free", bytes(1000 - len(first) - 24))
        + b"\0\0\0\1mdat"
        + struct.pack(">Q", 16 + step * count)
    )
    return start, step * count, header


class Sparse:
    """A file of which only the ends are there; in its middle every byte is one."""

    def __init__(self, first: bytes, middle: int, last: bytes) -> None:
        self.first, self.last, self.start = first, last, len(first) + middle
        self.size = self.start + len(last)
        self.taken = 0

    def read(self, start: int, size: int) -> bytes:
        size = min(size, self.size - start)
        self.taken += size
        if start >= self.start:
            return self.last[start - self.start : start - self.start + size]
        head = self.first[start : start + size]
        return (
            head
            + b"\1" * min(size - len(head), self.start - start - len(head))
            + self.last[: max(0, start + size - self.start)]
        )


def test_a_long_video_takes_little_memory() -> None:
    import tracemalloc

    first, middle, last = long_movie(50_000)
    source = Sparse(first, middle, last)
    tracemalloc.start()
    try:
        segments = mp4.WALKER.segments(source)
        plan = list(mp4.WALKER.plan(source, segments, Policy()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(segments) < 100
    assert len(plan) < 10  # the first frame of each track is a byte shorter than its place
    assert peak < 12 << 20
    assert source.taken < 4 * len(last) + 50_000 * (64 + 400)  # the heads of frames, and the sound


def test_a_long_video_takes_little_time() -> None:
    """Two and a half hours of video, of which every frame is a chunk of its own."""
    source = Sparse(*long_movie(300_000))
    started = time.process_time()
    mp4.WALKER.segments(source)
    assert time.process_time() - started < 15
