from __future__ import annotations

import json
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import elevation, sudoers
from audit.artifacts.base import ParseError
from audit.artifacts.elevation import Elevation, Leave
from audit.artifacts.sudoers import Default, Grant, Include, Person, Settings
from tests.artifacts.devices import PASSWD, see, system

ALICE = Person("alice", 1000, frozenset({"alice", "sudo"}), frozenset({1000, 27}))
# As Debian's sudo 1.9 installs it, without most comments.
SHIPPED = """# User privilege specification
Defaults\tenv_reset
Defaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#Defaults:%sudo env_keep += "EDITOR"
root\tALL=(ALL:ALL) ALL

# Allow members of group sudo to execute any command
%sudo\tALL=(ALL:ALL) ALL

@includedir /etc/sudoers.d
"""
GROUP = "root:x:0:\nsudo:x:27:alice\nwheel:x:10:bob\nalice:x:1000:\n"
PEOPLE = PASSWD + "bob:x:1001:1001::/home/bob:/bin/bash\nweb:x:33:33::/var/www:/usr/sbin/nologin\n"


def seen(tmp_path: Path, files: dict[str, str | bytes]) -> list[tuple[str, str, str, str]]:
    common: dict[str, str | bytes] = {"etc/passwd": PEOPLE, "etc/group": GROUP, "etc/sudoers": SHIPPED}
    shown = see(system(tmp_path, {**common, **files}), Elevation)
    assert not shown.gaps
    return [(each.account, each.through, each.granted, each.settings) for each in shown]


def test_as_shipped_everybody_is_asked(tmp_path: Path) -> None:
    assert seen(tmp_path, {}) == []


def test_each_way(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/sudoers.d/90-cloud-init-users": "# User rules for alice\nalice ALL=(ALL) NOPASSWD:ALL\n",
        "etc/sudoers.d/not.read": "bob ALL=(ALL) NOPASSWD:ALL\n",
        "etc/sudoers.d/nor-this~": "bob ALL=(ALL) NOPASSWD:ALL\n",
        "etc/doas.conf": "permit persist :sudo\npermit nopass keepenv :wheel\n",
        "etc/polkit-1/rules.d/49-x.rules": 'polkit.addRule(function(action, subject) {\n  if (subject.isInGroup("wheel")) {\n'
        "    return polkit.Result.YES;\n  }\n});\n",
        "etc/polkit-1/localauthority/50-local.d/a.pkla": "[All]\nIdentity=unix-user:alice\nAction=*\nResultActive=yes\n",
    }
    assert seen(tmp_path, files) == [
        ("alice", "sudo", "alice", "/etc/sudoers.d/90-cloud-init-users"),
        ("bob", "doas", ":wheel", "/etc/doas.conf"),
        ("bob", "polkit", ":wheel", "/etc/polkit-1/rules.d/49-x.rules"),
        ("alice", "polkit", "alice", "/etc/polkit-1/localauthority/50-local.d/a.pkla"),
    ]


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    root = system(
        tmp_path, {"etc/sudoers": "@include /etc/b\n@include /etc/b\n", "etc/b": "@include sudoers\n"}
    )
    assert {gap.kind for gap in see(root, Elevation).gaps} == {"bounded"}


def test_a_copied_home_holds_no_settings(tmp_path: Path) -> None:
    (tmp_path / "Pictures").mkdir()
    assert [gap.kind for gap in see(tmp_path, Elevation).gaps] == ["not-held"]


CASES = [
    ("alice ALL=(ALL) NOPASSWD: ALL", True),
    ("%sudo ALL=(ALL:ALL) NOPASSWD: ALL", True),
    ("ALL ALL=NOPASSWD: ALL", True),
    ("#1000 ALL=NOPASSWD: ALL", True),
    ("%#27 ALL=NOPASSWD: ALL", True),
    ("%#26 ALL=NOPASSWD: ALL", False),
    ("bob, alice ALL = NOPASSWD: SETENV: ALL", True),
    ("alice ALL = NOPASSWD: /usr/bin/apt update", False),
    ("alice ALL = NOPASSWD: /usr/bin/apt update, ALL", True),
    ("alice ALL = NOPASSWD: /usr/bin/apt update, PASSWD: ALL", False),
    ("alice ALL = NOPASSWD: /usr/bin/vim", True),
    ("alice ALL = NOPASSWD: /usr/bin/vim /etc/fstab", False),
    ("alice ALL = NOPASSWD: !/usr/bin/vim", False),
    ("alice ALL = NOPASSWD: /usr/bin/", True),
    ("alice ALL = (bob) NOPASSWD: ALL", False),
    ("alice ALL = (:ops) NOPASSWD: ALL", False),
    ("alice ALL = (bob, root) NOPASSWD: ALL", True),
    ("alice ALL = (#0) NOPASSWD: ALL", True),
    ("alice ALL = (bob) NOPASSWD: ALL, (root) /bin/bash", True),
    ("ALL, !alice ALL = NOPASSWD: ALL", False),
    ("alice ALL = NOPASSWD: ALL\n%sudo ALL=(ALL) ALL", False),
    ("%sudo ALL=(ALL) ALL\nalice ALL = NOPASSWD: ALL", True),
    ("Defaults !authenticate\n%sudo ALL=(ALL) ALL", True),
    ("Defaults env_reset, !authenticate\n%sudo ALL=(ALL) PASSWD: ALL", False),
    ("Defaults:%sudo !authenticate\n%sudo ALL=(ALL) ALL", True),
    ("Defaults: bob, alice !authenticate\n%sudo ALL=(ALL) ALL", True),
    ("Defaults:bob !authenticate\n%sudo ALL=(ALL) ALL", False),
    ("Defaults exempt_group=sudo\n%sudo ALL=(ALL) ALL", True),
    ("User_Alias US = alice, bob : THEM = carol\nUS ALL = NOPASSWD: ALL", True),
    ("User_Alias US = alice, bob : THEM = carol\nTHEM ALL = NOPASSWD: ALL", False),
    ("Cmnd_Alias SH = /bin/sh, /bin/bash\nalice ALL = NOPASSWD: SH", True),
    ("Cmd_Alias SH = /bin/ls\nalice ALL = NOPASSWD: SH", False),
    ("Runas_Alias OP = root\nalice ALL = (OP) NOPASSWD: ALL", True),
    ("alice ALL = \\\n  NOPASSWD: \\\n  ALL # not commented out", True),
    ("# alice ALL = NOPASSWD: ALL", False),
    ("alice one = /bin/ls : two = NOPASSWD: ALL", True),
    ("alice ALL = CWD=/tmp NOPASSWD: ALL", True),
    ("User_Alias A = B\nUser_Alias B = A\nA ALL = NOPASSWD: ALL", False),
    ("alice", False),
    ("= NOPASSWD: ALL", False),
]


@pytest.mark.parametrize(("text", "free"), CASES)
def test_who_is_asked(text: str, free: bool) -> None:
    settings = Settings([(each, "") for each in sudoers.parse(text.encode())])
    assert (settings.unasked(ALICE) is not None) == free


@pytest.mark.skipif(shutil.which("visudo") is None, reason="sudo is not installed")
@pytest.mark.parametrize("text", [text for text, _ in CASES if text not in ("alice", "= NOPASSWD: ALL")])
def test_sudo_itself_understands_the_examples(text: str, tmp_path: Path) -> None:
    file = tmp_path / "sudoers"
    file.write_text(text + "\n")
    file.chmod(0o440)
    done = subprocess.run(["visudo", "-cf", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "cycle" in done.stderr, done.stderr


@pytest.mark.skipif(shutil.which("cvtsudoers") is None, reason="sudo is not installed")
@pytest.mark.parametrize(
    "text",
    [
        text
        for text, _ in CASES
        if "Alias" not in text and "Defaults" not in text and text[-1] == "L" and text[0] != "#"
    ],
)
def test_grants_as_sudo_itself_reads_them(text: str) -> None:
    """cvtsudoers tells each command with its tags, as JSON (which is none where there is a CWD)."""
    done = subprocess.run(
        ["cvtsudoers", "-f", "json"], input=text + "\n", capture_output=True, text=True, check=False
    )
    if done.returncode or "runcwd" in done.stdout:
        pytest.skip("cvtsudoers refuses it, or writes what is no JSON")
    theirs = [
        (
            command.get("command"),
            next((o["authenticate"] for o in spec.get("Options", []) if "authenticate" in o), None),
        )
        for user in json.loads(done.stdout)["User_Specs"]
        for spec in user["Cmnd_Specs"]
        for command in spec["Commands"]
    ]
    ours = [(each.command, each.asks) for each in sudoers.parse(text.encode()) if isinstance(each, Grant)]
    assert ours == theirs


def test_statements() -> None:
    text = b'@include "/etc/a b"\n#includedir /etc/sudoers.d\nDefaults:alice !authenticate\n"%domain users" ALL=ALL\n'
    assert sudoers.parse(text) == [
        Include("/etc/a b", folder=False),
        Include("/etc/sudoers.d", folder=True),
        Default(("alice",), asks=False),
        Grant(("%domain users",), (), None, "ALL"),
    ]


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("permit nopass alice\n", [Leave("alice", False)]),
        ("permit nopass setenv { PATH A=b } alice as root\n", [Leave("alice", False)]),
        ("permit nopass alice as bob\npermit nopass alice cmd ls\n# permit nopass bob\n", []),
        ("permit persist :wheel\ndeny alice\n", [Leave(":wheel", True), Leave("alice", True)]),
        ("permit\n", []),
    ],
)
def test_doas(text: str, leaves: list[Leave]) -> None:
    assert elevation.parse_doas(text.encode()) == leaves


def test_the_last_rule_of_doas_holds(tmp_path: Path) -> None:
    assert seen(tmp_path, {"etc/doas.conf": "permit nopass :sudo\npermit alice\n"}) == []


YES = "return polkit.Result.YES;"


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        (f"polkit.addRule(function(action, subject) {{ {YES} }});", [Leave("", False)]),
        (
            f'polkit.addRule(function(a, subject) {{ if (subject.user == "bob") {{ {YES} }} }});',
            [Leave("bob", False)],
        ),
        (f'polkit.addRule(function(action, subject) {{ if (action.id == "org.x.y") {{ {YES} }} }});', []),
        (f"// polkit.addRule(function(action, subject) {{ {YES} }});", []),
        (f"/* polkit.addRule(function(action, subject) {{ {YES} }});", []),
        ("polkit.addRule(function(action, subject) { return polkit.Result.AUTH_ADMIN; });", []),
        ('polkit.addAdminRule(function(action, subject) { return ["unix-group:sudo"]; });', []),
    ],
)
def test_polkit(text: str, leaves: list[Leave]) -> None:
    assert elevation.parse_rules(text.encode()) == leaves


def test_pkla_of_one_action_is_no_leave_for_all() -> None:
    one = b"[A]\nIdentity=unix-group:sudo\nAction=org.x.y\nResultActive=yes\n[B]\nIdentity=unix-user:*\nAction=a;*\nResultAny=yes\n"
    assert elevation.parse_pkla(one) == [Leave("", False)]


@pytest.mark.parametrize(
    "piece",
    [
        b'"',
        b"(",
        b"a,",
        b" , ",
        b"!",
        b"\\",
        b"%",
        b"A=B:",
        b"Defaults:a,",
        b"/*",
        b"setenv{",
        b"#",
        b"NOPASSWD:",
    ],
)
def test_hostile_lines_take_no_time(piece: bytes) -> None:
    data = piece * (8000 // len(piece))
    start = time.process_time()
    for content in (data, b"alice ALL=" + data, b"Defaults:" + data, (data[:4000] + b"\n") * 15):
        for parser in (sudoers.parse, elevation.parse_doas, elevation.parse_rules, elevation.parse_pkla):
            with suppress(ParseError):
                parser(content)
    assert time.process_time() - start < 10


def test_deep_aliases_end() -> None:
    text = "".join(
        f"User_Alias A{i} = A{i + 1}, A{i + 1}\nCmnd_Alias C{i} = C{i + 1}, C{i + 1}\n" for i in range(2000)
    )
    settings = Settings([(each, "") for each in sudoers.parse((text + "A0 ALL = NOPASSWD: C0\n").encode())])
    assert settings.unasked(ALICE) is None


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for content in (
        data,
        b"alice ALL=" + data,
        b"Defaults" + data,
        b"permit " + data,
        b"polkit.addRule(" + data,
        b"[a]\n" + data,
    ):
        for parser in (sudoers.parse, elevation.parse_doas, elevation.parse_rules, elevation.parse_pkla):
            with suppress(ParseError):
                found = parser(content)
                if parser is sudoers.parse:
                    Settings([(each, "") for each in found]).unasked(ALICE)  # type: ignore[misc]
