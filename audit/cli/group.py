"""The `curtain` command and what it knows of its commands. Each is a module beside this one, imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

from audit import __version__
from audit.text import gettext as _
from audit.text import noted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.cli.terminal import Perform

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


def invoke(arguments: Sequence[str] | None, perform: Perform) -> int:
    """Understand a command line and do what it says; gives the exit status.

    `perform` does what some commands ask for: they hand over their name and their options, see `audit.cli.terminal`.
    """
    command.help = _(HELP)
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            option.help = _(option.help)
    try:
        code = command.main(arguments, prog_name="curtain", standalone_mode=False, obj=perform)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort as stopped:
        raise KeyboardInterrupt from stopped
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else 0
