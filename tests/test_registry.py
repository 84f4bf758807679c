from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from audit import registry
from audit.new_rule import TEMPLATES, make
from audit.registry import RegistryError, choose, load


@pytest.fixture
def rules_dir(tmp_path):
    tmp_path.chmod(0o755)
    os.umask(0o022)
    make("home/webcam-sites", tmp_path / "mine")
    return tmp_path / "mine"


def names(rules):
    return [each.name for each in rules]


def test_builtin_rules_are_found_through_their_entry_point():
    found = load()
    assert "camera/site-grants" in names(found)
    assert names(found) == sorted(names(found))
    assert {each.origin.origin.split()[0] for each in found} == {"drawncurtain"}
    grants = next(each for each in found if each.name == "camera/site-grants")
    assert grants.origin.sha256 == hashlib.sha256(grants.page.with_suffix(".py").read_bytes()).hexdigest()
    assert grants.page.with_suffix(".md").exists()
    assert grants.family == "camera"


def test_a_folder_of_rules(rules_dir):
    found = {each.name: each for each in load([rules_dir])}
    assert found["home/webcam-sites"].origin.origin == str(rules_dir)
    assert len(found) == len(load()) + 1
    assert not list(rules_dir.rglob("__pycache__"))


def test_a_duplicate_is_refused(rules_dir):
    shutil.copytree(rules_dir / "home", rules_dir / "camera")
    (rules_dir / "camera" / "webcam_sites.py").rename(rules_dir / "camera" / "site_grants.py")
    with pytest.raises(RegistryError, match="Two rules are called camera/site-grants: .*drawncurtain.*mine"):
        load([rules_dir])


def test_the_same_folder_twice_is_a_duplicate(rules_dir):
    with pytest.raises(RegistryError, match="Two rules are called home/webcam-sites"):
        load([rules_dir, rules_dir])


@pytest.mark.parametrize("what", ["mine", "mine/home", "mine/home/webcam_sites.py"])
@pytest.mark.parametrize("mode", [0o020, 0o002])
def test_what_others_can_write_is_refused(rules_dir, what, mode):
    place = rules_dir.parent / what
    place.chmod(place.stat().st_mode | mode)
    with pytest.raises(RegistryError, match="can be changed by other users") as caught:
        load([rules_dir])
    assert str(place) in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("what", ["mine", "mine/home", "mine/home/webcam_sites.py"])
def test_what_belongs_to_somebody_else_is_refused(rules_dir, what):
    os.chown(rules_dir.parent / what, 65534, 65534)
    with pytest.raises(RegistryError, match="can be changed by other users"):
        load([rules_dir])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: "import os\n" + text, "imports os"),
        (lambda text: text + "\nopen('/etc/passwd')\n", "uses open"),
        (lambda text: text + "\ndef (", "not valid Python"),
        (lambda text: text.replace("def check", "def judge"), "no rule called 'check'"),
        (lambda text: text.replace("severity=Severity.MEDIUM,", ""), "could not be loaded .TypeError"),
        (lambda text: text + "\n1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_what_is_no_rule_is_refused_in_a_sentence(rules_dir, change, says):
    source = rules_dir / "home" / "webcam_sites.py"
    source.write_text(change(source.read_text()).replace("from __future__ import annotations\n", ""))
    with pytest.raises(RegistryError, match=says):
        load([rules_dir])


def test_a_rule_that_is_no_text_is_refused(rules_dir):
    (rules_dir / "home" / "webcam_sites.py").write_bytes(b"x = '\xff'\n")
    with pytest.raises(RegistryError, match="webcam_sites.py could not be loaded"):
        load([rules_dir])


def test_an_impure_rule_is_not_even_imported(rules_dir):
    trace = rules_dir.parent / "trace"
    source = rules_dir / "home" / "webcam_sites.py"
    source.write_text(source.read_text() + f"\nopen({str(trace)!r}, 'w')\n")
    with pytest.raises(RegistryError):
        load([rules_dir])
    assert not trace.exists()


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(RegistryError, match="is not a folder"):
        load([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("wanted", "skipped", "expected"),
    [
        ([], [], ["a/x", "a/y", "b/x"]),
        (["a/*"], [], ["a/x", "a/y"]),
        (["*/x"], ["b/*"], ["a/x"]),
        (["a/x", "b/x"], [], ["a/x", "b/x"]),
        ([], ["*"], []),
    ],
)
def test_globs(wanted, skipped, expected):
    rules = [registry.LoadedRule(name, None, None, None) for name in ("a/x", "a/y", "b/x")]
    assert names(choose(rules, wanted, skipped)) == expected


@pytest.mark.parametrize(("wanted", "skipped"), [(["A/*"], []), ([], ["c/*"]), (["a/x", "a/xx"], [])])
def test_a_glob_that_matches_nothing_is_a_mistake(wanted, skipped):
    rules = [registry.LoadedRule("a/x", None, None, None)]
    with pytest.raises(RegistryError, match="No rule matches"):
        choose(rules, wanted, skipped)


def package(folder: Path, name: str = "curtain-rules-home", marker: str = registry.MARKER) -> Path:
    """What an installer leaves of a package of rules: its files, its facts, its entry point."""
    module = name.replace("-", "_")
    family = folder / module / "home"
    family.mkdir(parents=True)
    (folder / module / "__init__.py").write_text(f"MARKER = {marker!r}\n")
    (family / "__init__.py").write_text("")
    for ending in (".py", ".md", ".cases.yaml"):
        shutil.copy(TEMPLATES / f"rule{ending}.txt", family / f"webcam_sites{ending}")
    facts = folder / f"{module}-2.1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
    (facts / "entry_points.txt").write_text(f"[{registry.GROUP}]\nhome = {module}\n")
    return folder


@pytest.fixture
def installed(tmp_path, monkeypatch):
    def install(**facts):
        monkeypatch.syspath_prepend(package(tmp_path / "site", **facts))

    yield install
    for name in [name for name in sys.modules if name.startswith("curtain_rules")]:
        del sys.modules[name]


def test_a_package_from_elsewhere(installed):
    installed()
    found = {each.name: each.origin.origin for each in load()}
    assert found["home/webcam-sites"] == "curtain-rules-home 2.1"
    assert found["camera/site-grants"].startswith("drawncurtain ")


def test_a_package_that_is_no_package_of_rules(installed):
    installed(marker="something else")
    with pytest.raises(RegistryError, match="curtain-rules-home 2.1 is not a package of drawncurtain rules"):
        load()


def test_a_package_that_breaks(installed, tmp_path):
    installed()
    (tmp_path / "site" / "curtain_rules_home" / "__init__.py").write_text("raise ValueError('no')")
    with pytest.raises(RegistryError, match="curtain-rules-home 2.1 could not be loaded"):
        load()


def test_a_rule_of_a_package_that_breaks(installed, tmp_path):
    installed()
    (tmp_path / "site" / "curtain_rules_home" / "home" / "webcam_sites.py").write_text("1 / 0\n")
    with pytest.raises(RegistryError, match="ZeroDivisionError"):
        load()
