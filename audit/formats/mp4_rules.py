"""Which boxes of a movie stay (ISO/IEC 14496-12, 8; QuickTime file format), by the box that they stand in: all others go."""

# ruff: noqa: SIM905 - a list of thirty names reads better as words

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import mp4_forms

if TYPE_CHECKING:
    from audit.formats.mp4_forms import Form

TABLE: Final = "table"

# What stays in each box, by the kind of the box: a form, a table, or boxes inside (the name of their list).
RULES: Final[dict[str, dict[str, Form | str]]] = {
    "moov": {"mvhd": mp4_forms.movie_header, "trak": "trak", "mvex": "mvex"},
    "mvex": {"mehd": mp4_forms.extent, "trex": mp4_forms.fixed(24)},
    "trak": {
        "tkhd": mp4_forms.track_header,
        "tapt": "tapt",
        "edts": "edts",
        "tref": "tref",
        "mdia": "mdia",
    },
    "tapt": dict.fromkeys(("clef", "prof", "enof"), mp4_forms.fixed(12)),
    "edts": {"elst": TABLE},
    "mdia": {
        "mdhd": mp4_forms.media_header,
        "hdlr": mp4_forms.handler,
        "elng": mp4_forms.language,
        "minf": "minf",
    },
    "minf": {
        "vmhd": mp4_forms.video_header,
        "smhd": mp4_forms.sound_header,
        "hdlr": mp4_forms.data_handler,
        "dinf": "dinf",
        "stbl": "stbl",
    },
    "dinf": {"dref": "dref"},
    "stbl": {
        "stsd": "stsd",
        **dict.fromkeys((*mp4_forms.ROWS, "stsz", "stz2", "cslg"), TABLE),
        "sgpd": mp4_forms.group_description,
        "sbgp": mp4_forms.groups,
    },
    "moof": {"mfhd": mp4_forms.fixed(8), "traf": "traf"},
    "traf": {
        "tfhd": mp4_forms.track_fragment,
        "tfdt": mp4_forms.extent,
        "trun": TABLE,
        "sgpd": mp4_forms.group_description,
        "sbgp": mp4_forms.groups,
    },
    "wave": {},
}
OFTEN: Final = frozenset({"trak", "trex", "traf", "trun", "sgpd", "sbgp"})
KNOWN: Final = frozenset(
    "udta meta uuid free skip wide emsg prft pdin iods ctab load clip matt imap sdtp subs saiz saio stdp padb gmhd "
    "mfra sidx ssix styp trak traf mdat moov tref leva pssh".split()
)
WIDE: Final = frozenset({"elst", "ctts", "cslg", "trun"})  # tables of which there are two versions
FLAGS: Final = {"elst": 1, "trun": 0x000F05}  # those that mean something, of tables that have any
