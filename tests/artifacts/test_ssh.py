from __future__ import annotations

import base64
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import ssh_keys, ssh_server
from audit.artifacts.base import ParseError
from audit.artifacts.process import Process
from audit.artifacts.ssh_client import SshForward
from audit.artifacts.ssh_keys import AuthorizedKey
from audit.artifacts.ssh_server import SshServer, awake
from audit.model import Gap, GapKind
from audit.stores import sshconf
from audit.stores.sshconf import Directive
from tests.artifacts.devices import device, see, system

# As Debian 12's openssh-server 9.2 installs it, shortened.
DEBIAN = """
# This is the sshd server system-wide configuration file.
Include /etc/ssh/sshd_config.d/*.conf

#Port 22
#PermitRootLogin prohibit-password
KbdInteractiveAuthentication no
UsePAM yes
X11Forwarding yes
AcceptEnv LANG LC_*
Subsystem	sftp	/usr/lib/openssh/sftp-server
"""


def key(comment: str = "sam@desktop", seed: int = 1) -> str:
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes([seed]) * 32
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} {comment}".rstrip()


def server(root: Path) -> SshServer:
    (found,) = see(root, SshServer)
    return found


def machine(tmp_path: Path, files: dict[str, str | bytes]) -> Path:
    return system(tmp_path, {"usr/sbin/sshd": "ELF", "etc/ssh/sshd_config": DEBIAN, **files})


def test_lines() -> None:
    text = b'Port 22\n  PermitRootLogin=yes\n\n# x\nMatch User "a b" Address 10.0.0.0/8\n\tPasswordAuthentication = no # why\nwrong\n'
    assert sshconf.parse(text) == [
        Directive("port", ("22",)),
        Directive("permitrootlogin", ("yes",)),
        Directive("match", ("User", "a b", "Address", "10.0.0.0/8")),
        Directive("passwordauthentication", ("no",)),
    ]


def test_as_debian_installs_it(tmp_path: Path) -> None:
    found = server(machine(tmp_path, {}))
    assert found == SshServer("/etc/ssh/sshd_config")
    assert (found.passwords, found.root_login, found.empty_passwords) == (True, "prohibit-password", False)
    assert not awake(found, [])
    assert awake(found, [Process("sshd", "/usr/sbin/sshd")])
    assert not awake(found, [Process("sshd", "~/bin/sshd")])


def test_what_is_included_first_counts_first(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/ssh/sshd_config.d/10-mine.conf": "PermitRootLogin yes\nMatch User sam\nPermitEmptyPasswords yes\n",
        "etc/ssh/sshd_config.d/20-late.conf": "PermitRootLogin no\nPasswordAuthentication no\n",
        "etc/ssh/sshd_config.d/notes.txt": "PermitEmptyPasswords yes\n",
        "etc/systemd/system/multi-user.target.wants/ssh.service": "",
    }
    found = server(machine(tmp_path, files))
    assert (found.root_login, found.passwords, found.empty_passwords) == ("yes", False, False)
    assert found.exceptions == ("User sam: permitemptypasswords",)
    assert found.enabled_by == "/etc/systemd/system/multi-user.target.wants/ssh.service"


DIALOGUE = [
    ("PasswordAuthentication no\nUsePAM yes\n", True),
    ("PasswordAuthentication no\nUsePAM yes\nChallengeResponseAuthentication no\n", False),
    ("PasswordAuthentication no\nUsePAM yes\nKbdInteractiveAuthentication no\n", False),
    (
        "PasswordAuthentication no\nChallengeResponseAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM yes\n",
        True,
    ),
    ("PasswordAuthentication no\nKbdInteractiveAuthentication yes\n", False),
    ("AuthenticationMethods publickey,password publickey,keyboard-interactive:pam\n", False),
    ("AuthenticationMethods publickey keyboard-interactive:pam\n", True),
    ("AuthenticationMethods any\n", True),
]


@pytest.mark.parametrize(("text", "passwords"), DIALOGUE)
def test_passwords_are_asked_for_in_a_dialogue_too(tmp_path: Path, text: str, passwords: bool) -> None:
    assert server(machine(tmp_path, {"etc/ssh/sshd_config": text})).passwords is passwords


BLOCKS = [
    ("PermitRootLogin no\nMatch Address 10.0.0.0/8\nPermitRootLogin prohibit-password\n", ("Address 10.0.0.0/8: permitrootlogin",)),
    ("Match User sam\nPermitRootLogin prohibit-password\n", ()),
    ("UsePAM yes\nMatch User sam\nKbdInteractiveAuthentication yes\n", ("User sam: kbdinteractiveauthentication",)),
    ("Match User sam\nKbdInteractiveAuthentication yes\n", ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "exceptions"), BLOCKS)
def test_blocks_that_allow_more(tmp_path: Path, text: str, exceptions: tuple[str, ...]) -> None:
    assert server(machine(tmp_path, {"etc/ssh/sshd_config": text})).exceptions == exceptions


def test_keys_that_a_block_names(tmp_path: Path) -> None:
    text = "Match User alice\nAuthorizedKeysFile /etc/keys/%u\nTrustedUserCAKeys /etc/ca\n"
    root = machine(tmp_path, {"etc/ssh/sshd_config": text, "etc/keys/alice": key()})
    assert server(root).keys == (*ssh_server.KEYS, "/etc/keys/%u")
    assert server(root).trusted_signers == "/etc/ca"
    assert [each.settings for each in see(root, AuthorizedKey)] == ["/etc/keys/alice"]


def test_options_of_its_service(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/default/ssh": '# x\nSSHD_OPTS="-p 2200 -oPermitRootLogin=yes -f /etc/ssh/other"\n',
        "etc/ssh/other": "Port 22\nPermitRootLogin no\nPasswordAuthentication no\n",
    }
    found = server(machine(tmp_path, files))
    assert (found.settings, found.ports, found.root_login) == ("/etc/ssh/other", ("2200", "22"), "yes")
    assert not found.passwords


@pytest.mark.parametrize(
    "text", ["", "SSHD_OPTS=\n", 'OPTIONS=""\n', "SSHD_OPTS=-o\n", "SSHD_OPTS=-4\n", "SSHD_OPTS=-D -e\n"]
)
def test_a_service_without_options_of_its_own(tmp_path: Path, text: str) -> None:
    root = machine(tmp_path, {"etc/default/ssh": text})
    assert server(root) == SshServer("/etc/ssh/sshd_config")
    assert see(root, SshServer).gaps == ()


def test_an_include_with_a_wildcard_in_a_folders_name(tmp_path: Path) -> None:
    text = "Include /etc/ssh/*.d/*.conf\nInclude /etc/%m/x\n"
    files: dict[str, str | bytes] = {
        "etc/ssh/sshd_config": text,
        "etc/ssh/a.d/x.conf": "PermitRootLogin yes\n",
    }
    root = machine(tmp_path, files)
    assert server(root).root_login == "yes"
    assert see(root, SshServer).gaps == (
        Gap(GapKind.NOT_VISIBLE, {"what": "settings of SSH", "path": "/etc/%m/x"}),
    )


def test_more_files_than_are_read(tmp_path: Path) -> None:
    root = machine(tmp_path, {"etc/ssh/sshd_config.d/": ""})
    for number in range(300):
        (root / f"etc/ssh/sshd_config.d/{number}.conf").touch()
    assert [(gap.kind, gap.params["most"]) for gap in see(root, SshServer).gaps] == [(GapKind.BOUNDED, "256")]


@pytest.mark.parametrize(
    "link",
    [
        "etc/systemd/system/sockets.target.wants/ssh.socket",
        "etc/systemd/system/multi-user.target.wants/sshd.service",
        "etc/rc3.d/S01ssh",
        "etc/runlevels/default/sshd",
        "var/service/sshd",
    ],
)
def test_what_starts_it(tmp_path: Path, link: str) -> None:
    assert server(machine(tmp_path, {link: ""})).enabled_by == f"/{link}"


@pytest.mark.parametrize(
    "path", ["etc/rc3.d/K01ssh", "etc/systemd/user/default.target.wants/ssh.service", "etc/rc3.d/S01sshguard"]
)
def test_what_does_not(tmp_path: Path, path: str) -> None:
    assert server(machine(tmp_path, {path: ""})).enabled_by == ""


def test_switched_off(tmp_path: Path) -> None:
    link = "etc/systemd/system/multi-user.target.wants/ssh.service"
    root = machine(tmp_path / "a", {link: "", "etc/ssh/sshd_not_to_be_run": ""})
    assert server(root).enabled_by == ""
    root = machine(tmp_path / "b", {link: ""})
    (root / "etc/systemd/system/ssh.service").symlink_to("/dev/null")
    assert server(root).enabled_by == ""


@pytest.mark.parametrize(
    ("text", "reachable"),
    [
        ("", True),
        ("ListenAddress 127.0.0.1\nListenAddress ::1", False),
        ("ListenAddress localhost:2222", False),
        ("ListenAddress 127.0.0.1\nListenAddress 0.0.0.0", True),
    ],
)
def test_who_can_reach_it(tmp_path: Path, text: str, reachable: bool) -> None:
    assert server(machine(tmp_path, {"etc/ssh/sshd_config": text})).reachable is reachable


def test_no_server_and_a_copied_home(tmp_path: Path) -> None:
    assert not see(system(tmp_path / "a", {"etc/ssh/sshd_config": DEBIAN}), SshServer).items
    shown = see(device(tmp_path / "b", {".ssh/authorized_keys": key()}), SshServer)
    assert (shown.items, [gap.kind for gap in shown.gaps]) == ((), ["not-held"])


def test_files_that_include_themselves(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/ssh/sshd_config": "Include sshd_config\n" * 50 + "Include sub/*\nPermitRootLogin yes\n",
        "etc/ssh/sub/a": "Include /etc/ssh/sub/*\n",
    }
    assert server(machine(tmp_path, files)).root_login == "yes"


def test_keys(tmp_path: Path) -> None:
    lines = [
        "# mine",
        key(),
        f'command="echo \\"a, b\\" secret",from="10.0.0.*",no-pty {key("backup", 2)}',
        f"cert-authority {key('', 3)}",
        "ssh-ed25519 AAAA broken",
        "nonsense",
    ]
    root = machine(
        tmp_path,
        {
            "home/alice/.ssh/authorized_keys": "\n".join(lines),
            "home/alice/.ssh/authorized_keys2": key("old", 4),
            "root/.ssh/authorized_keys": key("cloud", 5),
        },
    )
    found = list(see(root, AuthorizedKey))
    assert [(each.account, each.settings, each.comment) for each in found] == [
        ("alice", "~/.ssh/authorized_keys", "sam@desktop"),
        ("alice", "~/.ssh/authorized_keys", "backup"),
        ("alice", "~/.ssh/authorized_keys", ""),
        ("alice", "~/.ssh/authorized_keys2", "old"),
        ("root", "/root/.ssh/authorized_keys", "cloud"),
    ]
    assert found[1].options == ("command", "from 10.0.0.*", "no-pty")
    assert [each.tied for each in found] == [False, True, False, False, False]
    assert [each.signer for each in found] == [False, False, True, False, False]
    assert "secret" not in repr(found)
    assert all(len(each.changed) == 10 for each in found)


def test_keys_kept_elsewhere(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/ssh/sshd_config": "AuthorizedKeysFile /etc/ssh/keys/%u %h/.k none\nAuthorizedKeysCommand /usr/bin/ask\nTrustedUserCAKeys none\n",
        "etc/ssh/keys/alice": key("a", 1),
        "etc/ssh/keys/root": key("r", 2),
        "home/alice/.k": key("k", 3),
        "home/alice/.ssh/authorized_keys": key("not read", 4),
    }
    root = machine(tmp_path, files)
    assert [each.comment for each in see(root, AuthorizedKey)] == ["a", "k", "r"]
    assert (server(root).keys_command, server(root).trusted_signers) == ("/usr/bin/ask", "")


@pytest.mark.parametrize(
    ("pattern", "home", "place"),
    [
        (".ssh/authorized_keys", "/home/a", "/home/a/.ssh/authorized_keys"),
        (".ssh/authorized_keys", "", ""),
        ("%h/x%%", "/home/a", "/home/a/x%"),
        ("%h/x", "", ""),
        ("/etc/k/%u", "", "/etc/k/a"),
    ],
)
def test_places(pattern: str, home: str, place: str) -> None:
    assert ssh_keys.place_of(pattern, "a", home) == place


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path, kind: str) -> None:
    made = tmp_path / "k"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "a comment", "-f", made], check=True)
    shown = subprocess.run(
        ["ssh-keygen", "-lf", f"{made}.pub"], check=True, capture_output=True, text=True
    ).stdout
    (found,) = ssh_keys.parse((tmp_path / "k.pub").read_bytes())
    assert found.fingerprint == shown.split()[1]
    assert found.comment == "a comment"


def test_forwards(tmp_path: Path) -> None:
    text = "Include config.d/*\nHost home h2\n  HostName example.org\n  RemoteForward 2222 localhost:22\nHost *\n  LocalForward 1 b:2\n"
    files: dict[str, str | bytes] = {
        "home/alice/.ssh/config": text,
        "home/alice/.ssh/config.d/x": "RemoteForward 127.0.0.1:9 [::1]:22\n",
        "etc/ssh/ssh_config": "Include /etc/ssh/ssh_config.d/*.conf\nHost *\n    SendEnv LANG LC_*\n    HashKnownHosts yes\n",
    }
    assert list(see(system(tmp_path, files), SshForward)) == [
        SshForward("*", "127.0.0.1:9", "[::1]:22", "~/.ssh/config.d/x", "alice"),
        SshForward("home h2", "2222", "localhost:22", "~/.ssh/config", "alice"),
    ]


@given(data=st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    start = key().encode()
    for content in (
        data,
        start + data,
        b'command="' + data + b'" ' + start,
        data + b" " + start,
        b"Match " + data,
    ):
        with suppress(ParseError):
            ssh_keys.parse(content)
        with suppress(ParseError):
            lines = [ssh_files_line(each) for each in sshconf.parse(content)]
            ssh_server.understood(lines, "/etc/ssh/sshd_config")


def ssh_files_line(each: Directive) -> ssh_server.Line:
    return ssh_server.Line(each.keyword, each.words, "/x")


def test_long_lines_take_no_time() -> None:
    for text in (b"a," * 200_000, b'a="' * 100_000, b"no-pty " * 100_000, b" " * 300_000, b'"\\' * 100_000):
        with suppress(ParseError):
            ssh_keys.parse(text)
        with suppress(ParseError):
            sshconf.parse(b"Port " + text)
