"""What each rule can see, where, and with which rights: found by asking its collectors, not by anybody's memory.

Every collector runs over a device that holds next to nothing, and each place it asks for is noted. What it would look for
further in, after finding something, is not in the list.
"""

from __future__ import annotations

import errno
import fnmatch
import posixpath
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit import pages
from audit.artifacts.answer import Answer
from audit.hosts import CollectingHost, PhotoChoice
from audit.model import Platform
from audit.photo_survey import PhotoSurvey
from audit.sources.base import Bulk, Entry, Home, NotHeldError, Query, Search, Stat, shown

if TYPE_CHECKING:
    from audit.artifacts.base import Artifact
    from audit.registry import LoadedRule

HOME = "/home/you"
# Places that Debian 12 keeps from everybody but root or one group: the folder, or the files in it, by the modes on an installed system.
KEPT_BY_ROOT = (
    "/root",
    "/root/*",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/sudoers.d*",
    "/etc/doas.conf",
    "/etc/polkit-1/localauthority*",
    "/etc/polkit-1/rules.d*",
    "/etc/wireguard*",
    "/etc/NetworkManager/system-connections*",
    "/var/lib/NetworkManager*",
    "/var/lib/bluetooth*",
    "/var/lib/fprint*",
    "/var/lib/snapd/state.json",
    "/var/lib/samba/usershares*",
    "/var/spool/cron/crontabs*",
    "/var/spool/cron/atjobs*",
    "/var/log/auth.log*",
    "/var/log/xrdp*",
)


# So that collectors go on to what they ask for each account, and of a server that is installed.
HELD = {
    "/etc/passwd": b"root:x:0:0:root:/root:/bin/bash\nyou:x:1000:1000:Your Name:/home/you:/bin/bash\n",
    "/etc/group": b"sudo:x:27:you\n",
    "/usr/sbin/sshd": b"",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The places that one kind of artifact asks for first, and the questions it puts to the running system."""

    places: Sequence[str]
    queries: Sequence[str]

    @property
    def kept_by_root(self) -> Sequence[str]:
        return [each for each in self.places if any(fnmatch.fnmatch(each, kept) for kept in KEPT_BY_ROOT)]

    @property
    def of_the_home(self) -> Sequence[str]:
        return [each for each in self.places if each == "~" or each.startswith("~/")]

    @property
    def of_the_system(self) -> Sequence[str]:
        return [each for each in self.places if each not in self.of_the_home]


class Probe:
    """A source with the fewest of files, which notes what it is asked for."""

    platform = Platform.LINUX
    kind = "live"
    taken_at = datetime(2026, 1, 1, tzinfo=UTC)
    homes: Sequence[Home] = (Home("you", HOME, "Your Name"),)
    elevated = False

    def __init__(self) -> None:
        self.places: dict[str, None] = {}
        self.queries: dict[str, None] = {}

    def _absent(self, path: str) -> FileNotFoundError:
        self.places.setdefault(self.show(path))
        return FileNotFoundError(errno.ENOENT, "nothing is here", path)

    def read(self, path: str, start: int, size: int) -> bytes:
        absent = self._absent(path)
        if path not in HELD:
            raise absent
        return HELD[path][start : start + size]

    def stat(self, path: str) -> Stat:
        absent = self._absent(path)
        if path not in HELD:
            raise absent
        return Stat(stat.S_IFREG | 0o644, len(HELD[path]), 0, 0, 0.0)

    def readlink(self, path: str) -> str:
        raise self._absent(path)

    def scan(self, folder: str) -> Sequence[Entry]:
        raise self._absent(folder)

    def measure(self, folder: str, most: int) -> Bulk:
        del most
        raise self._absent(folder)

    def search(self, folder: str, pattern: str, deepest: int, most: int) -> Search:
        del pattern, deepest, most
        raise self._absent(folder)

    def query(self, name: Query) -> bytes:
        self.queries.setdefault(name.value)
        raise NotHeldError(errno.ENOSYS, "nothing answers here", name)

    def own(self, path: str, home: Home) -> str:
        return path.replace("~", home.path, 1)

    def show(self, path: str) -> str:
        return shown(path, self.homes)

    def local(self, path: str) -> str:
        raise self._absent(path)


def asked(kinds: Sequence[type[Artifact]]) -> Asked:
    """What the collectors of some kinds ask for, together with the kinds that they ask for."""
    source = Probe()
    host = CollectingHost(source, lambda _: PhotoSurvey(), PhotoChoice())
    for kind in kinds:
        host.see(kind)
    return Asked(tuple(sorted(source.places)), tuple(source.queries))


_MANY = 4  # things in one folder
LOOKED, PARTLY, NOT = "yes", "partly", "no"


def row(loaded: LoadedRule) -> Sequence[str]:
    """One rule: its name, then what it sees live, on a mounted disk, in a copied home, from a snapshot; then what it cannot see."""
    found = asked(loaded.rule.needs)
    unseen = pages.page_of(loaded.page).paragraph(pages.UNSEEN)
    if any(issubclass(kind, Answer) for kind in loaded.rule.needs):
        return (loaded.name, *["asks you"] * 4, unseen)
    rights = f"with sudo also {_listed(found.kept_by_root)}" if found.kept_by_root else LOOKED
    if found.queries:
        rights = "your programs; with sudo everybody's" + ("" if rights == LOOKED else f"; {rights}")
    files = bool(found.places)
    disk = (PARTLY if found.queries else LOOKED) if files else f"{NOT}: running programs"
    whole = not found.of_the_system and not found.queries
    home = LOOKED if files and whole else PARTLY if found.of_the_home else NOT
    return (loaded.name, rights, disk, home, "what it holds", unseen)


def _listed(places: Sequence[str]) -> str:
    """The places in short: one of them for each folder that Debian closes."""
    tops = {
        next(kept for kept in KEPT_BY_ROOT if fnmatch.fnmatch(each, kept)).rstrip("*/") for each in places
    }
    return ", ".join(f"`{each}`" for each in sorted(tops))


def page(rules: Sequence[LoadedRule]) -> str:
    """The whole of docs/coverage.md."""
    return "\n".join((*_head(len(rules)), *_families(rules), *_places(rules), ""))


def _head(count: int) -> Iterator[str]:
    yield "# What each check can see"
    yield ""
    yield f"Made from the code by `python -m audit.coverage`, and held by a test. {count} checks."
    yield ""
    yield from _ABOUT.splitlines()


_ABOUT = """\
* **live**: `curtain scan` on this machine. As yourself it sees your files and what the system shows to everybody; with `sudo` also
  what is named here. What was refused is said in the report, and the check is then "could not be checked", never "nothing found".
* **disk**: `curtain scan --root DIR` on a mounted disk. Nothing runs there, so nobody can be caught in the act.
* **home**: `curtain scan --root DIR` on one copied home folder.
* **snapshot**: `curtain scan --from FILE`. It holds what the scan that made it saw, with its gaps.
* A device can lie about itself while it runs: for a serious suspicion look at the disk from another machine."""


def _families(rules: Sequence[LoadedRule]) -> Iterator[str]:
    for family in dict.fromkeys(each.family for each in rules):
        yield ""
        yield f"## {family}"
        yield ""
        yield "| check | live | disk | home | snapshot | what it cannot see |"
        yield "|---|---|---|---|---|---|"
        for each in rules:
            if each.family == family:
                yield f"| {' | '.join(row(each))} |"


def _places(rules: Sequence[LoadedRule]) -> Iterator[str]:
    yield ""
    yield "## Where they look first"
    yield ""
    yield "Further in they look at what these name. `~` is the home folder of each person who is audited, `…` several things there."
    yield ""
    kinds = {kind.KIND: kind for each in rules for kind in (*each.rule.needs, *each.rule.may_use)}
    for name, kind in sorted(kinds.items()):
        found = asked([kind])
        if found.places or found.queries:
            running = [f"(running: {query})" for query in found.queries]
            yield f"* **{name}**: {', '.join([*(f'`{one}`' for one in _short(found.places)), *running])}"


def _short(places: Sequence[str]) -> Sequence[str]:
    """Many things in one folder as one."""
    many = Counter(posixpath.dirname(each) for each in places)
    parents = (posixpath.dirname(each) for each in places)
    return list(
        dict.fromkeys(
            f"{parent}/…" if many[parent] >= _MANY else each
            for each, parent in zip(places, parents, strict=True)
        )
    )


def main() -> None:
    from audit import registry

    sys.stdout.write(page(registry.load()))


if __name__ == "__main__":
    main()
