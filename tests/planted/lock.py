"""Doors left open: accounts and root without a password, screens that stay open, open stores, names and what hides."""

from __future__ import annotations

from tests.planted.base import Fact, Tree

KEYRING = "~/.local/share/keyrings/login.keyring"
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
    Fact("access/screen-lock", "GNOME", "the screen is never blanked", "dconf"),
    Fact("access/screen-lock", "KDE Plasma", "the screen does not lock by itself", "kwriteconfig5"),
    Fact("access/screen-lock", "Xfce", "the screensaver does not lock", "xfconf-query"),
    Fact(
        "access/hidden-accounts", "ghost", "an account with a number of programs, left out by SDDM", "useradd"
    ),
    Fact("access/hidden-accounts", "emil", "an account that AccountsService calls the system's"),
    Fact("access/fingerprints", "alice", "two fingers on a reader"),
    Fact("access/parental-controls", "alice", "hours at which the account may be used"),
    Fact("access/keyring-without-password", KEYRING, "a store of passwords in plain text", "secret-tool"),
    Fact(
        "access/browser-passwords-open",
        "~/.config/chromium-flags.conf",
        "a browser without a lock for its passwords",
    ),
    Fact("access/radio-name", "/var/lib/bluetooth", "Bluetooth with the person's name"),
    Fact("access/device-name", "/etc/avahi/avahi-daemon.conf", "the person's name in the local network"),
)
LIMITS = "[User]\nSystemAccount=false\n[com.endlessm.ParentalControls.SessionLimits]\nLimitType=1\nDailySchedule=(28800, 72000)\n"
NO_LIMITS = "[User]\nSession=gnome\nSystemAccount=false\n[com.endlessm.ParentalControls.AppFilter]\nAppFilter=(false, @as [])\n"
EMPTY_STORE = "[keyring]\ndisplay-name=Login\nctime=0\nmtime=0\nlock-on-idle=false\nlock-after=false\n"
# Starts the store's daemon beside a store without a password, keeps one password in it, and ends the daemon again.
STORE = """gnome-keyring-daemon --start --foreground --components=secrets >/dev/null & daemon=$!
sleep 1; printf planted | timeout 10 secret-tool store --label=Mail service mail; sleep 0.3; kill $daemon"""
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
    people(tree)
    passwords(tree)
    names(tree, "Alice's laptop")
    tree.write("~/.config/chromium-flags.conf", "--password-store=basic\n")


def people(tree: Tree) -> None:
    """Accounts that are kept out of sight, fingers and limits."""
    if tree.has("useradd"):
        number = ["--uid", "950", "--shell", "/bin/bash", "--password", "$6$planted$planted"]
        tree.run(["useradd", "--prefix", str(tree.root), *number, "ghost"])
        emil = ["--prefix", str(tree.root), "--password", "$6$planted$planted", "emil"]
        tree.run(["usermod", *emil])
    else:
        tree.write(
            "/etc/passwd", tree.at("/etc/passwd").read_text() + "emil:x:1012:1012::/home/emil:/bin/bash\n"
        )
        tree.write(
            "/etc/shadow", tree.at("/etc/shadow").read_text() + "emil:$6$planted$planted:19000::::::\n", 0o640
        )
    tree.write("/etc/sddm.conf", "[Users]\nHideUsers=ghost\n")
    tree.write("/var/lib/AccountsService/users/emil", "[User]\nSystemAccount=true\n", 0o600)
    tree.write("/var/lib/AccountsService/users/alice", LIMITS, 0o600)
    for finger in "27":
        tree.write(f"/var/lib/fprint/alice/goodixmoc/0/{finger}", b"FP3", 0o600)


def passwords(tree: Tree) -> None:
    if tree.has("secret-tool") and tree.has("gnome-keyring-daemon"):
        tree.write(KEYRING, EMPTY_STORE, 0o600)
        tree.write("~/.local/share/keyrings/default", "login")
        tree.run(["dbus-run-session", "--", "sh", "-c", STORE])


def names(tree: Tree, name: str) -> None:
    tree.write("/var/lib/bluetooth/00:11:22:33:44:55/settings", f"[General]\nAlias={name}\n", 0o600)
    tree.write(
        "/etc/avahi/avahi-daemon.conf", f"[server]\nhost-name={name.replace(chr(39), '').replace(' ', '-')}\n"
    )


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
    tree.write("/etc/sddm.conf", "[Users]\nHideUsers=nobody\n")
    tree.write("/var/lib/AccountsService/users/alice", NO_LIMITS, 0o600)
    tree.write(KEYRING, b"GnomeKeyring\n\r\0\n\0\0\0\0", 0o600)
    names(tree, "laptop")
    tree.write("~/.config/chromium-flags.conf", "--password-store=gnome-libsecret\n")
