# Winnow. `make help` lists the targets.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: help setup demo test test-slow lint bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Make the environment; afterwards .venv/bin/winnow works

$(STAMP): pyproject.toml constraints.txt
	@echo 'setting up .venv: some minutes the first time'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

demo: setup ## Run the whole loop on the shipped example
	PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/helpdesk/demo.sh build/demo

test: lint ## Run every test but the slow ones
	$(BIN)/python -m pytest

test-slow: setup ## Run load and kill tests
	$(BIN)/python -m pytest -m slow

lint: setup ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## Measure speed against named alternatives
	$(BIN)/python -m benchmarks

clean: ## Remove the environment and everything built
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
