"""The catalogues and the translated pages say what the English ones say, all of it, and reach the screen."""

from __future__ import annotations

import ast
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from audit import cases, pages, registry, text, vocabulary
from audit.checklist import STEPS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "audit"
LANGUAGES = sorted(path.name for path in Path(text.LOCALE_DIR).iterdir() if path.is_dir())
REFRESH = "run `make messages`, translate what is new, then install again"
KEYWORDS = {"_": None, "gettext": None, "noted": None, "ngettext": (1, 2)}
OURS = re.compile(r"[a-z][a-z ,'-]* [a-z ,'-]+")  # several plain words: nothing that a device would be called
FACTS = {  # stand in the evidence only, in a report for programs
    "full name", "mounted at", "not known", "previews differ", "receives only", "the other side cannot read it",
    "who else sees it is not visible here",
}  # fmt: skip
NAMES = {
    "borgmatic",
    "rsnapshot",
    "rsync",
    "restic",
    "duplicity",
    "doas",
    "polkit",
    "rclone",
    "root",
    "sudo",
    "autossh",
    "frpc",
    "ngrok",
    "ssh",
    "wayvnc",
    "sshd",
    "x11vnc",
    "xrdp",
}


def po_of(language: str) -> Path:
    return Path(text.LOCALE_DIR) / language / "LC_MESSAGES" / "drawncurtain.po"


def words_of(language: str) -> Catalog:
    with po_of(language).open("rb") as file:
        return read_po(file, locale=language)


def messages(catalog: Catalog) -> dict[str | tuple[str, ...], Message]:
    return {each.id if isinstance(each.id, str) else tuple(each.id): each for each in catalog if each.id}


def forms(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def extracted() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(PACKAGE, [("**.py", "python")], keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def trees(*folders: str) -> Iterator[ast.Module]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def marked() -> Iterator[str]:
    """Every sentence that is marked for translation, wherever in an expression it stands."""
    for node in (node for tree in trees("audit") for node in ast.walk(tree)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = node.args[:2] if name == "ngettext" else node.args[:1] if name in KEYWORDS else []
            yield from (each.value for each in given if isinstance(each, ast.Constant) and each.value)


def literals(tree: ast.Module) -> Iterator[str]:
    """Text in a module, without its docstrings and what it only compares with (sets)."""
    whole = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    whole |= {id(each) for node in ast.walk(tree) if isinstance(node, ast.Set) for each in node.elts}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in whole:
            yield node.value


@pytest.fixture(autouse=True)
def _english():
    yield
    text.choose("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_and_no_other(language):
    assert set(messages(words_of(language))) ^ extracted() == set(), REFRESH


def test_no_sentence_hides_from_extraction():
    """Babel does not look inside f-strings before Python 3.12."""
    known = {form for message in extracted() for form in forms(message)}
    assert set(marked()) - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language):
    catalog = words_of(language)
    for message in messages(catalog).values():
        assert not message.fuzzy, message.id
        assert all(forms(message.string)), message.id
        assert len(forms(message.string)) == (catalog.num_plurals if message.pluralizable else 1), message.id
    assert not catalog.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_name_the_same_things(language):
    for message in messages(words_of(language)).values():
        asked = list(map(fields, forms(message.id)))
        for form in forms(message.string):
            assert fields(form) in asked, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_name_the_same_commands_and_options(language):
    for message in messages(words_of(language)).values():
        for form in forms(message.string):
            assert options(form) == options(forms(message.id)[0]), message.id


def options(sentence: str) -> list[str]:
    return sorted(re.findall(r"(?<![\w-])--[a-z][a-z-]*|\bcurtain [a-z]+", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_found_and_fresh(language):
    assert language in text.languages(), "install again: the catalogue is not compiled"
    assert text.choose(language) == language
    with po_of(language).with_suffix(".mo").open("rb") as file:
        compiled = messages(read_mo(file))
    source = messages(words_of(language))
    assert {name: tuple(forms(each.string)) for name, each in compiled.items()} == {
        name: tuple(forms(each.string)) for name, each in source.items()
    }, "install again: the compiled catalogue is an older one"
    assert text.gettext("camera") == source["camera"].string


def test_a_language_without_its_catalogue_is_not_offered(tmp_path, monkeypatch):
    (tmp_path / "xx" / "LC_MESSAGES").mkdir(parents=True)
    monkeypatch.setattr(text, "LOCALE_DIR", tmp_path)
    assert text.languages() == ["en"]
    assert text.choose("xx") != "xx"


def test_installing_compiles_what_is_there(tmp_path):
    pytest.importorskip("hatchling", reason="comes with the installation, not with the tests")
    sys.path.insert(0, str(ROOT))
    try:
        from hatch_build import CompileTranslations
    finally:
        sys.path.remove(str(ROOT))
    place = tmp_path / "audit" / "locale" / "es" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "drawncurtain.po").write_bytes(po_of("es").read_bytes())
    CompileTranslations(str(tmp_path), {}, None, None, str(tmp_path), "wheel").initialize("editable", {})
    with (place / "drawncurtain.mo").open("rb") as file:
        assert messages(read_mo(file))["camera"].string == "cámara"


def test_words_of_rules_are_in_the_vocabulary():
    """What a rule puts into a sentence as a word of its own can be translated."""
    said = {each for tree in trees("rules") for each in literals(tree) if OURS.fullmatch(each)}
    assert said - vocabulary.VALUES - FACTS == set()


def test_words_in_the_cases_are_in_the_vocabulary():
    written = {
        each for tree in trees("rules", "audit/artifacts", "audit/indicators") for each in literals(tree)
    }
    for loaded in registry.load():
        for outcome in cases.tried(loaded):
            for value in (v for each in outcome.result.findings for v in each.params.values()):
                for word in value.split(text.LIST):
                    if re.fullmatch(r"[a-z' ,-]{4,}", word) and word in written:
                        assert word in vocabulary.VALUES | FACTS | NAMES, f"{loaded.name}: {word}"


def test_why_something_could_not_be_read_is_in_the_vocabulary():
    for node in (node for tree in trees("audit/artifacts", "audit/stores") for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"ParseError", "LockedError"}:
            for each in node.args:
                if isinstance(each, ast.Constant):
                    assert each.value in vocabulary.VALUES, each.value


def test_what_is_wrong_with_a_picture_is_in_the_vocabulary():
    for node in (node for tree in trees("audit/formats", "audit/rewriters") for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"FormatError", "UnsupportedError"}:
            for each in node.args:
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    assert each.value in vocabulary.FORMATS, each.value


def test_what_was_not_looked_at_is_in_the_vocabulary():
    for node in (node for tree in trees("audit") for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "gap":
            for each in (word.value for word in node.keywords):
                if isinstance(each, ast.Constant) and not each.value.startswith("/"):
                    assert each.value in vocabulary.VALUES, each.value


def test_names_on_the_device_are_never_translated():
    text.choose("es")
    assert text.fill("{account}, {device}", {"account": "software", "device": "camera"}) == "software, cámara"


def translated() -> list[Path]:
    stems = [each.page for each in registry.load()] + [path.with_suffix("") for path in STEPS.glob("*.md")]
    return sorted({pages.path_of(stem, each) for stem in stems for each in LANGUAGES if "." not in stem.name})


def english(path: Path) -> pages.Page:
    return pages.parse(path.with_name(path.name.split(".")[0] + ".md").read_text(encoding="utf-8"))


def said_by(section: str) -> list[tuple[list[str], set[str]]]:
    """For each item, or for the section where it is no list: its code and its placeholders."""
    parts = pages.items(section) or [section]
    return [(sorted(re.findall(r"`[^`]+`", each)), text.placeholders(each)) for each in parts]


@pytest.mark.parametrize("path", translated(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_translated_page_has_the_shape_of_the_english_one(path):
    page, original = pages.parse(path.read_text(encoding="utf-8")), english(path)
    assert list(page.sections) == list(original.sections)
    for heading, section in page.sections.items():
        assert section or not original.section(heading), heading
        assert said_by(section) == said_by(original.section(heading)), heading
    links = [re.findall(r"\]\(([^)]*)\)", each.section(pages.REFERENCES)) for each in (page, original)]
    assert links[0] == links[1]


@pytest.mark.parametrize("path", translated(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_translated_page_is_translated(path):
    page, original = pages.parse(path.read_text(encoding="utf-8")), english(path)
    for heading, section in page.sections.items():
        if heading != pages.REFERENCES and len(section) > 20:
            assert section != original.section(heading), heading


@pytest.fixture
def device(tmp_path):
    home = tmp_path / "home" / "ana"
    home.mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    accounts = "ana:x:1000:1000:Ana Ruiz:/home/ana:/bin/bash\nluis:x:1001:1001::/home/luis:/bin/bash\n"
    (tmp_path / "etc" / "passwd").write_text(accounts, encoding="utf-8")
    (tmp_path / "etc" / "hostname").write_text("ana-laptop\n", encoding="utf-8")
    (tmp_path / "etc" / "ld.so.preload").write_text("/opt/x.so\n", encoding="utf-8")
    return tmp_path


def curtain(*words: str, **variables: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    done = subprocess.run(
        [sys.executable, "-c", "from audit.cli.main import main; main()", *words],
        env=environ | {"PYTHONUTF8": "1"} | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return " ".join((done.stdout + done.stderr).split())


def test_a_scan_in_spanish_has_no_english_sentence_left(device):
    out = curtain("scan", "--root", str(device), "--no-photos", "--lang", "es")
    assert "Antes hay algunas preguntas." in out
    assert "La cuenta luis puede iniciar sesión" in out
    for message in messages(words_of("es")).values():
        for form, said in zip(forms(message.id), forms(message.string), strict=False):
            pieces = [each.strip() for each in re.split(r"\{[^}]*\}", form) if len(each.strip()) >= 12]
            assert not [each for each in pieces if each in out and each not in said], form


@pytest.mark.parametrize("variable", ["LC_ALL", "LC_MESSAGES", "LANG"])
def test_the_system_s_language_is_spoken(device, variable):
    out = curtain("scan", "--root", str(device), "--no-photos", **{variable: "es_MX.UTF-8"})
    assert "No se cambió nada." in out


def test_lang_beats_the_system_s_language(device):
    spanish = {"LANG": "es_MX.UTF-8"}
    assert "Nothing was changed." in curtain(
        "scan", "--root", str(device), "--no-photos", "--lang", "en", **spanish
    )
    assert "Look at who" in curtain("rules", "show", "access/administrators", "--lang", "en", **spanish)
    assert "Revisa quién" in curtain("rules", "show", "access/administrators", **spanish)


def test_help_and_mistakes_are_in_spanish_too():
    spanish = {"LANG": "es_ES.UTF-8"}
    assert "Empieza con:" in curtain("--help", **spanish)
    assert "Muestra la versión y termina." in curtain("--help", **spanish)
    assert "Opciones:" in curtain("scan", "--help", **spanish)
    assert "Indica --root o --from, no ambos." in curtain(
        "scan", "--root", ".", "--from", "LICENSE", **spanish
    )


def test_an_unknown_language_of_the_system_is_english():
    assert "Start with:" in curtain("--help", LANG="xx_XX.UTF-8")
    assert "Start with:" in curtain("--help", LANG="C")


def test_a_spanish_yes_is_an_answer():
    from audit.answers import Gate, parse

    assert parse("watched: sí\ndanger: no\n").gates == {Gate.WATCHED: True, Gate.DANGER: False}
