"""The `curtain` command. Each command is a module beside this one, imported when it is asked for."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from typing import NoReturn

import click

from audit import __version__, text
from audit.text import gettext as _
from audit.text import noted

UNIX_ONLY = {"fcntl", "pwd"}  # parts of Python that other systems do not have
COLLECT_EVERY = (
    20_000  # new objects, before Python looks for circles among them: start-up makes many, and no circles
)
COMMANDS = {
    "scan": noted("Look at this device and get a list of what to do, in safe order."),
    "photos": noted("See what your pictures tell about you."),
    "scrub": noted("Make copies of pictures without the hidden data."),
    "snapshot": noted("Keep what the checks read, for looking at it elsewhere or later."),
    "checklist": noted("Make the list again from a saved report, with your answers."),
    "compare": noted("See what changed between two scans."),
    "rules": noted("Read about the checks, try them, or write one."),
}
EPILOG = noted(
    "Start with:  curtain scan\n\n"
    "Nothing is changed on the device, nothing is sent, and nothing is written unless you ask for a file. "
    "If somebody may be watching this device, they may see that you run this: use another device if you can."
)


class LazyGroup(click.Group):
    """Knows its commands by name; imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"audit.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(words)) for name, words in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        formatter.write_paragraph()
        for paragraph in _(EPILOG).split("\n\n"):
            formatter.write_paragraph()
            formatter.write_text(paragraph)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="curtain", message="%(prog)s %(version)s")
@click.pass_context
def command(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


HELP = noted(
    "drawncurtain: what could watch you on this device, what your photos tell, and what to do about it."
)
command.help = HELP


def main() -> None:
    """The console script: exits 0, 1, 2 or 130."""
    gc.set_threshold(COLLECT_EVERY)
    text.choose()
    command.help = _(HELP)
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            option.help = _(option.help)
    _leave(run())


def _leave(status: int) -> NoReturn:
    """End the process here: taking everything apart first takes as long as scrubbing fifty pictures."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def run(arguments: list[str] | None = None) -> int:
    """Run one command line. An interruption is 130; a mistake in usage 2; never a traceback for either."""
    try:
        code = command.main(arguments, prog_name="curtain", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("Stopped."), err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name not in UNIX_ONLY:
            raise
        click.echo(
            _("This version cannot do this on this kind of system yet; it is made and tried on Linux."),
            err=True,
        )
        return 2
    except (BrokenPipeError, SystemExit):  # click makes the one into the other
        _discard_output()
        return 0
    return code if isinstance(code, int) else 0


def _discard_output() -> None:
    """The reader of our output has gone: what is still buffered has nowhere to go, and that is no mistake."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
