# Two commands are enough: `make scan` looks at this machine, `make test` runs the tests.
# Options go through ARGS:  make scan ARGS="--photos ~/Pictures"   make test ARGS="-k jpeg"

PYTHON ?= python3
PIP := .venv/bin/python -m pip --disable-pip-version-check --quiet
WORDS := $(wildcard audit/locale/*/LC_MESSAGES/*.po)
FACTS := pyproject.toml hatch_build.py $(WORDS)
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help scan test lint mutants messages bench fuzz clean

help:
	@echo "make scan       look at this machine           make scan ARGS=\"--photos DIR\""
	@echo "make test       run the tests                  make test ARGS=\"-k jpeg\""
	@echo "make lint       check style, types and imports"
	@echo "make mutants    break each promise on purpose, and see its test fail"
	@echo "make messages   collect the sentences to translate"
	@echo "make bench      measure"
	@echo "make fuzz       feed formats and parsers damage    make fuzz ARGS=\"png --seconds 600\""
	@echo "make clean      remove what the above made here"

scan: .venv/scan.stamp
	@.venv/bin/curtain scan $(ARGS)

test: .venv/test.stamp
	@.venv/bin/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: .venv/lint.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

mutants: .venv/test.stamp
	@.venv/bin/python tests/mutants/run.py $(ARGS)

BABEL := .venv/bin/pybabel -q
messages: .venv/lint.stamp
	$(BABEL) extract --keywords="_ noted" --add-location=file --sort-by-file --no-wrap -o .venv/messages.pot audit
	$(BABEL) update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -D drawncurtain -i .venv/messages.pot -d audit/locale
	$(BABEL) compile -D drawncurtain -d audit/locale

bench: .venv/test.stamp
	@for each in benchmarks/*.py; do echo "$$each"; .venv/bin/python "$$each" $(ARGS) || exit 1; done

fuzz: .venv/test.stamp
	@$(PIP) install --editable '.[fuzz]' || echo "atheris could not be installed here" >&2
	@.venv/bin/python fuzz/run.py $(ARGS)

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find audit rules tests fuzz -name __pycache__ -type d -prune -exec rm -rf {} +
	find audit -name '*.mo' -delete

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv

.venv/scan.stamp: .venv/bin/python $(FACTS)
	@echo "Installing into .venv …" >&2
	@$(PIP) install --editable .
	@.venv/bin/python -m compileall -q audit rules
	@touch $@

.venv/test.stamp: .venv/bin/python $(FACTS)
	@echo "Installing into .venv …" >&2
	@$(PIP) install --editable '.[test]'
	@touch $@ .venv/scan.stamp

.venv/lint.stamp: .venv/bin/python $(FACTS)
	@echo "Installing into .venv …" >&2
	@$(PIP) install --editable '.[test,lint]'
	@touch $@ .venv/scan.stamp .venv/test.stamp
