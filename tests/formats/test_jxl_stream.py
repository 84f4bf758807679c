"""Headers and numbers of JPEG XL, written bit by bit, after ISO/IEC 18181-1."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import jxl, jxl_bits, jxl_entropy, jxl_follow
from audit.formats.base import FormatError, Reveal, UnsupportedError
from tests.contracts.walker import reveals, scrubbed, tags
from tests.formats.boxes import box
from tests.formats.jxl_samples import (
    CANARY,
    HEAD,
    SIMPLE,
    Writer,
    parts,
    section,
    start,
)


def followed(data: bytes) -> int | None:
    return jxl_follow.end(lambda at, size: data[at : at + size], len(data))


def metadata(
    writer: Writer,
    *,
    more: Writer | None = None,
    icc: int = 0,
    channels: Writer | None = None,
    extension: bytes = b"",
) -> Writer:
    """D.3.1: not by default."""
    writer.flags(0, 1 if more else 0)
    writer.bits += more.bits if more else []
    writer.flags(0).u(2, 0).flags(0)  # eight bits; no small buffers
    writer.bits += channels.bits if channels else [0, 0]
    writer.flags(0, 0, icc).u(2, 0)  # no XYB; a colour space that is told: RGB
    if not icc:
        writer.u(2, 2).u(4, 0)  # white point: its own
        for _ in range(2):
            writer.u(2, 0).u(19, 5)
        writer.u(2, 2).u(4, 0)  # primaries: their own
        for _ in range(6):
            writer.u(2, 3).u(21, 5)
        writer.flags(1).u(24, 45455).u(2, 1)
    if more:
        writer.flags(0).u(49, 0)
    if extension:
        writer.u(2, 1).u(4, 0).u(2, 2).u(8, 8 * len(extension) - 17)
        return writer.u(8 * len(extension), int.from_bytes(extension, "little"))
    return writer.u(2, 0)


def layered(
    name: bytes = b"", channel: bytes = b"", preview: int = 0, code: int = 0, extension: bytes = b""
) -> bytes:
    """A picture of one layer with one more channel. The preview has so many bytes."""
    more = Writer().u(3, 0).flags(0, 1 if preview else 0)
    if preview:
        more.flags(1).u(2, 0).u(3, 1)  # 16 by 16
    more.flags(1).u(2, 0).u(2, 0).u(2, 0).flags(1 if code else 0)
    channels = Writer().u(2, 1).flags(0).u(2, 1).flags(0).u(2, 0).u(2, 0)  # depth
    named(channels, channel)
    writer = metadata(start(), more=more, channels=channels, extension=extension).flags(1).pad()
    if preview:
        small = section(layer(Writer(), b"", 0, 0, timed=bool(code)), preview)
        return writer.made() + small + section(layer(Writer(), name, 1, code), 30)
    return writer.made() + section(layer(Writer(), name, 1, code), 30)


def named(writer: Writer, name: bytes) -> Writer:
    """F.2: of up to 15, 47 or 1071 bytes."""
    if len(name) < 16:
        writer.u(2, 1 if name else 0).u(4 if name else 0, len(name))
    else:
        writer.u(2, 2).u(5, len(name) - 16)
    return writer.u(8 * len(name), int.from_bytes(name, "little"))


def layer(writer: Writer, name: bytes, last: int, code: int, *, timed: bool = False) -> Writer:
    """A regular modular frame; the only one, or a preview."""
    writer.flags(0).u(2, 0).flags(1).u(2, 0).flags(0).u(2, 0).u(2, 0).u(2, 1)
    writer.u(2, 0).flags(0).u(2, 0).u(2, 0).u(2, 1)  # one pass, no crop; replaces; one tick
    if code or timed:
        writer.u(32, code)
    writer.flags(last)
    if not last:
        writer.u(2, 1).flags(0)
    return named(writer, name).flags(1).u(2, 0)


def frame(writer: Writer) -> Writer:
    """F.2: the start of a regular modular frame with groups of 256."""
    return writer.pad().flags(0).u(2, 0).flags(1).u(2, 0).flags(0).u(2, 0).u(2, 1)


# Small pictures of our own as cjxl 0.7 writes them with some of its many tools.
WRITTEN = {
    "lossless": "{|Z<z5KvqQ2m%2B=m1L?la7Uh2@y6b9(5RFj13_60>J<vO9TJ_vKeBEDaDjxh&|vNNcyalR^s`us_A-icEi@_frmf=",
    "alpha": "{|Z<zu%WmR0W<<zS_}Yy3YAgD4PMUmeEFfnV%o-ahPK+au!Iuh7QWO-2~5B{oDBg+926rJV<bt_0LK_(bPRHI40807sOV;Zu86Ma^X@Yuw>!7<`|iJocz?U_w+}M^0e=61@1$G_{<;lQ(Da6q%ya+?fPw{s;SKHu0EnEZB#{!Cw~zoh@cAF$DgaUd00008",
    "animation": "{|YcLK>#)smjnPv01JQu08jy4<q`k@6)K~Q8@!zB`SL@D#k7s<3~jY-VM*c`nYWSyULCx^L6S&MvGW50fdiPG5D^g(5fKp)5fKp)5fKp)5m8lDRaI4074vP=vzfZtDoFqUNB|3f0sv3}UF8x002L~uj2pb1>-q9ShsCsw>kMtRZDC2`7@4<{1701xz(JB&fMVwd1Of*zc0xo%L_|bHL_|bHL_|bHL_|bYRaI40RaML<x*p8b%~nYQ07w7}q5uF?0bS)1000##ql_E8oa_1WLx;t*jq40;wQXTZ;ux8?k^^2Hyud+{Sb)OYGZ+Y*farvXh=_=Yh=_=Yh=_=Yh=_=Ys;a80s;a7(uXfQBnL4vok^l",
    "progressive": "{|dMWR)U1$LJ9!@06YT#H~?4xSPDcq0F`2+qZK?`24)~Z9K>LQh!0@QX3SVCYo5Kfu80JTTzoHM1?|04-~wvri!I>ot`Y*k001Cj6rrB^7=s>3F$fVc2r=3*B8JEX!l)R75Q7C`aDavo@dS{Vb%HVqQK?ia;g9RosZ*y81Gaq(Fu(u<iYca;Vv6<Ir*li6efAkiV2DH_k;sz(NE8IHMFIc-e}s#Z{zw1+zkmXGf<x!$9^leCfEwWLev4&`Wjxz2(EjSD)laNlX9!MbgP1B-4lLlq1fl@|Fo6dY00tm{0T2KYZ3_T^3YAgD4PMUmeEFfnV%o-ahPK+auq2TJk=+hFRV5=UuE~ats=ht|0O+@;-yVTLAOHXWg(@ReQczH&15#peDh7oyhKeCLnDzhHKaw=)|C6MFs{SMmq<}AJP<K>Sb%+j(Vo^u|Kmk}lP6c<#z*va&VZXTvjjNbz&q3i#;A~<30st2XV32r)Ism{iK&|os",
    "a frame for the coarse picture": "{|Z<zkWgF*3IPBBd;kDA09XK6N+>gqO-iI-%77YB100cXl5lwv8@t9D0N}#}q5%Nl04Zw@0DuaWQN|5k&h>oxp~GU@#&w3a+P1JH5lSJ6g9Jl{W0fRQq3m`M1fcZ|a037V0000$00",
    "modular": "{|dMWR)U1$LI{BX0KfzQ0Kf_?Kmrs105||x09cv_5s(tbMn}iSFd{a_*eE)H_A<m?E+9n{N5_e^W8rzr7F-ABcf;eMufls~&;gx!m?%(XCAXCt30VuFQD=-2cyD%d-VY@}|7>%^8I_u4nbGFa{L$q3m!Am84rd_?^wy+g@H`m`l^D0ofE=hXj{*P)Mn(|@1?t`1jdA1BEs7C{!3$!rKnxamv=W055ravH!Mhz}us{rsFak;+m8#;>s4&K0geM?jrU4dal7x^QB%;&lbl<zWf`WpA0%G@eVq#)qA0MA#PahxhyGcR_xFksgh%W&EVE^xStiNsBC6hLfI539Nc<c4wi+$A(c2)iV-w%Jf{}930I0v-;whlD~S;q%ut)(t@|5OY?tbyz@d1BQYVuz&qS3^V39|OAs6a3HGk>oykV$~}~%&3~=K6zr*D@M$yn&dutV$~aBhot&fLqpFW1G@tQaNRyYL(d-ry90v*F95(F1G@uL8@MI_",
    "profile": "{|Z4s8m9^a66OI=)wyhqbKeJuf}WelLJJ)G5(|6;osM-}voYc;6L594H5UK?^)CQG>v#Pp^8p6@78wT0(x#f0;sH*+n$q5e%9a7n9?FL10VWO(0Yb{Ynx?Xr|0C_-D{QW8>M1H6@Y+5yFfkG6T#5l^txw)D(<T52fdBw#001}uSO8c`I6-wwj|fW#eb@s`1}1|hBf$v",
    "sections in another order": "{|Z<c5KvqQ2mk>ng~|=(AF9y+-~j*tKm}|-23)`dOh5uGzyd2-k%EH4Jxc)R%B^+@3Q+rZO5UrFcz4jjaEIVYXgBm}5{>Ic58Blq9}mWcV{X0#mq*C{A$mPav((q=u?~6Y(i2C||Hat=m`DU51qJTAyBlM$T;v0YF?duAmR$*e01yHJAP52g3=jdB0Ki88`UDR`01soznlIpA=ZPTX709MyJXOda5~d9kHX;DfW*EPFM5a-F92?18kT}U(yEgz5rVV2XBM5+g5lMZ9wcH49kL_#v_H-??7p4t!V!#0Ka{po@uN+V`wjA1ruIQm3rVUeU$h$xbzw{1H@Y68I-naM_0F$+;Ao6EJbP~L9^27NG_CJLO^JbO>aBWvx15*@FLg4q<divl6Qxs1^;P=>i`rri",
}


class TestStream:
    @pytest.mark.parametrize("name", list(WRITTEN))
    def test_what_an_encoder_wrote(self, name: str) -> None:
        data = base64.b85decode(WRITTEN[name])
        assert data[:2] == b"\xff\x0a"
        assert followed(data) == len(data)
        assert followed(data + CANARY * 9) == len(data)
        assert followed(data[:-1]) is None
        assert scrubbed(jxl.WALKER, data + CANARY) == data

    def test_simple(self) -> None:
        assert followed(SIMPLE) == len(SIMPLE)
        assert followed(SIMPLE + CANARY) == len(SIMPLE)
        assert followed(SIMPLE[:-1]) is None
        assert followed(SIMPLE[:5]) is None

    def test_an_animation(self) -> None:
        more = Writer().u(3, 0).flags(0, 0, 1).u(2, 0).u(2, 0).u(2, 0).flags(1)
        writer = metadata(start(), more=more).flags(1).pad()
        data = b""
        for last in (0, 1):
            frame(writer).u(2, 0).flags(0)  # one pass, no crop
            writer.u(2, 0).u(2, 1).u(32, 7).flags(last)  # replaces, one tick, its time code
            if not last:
                writer.u(2, 1).flags(0)  # kept for later, after the colours
            writer.u(2, 1).u(4, 2).u(16, 0x4141)  # a name
            writer.flags(0, 1, 1).u(96, 0).u(2, 1).flags(1).u(80, 0).flags(1).u(48, 0).u(16, 0).u(
                2, 0
            )  # filters
            writer.u(2, 0)  # no extensions
            data += section(writer, 9)
            writer = Writer()
        assert followed(data + CANARY) == len(data)

    def test_broken_numbers_are_not_followed(self) -> None:
        assert followed(metadata(start(), icc=1).flags(1).made() + bytes(99)) is None
        assert (
            followed(metadata(start(), icc=1).flags(1).u(2, 3).u(12, 0).flags(1).u(8, 255).made() + bytes(99))
            is None
        )
        permuted = start().flags(1, 1).pad().flags(1).flags(1).made() + bytes(99)
        assert followed(permuted) is None

    def test_a_long_profile_takes_no_time(self) -> None:
        """One distribution with one symbol: coded bytes that take no bits."""
        writer = metadata(start(), icc=1).flags(1).u(2, 3).u(12, 4095).flags(1).u(8, 63).flags(0)
        writer.flags(0).flags(1).u(2, 0).flags(0).u(2, 0).u(3, 0).flags(1, 0, 0).u(32, 0x130000)
        started = time.process_time()
        data = writer.made() + bytes(30)
        assert followed(data + CANARY * 1000) is None
        assert time.process_time() - started < 1

    @settings(max_examples=400, deadline=None)
    @given(st.binary(max_size=200), st.sampled_from([b"", SIMPLE[:6]]))
    def test_whatever_the_bits(self, tail: bytes, head: bytes) -> None:
        started = time.monotonic()
        data = (head or b"\xff\x0a") + tail
        found = followed(data)
        assert found is None or 2 < found <= len(data)
        assert time.monotonic() - started < 2


def numbers(writer: Writer, count: int) -> list[int]:
    bits = jxl_bits.Bits(writer.made() + bytes(8))
    coder = jxl_entropy.Coder(bits, 1)
    found = [coder.number(0) for _ in range(count)]
    coder.ended()
    return found


def prefixed(size: int) -> Writer:
    """Without repeats; prefix codes; tokens are the numbers; so many symbols (of 5 to 8)."""
    return Writer().flags(0, 1).u(4, 15).flags(1).u(4, 2).u(2, size - 5)


class TestNumbers:
    """ISO/IEC 18181-1, annex C; RFC 7932, 3. The encoder at hand writes no prefix codes in headers."""

    def test_a_simple_code(self) -> None:
        writer = prefixed(6).u(2, 1).u(2, 3).u(3, 5).u(3, 0).u(3, 3).u(3, 1).flags(1)
        assert numbers(writer.flags(0, 1, 0, 1, 1, 0, 1, 1, 1, 0), 5) == [5, 0, 1, 3, 5]
        writer = prefixed(6).u(2, 1).u(2, 0).u(3, 5)
        assert numbers(writer, 3) == [5, 5, 5]

    def test_a_code_told_by_its_lengths(self) -> None:
        writer = prefixed(5).u(2, 0).u(2, 0).u(4, 7).u(4, 7)
        writer.flags(0, 0, 0, 1, 1)
        assert numbers(writer.flags(0, 0, 1, 1, 1, 1, 1, 0, 1, 0), 4) == [0, 4, 3, 2]

    def test_lengths_that_come_again(self) -> None:
        writer = prefixed(8).u(2, 0).u(4, 0).u(4, 7).u(10, 0).u(4, 7)
        writer.flags(0, 1).u(2, 3).flags(0)
        assert numbers(writer.flags(1, 1, 1, 0, 1, 1), 2) == [7, 3]

    def test_one_symbol_takes_no_bits(self) -> None:
        assert numbers(Writer().flags(0, 1).u(4, 15).flags(0), 3) == [0, 0, 0]

    @pytest.mark.parametrize(
        "writer",
        [
            prefixed(6).u(2, 1).u(2, 1).u(3, 5).u(3, 5),
            prefixed(6).u(2, 1).u(2, 0).u(3, 7),
            prefixed(6).u(2, 0).u(36, 0),
            prefixed(5).u(2, 0).u(2, 0).u(4, 7).u(4, 7).flags(1, 1, 1, 1, 1),
            Writer().flags(0, 1).u(4, 15).flags(1).u(4, 15).u(15, 1),
        ],
    )
    def test_a_code_that_is_none(self, writer: Writer) -> None:
        with pytest.raises(FormatError):
            numbers(writer, 3)

    @settings(max_examples=400, deadline=None)
    @given(st.binary(max_size=120), st.integers(1, 41))
    def test_whatever_the_bits(self, data: bytes, contexts: int) -> None:
        try:
            coder = jxl_entropy.Coder(jxl_bits.Bits(data), contexts)
            assert all(0 <= coder.number(n % contexts) < 1 << 62 for n in range(200))
        except FormatError:
            pass


def test_a_bare_codestream_whose_end_is_not_found_is_not_called_clean() -> None:
    data = (
        section(metadata(start().flags(0), icc=1).flags(1).u(2, 3).u(12, 0).flags(1).u(8, 255), 30) + CANARY
    )
    assert followed(data) is None
    with pytest.raises(UnsupportedError):
        scrubbed(jxl.WALKER, data)


# What headers say beside the picture.
WORDY: dict[str, dict[str, Any]] = {
    "layer": {"name": CANARY},
    "long name": {"name": CANARY * 4},
    "channel": {"channel": CANARY},
    "preview": {"preview": 20},
    "time code": {"code": 0x12345678},
    "extension": {"extension": CANARY},
    "all": {
        "name": CANARY,
        "channel": b"Spot",
        "preview": 99,
        "code": 0x23595924,
        "extension": CANARY,
    },
}
REVEALED = {
    "layer": Reveal.COMMENT,
    "channel": Reveal.COMMENT,
    "preview": Reveal.THUMBNAIL,
    "time code": Reveal.TIME,
    "extension": Reveal.UNKNOWN,
}


@pytest.mark.parametrize("name", list(WORDY))
def test_what_headers_say_in_words_goes(name: str) -> None:
    worded, bare = layered(**WORDY[name]), layered()
    assert followed(worded) == len(worded)
    assert reveals(jxl.WALKER, worded)
    for data, clean in (
        (worded, bare),
        (worded + CANARY, bare),
        (HEAD + box(b"jxlc", worded), HEAD + box(b"jxlc", bare)),
        (HEAD + parts(worded[:9], worded[9:20], worded[20:]), HEAD + box(b"jxlc", bare)),
    ):
        assert reveals(jxl.WALKER, data)
        assert scrubbed(jxl.WALKER, data) == clean
    assert not reveals(jxl.WALKER, bare)
    assert scrubbed(jxl.WALKER, bare) == bare


@pytest.mark.parametrize("name", list(REVEALED))
def test_what_headers_say_in_words_is_told(name: str) -> None:
    assert reveals(jxl.WALKER, layered(**WORDY[name])) == {REVEALED[name]}
    told = tags(jxl.WALKER, HEAD + parts(layered(**WORDY[name])))
    assert [tag.reveals for tag in told if tag.reveals] == [REVEALED[name]]


def test_the_index_of_frames_goes_where_frames_move() -> None:
    index = box(b"jxli", b"\1" + bytes(8) + b"\x81\1\1\1")
    named = HEAD + index + box(b"jxlc", layered(name=CANARY))
    assert scrubbed(jxl.WALKER, named) == HEAD + box(b"jxlc", layered())
    assert index in scrubbed(jxl.WALKER, HEAD + index + box(b"jxlc", layered()))
