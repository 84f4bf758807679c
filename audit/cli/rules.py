"""`curtain rules`: read about the checks, try them, write one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit import text
from audit.cli.refusal import Refusal
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.registry import LoadedRule


def _rules_dir_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--rules-dir",
        "rules_dirs",
        multiple=True,
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help=_("Use the checks in this folder as well."),
    )(function)


def _loaded(rules_dirs: tuple[Path, ...], pattern: str | None = None) -> list[LoadedRule]:
    from audit import registry

    try:
        return registry.choose(registry.load(rules_dirs), [pattern] if pattern else [], [])
    except registry.RegistryError as error:
        raise Refusal(str(error)) from error


@click.group(name="rules", help=_("Read about the checks, try them, or write one."))
def command() -> None:
    pass


@command.command(name="list", help=_("Name every check, its severity, and where it comes from."))
@_rules_dir_option
def list_rules(rules_dirs: tuple[Path, ...]) -> None:
    from audit.reports.rule_pages import listing

    for line in listing(_loaded(rules_dirs)):
        click.echo(line)


@command.command(name="show", help=_("Print a check's page: what it means, when it is fine, what to do."))
@click.argument("rule")
@click.option("--lang", type=click.Choice(text.languages()), help=_("The language to write in."))
@_rules_dir_option
def show(rule: str, lang: str | None, rules_dirs: tuple[Path, ...]) -> None:
    from audit.reports.rule_pages import print_page

    text.choose(lang)
    for each in _loaded(rules_dirs, rule):
        print_page(each)


@command.command(
    name="test", help=_("Try checks on the examples beside them. Ends with 1 if one does not hold.")
)
@click.argument("rule", required=False)
@_rules_dir_option
def test(rule: str | None, rules_dirs: tuple[Path, ...]) -> int:
    from audit import cases

    failed = 0
    try:
        for each in _loaded(rules_dirs, rule):
            for outcome in cases.tried(each):
                failed += bool(outcome.problems)
                click.echo(f"{'✗' if outcome.problems else '✓'} {each.name}: {outcome.case.name}")
                for problem in outcome.problems:
                    click.echo(f"    {text.printable(problem)}")
    except cases.CaseError as error:
        raise Refusal(str(error)) from error
    return int(failed > 0)


@command.command(name="new", help=_("Make the four files of a new check, named FAMILY/NAME, to fill in."))
@click.argument("name", metavar="FAMILY/NAME")
@click.option(
    "--rules-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("my-rules"),
    show_default=True,
    help=_("The folder that holds your checks."),
)
def new(name: str, rules_dir: Path) -> None:
    from audit import new_rule

    try:
        made = new_rule.make(name, rules_dir)
    except new_rule.NewRuleError as error:
        raise Refusal(str(error)) from error
    for path in made:
        click.echo(path)
    click.echo(
        _("Try it:  curtain rules test {name} --rules-dir {folder}").format(
            name=name, folder=text.quoted(str(rules_dir))
        )
    )
