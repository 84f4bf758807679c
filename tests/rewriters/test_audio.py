"""Sound: what is heard stays byte for byte, and every tag goes."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from typing import ClassVar

import mutagen
import pytest

from audit.formats.base import Reveal, UnsupportedError
from audit.rewriters import aiff, flac, mp3, wav
from tests.contracts.rewriter import RewriterContract, scrubbed, told
from tests.rewriters import sounds

FILLED = sounds.HEADER + sounds.side(99, 99, 99, 99) + bytes(50) + b"CANARY".ljust(331, b"\xaa")
LATER = sounds.HEADER + sounds.side(99, 99, 99, 99, back=9) + bytes(41) + b"CANARY".ljust(340, b"\xaa")
# MPEG 2, one channel, 48 kbit/s, 24 kHz: 144 bytes
SMALL = b"\xff\xf3\x64\xc4" + (80 << 51).to_bytes(9, "big") + bytes(10) + b"CANARY".ljust(121, b"U")


def marked(head: bytes = sounds.HEADER, private: int = 0) -> bytes:
    """A frame that uses all of its bytes, with bits of its own."""
    return head + sounds.side(758, 758, 758, 758, private=private) + b"\xff" * 381


class TestMp3(RewriterContract):
    rewriter = mp3.REWRITER
    plain = sounds.FRAMES
    samples: ClassVar = {
        "id3": sounds.id3() + sounds.FRAMES,
        "id3 of version 2.3": sounds.id3(3) + sounds.FRAMES,
        "id3 twice": sounds.id3() + sounds.id3() + sounds.FRAMES,
        "id3v1": sounds.FRAMES + sounds.ID3V1,
        "ape": sounds.FRAMES + sounds.ape(),
        "ape and id3v1": sounds.FRAMES + sounds.ape() + sounds.ID3V1,
        "lyrics": sounds.FRAMES + sounds.lyrics() + sounds.ID3V1,
        "behind": sounds.FRAMES + b"CANARY" * 9,
        "between frames": sounds.FRAMES[:834] + b"CANARY" + sounds.FRAMES[834:],
        "encoder": sounds.xing(b"LAMECANAR") + sounds.FRAMES + b"CANARY",
        "behind the encoder's numbers": sounds.xing(rest=b"CANARY") + sounds.FRAMES,
        "in place of the encoder's numbers": sounds.xing(b"", b"CANARY") + sounds.FRAMES,
        "cut frame": sounds.FRAMES + sounds.HEADER + b"CANARY",
        "filling of frames": sounds.FRAMES + FILLED * 3 + sounds.FRAMES,
        "filling that the next frame passes over": sounds.FRAMES + FILLED + LATER + sounds.FRAMES,
        "filling of small frames": SMALL * 3,
        "places of an encoder": sounds.xing(places=b"CANARY") + sounds.FRAMES,
    }
    odd: ClassVar = {
        "encoder's version": sounds.xing() + sounds.FRAMES,
        "private bits": sounds.FRAMES + marked(b"\xff\xfb\x91\x64"),
        "copyright and original": sounds.FRAMES + marked(b"\xff\xfb\x90\x68"),
        "bits of joint channels": sounds.FRAMES + marked(b"\xff\xfb\x90\x24"),
        "private bits before the data": sounds.FRAMES + marked(private=5),
        "checksum of a frame": sounds.FRAMES + marked(b"\xff\xfa\x90\x64CA")[:-2],
    }
    broken: ClassVar = {
        "tags only": sounds.id3(),
        "one frame": sounds.FRAMES[:417],
        "no frames": b"\xff\xfb\x90\x64" + b"words " * 90,
        "frames that do not say how long they are": (b"\xff\xfb\x02\x64" + bytes(1300)) * 3,
    }

    def shown(self, data: bytes) -> object:
        """The frames of sound, in order; the second half is found behind whatever stands between."""
        assert (sounds.FRAMES[:834] in data) is (SMALL[:19] not in data)
        return sounds.FRAMES[834:] in data

    def test_what_frames_use_stays(self) -> None:
        """The last bits of a frame before, a frame that Fraunhofer's numbers look like, what may be half of a sound."""
        clean = scrubbed(self.rewriter, sounds.FRAMES + FILLED + LATER + sounds.FRAMES)
        at = len(sounds.FRAMES)
        assert clean[at : at + 36] == FILLED[:36]
        assert clean[at + 417 : at + 453] == LATER[:36]
        assert not any(clean[at + 36 + 50 : at + 417 - 9])
        numbers = sounds.HEADER + bytes(32) + b"VBRI" + b"n" * 377
        assert scrubbed(self.rewriter, numbers + sounds.FRAMES) == numbers + sounds.FRAMES
        half = SMALL[:23] + bytes(range(121))
        assert scrubbed(self.rewriter, half * 3) == half * 3
        borrowed = sounds.HEADER + sounds.side(800, 800, 800, 800, back=19) + b"b" * 381
        assert scrubbed(self.rewriter, FILLED[:398] + b"l" * 19 + borrowed * 2)[398:417] == b"l" * 19

    def test_numbers_are_counted(self) -> None:
        clean = scrubbed(self.rewriter, sounds.xing(places=bytes(100)) + sounds.FRAMES)
        count, size = struct.unpack_from(">II", clean, 44)
        assert (count, size) == (8, 9 * 417)
        table = clean[52:152]
        assert list(table) == sorted(table)
        assert (table[0], table[50], table[99]) == (256 // 9, 256 * 5 // 9, 256 * 8 // 9)

    def test_silence_of_the_encoder_stays_known(self) -> None:
        clean = scrubbed(self.rewriter, sounds.xing() + sounds.FRAMES)
        assert b"LAME3.100" in clean
        assert clean[36 + 16 + 21 :][:3] == b"\x24\x05\x10"
        assert clean[36:52] == sounds.xing()[36:52]

    def test_silence_of_the_encoder_is_cut_off_first(self) -> None:
        """Of a file that lost its last frame: 0x510 samples less 1,152 of what was there; no sound is taken for silence."""
        for frames, silence in ((7, b"\x24\x00\x90"), (6, b"\x24\x00\x00")):
            clean = scrubbed(self.rewriter, sounds.xing() + sounds.FRAMES[: frames * 417])
            assert clean[36 + 16 + 21 :][:3] == silence

    def test_every_kind_of_frame_has_its_length(self) -> None:
        """ISO 11172-3, 2.4.3.1; ISO 13818-3."""
        heads = {
            b"\xff\xfb\x90\x00": 417,
            b"\xff\xf3\x90\x00": 261,
            b"\xff\xe3\x90\x00": 522,
            b"\xff\xfd\xa4\x00": 576,
        }
        for head, length in heads.items():
            found = mp3.frame(head)
            assert found is not None
            assert found.length == length
        assert [
            mp3.frame(head)
            for head in (b"\xff\xfb\x00\x00", b"\xff\xfb\xf0\x00", b"\xff\xeb\x90\x00", b"\xff")
        ] == [None] * 4


class TestFlac(RewriterContract):
    rewriter = flac.REWRITER
    plain = sounds.flac()
    samples: ClassVar = {
        "comments": sounds.flac(sounds.block(4, sounds.comments(b"ARTIST=Jane CANARY"))),
        "picture": sounds.flac(sounds.block(6, bytes(12) + b"CANARY" + bytes(40))),
        "application": sounds.flac(sounds.block(2, b"CANARY")),
        "padding": sounds.flac(sounds.block(1, b"CANARY")),
        "cue sheet": sounds.flac(sounds.block(5, b"CANARY".ljust(400, b"\0"))),
        "unknown block": sounds.flac(sounds.block(99, b"CANARY")),
        "seek points that are none": sounds.flac(sounds.block(3, b"\xff" * 8 + b"CANARY1234")),
        "id3 before": sounds.flac(before=sounds.id3()),
        "behind": sounds.flac(behind=b"CANARY" * 9),
        "id3v1 behind": sounds.flac(behind=sounds.ID3V1),
        "loudspeakers and a name": sounds.flac(
            sounds.block(4, sounds.comments(b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x0004", b"ARTIST=CANARY"))
        ),
    }
    odd: ClassVar = {"empty padding": sounds.flac(sounds.block(1, bytes(99)))}
    broken: ClassVar = {
        "no frames": sounds.flac()[: -len(sounds.SOUND)],
        "a block that is too long": b"fLaC\x80\xff\xff\xff" + bytes(40),
        "no information": b"fLaC" + sounds.block(0x81, bytes(34)) + sounds.SOUND,
        "a last frame that is damaged": sounds.flac()[:42] + sounds.SOUND[:5] + bytes(40),
    }

    def test_told_by_its_content(self) -> None:
        """Tags before the beginning make it look like an MP3, whose rewriter knows better."""
        before = self.samples["id3 before"]
        assert scrubbed(mp3.REWRITER, before) == self.plain
        self.samples = {name: each for name, each in self.samples.items() if each is not before}
        super().test_told_by_its_content()

    def shown(self, data: bytes) -> object:
        return sounds.SOUND in data, sounds.INFORMATION in data

    def test_seek_points_stay(self) -> None:
        point = struct.pack(">QQH", 192, 11, 192)
        assert point in scrubbed(self.rewriter, sounds.flac(sounds.block(3, point + b"\xff" * 18)))

    def test_loudspeakers_stay(self) -> None:
        clean = scrubbed(self.rewriter, self.samples["loudspeakers and a name"])
        assert mutagen.File(io.BytesIO(clean)).tags.as_dict() == {
            "waveformatextensible_channel_mask": ["0x4"]
        }


UNFINISHED = sounds.wav().replace(b"data" + struct.pack("<I", len(sounds.SAMPLES)), b"data\0\0\0\0")


LONG_AAC = b"\xde\x02\0Lavc59.37.100" + bytes((1 << 16) - 30) + b"\xde\x02\0Lavc59.37.100" + sounds.SAMPLES


class TestWav(RewriterContract):
    rewriter = wav.REWRITER
    plain = sounds.wav()
    samples: ClassVar = {
        "info": sounds.wav(sounds.info(IART=sounds.SECRET, ICRD=b"2024")),
        "bext": sounds.wav(sounds.chunk(b"bext", b"CANARY".ljust(602, b"\0"))),
        "ixml": sounds.wav(sounds.chunk(b"iXML", b"<a>CANARY</a>")),
        "id3": sounds.wav(sounds.chunk(b"id3 ", sounds.id3())),
        "cue": sounds.wav(sounds.chunk(b"cue ", b"CANARY")),
        "padding": sounds.wav(sounds.chunk(b"PAD ", b"CANARY")),
        "unknown": sounds.wav(sounds.chunk(b"abcd", b"CANARY")),
        "second sound": sounds.wav(sounds.chunk(b"data", b"CANARY")),
        "behind": sounds.wav(behind=b"CANARY"),
        "long format": sounds.wav(fmt=struct.pack("<HHIIHHH", 1, 1, 8000, 8000, 1, 8, 6) + b"CANARY"),
        "long count": sounds.wav(sounds.chunk(b"fact", struct.pack("<I", 404) + b"CANARY")),
        "64 bits": sounds.rf64(),
        "behind a format of its kind": sounds.wav(
            fmt=struct.pack("<HHIIHHH", 3, 1, 8000, 32000, 4, 32, 6) + b"CANARY"
        ),
        "identifier of a format": sounds.wav(
            fmt=struct.pack("<HHIIHHHHIH", 0xFFFE, 1, 8000, 8000, 1, 8, 22, 8, 4, 1) + b"CANARY".ljust(14)
        ),
        "coefficients": sounds.wav(
            fmt=struct.pack("<HHIIHHHHH", 2, 1, 8000, 4096, 256, 4, 32, 500, 7) + b"CANARY".ljust(28)
        ),
        "big-endian": sounds.rifx(
            b"", sounds.chunk(b"LIST", b"INFO" + sounds.chunk(b"IART", b"Jane CANARY", ">"), ">")
        ),
        "big-endian floats": sounds.rifx(
            struct.pack(">HHIIHHH", 3, 1, 8000, 32000, 4, 32, 6) + b"CANARY",
            sounds.chunk(b"PAD ", b"CANARY", ">"),
        ),
        "big-endian, extensible": sounds.rifx(
            struct.pack(">HHIIHHHHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4, 1, 0, 16) + b"CANARY  "
        ),
        "big-endian, extensible as SoX has it": sounds.rifx(
            struct.pack(">HHIIHHHHIH", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4, 1) + b"CANARY".ljust(14)
        ),
    }
    odd: ClassVar = {
        "odd length": sounds.wav(samples=sounds.SAMPLES + b"\1")[:-1] + b"\1",
        "bytes in a second": sounds.wav(fmt=struct.pack("<HHIIHH", 1, 1, 8000, 0x414E4143, 1, 8)),
        "count of samples": sounds.wav(sounds.chunk(b"fact", b"CANA")),
        "encoder's name in sound": sounds.wav(
            fmt=struct.pack("<HHIIHHH", 0xFF, 1, 8000, 8000, 1, 16, 0), samples=LONG_AAC
        ),
        "a length that was never written": UNFINISHED,
    }
    broken: ClassVar = {
        "no sound": sounds.chunk(b"RIFF", b"WAVE" + sounds.chunk(b"fmt ", bytes(16))),
        "no format": sounds.chunk(b"RIFF", b"WAVE" + sounds.chunk(b"data", bytes(16))),
        "short format": sounds.wav(fmt=bytes(8)),
        "big-endian, its codec behind its end": sounds.rifx(
            struct.pack(">HHIIHHHHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16, 0, 16, 4, 1, 0, 16) + b"CANARY  "
        ),
        "big-endian, packed": sounds.rifx(struct.pack(">HHIIHHH", 0x11, 1, 8000, 4096, 256, 4, 2)),
    }

    def shown(self, data: bytes) -> object:
        return struct.pack("<HHI", 1, 1, 8000) in data, sounds.SAMPLES in data

    def test_the_name_of_an_encoder_is_zero_wherever_it_stands(self) -> None:
        clean = scrubbed(self.rewriter, self.odd["encoder's name in sound"])
        assert clean.endswith(LONG_AAC.replace(b"Lavc59.37.100", bytes(13)))

    def test_words_of_the_info_list_are_read(self) -> None:
        found = {(tag.name, tag.value, tag.reveals) for tag in told(self.rewriter, self.samples["info"])}
        assert ("IART", "Jane CANARY", Reveal.OWNER) in found
        assert ("ICRD", "2024", Reveal.TIME) in found

    def test_an_empty_sound_with_words_behind_it(self) -> None:
        words = sounds.info(IART=sounds.SECRET)
        assert scrubbed(self.rewriter, sounds.wav(words, samples=b"")) == sounds.wav(samples=b"")


def test_big_endian_numbers_stay_where_they_mean_something() -> None:
    clean = scrubbed(wav.REWRITER, TestWav.samples["big-endian, extensible"])
    form = struct.pack(">HHIIHHHHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 16, 4, 1, 0, 16)
    assert clean == sounds.rifx(form + bytes.fromhex("800000aa00389b71")).replace(
        struct.pack(">I", 404) + b"data", struct.pack(">I", 202) + b"data"
    )
    clean = scrubbed(wav.REWRITER, TestWav.samples["big-endian, extensible as SoX has it"])
    assert struct.pack(">IH", 4, 1) + bytes.fromhex("000000001000800000aa00389b71") in clean
    words = {tag.name: tag.value for tag in told(wav.REWRITER, TestWav.samples["big-endian"])}
    assert words["IART"] == "Jane CANARY"


class TestAiff(RewriterContract):
    rewriter = aiff.REWRITER
    plain = sounds.aiff()
    samples: ClassVar = {
        "name": sounds.aiff(sounds.chunk(b"NAME", b"CANARY", ">")),
        "author": sounds.aiff(sounds.chunk(b"AUTH", sounds.SECRET, ">")),
        "copyright": sounds.aiff(sounds.chunk(b"(c) ", b"CANARY", ">")),
        "annotation": sounds.aiff(sounds.chunk(b"ANNO", b"CANARY", ">")),
        "before the sound": sounds.aiff(before=b"CANARY"),
        "id3": sounds.aiff(sounds.chunk(b"ID3 ", sounds.id3(), ">")),
        "application": sounds.aiff(sounds.chunk(b"APPL", b"CANARY", ">")),
        "markers": sounds.aiff(sounds.chunk(b"MARK", b"\0\1\0\1\0\0\0\0\x06CANARY\0", ">")),
        "name of the compression": sounds.aiff(name=b"CANARY"),
        "behind": sounds.aiff(behind=b"CANARY"),
    }
    odd: ClassVar = {
        "version": sounds.aiff(name=b"").replace(b"\xa2\x80\x51\x40", b"abcd"),
        "fractions of a rate": sounds.aiff().replace(sounds.RATE, sounds.RATE[:6] + b"CANA"),
    }
    broken: ClassVar = {
        "no sound": sounds.chunk(b"FORM", b"AIFF" + sounds.chunk(b"COMM", bytes(18), ">"), ">"),
        "short format": sounds.chunk(b"FORM", b"AIFF" + sounds.chunk(b"COMM", bytes(8), ">"), ">"),
    }

    def shown(self, data: bytes) -> object:
        return struct.pack(">HIH", 1, len(sounds.SAMPLES), 8) + sounds.RATE[
            :6
        ] in data, sounds.SAMPLES in data


def test_covers_tell_what_their_own_metadata_say() -> None:
    found = {tag.reveals for tag in told(mp3.REWRITER, sounds.id3() + sounds.FRAMES)}
    assert found >= {Reveal.PICTURE, Reveal.LOCATION, Reveal.SERIAL, Reveal.OWNER, Reveal.COMMENT}


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("kind", [TestMp3, TestFlac, TestWav, TestAiff], ids=lambda kind: kind.__name__)
def test_heard_the_same_by_another_program(kind: type[RewriterContract]) -> None:
    def samples(data: bytes) -> bytes:
        command = ["ffmpeg", "-v", "quiet", "-i", "-", "-map", "0:a", "-f", "md5", "-"]
        return subprocess.run(command, input=data, capture_output=True, check=False).stdout

    held = kind()
    for name, data in held.every().items():
        before = samples(data)
        assert before or name != "plain"
        if before and name not in {
            "cut frame",
            "between frames",
            "second sound",
        }:  # where the other plays what is no sound
            assert samples(scrubbed(held.rewriter, data)) == before, name


def test_a_tag_that_a_crafted_frame_runs_through() -> None:
    """Found by fuzzing: checksums that are right with words of an ID3v1 tag between them."""
    frame = "fff81000012f00fffb7d7f"
    data = bytes.fromhex(
        "664c61438000002200c000c000000000000001f400f0000002400000000000000000000000000000"
        f"0000fff810000028000064904a{frame}fff81000022600000749f05441474a616e652043414e41904a{frame}"
    ) + bytes(100)
    with pytest.raises(UnsupportedError, match="true end cannot be found"):
        scrubbed(flac.REWRITER, data)


def test_frames_without_a_length_are_told_as_not_cleaned_and_not_as_damaged() -> None:
    with pytest.raises(UnsupportedError):
        scrubbed(mp3.REWRITER, TestMp3.broken["frames that do not say how long they are"])


@pytest.mark.parametrize("behind", [b"", b"CANARY" * 9])
@pytest.mark.parametrize("size", range(124, 132))
def test_sound_that_would_be_read_as_a_tag_at_the_end_goes(size: int, behind: bytes) -> None:
    """Found by fuzzing: what stood behind it kept it from being one."""
    words = b"TAG" + b"CANARY".ljust(size - 3, b"\0")
    clean = scrubbed(mp3.REWRITER, sounds.FRAMES[:-size] + words + behind)
    assert clean == scrubbed(mp3.REWRITER, sounds.FRAMES[: -len(sounds.FRAMES) // 8])
    assert told(mp3.REWRITER, clean) == []


@pytest.mark.parametrize("size", [123, 132])
def test_sound_in_which_a_tag_would_stand_elsewhere_stays(size: int) -> None:
    data = sounds.FRAMES[:-size] + b"TAG" + bytes(size - 3)
    assert len(scrubbed(mp3.REWRITER, data + b"CANARY" * 9)) == len(data)
