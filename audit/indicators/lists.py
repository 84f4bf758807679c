"""Reads the lists in `rules/lists`: names and numbers that are compared with what stands on a device. Strict: a mistake names its file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from audit.indicators.loader import IndicatorError
from audit.indicators.schema import Origin

SITE_KINDS = ("help", "security", "account")
FILTERS = ("nothing", "malware", "ads", "family", "account")
SELLS = ("cameras", "mixed")
_NAME = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PREFIX = re.compile(r"[0-9A-F]{6}")


@dataclass(frozen=True, slots=True)
class NameServer:
    """A service that finds addresses for names. `hosts`: the names by which programs reach it encrypted."""

    name: str
    filters: str
    addresses: frozenset[str]
    networks: tuple[str, ...]
    hosts: tuple[str, ...]
    source: Origin


@dataclass(frozen=True, slots=True)
class Maker:
    name: str
    sells: str
    source: Origin


@cache
def sites() -> Mapping[str, str]:
    """Each name of a site → help, security or account. Raises IndicatorError."""
    return sites_of(_text("help_sites.yaml"), "help_sites.yaml")


@cache
def name_servers() -> tuple[NameServer, ...]:
    """Raises IndicatorError."""
    return name_servers_of(_text("name_servers.yaml"), "name_servers.yaml")


@cache
def camera_makers() -> Mapping[str, Maker]:
    """Six hexadecimal digits → who makes what carries them. Raises IndicatorError."""
    return camera_makers_of(_text("camera_makers.yaml"), "camera_makers.yaml")


def sites_of(text: str, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row, _ in _rows(text, name, "sites", {"kind", "names", "source"}, set()):
        for each in _words(name, row["names"], _NAME):
            _once(name, each, found)
            found[each] = _one_of(name, row["kind"], SITE_KINDS)
    return found


def name_servers_of(text: str, name: str) -> tuple[NameServer, ...]:
    found = []
    rows = _rows(text, name, "servers", {"name", "filters", "addresses", "source"}, {"hosts", "networks"})
    for row, origin in rows:
        try:
            addresses = frozenset(str(ipaddress.ip_address(each)) for each in row["addresses"])
            networks = tuple(str(ipaddress.ip_network(each)) for each in row.get("networks", ()))
        except (ValueError, TypeError) as error:
            raise IndicatorError(f"{name}: {error}") from error
        found.append(
            NameServer(
                name=str(row["name"]),
                filters=_one_of(name, row["filters"], FILTERS),
                addresses=addresses,
                networks=networks,
                hosts=tuple(_words(name, row.get("hosts", []), _NAME)),
                source=origin,
            )
        )
    return tuple(found)


def camera_makers_of(text: str, name: str) -> dict[str, Maker]:
    found: dict[str, Maker] = {}
    for row, origin in _rows(text, name, "makers", {"name", "sells", "prefixes", "source"}, set()):
        for each in _words(name, row["prefixes"], _PREFIX):
            _once(name, each, found)
            found[each] = Maker(str(row["name"]), _one_of(name, row["sells"], SELLS), origin)
    return found


def _text(name: str) -> str:
    return (resources.files("rules") / "lists" / name).read_text(encoding="utf-8")


def _rows(
    text: str, name: str, key: str, needed: AbstractSet[str], allowed: AbstractSet[str]
) -> list[tuple[Mapping[str, Any], Origin]]:
    import yaml  # only a scan that needs the list pays for it

    try:
        whole = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise IndicatorError(f"{name}: not YAML") from error
    if not isinstance(whole, dict) or set(whole) != {"about", "sources", key}:
        raise IndicatorError(f"{name}: about, sources and {key} are expected")
    sources = {label: _origin(name, each) for label, each in whole["sources"].items()}
    found: list[tuple[Mapping[str, Any], Origin]] = []
    for row in whole[key]:
        if not isinstance(row, dict) or not needed <= set(row) <= needed | allowed:
            raise IndicatorError(f"{name}: {row!r} has not the fields that are expected")
        if row["source"] not in sources:
            raise IndicatorError(f"{name}: no source is called {row['source']!r}")
        found.append((row, sources[row["source"]]))
    return found


def _origin(name: str, row: Any) -> Origin:
    if (
        not isinstance(row, dict)
        or set(row) != {"name", "place", "dated"}
        or not isinstance(row["dated"], date)
    ):
        raise IndicatorError(f"{name}: a source has a name, a place and a day")
    return Origin(str(row["name"]), str(row["place"]), row["dated"])


def _words(name: str, values: Any, form: re.Pattern[str]) -> Sequence[str]:
    if not isinstance(values, list):
        raise IndicatorError(f"{name}: a list is expected instead of {values!r}")
    for each in values:
        if not isinstance(each, str) or not form.fullmatch(each):
            raise IndicatorError(f"{name}: {each!r} is not of the form expected")
    return values


def _once(name: str, word: str, found: Mapping[str, object]) -> None:
    if word in found:
        raise IndicatorError(f"{name}: {word!r} comes twice")


def _one_of(name: str, word: Any, words: Sequence[str]) -> str:
    if word not in words:
        raise IndicatorError(f"{name}: {word!r} is none of: {', '.join(words)}")
    return str(word)
