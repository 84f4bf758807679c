"""Accounts as useradd(8) and usermod(8) write them, and a login without a password."""

from __future__ import annotations

from tests.planted.base import Fact, Tree

FACTS = (
    Fact("access/other-accounts", "carol", "a second account that can log in", "useradd"),
    Fact("access/administrators", "bob", "a third, who is an administrator", "usermod"),
    Fact("access/second-root", "rescue", "another name for root", "useradd"),
    Fact("access/automatic-login", "GDM: alice", "the login screen is passed without a password"),
)


def plant(tree: Tree) -> None:
    if tree.has("useradd"):
        prefix = ["--prefix", str(tree.root)]
        tree.run(["useradd", *prefix, "--uid", "1001", "--shell", "/bin/bash", "-c", "Bob B", "bob"])
        tree.run(["usermod", *prefix, "--append", "--groups", "sudo", "bob"])
        tree.run(["useradd", *prefix, "--uid", "1002", "--shell", "/bin/bash", "carol"])
        tree.run(["useradd", *prefix, "--uid", "0", "--non-unique", "--shell", "/bin/bash", "rescue"])
    tree.write("/etc/gdm3/daemon.conf", "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=alice\n")


def clean(tree: Tree) -> None:
    """Accounts of programs, and Debian's own settings of the login screen."""
    if tree.has("useradd"):
        tree.run(
            ["useradd", "--prefix", str(tree.root), "--system", "--shell", "/usr/sbin/nologin", "backupd"]
        )
    tree.write("/etc/gdm3/daemon.conf", "[daemon]\n# AutomaticLoginEnable = true\n# AutomaticLogin = user1\n")
