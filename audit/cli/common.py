"""What several commands share: options, and writing a report where it was asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit import text
from audit.cli.refusal import Refusal
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audit.answers import Answers
    from audit.asking import Asking
    from audit.model import Acceptance
    from audit.reports.base import View


def output_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """-o and --force."""
    function = click.option(
        "--force", is_flag=True, help=_("Replace the output file if there is one already.")
    )(function)
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=False),
        help=_("Write to this file, readable only by you, instead of the screen."),
    )(function)


def report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--answers, --format, -o, --force and --lang."""
    return answers_option(format_option(lang_option(output_options(function))))


def lang_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--lang",
        type=click.Choice(text.languages()),
        help=_("The language to write in; otherwise your system's."),
    )(function)


def format_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--format",
        "format_name",
        type=click.Choice(["terminal", "json"]),
        default="terminal",
        show_default=True,
        help=_("For reading, or for other programs."),
    )(function)


def ask_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--ask", is_flag=True, help=_("Ask you the questions, one at a time, in this terminal.")
    )(function)


def answers_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--answers",
        "answers_file",
        type=click.File(encoding="utf-8"),
        help=_(
            "Your answers to the questions, a line each (see the README); “-” reads them from the keyboard."
        ),
    )(function)


def photo_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--photos",
        "photo_folders",
        multiple=True,
        type=click.Path(path_type=str),
        metavar="DIR",
        help=_("Look at the pictures in this folder only. May be given more than once."),
    )(function)


def root_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--root",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help=_("Look at a mounted disk or a copied home folder instead of this machine."),
    )(function)


def read_answers(file: Any) -> Answers:
    """The answers in an open file, or none. A mistake in them is a usage error."""
    from audit import answers

    if file is None:
        return answers.Answers()
    try:
        return answers.parse(file.read())
    except (answers.AnswersError, UnicodeDecodeError) as error:
        raise Refusal(str(error)) from error


def asking(answers_file: Any) -> Asking:
    """A session of questions in this terminal. Where there is none, a usage error says how else to answer."""
    from audit.asking import Asking

    if getattr(answers_file, "name", None) == "<stdin>":
        raise click.UsageError(_("Give either --ask or --answers -, not both."))
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refusal(
            _("Questions are asked only in a terminal. Write your answers in a file instead:  --answers FILE")
        )
    import shutil

    return Asking(sys.stdin, sys.stderr, shutil.get_terminal_size((80, 24)).columns)


def read_known(path: Path | None) -> dict[str, Acceptance]:
    """What the person has accepted, by key. A file that is not there yet holds nothing, and that is said."""
    from audit import known

    if path is None:
        return {}
    shown = text.printable(str(path))
    try:
        return known.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        click.echo(_("There is no file {path} yet: everything is listed.").format(path=shown), err=True)
        return {}
    except (known.KnownError, UnicodeDecodeError) as error:
        raise Refusal(f"{shown}: {error}") from error
    except OSError as error:
        raise Refusal(f"{shown}: {error.strerror}") from error


def show(shown: View, format_name: str, output: Path | None, *, force: bool) -> None:
    """Print a report, or write it to a private file."""
    from audit.reports import format_of

    chosen = format_of(format_name)
    if output is None:
        chosen.render(shown, sys.stdout, width())
        return
    import io

    page = io.StringIO()
    chosen.render(shown, page, 80)
    write(output, [page.getvalue()], force=force)


def check(output: Path | None, *, force: bool) -> None:
    """Refuse a file that could not be written, before any work is done for it; warn where others would get it."""
    from audit.output import OutputError, check_place, sharing_warning
    from audit.sharing import shared_with

    if output is None:
        return
    try:
        check_place(output, force=force)
    except OutputError as error:
        raise Refusal(str(error)) from error
    if warning := sharing_warning(output, shared_with):
        click.echo(warning, err=True)


def write(output: Path, lines: Iterable[str], *, force: bool) -> None:
    """Write a file that only the person can read, whole or not at all."""
    from audit.output import OutputError, private_file

    try:
        with private_file(output, force=force) as stream:
            stream.writelines(line.encode("utf-8", "backslashreplace") for line in lines)
    except OutputError as error:
        raise Refusal(str(error)) from error


def width() -> int:
    import shutil

    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
