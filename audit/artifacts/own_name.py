"""Whether a name given to a device is a person's name."""

from __future__ import annotations

import re
import unicodedata

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
