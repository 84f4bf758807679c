"""Ogg: packets of sound and video stay, whatever else is in their streams goes."""

from __future__ import annotations

import io
import struct
import time
from typing import ClassVar

import mutagen
import pytest
from mutagen.ogg import OggPage

from audit.formats.base import FormatError
from audit.rewriters import ogg
from audit.rewriters.checks import crc32_ogg
from tests.contracts.rewriter import RewriterContract, scrubbed
from tests.formats.fixtures import CANARY
from tests.rewriters import sounds

NEUTRAL = sounds.comments(vendor=b"")


class TestOgg(RewriterContract):
    rewriter = ogg.REWRITER
    plain = sounds.vorbis(NEUTRAL, serial=1)
    samples: ClassVar = {
        "comments": sounds.vorbis(sounds.comments(b"ARTIST=Jane CANARY")),
        "vendor": sounds.vorbis(sounds.comments()),
        "behind the comments": sounds.vorbis(NEUTRAL, extra=b"CANARY"),
        "many pages of comments": sounds.vorbis(sounds.comments(b"COVERART=" + b"CANARY" * 20000)),
        "behind the first header": sounds.vorbis(NEUTRAL, head=sounds.VORBIS[0] + b"CANARY"),
        "between pages": sounds.vorbis(NEUTRAL) + b"CANARY" + sounds.vorbis(NEUTRAL, serial=2),
        "behind": sounds.vorbis(NEUTRAL) + b"CANARY",
        "one stream after another": sounds.vorbis(NEUTRAL) + sounds.opus(sounds.comments(b"a=CANARY")),
        "opus comments": sounds.opus(sounds.comments(b"ARTIST=Jane CANARY")),
        "filling of opus": sounds.opus(NEUTRAL, b"\xfb\x41\6" + bytes(20) + b"CANARY"),
        "much filling of opus": sounds.opus(
            NEUTRAL, b"\xfb\x41\xff\2" + bytes(20) + b"CANARY".ljust(256, b"!")
        ),
        "opus, behind the comments": sounds.opus(NEUTRAL + b"\1CANARY"),
        "two sounds at once": sounds.beside(
            sounds.vorbis(NEUTRAL), sounds.opus(sounds.comments(b"ARTIST=CANARY"))
        ),
        "theora": sounds.theora(sounds.comments(b"ARTIST=CANARY")),
        "video and sound": sounds.beside(sounds.theora(), sounds.vorbis(sounds.comments(b"ARTIST=CANARY"))),
        "flac in ogg": sounds.ogg_flac(sounds.block(0x84, sounds.comments(b"ARTIST=CANARY"))),
        "picture in flac in ogg": sounds.ogg_flac(
            sounds.block(4, NEUTRAL), sounds.block(6, b"CANARY" * 99), sounds.block(0x82, b"CANARY")
        ),
        "behind flac's first header": sounds.ogg_flac(head=sounds.FLAC + b"CANARY"),
        "speex": sounds.speex(sounds.comments(b"ARTIST=CANARY")),
        "speex' version": sounds.speex(head=sounds.SPEEX[:8] + b"CANARY-1.2".ljust(20) + sounds.SPEEX[28:]),
        "vp8": sounds.vp8(sounds.comments(b"ARTIST=CANARY")),
        "skeleton": sounds.beside(sounds.skeleton(), sounds.theora()),
        "subtitles": sounds.beside(
            sounds.theora(), sounds.pages([b"\x80kate\0\0\0CANARY"], 3, 0, first=True)
        ),
        "comments among the sound": sounds.vorbis(
            NEUTRAL, among=b"\3vorbis" + sounds.comments(b"ARTIST=CANARY")
        ),
        "pages behind the last": sounds.vorbis(NEUTRAL)
        + sounds.pages([b"\2CANARY"], 0x0CA9A871, 4, last=True, position=576),
        "pages of no stream": sounds.theora() + sounds.pages([b"CANARY"], 8, 4),
    }
    odd: ClassVar = {
        "serial number": sounds.vorbis(NEUTRAL, serial=99),
        "rate of a video": sounds.theora(head=sounds.THEORA[:37] + b"\1\xe2\x47\xc0\0"),
        "reserved bits of a video": sounds.theora(head=sounds.THEORA[:41] + b"\7"),
    }
    broken: ClassVar = {
        "headers only": sounds.pages([sounds.VORBIS[0]], 1, 0, first=True),
        "another kind of sound": sounds.pages([b"\x01midi\0\0\0" + bytes(72)], 1, 0, first=True),
        "comments among the frames": sounds.theora(frames=b"\x81theora" + NEUTRAL),
        "picture among the frames": sounds.ogg_flac(frames=(sounds.block(6, bytes(9)),)),
        "short header of speex": sounds.speex(head=sounds.SPEEX[:79]),
        "more headers of speex": sounds.speex(head=sounds.SPEEX[:68] + b"\1" + sounds.SPEEX[69:]),
        "a block of flac with another length": sounds.ogg_flac(sounds.block(0x84, bytes(8)) + b"a"),
        "a sound beside that is headers only": sounds.beside(
            sounds.theora(), sounds.pages([sounds.OPUS], 2, 0, first=True)
        ),
        "damaged page": sounds.vorbis(NEUTRAL)[:-3] + b"abc",
    }

    def shown(self, data: bytes) -> object:
        """Every packet of sound and video, with the position and flag of its page."""
        file, found = io.BytesIO(data), []
        while (at := data.find(b"OggS", file.tell())) >= 0:
            file.seek(at)
            page = OggPage(file)
            found += [(each, page.position, page.last) for each in page.packets if each in sounds.OGG_FRAMES]
        return found, data.count(sounds.VORBIS[1]), data.count(b"\x82theora" + bytes(range(200)))

    def test_checksums_are_right(self) -> None:
        for data in (self.plain, *(scrubbed(self.rewriter, each) for each in self.samples.values())):
            file = io.BytesIO(data)
            while file.tell() < len(data):
                start = file.tell()
                page = OggPage(file)
                raw = data[start : file.tell()]
                assert crc32_ogg(raw[:22] + bytes(4) + raw[26:]) == int.from_bytes(raw[22:26], "little")
                assert page.write() == raw

    def test_pages_are_numbered_from_the_first(self) -> None:
        file, numbers = io.BytesIO(data := scrubbed(self.rewriter, self.samples["comments"])), []
        while file.tell() < len(data):
            page = OggPage(file)
            numbers.append((page.serial, page.sequence))
        assert numbers == [(1, n) for n in range(len(numbers))]


def test_rates_are_plausible() -> None:
    head = sounds.VORBIS[0]
    estimates = struct.pack("<iii", 192_345, -1, -5)
    rated = head[:16] + estimates + head[28:]
    clean = scrubbed(ogg.REWRITER, sounds.vorbis(NEUTRAL, head=rated, serial=1))
    at = clean.index(b"\x01vorbis")
    assert struct.unpack_from("<iii", clean, at + 16) == (192_000, -1, 0)
    words = head[:16] + b"Jane CANARY!" + head[28:]
    assert b"CANARY" not in scrubbed(ogg.REWRITER, sounds.vorbis(NEUTRAL, head=words))
    for rate in (44_100, 0x414E4143):
        head = sounds.OPUS[:12] + struct.pack("<I", rate) + sounds.OPUS[16:]
        clean = scrubbed(ogg.REWRITER, _opus(head))
        at = clean.index(b"OpusHead")
        assert struct.unpack_from("<I", clean, at + 12) == (rate if rate == 44_100 else 48_000,)


def _opus(head: bytes) -> bytes:
    tags = sounds.pages([b"OpusTags" + bytes(8)], 1, 1)
    return sounds.pages([head], 1, 0, first=True) + tags + sounds.pages([b"\xf8" + bytes(9)], 1, 2)


def test_sound_may_begin_on_the_page_of_the_headers() -> None:
    """As programs of 2002 wrote it; and a mark of a beginning on a page that is none, as FFmpeg's of 2009 did."""
    packets = [b"\x03vorbis" + sounds.comments(b"a=CANARY") + b"\x01", sounds.VORBIS[1]]
    head = sounds.pages([sounds.VORBIS[0]], 7, 0, first=True)
    old = head + sounds.pages([*packets, b"\x02" + bytes(50)], 7, 1, last=True, position=400)
    twice = (
        head
        + sounds.pages(packets, 7, 1, first=True)
        + sounds.pages([b"\x02" + bytes(50)], 7, 2, last=True, position=400)
    )
    clean = scrubbed(ogg.REWRITER, old)
    assert clean == scrubbed(ogg.REWRITER, twice)
    assert TestOgg().shown(clean) == TestOgg().shown(old)
    assert (CANARY in old, CANARY in clean) == (True, False)
    assert scrubbed(ogg.REWRITER, clean) == clean


def test_large_covers_take_no_time() -> None:
    started = time.process_time()
    assert (
        scrubbed(ogg.REWRITER, sounds.vorbis(sounds.comments(b"C=" + bytes(8 << 20)), serial=1))
        == TestOgg.plain
    )
    assert time.process_time() - started < 5


def test_loudspeakers_of_flac_stay() -> None:
    spoken = sounds.comments(b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x0004", b"ARTIST=CANARY")
    clean = scrubbed(ogg.REWRITER, sounds.ogg_flac(sounds.block(0x84, spoken)))
    assert mutagen.File(io.BytesIO(clean)).tags.as_dict() == {"waveformatextensible_channel_mask": ["0x4"]}


@pytest.mark.parametrize(
    "packet",
    [b"\xfb\x01\6abcdef", b"\xfa\x41\6abcdef", b"\xfb\x41\x09abcdef", b"\xfb\x41", b"\xfb\x41\xff\xff\xff"],
)
def test_packets_of_opus_that_nothing_fills_stay(packet: bytes) -> None:
    assert packet in scrubbed(ogg.REWRITER, sounds.opus(NEUTRAL, packet))


def test_packets_of_many_streams_of_opus_stay() -> None:
    head = sounds.OPUS[:18] + b"\1\2\0" + bytes(8)
    packet = b"\xfb\x41\6" + bytes(20) + b"abcdef"
    assert packet in scrubbed(ogg.REWRITER, sounds.opus(NEUTRAL, packet, head=head))


def test_sound_behind_the_last_page_stays() -> None:
    """Programs that cut and join forget to take the mark from a page that was the last: players go on where more can be heard."""
    more = sounds.pages([b"\2" + bytes(9)], 1, 4, last=True, position=900)
    assert (
        scrubbed(ogg.REWRITER, sounds.vorbis(NEUTRAL, serial=1) + more)
        == sounds.vorbis(NEUTRAL, serial=1) + more
    )


def test_a_header_that_goes_on_on_another_page_is_refused() -> None:
    long = sounds.vorbis(NEUTRAL, serial=1, among=b"\3vorbis" + bytes(70_000))
    with pytest.raises(FormatError, match="headers among the frames"):
        scrubbed(ogg.REWRITER, long)
