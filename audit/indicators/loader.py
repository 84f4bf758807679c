"""Reads indicator families from YAML, strictly: one file per family, every mistake named with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeVar

from audit.indicators.schema import Category, Family, Indicator, Kind, Origin, Shows, Strength
from audit.model import Platform

if TYPE_CHECKING:
    from yaml.nodes import Node

E = TypeVar("E", bound=StrEnum)
_FAMILY = {"name", "category", "about", "sources", "indicators"}
_INDICATOR = {"kind", "platform", "value", "strength", "source"}
_SOURCE = {"name", "place", "dated"}


class IndicatorError(ValueError):
    """Indicator data that cannot be used. The message is `file:line: what`."""


@cache
def families() -> tuple[Family, ...]:
    """The families that ship with the project, by name. Raises IndicatorError."""
    folder = resources.files("rules") / "indicators"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".yaml"))
    return checked(parse((folder / name).read_text(encoding="utf-8"), name) for name in names)


def checked(found: Iterable[Family]) -> tuple[Family, ...]:
    """The families, sorted. Raises IndicatorError where two have one name."""
    by_name: dict[str, Family] = {}
    for family in found:
        if family.name in by_name:
            raise IndicatorError(f"two families are called {family.name!r}")
        by_name[family.name] = family
    return tuple(by_name[name] for name in sorted(by_name))


def parse(text: str, name: str) -> Family:
    """One family from the text of its file. Raises IndicatorError."""
    import yaml  # only a scan that needs indicators pays for it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise IndicatorError(f"{name}:{line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise IndicatorError(f"{name}:1: not YAML") from error
    if node is None:
        raise IndicatorError(f"{name}:1: the file is empty")
    return _Reader(name).family(node)


class _Reader:
    """Walks YAML's own nodes, since those know their lines."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrong(self, node: Node, what: str) -> IndicatorError:
        return IndicatorError(f"{self.name}:{node.start_mark.line + 1}: {what}")

    def family(self, node: Node) -> Family:
        fields = self.mapping(node, _FAMILY, {"built_in"})
        sources = {key: self.origin(each) for key, each in self.mapping(fields["sources"]).items()}
        marks = tuple(self.indicator(each, sources) for each in self.sequence(fields["indicators"]))
        if not marks:
            raise self.wrong(fields["indicators"], "a family needs an indicator")
        if unused := [key for key, each in sources.items() if each not in {mark.source for mark in marks}]:
            raise self.wrong(fields["sources"], f"no indicator is from {unused[0]!r}")
        return Family(
            name=self.text(fields["name"]),
            category=self.one_of(fields["category"], Category),
            about=self.text(fields["about"]),
            indicators=marks,
            built_in="built_in" in fields and self.truth(fields["built_in"]),
        )

    def origin(self, node: Node) -> Origin:
        fields = self.mapping(node, _SOURCE, {"licence"})
        licence = self.text(fields["licence"]) if "licence" in fields else "facts"
        return Origin(
            self.text(fields["name"]), self.text(fields["place"]), self.day(fields["dated"]), licence
        )

    def indicator(self, node: Node, sources: Mapping[str, Origin]) -> Indicator:
        fields = self.mapping(node, _INDICATOR, {"shows", "key", "verified", "note"})
        kind = self.one_of(fields["kind"], Kind)
        if (kind is Kind.SETTING) != ("key" in fields):
            raise self.wrong(node, "a setting needs a key, and only a setting has one")
        strength = self.one_of(fields["strength"], Strength)
        if kind is Kind.PROCESS and strength is not Strength.WEAK:
            raise self.wrong(fields["strength"], "a bare name is weak")
        source = self.text(fields["source"])
        if source not in sources:
            raise self.wrong(fields["source"], f"no source is called {source!r}")
        return Indicator(
            kind=kind,
            platforms=self.platforms(fields["platform"]),
            value=self.text(fields["value"]),
            strength=strength,
            source=sources[source],
            shows=self.one_of(fields["shows"], Shows) if "shows" in fields else Shows.INSTALLED,
            key=self.text(fields["key"]) if "key" in fields else "",
            verified="verified" in fields and self.truth(fields["verified"]),
            note=self.text(fields["note"]) if "note" in fields else "",
        )

    def platforms(self, node: Node) -> tuple[Platform, ...]:
        if isinstance(node.value, list) and not _is_mapping(node):
            return tuple(self.one_of(each, Platform) for each in self.sequence(node))
        return tuple(Platform) if self.text(node) == "any" else (self.one_of(node, Platform),)

    def mapping(
        self, node: Node, needed: AbstractSet[str] | None = None, allowed: AbstractSet[str] = frozenset()
    ) -> dict[str, Node]:
        if not _is_mapping(node):
            raise self.wrong(node, "names with values are expected here")
        fields: dict[str, Node] = {}
        for key, value in node.value:
            word = self.text(key)
            if word in fields or (needed is not None and word not in needed | allowed):
                raise self.wrong(
                    key, f"{word!r} is not expected here" if word not in fields else f"{word!r} comes twice"
                )
            fields[word] = value
        if missing := sorted((needed or frozenset()) - fields.keys()):
            raise self.wrong(node, f"{missing[0]!r} is missing")
        return fields

    def sequence(self, node: Node) -> list[Node]:
        if not isinstance(node.value, list) or _is_mapping(node):
            raise self.wrong(node, "a list is expected here")
        return list(node.value)

    def text(self, node: Node) -> str:
        if not isinstance(node.value, str) or not node.value.strip():
            raise self.wrong(node, "a text is expected here")
        return str(node.value)

    def truth(self, node: Node) -> bool:
        if (word := self.text(node)) not in ("true", "false"):
            raise self.wrong(node, "true or false is expected here")
        return word == "true"

    def day(self, node: Node) -> date:
        try:
            return date.fromisoformat(self.text(node))
        except ValueError as error:
            raise self.wrong(node, "a day is expected here, as 2026-01-31") from error

    def one_of(self, node: Node, words: type[E]) -> E:
        word = self.text(node)
        try:
            return words(word)
        except ValueError as error:
            raise self.wrong(node, f"{word!r} is none of: {', '.join(words)}") from error


def _is_mapping(node: Node) -> bool:
    """Whether a node holds pairs: PyYAML's types do not say, its values do, save for the empty one."""
    return node.tag == "tag:yaml.org,2002:map"
