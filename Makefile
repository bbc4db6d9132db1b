# Quartermaster. `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help
help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}'

$(VENV)/runtime.installed: requirements/runtime.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what Quartermaster needs into $(VENV) …"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/runtime.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/development.installed: requirements/development.txt $(VENV)/runtime.installed
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/development.txt
	@touch $@

.PHONY: install
install: $(VENV)/runtime.installed ## make .venv with what `make run` needs

.PHONY: develop
develop: $(VENV)/development.installed ## make .venv with what tests and checks need too

.PHONY: lock
lock: $(VENV)/runtime.installed ## write requirements/*.txt anew from pyproject.toml
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -o requirements/runtime.txt
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -o requirements/development.txt
