.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := casefile cli extractors flows intake packet_builder review_desk samples

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-12s %s\n", $$1, $$2}'

.venv/installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-installer.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

setup: ## system packages, .venv and the locked packages
	@tools/system-packages.sh
	@$(MAKE) -s .venv/installed

setup-test:
	@tools/system-packages.sh --test
	@$(MAKE) -s .venv/installed

demo: setup ## sample faxes to a bound packet, offline
	@$(BIN)/casebinder demo

test: setup-test ## the whole test suite, a file at a time on every core
	@$(BIN)/python -m pytest -n auto --dist loadfile

bench-reading: setup-test ## recall, word error and pages/s by mode, beside ocrmypdf and plain pytesseract
	@$(BIN)/python -m benchmarks.reading

bench-pages: setup-test ## orientation, blank pages and memory, beside the OCR program's own orientation test
	@$(BIN)/python -m benchmarks.pages

bench-findings: setup-test ## precision and recall by field and mode, kinds, page faults, pages/s, on kept-back wordings
	@$(BIN)/python -m benchmarks.findings --unseen --faxes 200 --scaling

bench-packet: setup-test ## 1,000 pages from 60 sources with every feature, beside a bare pypdf append
	@$(BIN)/python -m benchmarks.packet

bench-desk: setup-test ## the desk's lists with 100,000 cases, page images, 20 people at once
	@$(BIN)/python -m benchmarks.desk

bench-cases: setup-test ## work-list, search and case page with 100,000 cases, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.cases

faults: setup-test ## 200 kills of workers and servers over 300 faxes: nothing lost, nothing doubled
	@$(BIN)/python -m tests.faults.stage

bench-bucket: setup-test ## Prefect's share, two workers against one, drop to result, restart on 10,000 objects
	@$(BIN)/python -m benchmarks.bucket

check: setup ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lock: setup ## resolve the newest allowed versions into requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --extra dev --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate --upgrade -o requirements.lock

.PHONY: help setup setup-test demo test bench-reading bench-pages bench-findings bench-packet bench-cases bench-desk faults bench-bucket check lock
