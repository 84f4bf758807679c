"""Scrubbing one file: plan, write a temporary file beside the target, verify it, put it in place.

The only code that writes to a user's files. Whatever goes wrong, the original stays byte for byte, and the target is
either absent or complete.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from audit.drafts import drafted, make_folders, open_folder
from audit.formats.base import Bytes, Copy, FormatError, Policy, UnsupportedError
from audit.media import FileReader, NotOpenedError, Why, identify, named_as_medium, open_medium
from audit.text import gettext as _
from audit.verify import Planned, VerificationError, gone, tiled, verify
from audit.workers import Lost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Piece, Walker
    from audit.media import Kind

WHOLE = 8 << 20  # bytes; a file up to this size is read once and held while it is scrubbed
_BLOCK = 1 << 20
_SMALL_PIECE = 64 << 10  # bytes; smaller ones are written together
_READ_BACK = 256 << 10  # bytes; a result up to this size is read back at once
_ACL = "system.posix_acl_access"  # who may read the file: part of its mode, not of what it tells
_NO_KERNEL_COPY = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}


class Status(StrEnum):
    SCRUBBED = "scrubbed"
    ALREADY_CLEAN = "already-clean"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    SKIPPED = "skipped"


class Job(NamedTuple):
    """One file to scrub. In place, `target` is `source`. `shown` is the path as the person gave it."""

    source: str
    target: str
    shown: str


class Row(NamedTuple):
    """What became of one file. `error` and `note` are sentences for people; `blocks` says that the exit status is 1."""

    source: str
    output: str | None
    status: Status
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    error: str | None = None
    note: str | None = None
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    policy: Policy = field(default_factory=Policy)
    force: bool = False  # replace a target that is something else
    dry_run: bool = False  # write nothing, say what would go


class _RefusedError(Exception):
    """This file is not written. The message is a sentence for people."""


class _OtherTargetError(_RefusedError):
    """Something else stands where the copy would go."""


def scrub_file(job: Job, options: Options) -> Row:
    """Scrub one file. Never raises for anything that a file or a disk can do; the row says what happened."""
    try:
        with open_medium(job.source, WHOLE) as reader:
            kind = identify(reader, job.source)
            if kind is None or kind.walker is None:
                return _not_cleaned(job, kind)
            return _scrub(job, kind.walker, reader, options)
    except NotOpenedError as left:
        return left_alone(job.shown, left.why)
    except _OtherTargetError as error:
        return Row(job.shown, None, Status.SKIPPED, error=str(error), blocks=True)
    except UnsupportedError as error:
        reason = _("not cleaned: {why}").format(why=_(error.why))
        return Row(job.shown, None, Status.UNSUPPORTED, error=reason, blocks=True)
    except FormatError as error:
        reason = _("the file is damaged: {why} (at byte {offset})").format(
            why=_(error.why), offset=error.offset
        )
    except (VerificationError, _RefusedError) as error:
        reason = str(error)
    except OSError as error:
        reason = why_not(error)
    return failed(job.shown, reason)


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


def _not_cleaned(job: Job, kind: Kind | None) -> Row:
    if kind is None:
        odd = named_as_medium(job.source)
        reason = (
            _("its name is that of a picture, video or document, but its content is not") if odd else None
        )
        return Row(job.shown, None, Status.SKIPPED, error=reason)
    if kind.raw:
        reason = _("a raw camera file: export it as JPEG first")
    elif kind.medium == "picture":
        reason = _("{format} is not cleaned yet: export it as JPEG or PNG first").format(format=kind.name)
    else:
        reason = _("{format} is not cleaned yet: it still holds everything").format(format=kind.name)
    return Row(job.shown, None, Status.UNSUPPORTED, error=reason, blocks=True)


def _scrub(job: Job, walker: Walker, reader: FileReader, options: Options) -> Row:
    segments = tiled(walker.segments(reader), reader.size)
    pieces = list(walker.plan(reader, segments, options.policy))
    planned = Planned(walker, reader, segments, pieces)
    clean = pieces == [Copy(0, reader.size)]
    in_place = job.source == job.target
    removed = () if clean else gone(walker, reader, segments, pieces)
    row = Row(job.shown, job.target, Status.ALREADY_CLEAN if clean else Status.SCRUBBED, removed)
    if clean and (in_place or options.dry_run):
        return row._replace(kept=verify(planned, reader, options.policy))
    standing = not in_place and _stands(job, planned, options)
    if standing is not False and standing is not True:
        return row._replace(status=Status.ALREADY_CLEAN, removed=(), kept=standing)
    if options.dry_run:
        return row._replace(kept=())
    kept = _replace(job, planned, options, over=in_place or standing)
    note = _hard_link_note() if in_place and reader.stat.st_nlink > 1 else None
    return row._replace(kept=kept, note=note)


def _stands(job: Job, planned: Planned, options: Options) -> bool | tuple[str, ...]:
    """What is at the target: False for nothing, what is kept for our own result, True for what may be replaced."""
    try:
        found = os.lstat(job.target)
    except FileNotFoundError:
        return False
    if os.path.samestat(found, planned.source.stat):
        raise _RefusedError(_("the copy would replace the original: choose another folder"))
    if stat.S_ISREG(found.st_mode):
        try:
            with open_medium(job.target, _READ_BACK) as other:
                return verify(planned, other, options.policy)
        except (VerificationError, FormatError, NotOpenedError):
            pass
    if stat.S_ISDIR(found.st_mode):
        raise _OtherTargetError(_("a folder of that name stands at the target"))
    if not options.force:
        raise _OtherTargetError(_("another file of that name stands at the target; --force replaces it"))
    return True


def _replace(job: Job, planned: Planned, options: Options, *, over: bool) -> tuple[str, ...]:
    """Write, verify and put in place; says what was kept. `over` replaces what stands there."""
    reader = planned.source
    place, name = os.path.split(job.target)
    try:
        if job.source != job.target:
            make_folders(place or ".")
        with open_folder(place) as folder, drafted(folder) as draft:
            _write(reader, planned.pieces, draft.fd)
            written = FileReader(draft.fd, os.fstat(draft.fd), _READ_BACK)
            kept = verify(planned, written, options.policy)
            if job.source == job.target:
                _same_access(reader, draft.fd)
            else:
                os.fchmod(draft.fd, reader.stat.st_mode & 0o666 & ~_umask())
            if over:
                os.fsync(
                    draft.fd
                )  # before its name leads to it; the name itself is synced once, after the batch
            _unchanged(job.source, reader)
            draft.publish(name, replace=over)
    except FileExistsError as error:
        raise _OtherTargetError(
            _("another file of that name stands at the target; --force replaces it")
        ) from error
    except OSError as error:
        raise _RefusedError(why_not(error, writing=True)) from error
    return kept


def _write(reader: FileReader, pieces: Sequence[Piece], fd: int) -> None:
    few: list[bytes] = []
    for piece in pieces:
        if not isinstance(piece, Copy):
            few.append(piece.data if isinstance(piece, Bytes) else bytes(piece.size))
        elif piece.stop - piece.start <= _SMALL_PIECE:
            few.append(_all(reader, piece))
        else:
            _write_all(fd, few)
            few = []
            _copy(reader, piece, fd)
    _write_all(fd, few)


def _all(reader: FileReader, piece: Copy) -> bytes:
    data = reader.read(piece.start, piece.stop - piece.start)
    if len(data) < piece.stop - piece.start:
        raise _RefusedError(_changed())
    return data


def _copy(reader: FileReader, piece: Copy, fd: int) -> None:
    start, stop = piece
    if (held := reader.view(start, stop)) is not None:
        _write_all(fd, [held])
        return
    while start < stop:
        try:
            count = os.copy_file_range(reader.fd, fd, min(stop - start, _BLOCK * 16), start)
        except OSError as error:
            if error.errno not in _NO_KERNEL_COPY:
                raise
            data = reader.read(start, min(stop - start, _BLOCK))
            _write_all(fd, [data])
            count = len(data)
        if count == 0:
            raise _RefusedError(_changed())
        start += count


def _write_all(fd: int, parts: Sequence[bytes | memoryview]) -> None:
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    done = os.write(fd, data) if data else 0
    while done < len(data):
        done += os.write(fd, memoryview(data)[done:])


def _same_access(reader: FileReader, fd: int) -> None:
    """Give the result the owner, the group, the mode and the access list that the original has."""
    made = os.fstat(fd)
    if (made.st_uid, made.st_gid) != (reader.stat.st_uid, reader.stat.st_gid):
        try:
            os.fchown(fd, reader.stat.st_uid, reader.stat.st_gid)
        except PermissionError as error:
            reason = _("its owner or group would change: make a copy with --to instead")
            raise _RefusedError(reason) from error
    os.fchmod(fd, stat.S_IMODE(reader.stat.st_mode) & 0o777)
    try:
        access = os.getxattr(reader.fd, _ACL)
    except OSError:
        return
    os.setxattr(fd, _ACL, access)


def _unchanged(path: str, reader: FileReader) -> None:
    """Raise unless the file at `path` is still the one that was read."""

    def marks(found: os.stat_result) -> tuple[int, ...]:
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    if marks(os.lstat(path)) != marks(reader.stat):
        raise _RefusedError(_changed())


def _changed() -> str:
    return _("it changed while it was being read: try again when nothing else writes to it")


def _hard_link_note() -> str:
    return _(
        "this file had another name on the disk (a hard link); under that name it still holds everything"
    )


@cache
def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


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
