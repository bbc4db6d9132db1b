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

# Fetched before the tests, so that no test's time limit pays for a download.
.PHONY: kafka-jars
kafka-jars: develop ## fetch Apache Kafka for the tests, where Java and Maven are
	@if command -v java >/dev/null && command -v mvn >/dev/null; then $(BIN)/python -m deploy.local.stack.apache_kafka; \
	else echo "no Java or no Maven: the tests on Apache Kafka will be skipped"; fi

# Tests mostly wait, for brokers and databases: three files at a time take less than half as long, also on two cores.
# Those that start whole stacks, on the usual ports, come first and one by one. The order stays: the long files of chaos
# and contract begin.
WORKERS ?= 3
STACKS := tests/browser tests/chaos/stack tests/chaos/test_stack.py

.PHONY: test
test: develop kafka-jars ## all tests: rules, services on real PostgreSQL and both brokers, browser, chaos
	@$(BIN)/python -m pytest $(STACKS)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(STACKS:%=--ignore=%)

.PHONY: check
check: develop ## ruff, mypy, import rules and the fast tests, in under a minute
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@if grep -q '^\[tool\.importlinter\]' pyproject.toml; then $(BIN)/lint-imports; fi
	@$(BIN)/python -m pytest -q tests/unit

.PHONY: contracts
contracts: develop ## write anew what is generated from the code: schemas, AsyncAPI, OpenAPI, docs/events.md, docs/sources.md, docs/machines.md
	@$(BIN)/python -m schemas.generate
	@$(BIN)/python -m services.intake.sources_page
	@$(BIN)/python -m services.intake.door.openapi
	@$(BIN)/python -m deploy.machines_page

.PHONY: clean
clean: ## stop what runs from here and remove its data (var/)
	@if [ -d var ]; then $(PYTHON) -m deploy.local.stack.lease var && rm -rf var; fi

SCENARIO ?= metropolitan
SPEED ?= 1440

.PHONY: run
run: install ## start everything here: open the printed address and type /kit (SCENARIO=borough for a small fleet)
	@$(BIN)/quartermaster local --scenario $(SCENARIO) --speed $(SPEED)

.PHONY: demo
demo: install ## no keyboard: 6,000 devices arrive by real wire formats, and staff go from asking to the last certificate
	@$(BIN)/quartermaster demo

WORKSPACE ?= http://127.0.0.1:8400

.PHONY: pictures
pictures: develop ## the README's pictures and those of docs/journeys.md, taken in Chromium from what a fresh `make run` is running
	@$(BIN)/python -m tests.browser.journey_pictures $(WORKSPACE)
	@$(BIN)/python -m tests.browser.pictures $(WORKSPACE)

.PHONY: bench
bench: develop ## rates beside a bare loop in the same run; the last line is JSON
	@$(BIN)/python -m tests.bench.import_rate
	@$(BIN)/python -m tests.bench.wave_plan
	@$(BIN)/python -m tests.bench.register_rate
	@$(BIN)/python -m tests.bench.journeys_rate

.PHONY: bench-journeys
bench-journeys: develop ## requests raised and approved, and acts on hundreds of devices, beside bare writing of the same rows
	@$(BIN)/python -m tests.bench.journeys_rate

.PHONY: bench-import
bench-import: develop ## half a million rows imported beside a bare COPY of the same rows; the last line is JSON
	@$(BIN)/python -m tests.bench.import_rate

.PHONY: bench-poll
bench-poll: develop ## half a million records paged through by a poller: its rate, and how little its memory grows
	@$(BIN)/python -m tests.bench.poll_memory

.PHONY: bench-wave
bench-wave: develop ## a million devices judged and their wave planned, with its gap, time and memory; the last line is JSON
	@$(BIN)/python -m tests.bench.wave_plan

COUNT ?= 100000
SEED ?= 1

.PHONY: fuzz
fuzz: develop ## 100,000 damaged payloads of every source, a tenth of them by HTTP (COUNT=…, SEED=…): some two minutes
	@$(BIN)/python -m tests.fuzz --count $(COUNT) --seed $(SEED)
