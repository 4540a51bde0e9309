# One place for every task. Nothing is installed outside .venv; delete .venv and `make setup` brings it back.
# Written for GNU make 3.81 (the one macOS ships) and later.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Two workers by default: the suite spawns processes of its own. `make test PYTEST_ARGS="-k journal"` narrows it.
WORKERS ?= 2
PYTEST_ARGS ?=
# The rooms whose lines must be covered, and how much of them.
COVERED := flujo/core/*,flujo/expressions/*,flujo/engine/*,flujo/stores/*
COVERAGE_MIN ?= 95
COUNT ?= 100
SEED ?= 1

# Written into the lock files' resolution; the environment's own index settings must not leak into them.
UV_COMPILE := env -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_DEFAULT_INDEX -u UV_FIND_LINKS \
	$(BIN)/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

.PHONY: help setup setup-dev demo test check format docs bench campaign lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.run ## Create .venv with what flujo needs to run

setup-dev: $(VENV)/.dev ## Create .venv with the tools for tests and checks too

demo: setup ## Run the demonstration
	@sh scripts/demo.sh

# The gate is a separate step: with pytest-xdist each worker writes its own data and only the merged file counts.
# A narrowed run (PYTEST_ARGS) cannot reach the gate, so it skips it.
test: setup-dev ## Run the tests; lines of core, expressions, engine and stores stay covered
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n $(WORKERS) --cov=flujo --cov-report= $(PYTEST_ARGS)
ifeq ($(strip $(PYTEST_ARGS)),)
	$(BIN)/python -m coverage report --include='$(COVERED)' --fail-under=$(COVERAGE_MIN)
endif

check: setup-dev ## Format, lint, types, import directions, file sizes; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict flujo
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/architecture/test_house.py

format: setup-dev ## Format the code and apply the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## Write the documentation pages that are made from the program
	@$(BIN)/python scripts/docs.py

bench: setup ## Print the speed figures
	@$(BIN)/python -m bench.run

campaign: setup-dev ## Crash, replay and fuzz campaigns: make campaign COUNT=1000 SEED=7 [ONLY=crash STORE=postgres]
	@COUNT=$(COUNT) SEED=$(SEED) $(BIN)/python -m tests.campaign COUNT=$(COUNT) SEED=$(SEED) \
		$(if $(ONLY),ONLY=$(ONLY)) $(if $(MUTANT),MUTANT=$(MUTANT)) $(if $(STORE),STORE=$(STORE))

lock: $(VENV)/.made ## Write requirements/*.txt again, newest versions the bounds allow
	$(PIP) install --quiet 'uv>=0.9,<1'
	$(UV_COMPILE) --upgrade --extra llm --extra postgres --output-file requirements/dev.txt pyproject.toml requirements/dev.in
	$(UV_COMPILE) --upgrade --constraints requirements/dev.txt --output-file requirements/run.txt \
		pyproject.toml requirements/run.in

clean: ## Remove .venv, caches and build output
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a second call of setup or setup-dev finds them newer than the locks and does nothing.

$(VENV)/.made:
	@python=; for name in python3.11 python3; do \
		if command -v $$name >/dev/null 2>&1 && \
			$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "flujo needs Python 3.11 or newer: neither python3.11 nor python3 here is." \
			"Found: $$(python3 --version 2>&1 || true)" >&2; exit 1; \
	fi; \
	echo "creating $(VENV) with $$($$python --version)"; \
	$$python -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/.made
	$(PIP) install --quiet --require-hashes -r requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# dev.txt contains run.txt, so this satisfies `setup` as well.
$(VENV)/.dev: requirements/dev.txt requirements/run.txt pyproject.toml | $(VENV)/.made
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $(VENV)/.run $@
