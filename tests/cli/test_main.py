from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from audit.cli import main
from audit.cli.group import COMMANDS, command
from tests.cli.command import process


def test_without_arguments_it_helps(curtain):
    ended = curtain()
    assert ended.code == 0
    assert all(f"  {name} " in ended.out for name in COMMANDS)
    assert "curtain scan" in ended.out
    assert "they may see that you run this" in " ".join(ended.out.split())


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("name", [(), *((name,) for name in COMMANDS), ("rules", "new")])
def test_help(curtain, name, option):
    ended = curtain(*name, option)
    assert (ended.code, ended.err) == (0, "")
    assert "Usage: curtain" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_version(curtain):
    ended = curtain("--version")
    assert (ended.code, ended.out.split()[0]) == (0, "curtain")


@pytest.mark.parametrize(
    "line",
    [
        ["burn"],
        ["scan", "--nonsense"],
        ["scan", "extra"],
        ["scan", "--root", "/no/such/place"],
        ["scan", "--from", "/no/such/file"],
        ["scan", "--format", "html"],
        ["scan", "--jobs", "0"],
        ["scan", "--fail-on", "info"],
        ["scan", "--lang", "xx"],
        ["checklist"],
        ["checklist", "/no/such/file"],
        ["snapshot"],
        ["rules", "nonsense"],
        ["rules", "show"],
        ["rules", "show", "no/such"],
        ["rules", "new", "../x"],
        ["scan", "--rule", "no/such*", "--no-photos"],
        ["scan", "--skip", "no/such*", "--no-photos"],
        ["scan", "--photos", "/tmp", "--no-photos"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_says_why(curtain, line):
    ended = curtain(*line)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.strip()


def test_commands_are_imported_when_they_are_asked_for():
    script = "import sys; from audit.cli.main import run; run(['--help']); print([n for n in sys.modules if n in NAMES])"
    names = "{'yaml', 'rich', 'cattrs', 'psutil', 'PIL', 'babel', 'audit.cli.scan', 'audit.engine'}"
    with process() as warm:
        warm.communicate()
    import subprocess
    import sys

    told = subprocess.run(
        [sys.executable, "-c", script.replace("NAMES", names)], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "[]"


def test_interrupted_is_130(monkeypatch, curtain):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "main", interrupted)
    ended = curtain("scan")
    assert ended.code == 130
    assert ended.err.strip() == "Stopped."


def test_an_interrupted_scan_ends_at_once_and_quietly(tmp_path):
    """The answers are waited for at the keyboard: Ctrl-C ends that, as it ends anything else."""
    with process("scan", "--answers", "-", "--root", str(tmp_path), stdin=-1) as running:
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = running.communicate(timeout=20)
    assert (running.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("line", [["rules", "list"], ["--help"]])
def test_a_reader_that_goes_away_is_no_error(line):
    far, near = os.pipe()
    os.close(far)
    with process(*line, stdout=near) as running:
        os.close(near)
        _, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (0, "")


def test_another_kind_of_system_gets_a_sentence(monkeypatch, capsys):
    def missing(*_, **__):
        raise ModuleNotFoundError("No module named 'fcntl'", name="fcntl")

    monkeypatch.setattr(command, "main", missing)
    assert main.run(["scrub"]) == 2
    assert "Linux" in capsys.readouterr().err


def test_a_module_of_ours_that_is_missing_is_no_such_sentence(monkeypatch):
    def missing(*_, **__):
        raise ModuleNotFoundError("No module named 'audit.x'", name="audit.x")

    monkeypatch.setattr(command, "main", missing)
    with pytest.raises(ModuleNotFoundError):
        main.run(["scrub"])


@pytest.mark.parametrize(("name", "module"), [("photos", "audit.revealing"), ("scrub", "audit.scrubbing")])
def test_what_a_command_needs_is_imported_beside(name, module):
    script = f"import sys; from audit.cli import terminal; terminal.prepare({name!r}); print({module!r} in sys.modules, 'click' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_command_line_that_cannot_be_understood_beside_is_understood_here(monkeypatch, tmp_path, capsys):
    def dies(*_):
        raise OSError

    monkeypatch.setattr(main, "_understand", dies)
    assert main._beside(["photos", str(tmp_path / "missing")]) == 2
    assert "There is no file or folder" in capsys.readouterr().err
    with pytest.raises(ChildProcessError):  # none is left
        os.waitpid(-1, os.WNOHANG)


def test_without_another_process_everything_is_done_in_this_one(monkeypatch, tmp_path, capsys):
    def none_left():
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", none_left)
    assert main._beside(["photos", str(tmp_path / "missing")]) == 2
    assert "There is no file or folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["scrub", "--help"], 0, "Usage: curtain scrub"),
        (["scrub", "x", "--bogus"], 2, "No such option"),
        (["photos"], 2, "Missing argument"),
        (["scrub", ".", "--to", "x", "--in-place"], 2, "one of the two"),
        (["scrub", ".", "--to", "x", "--keep", "location"], 2, "Add --yes"),
        (["scrub", ".", "--to", "x", "--keep", "icc", "--drop", "icc"], 2, "Choose one"),
    ],
)
def test_what_is_understood_beside_is_done_and_said_here(arguments, status, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with process(*arguments) as running:
        out, err = running.communicate(timeout=20)
    assert running.returncode == status
    assert words in out + err
