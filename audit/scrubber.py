"""Scrubbing one file: plan, write a temporary file beside the target, verify it, put it in place.

The only code that writes to a user's files. Whatever goes wrong, the original stays byte for byte, and the target is
either absent or complete.
"""

from __future__ import annotations

import contextlib
import os
import stat
from functools import cache
from typing import TYPE_CHECKING, Self

from audit import copying
from audit.copying import ChangedError, OwnerError
from audit.drafts import Draft
from audit.formats.base import Copy, FormatError, Keep, UnsupportedError
from audit.media import (
    FileReader,
    NotOpenedError,
    identify,
    is_hollow,
    named_as_medium,
    open_medium,
    rewriting,
)
from audit.outbox import Outbox, Waiting
from audit.rows import Check, Job, Options, Row, Status, failed, left_alone, not_cleaned, why_not
from audit.text import gettext as _
from audit.verify import Planned, ReadBack, VerificationError, clean, gone, rebuilt, tiled, verify

if TYPE_CHECKING:
    from audit.apart import Shares
    from audit.formats.base import Walker

WHOLE = 8 << 20  # bytes; a file up to this size is read once and held while it is scrubbed
_WORTH_A_PROCESS = 32 << 20  # bytes of a file
_READ_BACK = 256 << 10  # bytes; a result up to this size is read back at once


class _RefusedError(Exception):
    """This file is not written. The message is a sentence for people."""


class _OtherTargetError(_RefusedError):
    """Something else stands where the copy would go."""


def scrub_file(job: Job, options: Options) -> Row:
    """Scrub one file. Never raises for anything that a file or a disk can do; the row says what happened."""
    outbox = new_outbox()
    try:
        row: Row = outbox.settle([scrub_into(outbox, job, options)])[0]
        return row
    finally:
        outbox.close()


def new_outbox() -> Outbox:
    return Outbox(_not_placed)


def got_there(job: Job, outbox: Outbox) -> bool:
    """Whether a copy got its name since the outbox was made, so that it is of this run: somebody was ended before he told."""
    try:
        found = os.lstat(job.target)
    except OSError:
        return False
    return job.target != job.source and stat.S_ISREG(found.st_mode) and found.st_ctime_ns >= outbox.begun


def scrub_into(outbox: Outbox, job: Job, options: Options) -> Row:
    """Scrub one file. A result that replaces a file waits in the outbox; the row is true when that is settled."""
    try:
        with open_medium(job.source, WHOLE) as reader:
            kind = identify(reader, job.source)
            walker = kind and (kind.walker or rewriting(kind))
            if walker is None:
                return not_cleaned(job, kind, odd=named_as_medium(job.source) and not is_hollow(reader))
            with _Scrub(job, options, outbox, reader) as scrub:
                return scrub.row(walker)
    except NotOpenedError as left:
        return left_alone(job.shown, left.why)
    except _OtherTargetError as error:
        return Row(job.shown, None, Status.SKIPPED, error=str(error), blocks=True)
    except FormatError as error:
        return _unreadable(job.shown, error)
    except (VerificationError, OwnerError, ChangedError, _RefusedError, OSError) as error:
        return failed(job.shown, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, ChangedError):
        return _("it changed while it was being read: try again when nothing else writes to it")
    return why_not(error) if isinstance(error, OSError) else str(error)


def _not_placed(row: Row, error: Exception) -> Row:
    reason = why_not(error, writing=True) if isinstance(error, OSError) else _reason(error)
    return failed(row.source, reason)


def _unreadable(shown: str, error: FormatError) -> Row:
    if isinstance(error, UnsupportedError):
        reason = _("not cleaned: {why}").format(why=_(error.why))
        return Row(shown, None, Status.UNSUPPORTED, error=reason, blocks=True)
    reason = _("the file is damaged: {why}").format(why=_(error.why))
    return failed(shown, reason)._replace(offset=error.offset)


class _Scrub:
    """One file between its plan and its place."""

    def __init__(self, job: Job, options: Options, outbox: Outbox, reader: FileReader) -> None:
        self._job = job
        self._options = options
        self._outbox = outbox
        self._reader = reader
        self._in_place = job.source == job.target
        self._draft: Draft | None = None  # one that is neither published nor handed over
        self._copying: Shares | None = None  # the file as it is, on its way into the draft

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_copying()
        if self._draft:
            self._draft.close()

    def row(self, walker: Walker) -> Row:
        job, options, reader = self._job, self._options, self._reader
        self._begin(walker)
        segments = tiled(walker.segments(reader), reader.size)
        pieces = list(walker.plan(reader, segments, options.policy))
        self._planned = Planned(walker, reader, segments, pieces)
        same = pieces == [Copy(0, reader.size)]
        status = Status.ALREADY_CLEAN if same else Status.SCRUBBED
        row = Row(job.shown, job.target, status, () if same else gone(self._planned))
        if same and self._in_place:
            return self._beside(row)
        if same and options.dry_run:
            return row._replace(kept=verify(self._planned, reader, options.policy))
        standing = not self._in_place and self._stands()
        if isinstance(standing, tuple):
            row = row._replace(kept=standing)
            if got_there(job, self._outbox):
                row = row._replace(check=Check.STRUCTURE)
            else:
                row = row._replace(status=Status.ALREADY_CLEAN, removed=())
            return self._told(row, job.target)
        return row if options.dry_run else self._write(row, over=self._in_place or standing)

    def _begin(self, walker: Walker) -> None:
        """Have a large file copied already, where its copy will need few changes and has a free place."""
        if self._in_place or self._options.dry_run or not getattr(walker, "keeps_layout", False):
            return
        if self._reader.size <= _WORTH_A_PROCESS or os.path.lexists(self._job.target):
            return
        from audit.apart import copied

        with contextlib.suppress(OSError):  # it is said when it is tried again
            draft = Draft(self._outbox.folder(os.path.dirname(self._job.target)), new=True)
            if not self._may_hold_all(draft):
                draft.close()
                return
            self._draft = draft
            self._copying = copied(self._reader, draft.fd, lasting=False)

    def _may_hold_all(self, draft: Draft) -> bool:
        """Whether a large file may be copied whole at first, with what goes.

        Never to another disk, which may be given away, nor under a name in a folder that is about to be shared.
        """
        own = self._in_place or not draft.name
        return own and os.fstat(draft.fd).st_dev == self._reader.stat.st_dev

    def _beside(self, row: Row) -> Row:
        """A file that is clean already and stays where it is may still have a date and attributes."""
        reader, keep_time = self._planned.source, self._options.keep_time
        row = row._replace(kept=verify(self._planned, reader, self._options.policy))
        if beside := copying.told_beside(reader, keep_time=keep_time):
            row = row._replace(status=Status.SCRUBBED, removed=tuple(beside))
            if not self._options.dry_run:
                try:
                    copying.silence_beside(reader, keep_time=keep_time)
                except OSError as error:
                    raise _RefusedError(why_not(error, writing=True)) from error
        return row if self._options.dry_run else self._told(row, row.output)

    def _stands(self) -> bool | tuple[str, ...]:
        """What is at the target: False for nothing, what is kept for our own result, True for what may be replaced."""
        target, planned = self._job.target, self._planned
        try:
            found = os.lstat(target)
        except FileNotFoundError:
            return False
        if os.path.samestat(found, planned.source.stat):
            raise _RefusedError(_("the copy would replace the original: choose another folder"))
        if stat.S_ISREG(found.st_mode):
            try:
                with open_medium(target, _READ_BACK) as other:
                    return verify(planned, other, self._options.policy)
            except (VerificationError, FormatError, NotOpenedError):
                pass
        if stat.S_ISDIR(found.st_mode):
            raise _OtherTargetError(_("a folder of that name stands at the target"))
        lost = stat.S_ISREG(found.st_mode) and not found.st_size  # a power cut came before its bytes
        if not self._options.force and not lost:
            raise _OtherTargetError(_("another file of that name stands at the target; --force replaces it"))
        return True

    def _write(self, row: Row, *, over: bool) -> Row:
        """Write and verify, and put in place what replaces nothing. `over` replaces what stands there."""
        place, name = os.path.split(self._job.target)
        try:
            draft = self._take_draft(self._outbox.folder(place), over=over)
            try:
                return self._placed(draft, self._verified(draft, row), name, over=over)
            except BaseException:
                draft.close()
                raise
        except FileExistsError as error:
            raise _OtherTargetError(
                _("another file of that name stands at the target; --force replaces it")
            ) from error
        except OSError as error:
            raise _RefusedError(why_not(error, writing=True)) from error

    def _take_draft(self, folder: int, *, over: bool) -> Draft:
        begun, self._draft = self._draft, None
        if begun is None or not over:
            return begun or Draft(folder, new=not over)
        begun.close()  # something appeared at the target meanwhile
        self._stop_copying()
        return Draft(folder)

    def _verified(self, draft: Draft, row: Row) -> Row:
        options, reader = self._options, self._planned.source
        kept = self._written(draft)
        check = self._decoded(draft.fd)
        if self._in_place:
            copying.same_access(reader, draft.fd)
        else:
            os.fchmod(draft.fd, reader.stat.st_mode & 0o666 & ~_umask())
        copying.set_time(reader, draft.fd, keep=options.keep_time)
        note = _hard_link_note() if self._in_place and reader.stat.st_nlink > 1 else None
        digests = None
        if options.digests:
            digests = _sha256(reader), _sha256(FileReader(draft.fd, os.fstat(draft.fd)))
        return row._replace(kept=kept, note=note, check=check, digests=digests)

    def _written(self, draft: Draft) -> tuple[str, ...]:
        """Write the result and verify it; says what it keeps."""
        planned, policy = self._planned, self._options.policy
        large = self._reader.size > _WORTH_A_PROCESS
        if large and copying.keeps_layout(planned.pieces) and self._may_hold_all(draft):
            return self._patched(draft)
        if self._stop_copying():
            os.ftruncate(draft.fd, 0)
            os.lseek(draft.fd, 0, os.SEEK_SET)
        back = ReadBack(draft.fd)
        copying.write(planned.source, planned.pieces, draft.fd, check=back)
        return verify(planned, FileReader(draft.fd, os.fstat(draft.fd), _READ_BACK), policy, back.same)

    def _patched(self, draft: Draft) -> tuple[str, ...]:
        """The same, where a whole copy, which was compared block by block, is changed."""
        from audit.apart import compared, copied

        planned = self._planned
        self._copying = self._copying or copied(planned.source, draft.fd, lasting=self._in_place)
        self._copying.done()
        touched = copying.patch(planned.pieces, draft.fd)
        compared(planned, draft.fd, touched)
        return clean(planned, FileReader(draft.fd, os.fstat(draft.fd)), self._options.policy)

    def _stop_copying(self) -> bool:
        """Whether there was something to stop."""
        begun, self._copying = self._copying, None
        if begun:
            begun.close()
        return begun is not None

    def _placed(self, draft: Draft, row: Row, name: str, *, over: bool) -> Row:
        marks = copying.marks(self._planned.source.stat)
        if self._job.backup:
            copying.unchanged(self._job.source, marks)
            self._keep_original()
        if over:
            self._outbox.put(Waiting(draft, name, self._job.source, marks, row))
            return row
        copying.unchanged(self._job.source, marks)
        draft.publish(name, replace=False)
        draft.close()
        return row

    def _decoded(self, result: int) -> Check:
        """Compare what is shown, where that is asked for. Raises VerificationError if it differs."""
        wanted = self._options.decode
        if wanted is False or (wanted is None and not rebuilt(self._planned)):
            return Check.STRUCTURE
        from audit.decoding import PACKETS, Pixels, compare

        turned = Keep.ORIENTATION in self._options.policy.keep  # else some decoders show it otherwise
        found = (
            compare(self._planned.walker.name, self._planned.source.fd, result)
            if turned
            else Pixels.NOT_COMPARED
        )
        if found is Pixels.DIFFER:
            raise VerificationError(_("the cleaned file would look different from the original"))
        if found is not Pixels.SAME:
            return Check.NO_DECODER
        return Check.PACKETS if self._planned.walker.name in PACKETS else Check.DECODED

    def _keep_original(self) -> None:
        from audit.backups import TakenError, keep

        try:
            keep(self._planned.source, self._job.source, self._job.backup)
        except TakenError as error:
            raise _RefusedError(
                _("another file of that name stands in the folder for originals: choose an empty one")
            ) from error

    def _told(self, row: Row, path: str | None) -> Row:
        """The row with the digests of both files, if they are wanted."""
        if not self._options.digests or path is None:
            return row
        with open_medium(path) as result:
            return row._replace(digests=(_sha256(self._planned.source), _sha256(result)))


def _sha256(reader: FileReader) -> str:
    from hashlib import sha256

    found, block = sha256(), bytearray(_READ_BACK)
    at = 0
    while size := reader.read_into(at, block):
        found.update(memoryview(block)[:size])
        at += size
    return found.hexdigest()


def _hard_link_note() -> str:
    return _(
        "this file had another name on the disk (a hard link); under that name it still holds everything"
    )


@cache
def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
