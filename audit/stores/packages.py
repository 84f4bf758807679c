"""Which files packages brought: the databases of dpkg, pacman and apk. Pure.

dpkg: dpkg(1) FILES, deb-md5sums(5), dpkg-divert(1). pacman: alpm's local database, a `files` file for each package
(https://man.archlinux.org/man/alpm-db-files.5), and an `mtree` beside it: gzip, one path to a line (mtree(5)). apk: apk-tools' lib/apk/db/installed
(https://wiki.alpinelinux.org/wiki/Apk_spec, "Installed database").
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Collection, Iterable

from audit.stores import ParseError

_LONGEST_MTREE = 64 << 20
_OCTAL = re.compile(r"\\([0-7]{3})")
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # the usr-merge: /bin is /usr/bin


def spellings(path: str) -> tuple[str, ...]:
    """A path in every form under which a package may have it: with /usr and without, sbin as bin."""
    found = [path]
    top, _, rest = path.removeprefix("/usr").lstrip("/").partition("/")
    if top in _MERGED and rest:
        found += [f"/{top}/{rest}", f"/usr/{top}/{rest}"]
        if top == "sbin":
            found += [f"/bin/{rest}", f"/usr/bin/{rest}"]
    return tuple(dict.fromkeys(found))


def listed(data: bytes, wanted: Collection[bytes]) -> set[bytes]:
    """The paths among `wanted` that a package's list of files holds, one path to a line."""
    return set(wanted) & set(data.split(b"\n"))


def pacman_files(data: bytes, wanted: Collection[bytes]) -> set[bytes]:
    """The same for pacman's `files`: below %FILES%, without the slash in front."""
    lines = data.partition(b"%FILES%\n")[2].partition(b"\n\n")[0].split(b"\n")
    return set(wanted) & {b"/" + line for line in lines}


def diversions(data: bytes) -> dict[str, str]:
    """Where dpkg put files that another package's replace: new place → the place in the package's own list. Raises ParseError."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) % 3 not in (0, 1):
        raise ParseError("a table of the wrong length")
    return {lines[at + 1]: lines[at] for at in range(0, len(lines) - 2, 3)}


def md5sums(data: bytes) -> dict[str, str]:
    """Path → MD5 in hexadecimal; settings files are not in it (deb-md5sums(5))."""
    rows = (line.split("  ", 1) for line in data.decode("utf-8", "surrogateescape").split("\n"))
    return {f"/{row[1]}": row[0] for row in rows if len(row) == 2 and re.fullmatch(r"[0-9a-f]{32}", row[0])}


def mtree(data: bytes) -> dict[str, str]:
    """Path → digest in hexadecimal, SHA-256 or else MD5, as pacman keeps it in gzip (mtree(5)). Raises ParseError."""
    reader = zlib.decompressobj(wbits=31)
    try:
        text = reader.decompress(data, _LONGEST_MTREE)
    except zlib.error as error:
        raise ParseError("it cannot be unpacked") from error
    if reader.unconsumed_tail:
        raise ParseError("it holds more than such a file should")
    found = {}
    for line in text.decode("utf-8", "surrogateescape").split("\n"):
        name, *words = line.split(" ")
        facts = dict(word.partition("=")[::2] for word in words)
        if name.startswith("./") and (digest := facts.get("sha256digest") or facts.get("md5digest")):
            found[_OCTAL.sub(lambda code: chr(int(code[1], 8)), name[1:])] = digest
    return found


def apk_installed(data: bytes, wanted: Collection[str]) -> dict[str, tuple[str, str]]:
    """Path → (package, SHA-1 in hexadecimal or nothing) for the paths among `wanted` that apk brought."""
    found: dict[str, tuple[str, str]] = {}
    package = folder = path = ""
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        kind, _, value = line.partition(":")
        if kind == "P":
            package = value
        elif kind == "F":
            folder = value
        elif kind == "R":
            path = f"/{folder}/{value}" if folder else f"/{value}"
            if path in wanted:
                found[path] = (package, "")
        elif kind == "Z" and path in found:
            found[path] = (package, _sha1(value))
    return found


def _sha1(value: str) -> str:
    """`Q1` and base64 is a SHA-1 of the file."""
    try:
        return base64.b64decode(value[2:], validate=True).hex() if value.startswith("Q1") else ""
    except (binascii.Error, ValueError):
        return ""


def encoded(paths: Iterable[str]) -> set[bytes]:
    return {path.encode("utf-8", "surrogateescape") for path in paths}
