.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := casefile cli extractors flows intake packet_builder samples

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

test: setup-test ## the whole test suite
	@$(BIN)/python -m pytest

bench-reading: setup-test ## recall, word error and pages/s by mode, beside ocrmypdf and plain pytesseract
	@$(BIN)/python -m benchmarks.reading

bench-packet: setup-test ## a 1,000-page packet with every feature, beside a bare append by pypdf
	@$(BIN)/python -m benchmarks.packet

check: setup ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lock: setup ## resolve the newest allowed versions into requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --extra dev --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate --upgrade -o requirements.lock

.PHONY: help setup setup-test demo test bench-reading bench-packet check lock
