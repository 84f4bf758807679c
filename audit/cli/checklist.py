"""`curtain checklist`: make the list again from a saved report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audit import text
from audit.cli import common
from audit.cli.refusal import Refusal
from audit.text import gettext as _


@click.command(
    name="checklist",
    help=_(
        "Make the list again from a report saved by “curtain scan --format json -o REPORT.json”, "
        "for example after answering its questions. Nothing is looked at anew."
    ),
)
@click.argument(
    "report_file", metavar="REPORT.json", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@common.report_options
@common.ask_option
def command(
    *,
    report_file: Path,
    answers_file: Any,
    ask: bool,
    format_name: str,
    output: Path | None,
    force: bool,
    lang: str | None,
) -> None:
    from audit import answers, registry
    from audit.reports import json
    from audit.reports.base import view
    from audit.scan import rules_by_name

    text.choose(lang)
    common.check(output, force=force)
    asking = common.asking(answers_file) if ask else None
    given = common.read_answers(answers_file)
    try:
        report = json.load(report_file.read_text(encoding="utf-8"))
        rules = rules_by_name(registry.load())
    except (json.ReportError, registry.RegistryError, UnicodeDecodeError) as error:
        raise Refusal(f"{text.printable(str(report_file))}: {error}") from error
    except OSError as error:
        raise Refusal(f"{text.printable(str(report_file))}: {error.strerror}") from error
    if asking:
        given = asking.about(view(report, rules, asking.first(given, [])))
    report = answers.settle(report, given)
    common.show(view(report, rules, given), format_name, output, force=force)
