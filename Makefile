# Everything that is done with Lentera on a machine. `make help` lists it.

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-warn-script-location

ASSETS := api/pages/assets
ASSET_SOURCES := $(wildcard $(ASSETS)/package*.json $(ASSETS)/build.* $(ASSETS)/css/* $(ASSETS)/css/*/* $(ASSETS)/js/* \
	$(ASSETS)/img/* api/pages/translations/*/LC_MESSAGES/*.po)
BUILT := api/pages/static/manifest.json

.PHONY: help setup run test bench lock clean
.DEFAULT_GOAL := help

help: ## List what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(VENV)/installed $(BUILT) ## Set up what is missing: libraries, pages' assets, translations

run: setup ## Serve a demo with generated data on http://127.0.0.1:8383
	@LENTERA_DATA=demo $(BIN)/lentera demo && LENTERA_DATA=demo exec $(BIN)/lentera serve

test: $(VENV)/installed-dev $(ASSETS)/node_modules/axe-core $(BUILT) ## Set up what is missing, then check everything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses logical --dist worksteal

bench: $(VENV)/installed-dev $(BUILT) ## Measure against floors of the same run
	$(BIN)/python -m tests.bench

# The locks name every version and its hashes, for every system and Python; each includes the one before it.
lock: $(BIN)/python ## Write the locks anew from pyproject.toml
	$(BIN)/python -m venv .cache/uv && .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) pyproject.toml --upgrade -o requirements.lock
	echo "setuptools>=77" | $(COMPILE) pyproject.toml - --extra build -c requirements.lock -o requirements-build.lock
	echo "setuptools>=77" | $(COMPILE) pyproject.toml - --extra build --extra dev -c requirements-build.lock -o requirements-dev.lock
COMPILE := .cache/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header

clean: ## Remove what setup made; the data stays
	rm -rf $(VENV) .cache lentera.egg-info api/pages/static $(ASSETS)/node_modules

# The system's Python comes first: the account that serves when root starts the server can read that one for sure.
$(BIN)/python:
	@for python in $(PYTHON) /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Setting up $(VENV) with $$($$python --version)"; exec $$python -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "Lentera needs Python 3.11 or newer with its venv module. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2; \
	echo "If yours has another name: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; \
	exit 1

$(VENV)/installed: requirements-build.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements-build.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(BUILT): $(ASSET_SOURCES) | $(VENV)/installed
	$(BIN)/python -m api.pages.assets.build --no-dev
	@touch $@

# What only the pages' tests use.
$(ASSETS)/node_modules/axe-core: $(ASSETS)/package-lock.json | $(VENV)/installed
	$(BIN)/python -m api.pages.assets.build --force
	@touch $@ $(BUILT)
