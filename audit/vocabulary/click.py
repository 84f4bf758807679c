"""What click says by itself, in the wording of its versions 8.1 to 8.5."""

from __future__ import annotations

from audit.text import ngettext
from audit.text import noted as _

CLICK = (
    _("Usage:"),
    _("Options"),
    _("Commands"),
    _("Show this message and exit."),
    _("Show the version and exit."),
    _("default: {default}"),
    _("Error: {message}"),
    _("Try '{command} {option}' for help."),
    _("Missing command."),
    _("Missing argument"),
    _("Missing option"),
    _("Missing parameter"),
    _("No such option {name!r}."),
    _("No such option: {name}"),
    _("No such command {name!r}."),
    _("Option {name!r} requires an argument."),
    _("Option {name!r} does not take a value."),
    _("Invalid value: {message}"),
    _("Invalid value for {param_hint}: {message}"),
    _("{name} {filename!r} does not exist."),
    _("{name} {filename!r} is a file."),
    _("{name} {filename!r} is a directory."),
    _("{name} {filename!r} is not readable."),
    _("{value!r} is not a valid {number_type}."),
    _("{value} is not in the range {range}."),
    _("Could not open file {filename!r}: {message}"),
    _("file"),
    _("directory"),
    _("path"),
)


def click_plurals(count: int) -> tuple[str, ...]:
    """The same, for what has a plural. Named here for extraction only."""
    return (
        ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", count),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", count),
        ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", count),
    )
