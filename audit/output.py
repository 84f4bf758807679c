"""Files that a person asked for: a report, a snapshot. Readable by them alone, and never in place of another file."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import IO, TYPE_CHECKING, cast

from audit.drafts import clear_leftovers, drafted, open_folder
from audit.text import gettext as _
from audit.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class OutputError(Exception):
    """A file could not be written where it was asked for. The message is a sentence for people."""


class OutputExistsError(OutputError):
    """Something stands there already, and replacing it was not asked for."""


def check_place(path: Path, *, force: bool = False) -> None:
    """Refuse early what `private_file` would refuse at the end. Raises OutputError."""
    shown = printable(str(path))
    if not path.parent.is_dir():
        raise OutputError(_("There is no folder for {path}.").format(path=shown))
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise _failed(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise OutputError(_("{path} is not an ordinary file; please give another name.").format(path=shown))
    if not force:
        raise OutputExistsError(
            _("{path} exists already. Give another name, or add --force.").format(path=shown)
        )


@contextlib.contextmanager
def private_file(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """A new file of mode 0600 that appears complete or not at all. Raises OutputError.

    An existing file is replaced only with `force`, and only an ordinary one; a link is never followed.
    """
    check_place(path, force=force)
    clear_leftovers(str(path.parent))
    try:
        with open_folder(path.parent) as folder, drafted(folder) as draft:
            with open(draft.fd, "wb", closefd=False) as stream:
                yield cast("IO[bytes]", stream)
            os.fsync(draft.fd)
            draft.publish(path.name, replace=force)
            os.fsync(folder)
    except FileExistsError as error:
        raise OutputExistsError(
            _("{path} exists already. Give another name, or add --force.").format(path=printable(str(path)))
        ) from error
    except OSError as error:
        raise _failed(path, error) from error


def write_private(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write `data` to a new file of mode 0600, whole or not at all. Raises OutputError."""
    with private_file(path, force=force) as stream:
        stream.write(data)


def sharing_warning(path: Path, shared: Callable[[Path], str | None]) -> str | None:
    """A sentence for a file that would land where others get it, or None. `shared` names who they are."""
    service = shared(path.parent)
    if service is None:
        return None
    return _("{path} lies in a folder that is shared with {service}: others may read it there.").format(
        path=printable(str(path)), service=printable(service)
    )


def _failed(path: Path, error: OSError) -> OutputError:
    return OutputError(
        _("{path} could not be written: {reason}").format(
            path=printable(str(path)), reason=error.strerror or str(error)
        )
    )
