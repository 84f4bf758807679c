"""The words of every kind of gap: what was not seen · why · what would help. Keys and placeholders: `audit.model.GapKind`."""

from __future__ import annotations

from audit.model import Gap, GapKind
from audit.text import fill, gettext
from audit.text import noted as _

WORDS: dict[GapKind, tuple[str, str, str]] = {
    GapKind.UNREADABLE: (
        _("{path}"),
        _("the system did not let this account read it"),
        _("run as administrator, or look at the disk from another machine"),
    ),
    GapKind.OTHER_USERS: (
        _("{unseen} of {total} running programs"),
        _("belong to other users of this machine"),
        _("run as administrator"),
    ),
    GapKind.HIDDEN_PROCESSES: (
        _("the running programs of other users"),
        _("this system hides them from ordinary accounts"),
        _("run as administrator"),
    ),
    GapKind.MALFORMED: (
        _("{path}"),
        _("it could not be understood: {detail}"),
        _("open the program it belongs to and look there"),
    ),
    GapKind.TOO_BIG: (
        _("{path}"),
        _("it is larger than such a file should be ({size} bytes)"),
        _("open the program it belongs to and look there"),
    ),
    GapKind.REST: (
        _("the rest of {path}"),
        _("it is long: its first {size} bytes were looked at"),
        _("open it in a text editor with somebody you trust who knows such files"),
    ),
    GapKind.TIMEOUT: (
        _("{path}"),
        _("it did not answer in time"),
        _("check that the disk or connection behind it works, then scan again"),
    ),
    GapKind.ELSEWHERE: (
        _("{path}"),
        _("it lies on another machine or in the cloud ({through}); opening it would fetch it"),
        _("look at it where it is kept"),
    ),
    GapKind.NOT_HELD: (
        _("{what}"),
        _("a copied disk or home does not hold this"),
        _("scan the machine while it is running"),
    ),
    GapKind.NOT_RECORDED: (
        _("{what}"),
        _("the snapshot does not hold this"),
        _("scan the machine itself, or make a new snapshot"),
    ),
    GapKind.NOT_READ_YET: (
        _("files of formats that are not read yet: {formats}"),
        _("this version cannot tell what they reveal"),
        _("treat them as if they said when and where they were made"),
    ),
    GapKind.PREVIEWS: (
        _("previews inside pictures, not compared with the picture: {count}"),
        _("comparing all of them would take long, or they could not be opened"),
        _("look at one folder at a time: `curtain photos FOLDER`"),
    ),
    GapKind.ENDS: (
        _("what may follow the end of a picture: not looked for in {count} pictures"),
        _("reading all of them to their end would take long"),
        _("look at one folder at a time: `curtain photos FOLDER`"),
    ),
    GapKind.PICTURES: (
        _("pictures that could not be read: {count}, in {path}"),
        _("the system did not let this account read them, or they are broken"),
        _("see which: `curtain photos {path} --format json`"),
    ),
    GapKind.SKIPPED: (
        _("{what}"),
        _("left out, as you asked"),
        _("scan again without that option"),
    ),
    GapKind.ENCRYPTED: (
        _("{path}"),
        _("it is locked with a password of its own"),
        _("open the program it belongs to and look there"),
    ),
    GapKind.NOT_VISIBLE: (
        _("{what}"),
        _("it is not written down where this check can look ({path})"),
        _("look in the settings of the program or the system itself"),
    ),
    GapKind.NOT_LOOKED: (
        _("{what}"),
        _("this version does not look there on this kind of system yet"),
        _("ask somebody you trust who knows this kind of system to look"),
    ),
    GapKind.NOT_ASKED: (
        _("what only you know about this device"),
        _("these questions have no answer yet"),
        _("answer them one at a time: `curtain scan --ask`"),
    ),
    GapKind.NOT_RUNNING: (
        _("{what}"),
        _("nothing that knows it runs for this account now, or it could not be asked"),
        _("scan again while you are logged in to your desktop"),
    ),
    GapKind.BOUNDED: (
        _("a part of {what}"),
        _("there is more in it than one scan looks at: {most} things were looked at"),
        _("look there with the program that you use for files"),
    ),
    GapKind.CRASHED: (
        _("{what}"),
        _("our own reader failed on it ({detail})"),
        _("please report this; the other checks went on"),
    ),
}


def words(gap: Gap) -> tuple[str, str, str]:
    """What was not seen, why, and what would help, in the chosen language. What would help may be empty."""
    what, why, remedy = (fill(gettext(each), gap.params) for each in WORDS[gap.kind])
    return what, why, remedy
