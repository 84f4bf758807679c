from __future__ import annotations

import stat

import pytest

from audit.cases import tried
from audit.new_rule import NewRuleError, make
from audit.registry import load
from tests.contracts.rule import RuleContract


def test_the_new_rule_works(tmp_path):
    tmp_path.chmod(0o755)
    made = make("home/my-sites", tmp_path)
    assert [path.name for path in made] == ["my_sites.py", "my_sites.md", "my_sites.cases.yaml"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o644 for path in made)
    loaded = next(each for each in load([tmp_path]) if each.name == "home/my-sites")
    assert [outcome.problems for outcome in tried(loaded)] == [(), (), ()]


class TestTheNewRule(RuleContract):
    """What is made keeps every promise of a rule from the start."""

    @pytest.fixture
    def loaded(self, tmp_path):
        tmp_path.chmod(0o755)
        make("home/my-sites", tmp_path)
        return next(each for each in load([tmp_path]) if each.name == "home/my-sites")

    def pytest_generate_tests(self, metafunc):
        del metafunc


@pytest.mark.parametrize(
    "name", ["x", "a/b/c", "../x/y", "A/b", "a/B", "a/", "/b", "a b/c", "a/b.py", "a/-b", "a/b\n", "é/b"]
)
def test_names_that_are_none(tmp_path, name):
    with pytest.raises(NewRuleError, match="is no name for a rule"):
        make(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", [".py", ".md", ".cases.yaml"])
def test_nothing_is_replaced(tmp_path, ending):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / f"sites{ending}").write_text("mine")
    with pytest.raises(NewRuleError, match="is there already"):
        make("home/sites", tmp_path)
    assert [path.read_text() for path in (tmp_path / "home").iterdir()] == ["mine"]


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NewRuleError, match="could not be written"):
        make("home/sites", tmp_path / "file")
