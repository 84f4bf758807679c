"""What is asked of scrubbing, what became of each file, and the sentences for it."""

from __future__ import annotations

import errno
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from audit.formats.base import Policy
from audit.media import Why, named_as_medium
from audit.text import gettext as _
from audit.workers import Lost

if TYPE_CHECKING:
    from audit.media import Kind


class Status(StrEnum):
    SCRUBBED = "scrubbed"
    ALREADY_CLEAN = "already-clean"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    SKIPPED = "skipped"


class Job(NamedTuple):
    """One file to scrub. In place, `target` is `source`. `shown` is the path as the person gave it.

    `partner` is the picture of a live photo that this may be the video of; `backup` is where the original is kept before
    it is cleaned in place.
    """

    source: str
    target: str
    shown: str
    partner: str = ""
    backup: str = ""


class Check(StrEnum):
    """How far a result was verified, beyond its bytes and structure."""

    STRUCTURE = "structure"  # walked again, and what was copied compared byte for byte
    DECODED = "decoded"  # decoded as well, and its pixels compared
    PACKETS = "packets"  # taken apart by another library, and its packets compared
    NO_DECODER = "no-decoder"  # that was wanted, and could not be done


class Row(NamedTuple):
    """What became of one file. `error` and `note` are sentences for people; `blocks` says that the exit status is 1.

    `digests` are SHA-256 in hexadecimal of the original and of the result, if they were asked for. `offset` is the byte of
    the original at which it was found to be damaged.
    """

    source: str
    output: str | None
    status: Status
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    error: str | None = None
    note: str | None = None
    blocks: bool = False
    check: Check | None = None
    digests: tuple[str, str] | None = None
    offset: int | None = None


class Options(NamedTuple):
    policy: Policy = Policy()
    force: bool = False  # replace a target that is something else
    dry_run: bool = False  # write nothing, say what would go
    keep_time: bool = False  # the time of the file's last change, which else becomes that of nothing
    decode: bool | None = (
        None  # compare decoded pixels: always, never, or (None) where structure was built anew
    )
    digests: bool = False


def failed(shown: str, reason: str) -> Row:
    return Row(shown, None, Status.FAILED, error=reason, blocks=True)


def left_alone(shown: str, why: Why) -> Row:
    """The row of a file that is not opened on purpose."""
    if why is Why.PLACEHOLDER:
        return failed(shown, _("its content is in the cloud, not on this computer: download it first"))
    if why is Why.REMOTE:
        return failed(shown, _("it lies on another machine: name that folder itself, or copy it here first"))
    reason = _("a link: the file it leads to was not touched") if why is Why.LINK else _("no ordinary file")
    return Row(shown, None, Status.SKIPPED, error=reason)


def lost_words(why: Lost, detail: str) -> str:
    """A sentence for people about a file whose reader hung, died or failed."""
    if why is Lost.TIMEOUT:
        return _("it did not answer in time: check the disk or connection it is on")
    return _("our own reader failed on it: please report this ({detail})").format(detail=detail or why.value)


def not_cleaned(job: Job, kind: Kind | None, *, odd: bool) -> Row:
    if kind is None:
        named = named_as_medium(job.source)
        reason = (
            _("its name is that of a picture, video or document, but its content is not") if named else None
        )
        return Row(job.shown, None, Status.SKIPPED, error=reason, blocks=odd)
    if job.partner and kind.medium == "video":
        words = _("the moving part of {picture}: it is not cleaned yet, and can hold the same place and time")
        reason = words.format(picture=job.partner)
    elif kind.raw:
        reason = _("a raw camera file: export it as JPEG first")
    elif kind.medium == "picture":
        reason = _("{format} is not cleaned yet: export it as JPEG or PNG first").format(format=kind.name)
    else:
        reason = _("{format} is not cleaned yet: it still holds everything").format(format=kind.name)
    return Row(job.shown, None, Status.UNSUPPORTED, error=reason, blocks=True)


def why_not(error: OSError, *, writing: bool = False) -> str:
    """A sentence for people about what the system refused."""
    known = {
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("your share of the disk is used up"),
        errno.EFBIG: _("the file would be larger than allowed there"),
        errno.EIO: _("the disk reports an error: copy what matters to another disk soon"),
        errno.EROFS: _("the disk is read-only"),
        errno.ENOENT: _("it is no longer there"),
        errno.ENAMETOOLONG: _("the name is too long for that disk"),
        errno.EACCES: _("no permission to write there") if writing else _("no permission to read it"),
        errno.EPERM: _("no permission to write there") if writing else _("no permission to read it"),
    }
    return known.get(error.errno or 0) or _("the system says: {reason}").format(
        reason=error.strerror or error
    )
