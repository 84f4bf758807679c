"""`curtain snapshot`: keep what the rules would read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from audit.cli import common
from audit.cli.refusal import Refusal
from audit.text import gettext as _


@click.command(
    name="snapshot",
    help=_(
        "Write down what the checks would read, for looking at it on another machine or later:\n\n"
        "\b\n  curtain snapshot -o device.jsonl\n  curtain scan --from device.jsonl\n\n"
        "The file tells much about this device, and what you answered about it. Keep it where only people you "
        "trust can read it. Your answers to the three questions that come first are never in it."
    ),
)
@common.root_option
@common.photo_option
@common.answers_option
@common.output_options
def command(
    *,
    root: Path | None,
    photo_folders: tuple[str, ...],
    answers_file: Any,
    output: Path | None,
    force: bool,
) -> None:
    from audit import registry
    from audit.hosts import PhotoChoice
    from audit.scan import ScanError, Target, snapshot

    if output is None:
        raise click.UsageError(_("Say where to write it:  curtain snapshot -o FILE"))
    common.check(output, force=force)
    said = common.read_answers(answers_file).device
    target = Target(root, photos=PhotoChoice(photo_folders or None), said=said)
    try:
        common.write(output, snapshot(target, registry.load()), force=force)
    except (registry.RegistryError, ScanError) as error:
        raise Refusal(str(error)) from error
