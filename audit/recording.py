"""Recordings as files: a snapshot (JSON Lines) and, written by hand, a rule's case (YAML). One format in two dresses.

A snapshot holds artifacts, never findings or rules: a new rule has a new opinion of an old snapshot. Its first
line is the head; each kind follows as a line with its gaps and total, then its records, a line each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from audit.artifacts import kinds
from audit.artifacts.base import Artifact
from audit.host import Seen
from audit.hosts import Recording
from audit.model import Gap, HostFacts, Platform

SCHEMA = "drawncurtain.snapshot/1"


class RecordingError(ValueError):
    """A snapshot or case that cannot be used. The message says where and what."""


def converter() -> cattrs.Converter:
    """Records to and from plain values: strict about names, times in RFC 3339 UTC."""
    return _converter(tuple(kinds().values()))


@lru_cache(maxsize=1)
def _converter(known: tuple[type[Artifact], ...]) -> cattrs.Converter:
    """Made once for all kinds: that takes a tenth of a second."""
    made = cattrs.Converter(forbid_extra_keys=True, detailed_validation=False, prefer_attrib_converters=False)
    made.register_unstructure_hook(
        datetime, lambda when: when.astimezone(UTC).isoformat().replace("+00:00", "Z")
    )
    made.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    made.register_structure_hook(datetime, _moment)
    for kind in known:
        made.register_structure_hook(kind, make_dict_structure_fn(kind, made, _cattrs_forbid_extra_keys=True))
        made.register_unstructure_hook(
            kind, make_dict_unstructure_fn(kind, made, _cattrs_omit_if_default=True)
        )
    return made


def _moment(value: object, _: type[datetime]) -> datetime:
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def dump(recording: Recording) -> Iterator[str]:
    """The lines of a snapshot, each with its newline."""
    made = converter()
    facts = recording.facts
    yield _line({"schema": SCHEMA, **made.unstructure(facts)})
    for kind, seen in sorted(recording.seen.items(), key=lambda pair: pair[0].KIND):
        yield _line({"kind": kind.KIND, "total": seen.total, "gaps": made.unstructure(list(seen.gaps))})
        for item in seen.items:
            yield _line({"kind": kind.KIND, "record": made.unstructure(item)})


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True) + "\n"


def load(lines: Iterable[str]) -> Recording:
    """Read a snapshot. Raises RecordingError with the line's number; kinds that this version does not know are left out."""
    made, known = converter(), kinds()
    numbered = enumerate(lines, 1)
    number, first = next(numbered, (1, ""))
    facts = _head(first, made)
    seen: dict[type[Artifact], tuple[list[Artifact], list[Gap], int | None]] = {}
    for number, line in numbered:
        try:
            row = json.loads(line)
            kind = known.get(row["kind"])
            if kind is None:
                continue
            items, gaps, _ = seen.get(kind, ([], [], None))
            if "record" in row:
                items.append(made.structure(row["record"], kind))
                seen[kind] = items, gaps, seen.get(kind, ([], [], None))[2]
            else:
                seen[kind] = items, made.structure(row["gaps"], list[Gap]), row["total"]
        except Exception as error:
            raise RecordingError(f"line {number}: {_plain(error)}") from error
    return Recording(facts, {kind: Seen(tuple(i), tuple(g), t) for kind, (i, g, t) in seen.items()})


def _head(line: str, made: cattrs.Converter) -> HostFacts:
    try:
        head = json.loads(line)
        if head.pop("schema") != SCHEMA:
            raise KeyError("schema")
        facts = made.structure(head, HostFacts)
    except Exception as error:
        raise RecordingError("line 1: this is not a snapshot made by 'curtain snapshot'") from error
    return HostFacts(facts.platform, "snapshot", facts.taken_at, facts.user, facts.elevated)


def case(value: Mapping[str, Any]) -> Recording:
    """A recording written by hand: `platform`, `taken_at`, `seen` (kind → records) and `gaps` (kind → gaps).

    A kind under neither was not recorded. Raises RecordingError.
    """
    try:
        return _case(value)
    except RecordingError:
        raise
    except Exception as error:
        raise RecordingError(_plain(error)) from error


def _case(value: Mapping[str, Any]) -> Recording:
    made, known = converter(), kinds()
    names = dict.fromkeys([*value.get("seen", {}), *value.get("gaps", {})])
    if unknown := [name for name in names if name not in known]:
        raise RecordingError(f"no artifact is called {unknown[0]!r}")
    facts = HostFacts(
        Platform(value.get("platform", "linux")),
        "snapshot",
        _moment(value.get("taken_at", "2026-01-01T12:00:00Z"), datetime),
        value.get("user", "alice"),
        bool(value.get("elevated", False)),
    )
    seen = {
        known[name]: Seen(
            tuple(made.structure(row, known[name]) for row in value.get("seen", {}).get(name) or ()),
            tuple(made.structure(row, Gap) for row in value.get("gaps", {}).get(name) or ()),
        )
        for name in names
    }
    return Recording(facts, seen)


def _plain(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
