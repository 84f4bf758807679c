"""Makes the files of a new rule: a small one that works, to change into what is wanted."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
ENDINGS = (".py", ".md", ".cases.yaml")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*/[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class NewRuleError(ValueError):
    """A rule that cannot be made. The message is one clear sentence."""


def make(name: str, rules_dir: Path) -> list[Path]:
    """Write the files of the rule `family/name` below `rules_dir`. Raises NewRuleError; replaces nothing."""
    if not _NAME.fullmatch(name):
        raise NewRuleError(
            f"{name!r} is no name for a rule. Write it as family/name, in small letters, digits and hyphens."
        )
    stem = rules_dir / name.replace("-", "_")
    paths = [stem.with_name(stem.name + ending) for ending in ENDINGS]
    if taken := [path for path in paths if path.exists()]:
        raise NewRuleError(f"{taken[0]} is there already. Choose another name.")
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        for path, ending in zip(paths, ENDINGS, strict=True):
            with path.open("x", encoding="utf-8") as made:
                made.write((TEMPLATES / f"rule{ending}.txt").read_text(encoding="utf-8"))
            path.chmod(0o644)
    except OSError as error:
        raise NewRuleError(f"{error.filename} could not be written: {error.strerror}.") from error
    return paths
