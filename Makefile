# Responder. `make help` lists what there is.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup run test check bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(STAMP) static/dist/manifest.json ## environment and browser files, nothing started

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Responder needs Python 3.11 or newer: set PYTHON=python3.11'; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); echo 'Python has no venv here: install it first (Debian, Ubuntu: apt-get install python3-venv)'; exit 1; }

$(STAMP): $(VENV)/bin/python pyproject.toml $(wildcard translations/*/LC_MESSAGES/messages.po)
	@$(BIN)/python -m pip install --disable-pip-version-check -q --upgrade 'pip>=25.1'
	@mkdir -p static/dist
	@$(BIN)/python -m pip install --disable-pip-version-check -q -e '.[postgres,redis]' || { echo 'A package has no wheel for this platform and could not be built: install a compiler (Debian, Ubuntu: apt-get install build-essential python3-dev)'; exit 1; }
	@$(BIN)/pybabel -q compile -d translations
	@touch $@

$(VENV)/.dev: $(STAMP)
	@$(BIN)/python -m pip install --disable-pip-version-check -q --group dev
	@touch $@

static/dist/manifest.json: $(STAMP) static/package.json static/package-lock.json static/build.mjs $(shell find static/js static/css -type f 2>/dev/null)
	@$(BIN)/python static/build.py

run: setup ## a running service with the Jinshan demonstration (PORT=8000)
	@$(BIN)/responder run --demo --port $(PORT)

test: setup $(VENV)/.dev ## all tests
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

check: setup $(VENV)/.dev ## ruff, mypy, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup $(VENV)/.dev ## measured speed (docs/performance.md)
	@$(BIN)/python -m benchmarks

clean: ## removes what make setup made (not the data)
	rm -rf $(VENV) static/node_modules static/dist
