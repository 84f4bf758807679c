"""Compiles the translations when a wheel is built, and the modules too when the project is installed in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface[Any]):
    """`audit/locale/*/LC_MESSAGES/drawncurtain.po` → `.mo` beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in Path(self.root, "audit", "locale").glob("*/LC_MESSAGES/*.po"):
            with source.open("rb") as words, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(words, locale=source.parts[-3]))
        if (
            version == "editable"
        ):  # else pip does it; where Python may not write beside modules, each start would do it
            from compileall import compile_dir

            for part in ("audit", "rules"):
                compile_dir(str(Path(self.root, part)), quiet=2)
