"""`curtain scrub`: take the metadata out of pictures."""

from __future__ import annotations

from typing import Any

import click

from audit.text import gettext as _
from audit.text import noted

HELP = noted("""Take the hidden data out of pictures, videos, sound and documents before you share them.

Places, times, names, serial numbers, previews and whatever else the file does not need are left out; what
is seen and heard stays exactly as it is. PATH is a file or a folder; folders keep their structure.

\b
Clean copies of everything in one folder; the originals stay as they are:
    curtain scrub ~/Pictures/holiday --to ~/to-share
See first what would go:
    curtain scrub ~/Pictures/holiday --to ~/to-share --dry-run

Scrubbing does not hide what can be seen in the picture: faces, places, reflections. Exit status: 0 done;
1 some file could not be cleaned; 2 wrong usage; 130 interrupted.
""")


@click.command("scrub")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@click.option("--to", metavar="DIR", type=click.Path(), help=_("Write clean copies into this folder."))
@click.option("--in-place", is_flag=True, help=_("Clean the files themselves. What is removed is gone."))
@click.option(
    "--keep",
    multiple=True,
    type=click.Choice(["icc", "orientation", "time", "location", "hdr", "depth", "mtime"]),
    help=_(
        "Keep this as well: the time it was taken, the place (asks twice), the gain map, the depth, or the file's own date. "
        "Colour profile and orientation stay anyway."
    ),
)
@click.option(
    "--drop",
    multiple=True,
    type=click.Choice(["icc", "orientation"]),
    help=_("Take this out as well."),
)
@click.option("--rename", is_flag=True, help=_("Give the copies names that say nothing: 0001.jpg, 0002.jpg."))
@click.option(
    "--backup",
    metavar="DIR",
    type=click.Path(),
    help=_("With --in-place: keep the originals in this folder. They still hold everything."),
)
@click.option(
    "--verify",
    type=click.Choice(["decode", "structure"]),
    help=_(
        "Compare what is shown, pixel by pixel (of videos and sound the packets), for every file or for none. Without it: where a file was built anew."
    ),
)
@click.option("--dry-run", is_flag=True, help=_("Say what would be removed; write nothing."))
@click.option("--force", is_flag=True, help=_("Replace files that stand where copies or the report go."))
@click.option(
    "--yes",
    is_flag=True,
    help=_("Do not ask before cleaning in place in a shared folder, or keeping the place."),
)
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), help=_("Work on so many files at a time."))
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(),
    help=_("Write what was done to each file, with checksums, as JSON, for you alone."),
)
def command(**options: Any) -> None:
    context = click.get_current_context()
    context.exit(context.obj("scrub", options))


command.help = _(HELP)
