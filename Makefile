# Development tasks. `make help` lists the targets.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: help setup demo demo-tools test test-slow mutants lint schemas bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Create .venv with all dependencies; the command is then .venv/bin/winnow

$(STAMP): pyproject.toml constraints.txt
	@echo 'setting up .venv; this takes a few minutes the first time'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

demo: setup ## Run the whole loop on the help-desk example
	PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/helpdesk/demo.sh build/demo

demo-tools: setup ## Run the loop on the example with tool-calling dialogues, from logs to a verified release
	PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/assistant/demo.sh build/demo-tools

test: lint ## Run lint and all tests except the slow ones
	$(BIN)/pytest -n 2 --dist loadfile

test-slow: setup ## Run the slow tests: load, kills, fuzzing
	$(BIN)/pytest -m slow

schemas: setup ## Write the JSON Schemas of the public records to docs/schemas
	$(BIN)/python -m winnow.json_schemas docs/schemas

mutants: setup ## Change the rules one at a time and check that a test fails each time; takes a long time
	$(BIN)/python tests/mutation/run.py $(MODULES)

lint: setup ## Run ruff, mypy and import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## Compare speed with named alternatives
	$(BIN)/python -m benchmarks

clean: ## Delete .venv and all build output
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
