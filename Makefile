# Short targets; everything generated lives in .venv and var/.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys, venv, ensurepip; sys.exit(not (3,11) <= sys.version_info[:2] < (3,14))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
SHENGWEN := $(VENV)/bin/shengwen
INSTALLED := $(VENV)/.installed

.PHONY: run test check bench clean models prompts format

run: prompts  ## telephone the demo applicants and show the result page (ONESHOT=1: stop by itself)
	$(SHENGWEN) demo $(if $(ONESHOT),,--serve)

test: prompts  ## all tests, real Asterisk included
	$(SHENGWEN) asterisk install
	$(VENV)/bin/python -m pytest

check: $(INSTALLED)  ## format, lint, types, import directions, the question bank
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(SHENGWEN) bank lint
	$(SHENGWEN) bank lint config/banks/en

bench: models  ## turn times and calls side by side, and a peer with the same callers
	$(SHENGWEN) bench peers
	$(SHENGWEN) bench turn --peers --json
	$(SHENGWEN) bench calls --n 8 --peers --json
	$(SHENGWEN) bench media --n 400 --json

models: $(INSTALLED)
	$(SHENGWEN) models gather

prompts: models
	$(SHENGWEN) prompts render

format: $(INSTALLED)
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 with venv is missing: install it (Debian, Ubuntu: apt-get install python3 python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --progress-bar on -c constraints.txt -e '.[speech,dev]'
	@touch $@

clean:
	rm -rf $(VENV) var/prompts var/voices .mypy_cache .ruff_cache .pytest_cache
