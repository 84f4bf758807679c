"""Wrong usage: one sentence on stderr, exit status 2."""

from __future__ import annotations

from typing import IO, Any

import click


class Refusal(click.ClickException):
    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), file=file, err=True)
