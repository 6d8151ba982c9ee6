# Everything a person runs here. `make` alone lists it; CONTRIBUTING.md says when to use what.

PORT ?= 8000
HOME_FOLDER ?= var/demo
WORKERS ?= 2
# The first Python on this machine that is new enough; `make demo PYTHON=/path/to/python3.12` chooses another.
CANDIDATES = python3 python3.13 python3.12 python3.11 python3.14 python
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

BIN = .venv/bin
# The locks are complete, so nothing is resolved. What is never imported is never compiled; the rest is
# compiled when it first starts, and that has to be kept: a second start takes four times as long without.
unexport PYTHONDONTWRITEBYTECODE
PIP_INSTALL = -m pip install --disable-pip-version-check --require-virtualenv --no-deps --no-compile
DJANGO = DJANGO_SETTINGS_MODULE=placet.config.settings PLACET_HOME=build/check PLACET_DEMONSTRATION=1 $(BIN)/django-admin
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak format lock upgrade messages clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.platform ## install what is needed and serve the demonstration at http://localhost:$(PORT)
	@exec $(BIN)/placet demo --port $(PORT) --home $(HOME_FOLDER)

test: .venv/.development .venv-engine/.installed ## run every test; once more on PostgreSQL where it is installed
	$(BIN)/python -m pytest -n $(WORKERS)
	$(BIN)/python -m tests.postgresql $(BIN)/python -m pytest -n $(WORKERS)

check: .venv/.development ## format, lint, types, import contracts, settings, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(DJANGO) makemigrations --check --dry-run
	PLACET_URL=https://placet.example $(DJANGO) check --deploy --fail-level WARNING
	$(BIN)/python tools/messages.py --check

bench: .venv/.development .venv-peers/.installed ## measure the engine beside what users would pick instead (about ten minutes)
	$(BIN)/python benchmarks/opinion.py --peer-python .venv-peers/bin/python

soak: .venv/.development ## kill server and database twenty times each under load, and the rest of tests/soak in full
	PLACET_TEST_SOAK=full $(BIN)/python -m pytest -n 0 tests/soak

format: .venv/.development ## put the code in its agreed form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: .venv/.development ## collect what is to be translated and compile what is
	$(BIN)/python tools/messages.py

lock: .venv/.development ## write requirements/ anew from pyproject.toml, keeping what still fits
	$(LOCK) pyproject.toml --output-file requirements/engine.txt
	$(LOCK) pyproject.toml --extra platform --extra text --group build --constraints requirements/engine.txt --output-file requirements/platform.txt
	$(LOCK) pyproject.toml --extra platform --extra text --extra dask --group dev --constraints requirements/platform.txt --output-file requirements/development.txt
	$(LOCK) --group peers --output-file requirements/peers.txt

upgrade: LOCK += --upgrade
upgrade: lock ## the same, with the newest versions that fit

clean: ## remove what was made here: environments, caches, built files (var/, the data, stays)
	rm -rf .venv .venv-engine .venv-peers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What stands in the way is said in one sentence, with what to do.

define check_python
	@test -n "$(PYTHON)" || { \
	  echo "Placet needs Python 3.11 or newer, and there is none here (found: $$(python3 --version 2>&1 || echo no python3))."; \
	  echo "Install it (Debian 12: apt install python3 python3-venv) and run make again, or name it: make demo PYTHON=/path/to/python3.11"; \
	  exit 1; } >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Placet needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 || echo missing)."; \
	  echo "Run make again without PYTHON=, or name a newer one: make demo PYTHON=/path/to/python3.11"; \
	  exit 1; } >&2
endef

define check_folder
	@{ mkdir -p .venv && touch .venv/.writable && rm .venv/.writable; } 2>/dev/null || { \
	  echo "The folder $(CURDIR) cannot be written to, and Placet keeps its environment and data there."; \
	  echo "Make it writable, or clone Placet into a folder of your own, and run make again."; \
	  exit 1; } >&2
endef

# A stamp is younger than what it was made from, so that a second start asks the network for nothing.

.venv/bin/python:
	$(check_python)
	$(check_folder)
	@echo "Making a virtual environment in .venv with $(PYTHON)"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv; then run make again."; exit 1; } >&2

.venv/.platform: requirements/platform.txt pyproject.toml | .venv/bin/python
	$(BIN)/python $(PIP_INSTALL) --require-hashes --requirement requirements/platform.txt
	@$(BIN)/python $(PIP_INSTALL) --quiet --no-build-isolation --no-index --editable .
	@touch $@

.venv/.development: requirements/development.txt .venv/.platform
	$(BIN)/python $(PIP_INSTALL) --require-hashes --requirement requirements/development.txt
	@touch $@

# The engine as `pip install placet` gives it: a test runs it there, without Django.
.venv-engine/.installed: requirements/engine.txt | .venv/bin/python
	@rm -rf .venv-engine
	@$(BIN)/python -m venv .venv-engine
	.venv-engine/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/engine.txt
	@touch $@

# The peers that `make bench` compares with.
.venv-peers/.installed: requirements/peers.txt | .venv/bin/python
	@rm -rf .venv-peers
	@$(BIN)/python -m venv .venv-peers
	.venv-peers/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/peers.txt
	@touch $@
