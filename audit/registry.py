"""Finds rules: built-in and installed ones through the entry-point group, others in a folder.

A rule's one identity is its place: `camera/site_grants.py` is `camera/site-grants`. Where it came from and the
digest of its source stand in every report.
"""

from __future__ import annotations

import fnmatch
import hashlib
import importlib.util
import os
import stat
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from audit.model import RuleOrigin
from audit.purity import impurities
from audit.rule import Rule
from audit.text import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

GROUP = "drawncurtain.rules"
MARKER = "drawncurtain rules, format 1"


class RegistryError(Exception):
    """Rules that cannot be used. The message is one clear sentence: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule at its place. `page` is the stem of its Markdown pages and cases, beside its source."""

    name: str
    rule: Rule
    page: Path
    origin: RuleOrigin

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


def load(rules_dirs: Iterable[Path] = ()) -> list[LoadedRule]:
    """Every rule there is, by name. Raises RegistryError, for a duplicate among other things."""
    found = [*_installed(), *(each for folder in rules_dirs for each in _folder(folder))]
    by_name: dict[str, LoadedRule] = {}
    for each in found:
        if (other := by_name.get(each.name)) is not None:
            raise RegistryError(
                f"Two rules are called {each.name}: one from {other.origin.origin}, one from {each.origin.origin}. "
                "Rename or remove one of them."
            )
        by_name[each.name] = each
    return [by_name[name] for name in sorted(by_name)]


def choose(rules: Sequence[LoadedRule], wanted: Sequence[str], skipped: Sequence[str]) -> list[LoadedRule]:
    """The rules whose names match one of `wanted` (all, if empty) and none of `skipped`.

    Raises RegistryError for a pattern that matches nothing: a typing mistake must not look like a pass.
    """
    for pattern in (*wanted, *skipped):
        if not any(fnmatch.fnmatchcase(each.name, pattern) for each in rules):
            words = gettext("No rule matches {pattern}. The names are listed by:  curtain rules list")
            raise RegistryError(words.format(pattern=repr(pattern)))
    return [
        each
        for each in rules
        if (not wanted or any(fnmatch.fnmatchcase(each.name, pattern) for pattern in wanted))
        and not any(fnmatch.fnmatchcase(each.name, pattern) for pattern in skipped)
    ]


def _installed() -> Iterator[LoadedRule]:
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda each: (each.value, each.name)):
        distribution = point.dist
        origin = f"{distribution.name} {distribution.version}" if distribution else point.value
        try:
            package = point.load()
        except Exception as error:
            raise _broken(origin, error) from error
        if getattr(package, "MARKER", None) != MARKER:
            raise RegistryError(
                f"The package {point.value!r} of {origin} is not a package of drawncurtain rules. "
                "Install drawncurtain into an environment of its own."
            )
        yield from _package(package, origin)


def _broken(origin: str, error: Exception) -> RegistryError:
    return RegistryError(
        f"The rules of {origin} could not be loaded ({type(error).__name__}: {error}). "
        "Remove that package, or ask its authors."
    )


def _package(package: ModuleType, origin: str) -> Iterator[LoadedRule]:
    for base in package.__path__:
        for path in _sources(Path(base)):
            try:
                module = importlib.import_module(f"{package.__name__}.{path.parent.name}.{path.stem}")
            except Exception as error:
                raise _broken(origin, error) from error
            yield _loaded(module, path, origin)


def _folder(folder: Path) -> Iterator[LoadedRule]:
    folder = folder.resolve()
    if not folder.is_dir():
        raise RegistryError(f"{folder} is not a folder. Give the folder that holds the rule families.")
    for path in _sources(folder):
        for place in (folder, path.parent, path):
            _refuse_shared(place)
        if problems := impurities(path.read_text(encoding="utf-8", errors="replace")):
            raise RegistryError(
                f"{path} does what a rule may not: {problems[0]}. Rules only judge what they are shown."
            )
        yield _loaded(_import_file(path), path, str(folder))


def _sources(base: Path) -> list[Path]:
    return sorted(path for path in base.glob("*/*.py") if not path.name.startswith("_"))


def _refuse_shared(place: Path) -> None:
    """Refuse a file or folder that somebody else could write: rules are code."""
    facts = place.stat()
    mine = facts.st_uid in (0, os.getuid()) if hasattr(os, "getuid") else True
    if not mine or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise RegistryError(
            f"{place} can be changed by other users of this machine, and rules are code. "
            f"Make it yours alone first:  chmod go-w {place}"
        )


def _import_file(path: Path) -> ModuleType:
    name = f"_drawncurtain_rules_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RegistryError(f"{path} cannot be imported as Python.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    was, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise RegistryError(f"{path} could not be loaded ({type(error).__name__}: {error}).") from error
    finally:
        sys.dont_write_bytecode = was
    return module


def _loaded(module: ModuleType, path: Path, origin: str) -> LoadedRule:
    name = f"{path.parent.name}/{path.stem}".replace("_", "-")
    found = getattr(module, "check", None)
    if not isinstance(found, Rule):
        raise RegistryError(f"{path} has no rule called 'check'. See:  curtain rules new {name}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return LoadedRule(name, found, path.with_suffix(""), RuleOrigin(name, origin, digest))
