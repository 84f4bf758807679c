from __future__ import annotations

import pytest

from audit.registry import load
from tests.cli.command import GRANT


def test_every_rule_is_listed_with_its_origin(curtain):
    ended = curtain("rules", "list")
    assert ended.code == 0
    for each in load():
        (line,) = [line for line in ended.out.splitlines() if line.split()[0] == each.name]
        assert each.rule.severity.value in line
        assert line.endswith("(drawncurtain 0.1.0)")


def test_a_page(curtain):
    ended = curtain("rules", "show", GRANT)
    assert ended.code == 0
    for heading in (
        "Why it matters",
        "Before you act",
        "How to fix",
        "Linux",
        "macOS",
        "Windows",
        "When this is fine",
    ):
        assert heading in ended.out
    assert f"This check: {GRANT}, from drawncurtain" in ended.out
    assert "\x1b" not in ended.out


def test_pages_by_glob(curtain):
    assert curtain("rules", "show", "camera/*").out.count("This check:") >= 2


def test_rules_hold_on_their_examples(curtain):
    ended = curtain("rules", "test", GRANT)
    assert ended.code == 0
    assert ended.out.count(f"✓ {GRANT}: ") >= 3
    assert "✗" not in ended.out


def test_a_new_rule_works_at_once(curtain, tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    made = curtain("rules", "new", "home/my-sites")
    assert made.code == 0
    assert made.out.splitlines()[-1] == "Try it:  curtain rules test home/my-sites --rules-dir my-rules"
    assert curtain("rules", "test", "home/my-sites", "--rules-dir", "my-rules").code == 0
    assert "home/my-sites" in curtain("rules", "list", "--rules-dir", "my-rules").out
    assert curtain("rules", "new", "home/my-sites").code == 2


@pytest.mark.parametrize(
    ("ending", "change", "code"),
    [
        (".cases.yaml", lambda text: text.replace("expect: pass", "expect: fail"), 1),
        (".cases.yaml", lambda text: "- [", 2),
        (".py", lambda text: "import os\n" + text, 2),
    ],
)
def test_a_rule_that_does_not_hold(curtain, tmp_path, ending, change, code):
    tmp_path.chmod(0o755)
    curtain("rules", "new", "home/my-sites", "--rules-dir", tmp_path / "r")
    file = tmp_path / "r" / "home" / f"my_sites{ending}"
    file.write_text(change(file.read_text()))
    ended = curtain("rules", "test", "home/my-sites", "--rules-dir", tmp_path / "r")
    assert ended.code == code
    assert ("✗" in ended.out) is (code == 1)
