"""`curtain compare`: what changed between two scans."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from audit import text
from audit.cli import common
from audit.cli.refusal import Refusal
from audit.text import gettext as _

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    name="compare",
    help=_(
        "Say what changed between two files: reports saved by “curtain scan --format json -o FILE”, "
        "or files made by “curtain snapshot”.\n\n"
        "What is new, what is gone, and what could not be seen any more. Nothing is looked at anew."
    ),
)
@click.argument("old", metavar="OLD", type=_FILE)
@click.argument("new", metavar="NEW", type=_FILE)
@common.format_option
@common.output_options
@common.lang_option
def command(
    *, old: Path, new: Path, format_name: str, output: Path | None, force: bool, lang: str | None
) -> None:
    import io

    from audit import compare, registry
    from audit.reports.comparison import Comparing
    from audit.scan import rules_by_name

    text.choose(lang)
    common.check(output, force=force)
    try:
        rules = registry.load()
        compared = compare.compare(compare.read(old, rules), compare.read(new, rules))
    except (compare.CompareError, registry.RegistryError) as error:
        raise Refusal(str(error)) from error
    shown = Comparing(compared, rules_by_name(rules), str(new))
    out = sys.stdout if output is None else io.StringIO()
    if format_name == "json":
        shown.render_json(out)
    else:
        shown.render(out, common.width() if output is None else 80)
    if output and isinstance(out, io.StringIO):
        common.write(output, [out.getvalue()], force=force)
