"""Keys that open an account over SSH without its password: authorized_keys(5), as sshd(8) describes it under that heading.

A public key is no secret; only its fingerprint is kept, as `ssh-keygen -l` shows it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from audit.artifacts.account import Account
from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.ssh_server import KEYS, SshServer

MOST_KEYS = 2_000
LONGEST_COMMENT = 200
_TYPE = re.compile(
    r"(?:(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)"
    r"|[a-z0-9-]+-cert-v01@openssh\.com)(?!\S)"
)
_OPTION = re.compile(r'([A-Za-z0-9-]+)(?:="((?:[^"\\]|\\.)*)")?(,|\s+|$)')
_TIED = frozenset({"command", "restrict"})


@dataclass(frozen=True, slots=True)
class AuthorizedKey(Artifact):
    """One key. `account`: whose account it opens. `options`: their names, and where from, never the commands they hold.

    `tied`: it may only run one command, or was restricted. `signer`: every key that it signs is let in.
    `changed`: the day on which the file was last written.
    """

    KIND: ClassVar[str] = "authorized-key"
    account: str
    settings: str
    type: str
    fingerprint: str
    comment: str = ""
    options: tuple[str, ...] = ()
    tied: bool = False
    signer: bool = False
    changed: str = ""


class Key(NamedTuple):
    type: str
    fingerprint: str
    comment: str
    options: dict[str, str]


@collects(AuthorizedKey)
def collect(look: Look) -> Iterator[AuthorizedKey]:
    patterns = next((each.keys for each in look.see(SshServer)), KEYS)
    for account, path in dict.fromkeys(_places(look, patterns)):
        keys = look.parse(parse, path, 4 << 20)
        written = look.stat(path) if keys else None
        for key in keys or ():
            yield AuthorizedKey(
                account=account,
                settings=look.show(path),
                type=key.type,
                fingerprint=key.fingerprint,
                comment=key.comment[:LONGEST_COMMENT],
                options=tuple(f"{n} {v}" if n == "from" and v else n for n, v in key.options.items()),
                tied=bool(_TIED & set(key.options)),
                signer="cert-authority" in key.options,
                changed=datetime.fromtimestamp(written.modified, UTC).date().isoformat() if written else "",
            )


def _places(look: Look, patterns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(account, file) for root, the people whose homes are audited, and whoever has a file of their own outside their home."""
    homes = {home.user: home.path for home in look.homes} | {"root": "/root"}
    elsewhere = any(not pattern.startswith("%h/") and pattern.startswith("/") for pattern in patterns)
    others = [each.name for each in look.see(Account)] if elsewhere else []
    for account in dict.fromkeys([*homes, *others]):
        for pattern in patterns:
            path = place_of(pattern, account, homes.get(account, ""))
            if path:
                yield account, path


def place_of(pattern: str, account: str, home: str) -> str:
    """A file that AuthorizedKeysFile names (sshd_config(5), TOKENS): %h, %u, %%; relative to the home. "" : its home is not looked at."""
    marks = {"h": home, "u": account, "%": "%"}
    path = re.sub(r"%(.)", lambda found: marks.get(found[1], found[0]), pattern)
    if ("%h" in pattern or not pattern.startswith(("/", "%"))) and not home:
        return ""
    return path if path.startswith("/") else f"{home}/{path}"


def parse(data: bytes) -> list[Key]:
    """The keys of a file; lines that are none are passed over, as sshd does. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    found: list[Key] = []
    for line in data.decode("utf-8", "replace").split("\n"):
        text = line.strip()
        if text and text[0] != "#" and (key := _key(text)):
            found.append(key)
            if len(found) > MOST_KEYS:
                raise ParseError("too many entries")
    return found


def _key(text: str) -> Key | None:
    options: dict[str, str] = {}
    place = 0
    while not _TYPE.match(text, place):
        option = _OPTION.match(text, place)
        if option is None or option.end() == place:
            return None
        options[option[1].lower()] = option[2] or ""
        place = option.end()
    fields = text[place:].split(None, 2)
    if len(fields) < 2 or not (fingerprint := fingerprint_of(fields[0], fields[1])):
        return None
    return Key(fields[0], fingerprint, fields[2] if len(fields) == 3 else "", options)


def fingerprint_of(kind: str, encoded: str) -> str:
    """`SHA256:…` of a public key, or "" where it is none: its first part repeats its type (RFC 4253, section 6.6)."""
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return ""
    size = int.from_bytes(blob[:4], "big")
    if len(blob) < 4 or blob[4 : 4 + size] != kind.encode():
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
