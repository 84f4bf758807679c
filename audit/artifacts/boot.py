"""What a system starts outside systemd: init scripts, OpenRC, runit, inittab, rc.local, and programs run when something happens:
a network connects, the computer wakes, packages change, a device is plugged in, a module of the kernel is loaded.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from audit.artifacts.base import Look
from audit.artifacts.starting import SETTINGS_SIZE, Start, files_in, parse_script, text_lines, whole_lines

SCRIPT = "script of the system"
DEVICE = "device rule"
MODULE = "kernel module"
_RUNLEVELS = ("2", "3", "4", "5", "S")  # update-rc.d(8)
_OPENRC = "/etc/runlevels"  # openrc(8), rc-update(8)
_RUNIT = (
    "/etc/runit/runsvdir/default",
    "/var/service",
    "/etc/service",
    "/service",
)  # runsvdir(8), Void's and Debian's places
# Folders whose programs are all run, as root: NetworkManager-dispatcher(8), interfaces(5), pppd(8), dhclient-script(8),
# update-motd(5), systemd-sleep(8), systemd-shutdown(8), openrc's local(8), pm-action(8).
_HOOKS = (
    *(f"/etc/NetworkManager/dispatcher.d{sub}" for sub in ("", "/pre-up.d", "/pre-down.d", "/no-wait.d")),
    *(f"/etc/network/if-{when}.d" for when in ("pre-up", "up", "down", "post-down")),
    "/etc/ppp/ip-up.d",
    "/etc/ppp/ip-down.d",
    "/etc/dhcp/dhclient-enter-hooks.d",
    "/etc/dhcp/dhclient-exit-hooks.d",
    "/etc/update-motd.d",
    "/etc/systemd/system-sleep",
    "/usr/lib/systemd/system-sleep",
    "/etc/systemd/system-shutdown",
    "/usr/lib/systemd/system-shutdown",
    "/etc/local.d",
    "/etc/pm/sleep.d",
)
_UDEV = (
    "/etc/udev/rules.d",
    "/run/udev/rules.d",
    "/usr/local/lib/udev/rules.d",
    "/usr/lib/udev/rules.d",
)  # udev(7)
_UDEV_TOOLS = "/usr/lib/udev/"  # udev(7), RUN: where a name without a path is
_UDEV_RUNS = re.compile(
    r'\b(?:RUN|RUN\{program\}|IMPORT\{program\}|PROGRAM)\s*(?:\+=|:=|==|=)\s*e?"(?P<command>(?:[^"\\]|\\.)*)"'
)
_APT_HOOK = re.compile(
    r"(?:Pre|Post)-(?:Invoke(?:-Success|-Stats)?|Install-Pkgs)\b"
)  # apt.conf(5), HOW APT CALLS DPKG
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MODPROBE = re.compile(r"\s*(?:install|remove)\s+(?P<name>\S+)\s+(?P<command>\S.*)")  # modprobe.d(5)


def starts(look: Look) -> Iterator[Start]:
    yield from _init(look)
    for folder in _HOOKS:
        for path in files_in(look, folder):
            yield Start(SCRIPT, posixpath.basename(path), path, path, as_root=True, exact=True)
    for path in ("/etc/rc.local", "/etc/rc.d/rc.local"):
        for line, command in look.parse(parse_script, path, SETTINGS_SIZE) or ():
            yield Start(SCRIPT, "rc.local", path, command, line, as_root=True, by_shell=True)
    for path in files_in(look, "/etc/apt/apt.conf.d"):
        for line, command in look.parse(parse_apt_hooks, path, SETTINGS_SIZE) or ():
            yield Start(SCRIPT, posixpath.basename(path), path, command, line, as_root=True, by_shell=True)
    yield from _devices(look)
    yield from _modules(look)


def _init(look: Look) -> Iterator[Start]:
    seen = {f"/etc/init.d/{entry.name[3:]}" for level in _RUNLEVELS for entry in look.scan(f"/etc/rc{level}.d")
            if re.fullmatch(r"S\d\d.+", entry.name)}  # fmt: skip
    for level in look.scan(_OPENRC):
        if level.is_dir:
            seen |= {
                f"/etc/init.d/{posixpath.basename(path)}"
                for path in files_in(look, f"{_OPENRC}/{level.name}")
            }
    for folder in _RUNIT:
        seen |= {
            f"{folder}/{entry.name}/run" for entry in look.scan(folder) if not entry.name.startswith(".")
        }
    for path in sorted(seen):
        name = path.split("/")[-2] if path.endswith("/run") else posixpath.basename(path)
        if look.stat(path) is not None:
            yield Start(SCRIPT, name, path, path, as_root=True, exact=True)
    for line, command in look.parse(parse_inittab, "/etc/inittab", SETTINGS_SIZE) or ():
        yield Start(SCRIPT, "inittab", "/etc/inittab", command, line, as_root=True, by_shell=True)


def parse_inittab(data: bytes) -> list[tuple[int, str]]:
    """(line, command) of inittab(5): four fields divided by colons. Raises ParseError."""
    rows = ((number, line.split(":", 3)) for number, line in enumerate(text_lines(data), 1))
    return [
        (number, row[3].strip())
        for number, row in rows
        if len(row) == 4 and not row[0].startswith("#") and row[3].strip()
    ]


def parse_apt_hooks(data: bytes) -> list[tuple[int, str]]:
    """(line, command) for what apt runs before and after it changes packages (apt.conf(5)). Raises ParseError."""
    found = []
    inside = False
    for number, line in enumerate(text_lines(data), 1):
        text = line.strip()
        if text.startswith(("//", "#")):
            continue
        match = _APT_HOOK.search(text)
        inside = inside or match is not None
        rest = text[match.end() :] if match else text
        if inside:
            found += [(number, quoted) for quoted in _QUOTED.findall(rest) if quoted.strip()]
            plain = _QUOTED.sub("", rest)
            inside = "}" not in plain and not (match and "{" not in plain and ";" in plain)
    return found


def _devices(look: Look) -> Iterator[Start]:
    merged = any(entry.name == "lib" and entry.is_link for entry in look.scan("/"))
    for folder in (*_UDEV, *(() if merged else ("/lib/udev/rules.d",))):
        for path in files_in(look, folder, r".*\.rules"):
            for line, command in look.parse(parse_udev, path, SETTINGS_SIZE) or ():
                whole = command if command.startswith(("/", "$", "%")) else _UDEV_TOOLS + command
                yield Start(DEVICE, posixpath.basename(path), path, whole, line, as_root=True)


def parse_udev(data: bytes) -> list[tuple[int, str]]:
    """(line, command) for the programs that rules of udev(7) run. Raises ParseError."""
    lines = ((number, line) for number, line in whole_lines(data) if not line.lstrip().startswith("#"))
    return [(number, found["command"].strip()) for number, line in lines for found in _UDEV_RUNS.finditer(line)
            if found["command"].strip()]  # fmt: skip


def _modules(look: Look) -> Iterator[Start]:
    """Modules that are loaded at boot (modules-load.d(5), Debian's modules(5)), and commands run in place of one."""
    for path in ["/etc/modules", *files_in(look, "/etc/modules-load.d", r".*\.conf")]:
        for line, name in look.parse(parse_modules, path, SETTINGS_SIZE) or ():
            yield Start(MODULE, name, path, "", line, as_root=True)
    for path in files_in(look, "/etc/modprobe.d", r".*\.conf"):
        for line, name, command in look.parse(parse_modprobe, path, SETTINGS_SIZE) or ():
            yield Start(MODULE, name, path, command, line, as_root=True, by_shell=True)


def parse_modules(data: bytes) -> list[tuple[int, str]]:
    """(line, module). Raises ParseError."""
    rows = ((number, line.split()) for number, line in enumerate(text_lines(data), 1))
    return [(number, row[0]) for number, row in rows if row and row[0][0] not in "#;"]


def parse_modprobe(data: bytes) -> list[tuple[int, str, str]]:
    """(line, module, command) for `install` and `remove` lines of modprobe.d(5). Raises ParseError."""
    rows = ((number, _MODPROBE.match(line)) for number, line in whole_lines(data))
    return [(number, match["name"], match["command"].strip()) for number, match in rows if match]
