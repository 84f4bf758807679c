"""`curtain scan`: look at a device, and print what to do, in safe order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit import text
from audit.cli import common
from audit.cli.refusal import Refusal
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

SEVERITIES = ["low", "medium", "high", "critical"]


def _rule_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, words in (
        ("--skip", _("Leave out the checks whose names match, for example 'photos/*'.")),
        ("--rule", _("Run only the checks whose names match, for example 'camera/*'.")),
    ):
        function = click.option(name, multiple=True, metavar="GLOB", help=words)(function)
    return function


@click.command(
    name="scan",
    help=_(
        "Look at this device and print what to do about what was found, in safe order.\n\n"
        "Nothing is changed, nothing is sent, and nothing is written unless you ask for a file with -o.\n\n"
        "\b\nExamples:\n  curtain scan\n  curtain scan --photos ~/Pictures/holiday\n  curtain scan --root /mnt/disk"
    ),
)
@common.root_option
@click.option(
    "--from",
    "snapshot",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("Look at a file made by “curtain snapshot” instead of this machine."),
)
@common.photo_option
@click.option("--no-photos", is_flag=True, help=_("Do not look at pictures."))
@_rule_options
@click.option(
    "--rules-dir",
    "rules_dirs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=_("Use the checks in this folder as well. They are programs: use only ones you trust."),
)
@common.report_options
@common.ask_option
@click.option(
    "--known",
    "known_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=_("What you know about already, each with a reason and a day: it is listed apart (see the README)."),
)
@click.option("--jobs", type=click.IntRange(1, 64), help=_("How many pictures to read at once."))
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help=_("End with exit status 1 if something of this severity or more was found."),
)
@click.option("--timings", "timed", is_flag=True, help=_("Say at the end what took how long."))
def command(
    *,
    root: Path | None,
    snapshot: Path | None,
    photo_folders: tuple[str, ...],
    no_photos: bool,
    rule: tuple[str, ...],
    skip: tuple[str, ...],
    rules_dirs: tuple[Path, ...],
    answers_file: Any,
    ask: bool,
    known_file: Path | None,
    format_name: str,
    output: Path | None,
    force: bool,
    lang: str | None,
    jobs: int | None,
    fail_on: str | None,
    timed: bool,
) -> int:
    from audit import answers, known, registry
    from audit.hosts import PhotoChoice
    from audit.model import Severity
    from audit.reports.base import view
    from audit.scan import ScanError, Target, rules_by_name, scan
    from audit.timings import Timings, since_start

    text.choose(lang)
    _one_of_each((root, snapshot), (photo_folders, no_photos))
    common.check(output, force=force)
    asking = common.asking(answers_file) if ask else None
    given = common.read_answers(answers_file)
    accepted = common.read_known(known_file)
    photos = PhotoChoice(photo_folders or None, no_photos)
    try:
        installed = registry.load(rules_dirs)
        rules = registry.choose(installed, rule, skip)
        timings = Timings(since_start()) if timed else None
        if asking:
            given = asking.first(given, rules)
        report = scan(Target(root, snapshot, photos, jobs, given.device), rules, timings)
        report = known.mark(report, accepted, rules_by_name(installed))
    except (registry.RegistryError, ScanError) as error:
        raise Refusal(str(error)) from error
    by_name = rules_by_name(rules)
    if asking:
        given = asking.about(view(report, by_name, given))
    report = answers.settle(report, given)
    shown = view(report, by_name, given, str(known_file) if known_file else "")
    common.show(shown, format_name, output, force=force)
    for line in timings.lines() if timings else ():
        click.echo(line, err=True)
    return int(fail_on is not None and report.reaches(Severity(fail_on)))


def _one_of_each(places: tuple[object, object], photos: tuple[object, object]) -> None:
    if all(places):
        raise click.UsageError(_("Give either --root or --from, not both."))
    if all(photos):
        raise click.UsageError(_("Give either --photos or --no-photos, not both."))
