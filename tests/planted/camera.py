"""Who may open the camera and see the screen: the portals' permission store, Flatpak, Snap, udev, systemd and Motion."""

from __future__ import annotations

import json

from tests.planted.base import Fact, Tree

STORE = "/usr/libexec/xdg-permission-store"
CALL = (
    "gdbus call --session --dest org.freedesktop.impl.portal.PermissionStore"
    " --object-path /org/freedesktop/impl/portal/PermissionStore"
    " --method org.freedesktop.impl.portal.PermissionStore.SetPermission"
)
TOKEN = "5a3f0a52-6b0e-4c39-9d0e-2f0a8b5f8a11"
SNAP = "/var/lib/snapd/state.json"
# Debian's unit (motion 4.5.1), without its description.
UNIT = "[Service]\nType=simple\nUser=motion\nExecStart=/usr/bin/motion\n\n[Install]\nWantedBy=multi-user.target\n"
MOTION = "daemon off\nvideo_device /dev/video0\nstream_port 8081\nstream_localhost {}\nwebcontrol_port 8080\nwebcontrol_localhost on\n"

FACTS = (
    Fact(
        "camera/app-grants",
        "org.example.Calls in ~/.local/share/flatpak/db/devices",
        "an app that was allowed the camera",
        STORE,
    ),
    Fact(
        "camera/app-grants",
        "org.example.Helper in ~/.local/share/flatpak/overrides/org.example.Helper",
        "a Flatpak app that was given every device by hand",
        "flatpak",
    ),
    Fact("camera/app-grants", f"helper in {SNAP}", "a Snap app that was connected to the keyboards by hand"),
    Fact(
        "camera/open-nodes",
        "bob in /etc/group (camera)",
        "another person's account in the group video",
        "usermod",
    ),
    Fact(
        "camera/open-nodes",
        "/etc/udev/rules.d/99-camera.rules (camera)",
        "a rule that lets every account open the camera",
    ),
    Fact(
        "camera/recording-service",
        "Motion in /lib/systemd/system/motion.service",
        "Motion, which starts with the computer",
        "systemctl",
    ),
    Fact(
        "camera/recording-service",
        "Motion in /etc/motion/motion.conf",
        "Motion, which shows the picture to the network",
    ),
    Fact(
        "camera/virtual-camera",
        "v4l2loopback in /etc/modules-load.d/v4l2loopback.conf",
        "a virtual camera at every start",
    ),
    Fact(
        "access/remembered-screen",
        "com.example.Recorder in ~/.local/share/flatpak/db/screencast",
        "an app that may see the screen again",
        STORE,
    ),
    Fact("access/x11-session", "X11 in /etc/gdm3/custom.conf", "a login screen that was told to use X11"),
)


def plant(tree: Tree) -> None:
    permissions(
        tree,
        ("devices", "camera", "org.example.Calls", "yes"),
        ("screencast", TOKEN, "com.example.Recorder", "yes"),
    )
    if tree.has("flatpak"):
        tree.run(["flatpak", "override", "--user", "--device=all", "org.example.Helper"])
    connected(tree, {"helper:raw core:raw-input": {"interface": "raw-input"}})
    if tree.has("usermod") and "\nbob:" in tree.at("/etc/passwd").read_text():  # from the topic of accounts
        tree.run(["usermod", "--prefix", str(tree.root), "--append", "--groups", "video", "bob"])
    tree.write("/etc/udev/rules.d/99-camera.rules", 'SUBSYSTEM=="video4linux", MODE="0666"\n')
    tree.write("/lib/systemd/system/motion.service", UNIT)
    if tree.has("systemctl"):
        tree.run(["systemctl", "--root", str(tree.root), "enable", "motion.service"])
    tree.write("/etc/motion/motion.conf", MOTION.format("off"))
    tree.write("/etc/modules-load.d/v4l2loopback.conf", "v4l2loopback\n")
    tree.write("/etc/gdm3/custom.conf", "[daemon]\nWaylandEnable=false\n")


def clean(tree: Tree) -> None:
    """A refusal, rights taken away, Motion as Debian ships it but not switched on, and udev rules that packages bring."""
    permissions(tree, ("devices", "camera", "org.example.Calls", "no"))
    if tree.has("flatpak"):
        tree.run(["flatpak", "override", "--user", "--nodevice=all", "org.example.Helper"])
    connected(tree, {"firefox:camera core:camera": {"interface": "camera", "auto": True}})
    tree.write(
        "/etc/udev/rules.d/60-steam.rules",
        'KERNEL=="hidraw*", ATTRS{idVendor}=="28de", MODE="0660", TAG+="uaccess"\n',
    )
    tree.write("/lib/systemd/system/motion.service", UNIT)
    tree.write("/etc/motion/motion.conf", MOTION.format("on"))
    tree.write("/etc/modules-load.d/cups-filters.conf", "lp\nppdev\nparport_pc\n")
    tree.write("/etc/gdm3/custom.conf", "[daemon]\n#WaylandEnable=false\n")


def permissions(tree: Tree, *entries: tuple[str, str, str, str]) -> None:
    """Let the real permission store write them: table, id, app, permission."""
    if tree.has(STORE) and tree.has("gdbus") and tree.has("dbus-run-session"):
        calls = "\n".join(
            f"{CALL} {table} true {name} {app} \"['{word}']\"" for table, name, app, word in entries
        )
        script = f"{STORE} & sleep 0.5\n{calls}\nsleep 0.5; kill %1; wait"
        tree.run(["dbus-run-session", "--", "bash", "-c", script])


def connected(tree: Tree, conns: dict[str, dict[str, object]]) -> None:
    tree.write(SNAP, json.dumps({"data": {"conns": conns}, "changes": {}, "tasks": {}}), 0o600)
