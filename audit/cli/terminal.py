"""How `curtain photos` and `curtain scrub` talk to the person: without click, whose import they need not wait for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, Protocol

from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_JPEG: Final = b"\xff\xd8\xff"
_NEEDED: Final = {"photos": "audit.revealing", "scrub": "audit.scrubbing"}


class Perform(Protocol):
    """Does what a command was asked for; gives the exit status."""

    def __call__(self, name: str, options: Mapping[str, Any]) -> int: ...


def perform(name: str, options: Mapping[str, Any]) -> int:
    """Do it here. `name` is one of `PERFORMED`."""
    from audit.output import OutputError

    try:
        return PERFORMED[name](options)
    except OutputError as error:
        warn(str(error))
        return 2


def prepare(name: str) -> None:
    """Import what the command needs, and what reads most of its files."""
    import importlib

    from audit import formats

    importlib.import_module(_NEEDED[name])
    formats.identify(_JPEG)


def _photos(options: Mapping[str, Any]) -> int:
    from audit.revealing import Request, perform

    return perform(Request(**options), shared=_sharing(), warn=warn, width=max(60, _width()))


def _scrub(options: Mapping[str, Any]) -> int:
    from audit.batch import BatchError
    from audit.scrubbing import Request, perform

    try:
        return perform(Request(**options), shared=_sharing(), say=say, warn=warn, ask=ask)
    except BatchError as error:
        warn(str(error))
        return 2


PERFORMED: Final[Mapping[str, Callable[[Mapping[str, Any]], int]]] = {"photos": _photos, "scrub": _scrub}


def _sharing() -> Callable[[Path], str | None]:
    """Says who else gets what lies at a place. Imported when it is asked for the first time."""
    known: list[Callable[[Path], str | None]] = []

    def shared(path: Path) -> str | None:
        if not known:
            from audit.sharing import Sharing

            known.append(Sharing().shared_with)
        return known[0](path)

    return shared


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def warn(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def ask(question: str) -> bool | None:
    """The person's answer, or None where nobody can be asked."""
    if not sys.stdin.isatty():
        return None
    import click

    choices = _("y/N")
    try:
        answer = click.prompt(f"{question} [{choices}]", default="", show_default=False, err=True)
    except click.Abort as stopped:
        raise KeyboardInterrupt from stopped
    return answer.strip().casefold() in (_("y"), _("yes"), "y", "yes")


def _width() -> int:
    if not sys.stdout.isatty():
        return 80
    import shutil

    return shutil.get_terminal_size((80, 24)).columns
