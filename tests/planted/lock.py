"""Doors left open: accounts without a password, root without one, and screens that stay open."""

from __future__ import annotations

from tests.planted.base import Fact, Tree

FACTS = (
    Fact("access/no-password", "dora", "an account whose password is empty", "useradd"),
    Fact("access/no-password", "emil", "an account that the login screen does not ask", "useradd"),
    Fact("access/sudo-without-password", "sudo: %sudo", "sudo asks nobody of its group", "visudo"),
    Fact("access/sudo-without-password", "doas: emil", "doas does not ask one account", "useradd"),
    Fact(
        "access/sudo-without-password",
        "polkit: dora",
        "polkit says yes to whatever one account asks",
        "useradd",
    ),
)
UNASKED = "auth\tsufficient\tpam_succeed_if.so user ingroup nopasswdlogin\n@include common-auth\n"
COMMON = "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\tpam_deny.so\n"
ASKS = "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n"
POLKIT = 'polkit.addRule(function(action, subject) {\n  if (subject.user == "dora") { return polkit.Result.YES; }\n});\n'


def plant(tree: Tree) -> None:
    accounts(tree)
    sudo(tree, "%sudo ALL=(ALL) NOPASSWD: ALL\n")
    tree.write("/etc/doas.conf", "permit persist :sudo\npermit nopass emil\n")
    tree.write("/etc/polkit-1/rules.d/49-dora.rules", POLKIT)
    gnome(tree, "0")
    if tree.has("kwriteconfig5"):
        tree.run(
            ["kwriteconfig5", "--file", "kscreenlockerrc", "--group", "Daemon", "--key", "Autolock", "false"]
        )
    xfce(tree, "false")


def gnome(tree: Tree, seconds: str) -> None:
    if tree.has("dconf"):
        key = "/org/gnome/desktop/session/idle-delay"
        tree.run(["dbus-run-session", "--", "dconf", "write", key, f"uint32 {seconds}"])


def xfce(tree: Tree, locks: str) -> None:
    if tree.has("xfconf-query"):
        set_it = [
            "xfconf-query",
            "-c",
            "xfce4-screensaver",
            "-n",
            "-p",
            "/lock/enabled",
            "-t",
            "bool",
            "-s",
            locks,
        ]
        for _ in range(5):  # its daemon writes the file when it ends, if it ends in good order
            tree.run(["dbus-run-session", "--", *set_it])
            if tree.at("~/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml").exists():
                break


def accounts(tree: Tree) -> None:
    tree.write("/etc/pam.d/common-auth", COMMON)
    tree.write("/etc/pam.d/gdm-password", UNASKED)
    if tree.has("useradd"):
        prefix = ["--prefix", str(tree.root)]
        tree.run(["groupadd", *prefix, "--system", "nopasswdlogin"])
        tree.run(["useradd", *prefix, "--uid", "1011", "--shell", "/bin/bash", "--password", "", "dora"])
        tree.run(["useradd", *prefix, "--uid", "1012", "--shell", "/bin/bash", "emil"])
        tree.run(["usermod", *prefix, "--append", "--groups", "nopasswdlogin", "emil"])


def sudo(tree: Tree, rule: str) -> None:
    """Settings that sudo's own check finds in order."""
    tree.write("/etc/sudoers", ASKS, 0o440)
    file = tree.write("/etc/sudoers.d/local", rule, 0o440)
    if tree.has("visudo"):
        tree.run(["visudo", "--check", "--file", str(file)])


def clean(tree: Tree) -> None:
    tree.write("/etc/pam.d/common-auth", COMMON)
    tree.write(
        "/etc/pam.d/sddm",
        "# auth    sufficient      pam_succeed_if.so user ingroup nopasswdlogin\n@include common-auth\n",
    )
    sudo(tree, "%sudo ALL=(root) NOPASSWD: /usr/bin/apt update\n")
    tree.write("/etc/doas.conf", "permit persist :sudo\n")
    tree.write(
        "/etc/polkit-1/rules.d/50-default.rules",
        'polkit.addAdminRule(function(action, subject) {\n  return ["unix-group:sudo"];\n});\n',
    )
    gnome(tree, "600")
    if tree.has("kwriteconfig5"):
        tree.run(
            ["kwriteconfig5", "--file", "kscreenlockerrc", "--group", "Daemon", "--key", "Timeout", "10"]
        )
    xfce(tree, "true")
