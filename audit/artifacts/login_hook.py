"""What runs or records when somebody logs in or types a password: lines of PAM's settings that hand it on.

pam.d(5); pam_exec(8): expose_authtok gives the password to the program; pam_tty_audit(8): log_passwd records what is typed while
nothing is shown; pam-script(7) runs scripts with the password in PAM_AUTHTOK. The lines' other options are not kept.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.signs import signs_in
from audit.artifacts.starting import SETTINGS_SIZE, files_in, whole_lines
from audit.model import GapKind, Platform

# Words of ours, kept in records.
RUNS = "runs a program whenever somebody logs in"
GIVES = "hands passwords to a program as they are typed"
TYPED = "writes down what is typed in a terminal"
TYPED_PASSWORDS = "writes down what is typed in a terminal, passwords too"
FOLDERS = ("/etc/pam.d", "/usr/lib/pam.d", "/usr/local/etc/pam.d")  # pam.d(5), FILES
_LINE = re.compile(
    r"\s*-?(?:auth|account|password|session)\s+(?:\[[^\]]*\]|\S+)\s+(?P<module>\S+)(?P<options>.*)"
)
_WORD = re.compile(r"\[(?:[^\]\\]|\\.)*\]|\S+")  # an option in brackets may hold blanks
# Options of pam_exec(8); what follows them is the program.
_EXEC_OPTION = re.compile(r"(?:debug|expose_authtok|seteuid|quiet|quiet_log|stdout|log=.*|type=.*)")
_SCRIPTS = "/usr/share/libpam-script"  # Debian's place for pam_script's scripts


@dataclass(frozen=True, slots=True)
class LoginHook(Artifact):
    """One line of PAM's settings. `program` is what it runs, where it says so; `what` is one of the words above."""

    KIND: ClassVar[str] = "login-hook"
    service: str
    settings: str
    line: int
    module: str
    what: str
    program: str = ""
    signs: tuple[str, ...] = ()


@collects(LoginHook)
def collect(look: Look) -> Iterator[LoginHook]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what="what runs when somebody logs in")
        return
    for folder in FOLDERS:
        for path in files_in(look, folder):
            for line, module, what, program in look.parse(parse, path, SETTINGS_SIZE) or ():
                service = posixpath.basename(path)
                yield LoginHook(service, path, line, module, what, look.show(program), signs_in(program))


def parse(data: bytes) -> list[tuple[int, str, str, str]]:
    """(line, module, what, program) for the lines of a file in pam.d(5) that hand something on. Raises ParseError."""
    found = []
    for number, line in whole_lines(data):
        match = _LINE.match(line.partition("#")[0])
        if match is None:
            continue
        module = posixpath.basename(match["module"]).removesuffix(".so")
        options = _WORD.findall(match["options"])
        if what := _what(module, options):
            found.append((number, module, what, _program(module, options)))
    return found


def modules_named(data: bytes) -> list[str]:
    """The file names of every module that a file in pam.d(5) asks for. Raises ParseError."""
    lines = (line.partition("#")[0] for _, line in whole_lines(data))
    return list(dict.fromkeys(match["module"] for line in lines if (match := _LINE.match(line))))


def modules(look: Look) -> list[str]:
    """The paths of the modules that PAM's settings ask for, where they stand."""
    files = [path for folder in FOLDERS for path in files_in(look, folder)]
    names = {name for path in files for name in look.parse(modules_named, path, SETTINGS_SIZE) or ()}
    found = [name for name in sorted(names) if name.startswith("/")]
    for folder in _module_folders(look):
        found += [path for path in files_in(look, folder, r".*\.so") if posixpath.basename(path) in names]
    return found


def _module_folders(look: Look) -> list[str]:
    """Where modules are: a `security` folder among the libraries, or in one of a kind of processor (Debian's multiarch)."""
    kinds = [
        f"/usr/lib/{entry.name}"
        for entry in look.scan("/usr/lib")
        if entry.is_dir and entry.name.endswith("-gnu")
    ]
    return [f"{folder}/security" for folder in (*kinds, "/usr/lib", "/usr/lib64", "/usr/local/lib")]


def _what(module: str, options: list[str]) -> str:
    if module == "pam_exec":
        return GIVES if "expose_authtok" in options else RUNS
    if module == "pam_script":
        return GIVES
    if module == "pam_tty_audit" and any(word.startswith("enable=") for word in options):
        return TYPED_PASSWORDS if "log_passwd" in options else TYPED
    return ""


def _program(module: str, options: list[str]) -> str:
    if module == "pam_script":
        return next((word.removeprefix("dir=") for word in options if word.startswith("dir=")), _SCRIPTS)
    if module != "pam_exec":
        return ""
    words = [word.strip("[]") for word in options if not _EXEC_OPTION.fullmatch(word)]
    return next((word for word in words if word.startswith("/")), "")
