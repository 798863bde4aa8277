# What one does with this house. Needs make and Python 3.11, 3.12 or 3.13 (`make … PYTHON=python3.13`); `make setup`
# fetches the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# Who names a Python gets that one: an environment that another made is made anew.
ifneq ($(origin PYTHON),file)
ifneq ($(wildcard .venv/bin/python),)
ifneq ($(shell $(PYTHON) -V 2>/dev/null),)
ifneq ($(shell $(PYTHON) -V),$(shell .venv/bin/python -V 2>/dev/null))
$(shell rm -rf .venv)
endif
endif
endif
endif
BIN := .venv/bin
ARGS ?=
DIST ?= dist
# Some machines forbid it; what is compiled once need not be compiled again by every process that a test starts.
unexport PYTHONDONTWRITEBYTECODE
# Each worker may start a PostgreSQL, a Prefect server or a Chromium.
WORKERS ?= 2
# Some tests take a minute: each worker gets the next one only when it is through, or one would end long after the other.
PYTEST := $(BIN)/pytest -n $(WORKERS) --maxschedchunk 1

RUNTIME := .venv/.installed-runtime
DEV := .venv/.installed-dev

LOCK := $(PYTHON) .ci/install.py uv pip compile pyproject.toml --all-extras --group build --quiet \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help setup demo portal test faults quick lint format docs site man words pictures lock bench soak wheel sbom clean

help: ## say what can be done
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: $(DEV) ## everything that developing takes, in .venv

demo: $(RUNTIME) ## rehearse the edition of 2022: story, pages and mails
	@$(BIN)/weerklank demo $(ARGS)

portal: $(RUNTIME) ## the same year on its pages, with a clock to move; Ctrl-C ends it
	@$(BIN)/weerklank up --demo $(ARGS)

# Playwright keeps an event loop running in its process, which flows cannot stand, and Prefect threads that draw from
# `random`, which hypothesis cannot: both go by themselves.
test: lint ## every check, then every test
	@$(PYTEST) -m "browser and not heavy" $(ARGS)
	@$(PYTEST) -m "prefect and not browser and not heavy" $(ARGS)
	@$(PYTEST) -m "not prefect and not browser and not heavy" $(ARGS)

faults: $(DEV) ## break it on purpose, and load it: minutes
	@$(PYTEST) -m "heavy and not slow" $(ARGS)

quick: $(DEV) ## the tests that need no server, no browser and no patience
	@$(PYTEST) --hypothesis-profile=quick \
		-m "not heavy and not slow and not postgres and not browser and not prefect" $(ARGS)

lint: $(DEV) ## style, types, the direction of imports, the list of dependencies
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

format: $(DEV) ## let ruff mend what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: $(DEV) ## write anew what the papers repeat from the code
	@$(BIN)/python -m tools.docgen

site: $(DEV) ## the documentation site, in build/site: nothing in it comes from elsewhere
	@$(BIN)/python -m tools.handbook.site

man: $(DEV) ## a manual page for each command, in build/man
	@$(BIN)/python -m tools.handbook.man_pages build/man

words: $(DEV) ## bring the catalogues in `locale` up to date with what code, templates and books say
	@$(BIN)/python -m tools.catalogues

pictures: $(DEV) ## take anew the pictures of the README, in Chromium from `weerklank up --demo`
	@$(BIN)/python -m tools.docgen.pictures

lock: $(DEV) ## pin anew what pyproject.toml asks for; `make lock ARGS=--upgrade` for newer versions
	@$(LOCK) --output-file requirements.lock $(ARGS)
	@$(LOCK) --group dev --output-file requirements-dev.lock $(ARGS)

bench: $(DEV) ## how fast it is on this machine
	@$(BIN)/python -m benchmarks $(ARGS)

soak: $(DEV) ## how all of `weerklank up` holds out, for twenty minutes
	@$(BIN)/python -m benchmarks.soak_up $(ARGS)

wheel: $(RUNTIME) ## the wheel, in dist, and beside it the versions that it was tried with (constraints.txt)
	@$(BIN)/hatchling build --target wheel --directory $(DIST)
	@sed -n 's/^\([a-z][^ []*\)\(\[[^]]*]\)*\(==.*[^ ]\) \\$$/\1\3/p' requirements.lock > $(DIST)/constraints.txt

sbom: $(DEV) ## what is installed with it, as CycloneDX: dist/weerklank.cdx.json
	@$(BIN)/python -m tools.sbom $(DIST)/weerklank.cdx.json

clean: ## back to a fresh clone, .venv included
	@rm -rf .venv build dist .coverage .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.lock pyproject.toml .ci/install.py
	@$(PYTHON) .ci/install.py requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml .ci/install.py
	@$(PYTHON) .ci/install.py requirements-dev.lock
	@touch $(RUNTIME) $@
