"""`curtain photos`: what pictures tell about somebody."""

from __future__ import annotations

from typing import Any

import click

from audit.text import gettext as _
from audit.text import noted

HELP = noted("""See what your pictures tell about you.

PATH is a picture or a folder. Places, times, devices, names and hidden pictures are counted, folder by folder.
Nothing is changed, sent or shown to anybody, and no picture is displayed.

\b
    curtain photos ~/Pictures
    curtain photos ~/Pictures --folders
Every single tag, for a closer look (the file is readable by you alone):
    curtain photos ~/Pictures/holiday --format json -o tags.json
""")


@click.command("photos")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--format",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help=_("For reading, or for other programs."),
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(),
    help=_("Write to this file, readable only by you, instead of the screen."),
)
@click.option(
    "--folders",
    is_flag=True,
    help=_("Say folder by folder what a stranger would learn, instead of the table."),
)
@click.option(
    "--thorough",
    is_flag=True,
    help=_("Look behind every picture too, and compare every preview with its picture: takes longer."),
)
@click.option("--force", is_flag=True, help=_("Replace the output file if there is one already."))
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), help=_("Read so many files at a time."))
def command(**options: Any) -> None:
    context = click.get_current_context()
    context.exit(context.obj("photos", options))


command.help = _(HELP)
