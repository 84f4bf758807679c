"""Key files: groups of `key=value` lines, as Flatpak, desktop entries, systemd units and Firefox's profiles.ini use them.

The Desktop Entry Specification's chapter 3 and systemd.syntax(7) agree on what is read here: groups in brackets, `#` and `;`
comments, a key that may come again; systemd's continuation lines end in a backslash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.stores import ParseError


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Every line that means something, in order: (group, key, value)."""

    lines: tuple[tuple[str, str, str], ...]

    def all(self, group: str, key: str) -> list[str]:
        """Each value that a key was given, in order."""
        return [value for where, name, value in self.lines if where == group and name == key]

    def get(self, group: str, key: str, default: str = "") -> str:
        """The value of a key: the last one counts."""
        values = self.all(group, key)
        return values[-1] if values else default

    def words(self, group: str, key: str) -> list[str]:
        """A list: its items end in `;`."""
        return [word for word in (part.strip() for part in self.get(group, key).split(";")) if word]

    def groups(self) -> list[str]:
        return list(dict.fromkeys(where for where, _, _ in self.lines))

    def truth(self, group: str, key: str, *, default: bool = False) -> bool:
        word = self.get(group, key).strip().lower()
        return default if not word else word in ("true", "1", "yes", "on")


def parse(data: bytes) -> KeyFile:
    """Read a key file. Lines that are none are passed over; raises ParseError for bytes that are no text."""
    if b"\0" in data:
        raise ParseError("not a text file")
    group = ""
    found = []
    for line in _whole_lines(data.decode("utf-8", "surrogateescape")):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        if text[0] == "[" and text[-1] == "]":
            group = text[1:-1]
        elif "=" in text:
            key, _, value = text.partition("=")
            found.append((group, key.strip(), value.strip()))
    return KeyFile(tuple(found))


def _whole_lines(text: str) -> Iterator[str]:
    """Lines, each joined with what follows a backslash at its end; comments in between do not break it."""
    parts: list[str] = []
    for line in text.split("\n"):
        plain = line.rstrip("\r")
        if parts and plain.lstrip()[:1] in ("#", ";"):
            continue
        if plain.endswith("\\"):
            parts.append(plain[:-1])
            continue
        yield " ".join([*parts, plain])
        parts = []
    if parts:
        yield " ".join(parts)
