"""A device name that says whose device it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from audit.artifacts.device_name import DeviceName, PersonName
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

DEVICE_WORDS = frozenset(
    {"air", "asus", "book", "computer", "dell", "desktop", "imac", "laptop", "lenovo", "linux", "mac", "macbook", "mini",
     "notebook", "pc", "phone", "pro", "server", "station", "tablet", "thinkpad", "tower", "ubuntu", "workstation", "debian"}
)  # fmt: skip
# Names that distributions and their installers give, or that many people use: they point at nobody.
NOBODYS = DEVICE_WORDS | {
    "admin", "administrator", "arch", "default", "family", "fedora", "guest", "home", "kali", "live", "localhost",
    "main", "manjaro", "mint", "mrs", "name", "nobody", "oem", "office", "owner", "pop", "private", "raspberry", "root",
    "suse", "system", "temp", "test", "user", "username", "users", "vagrant", "work",
}  # fmt: skip


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[DeviceName, PersonName],
)
def check(host: Host) -> Iterator[Match]:
    people = list(host.see(PersonName))
    for device in host.see(DeviceName):
        words = letters(device.name)
        for person in people:
            if any(names(word, name) for name in letters(person.name) for word in words):
                yield match(device, person)
                break


def letters(text: str) -> list[str]:
    """The words of a name in small letters, without accents: "José-Luis" → jose, luis."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W\d_]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def names(word: str, name: str) -> bool:
    """Whether a word of a device's name is a person's name, alone or together with a word for a device."""
    if len(name) < 3 or name in NOBODYS:
        return False
    before, found, after = word.partition(name)
    fillers = DEVICE_WORDS | {"", "s", *(f"s{each}" for each in DEVICE_WORDS)}
    return bool(found) and before in DEVICE_WORDS | {""} and after in fillers


def match(device: DeviceName, person: PersonName) -> Match:
    return Match(
        subject=device.settings,
        evidence=[Evidence("device-name", device.settings, {"name": device.name, "matches": person.source})],
        params={"name": device.name, "settings": device.settings},
    )
