# Limen's verbs. `make run` and `make test` need nothing but Python 3.11 or newer; the rest says what it needs.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
RIVAL ?=
DATABASE ?=
CONFORMANCE ?= ../shared/conformance

.DEFAULT_GOAL := help
.PHONY: help run test check conformance kills bench drills screenshots docs requirements clean

help: ## show these verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/.run: requirements/run.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Limen needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

run: $(VENV)/.run ## start Limen on an embedded database with the pages in the box, and say where to click
	$(RUN)/limen serve --dev

check: $(VENV)/.dev ## everything a machine can say about the code without running it
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/pyright
	$(RUN)/lint-imports

test: check ## all tests that this machine can run; with CI=true none may be skipped
	$(RUN)/python scripts/audit_requirements.py
	$(RUN)/python -m pytest -q

conformance: $(VENV)/.dev ## the black-box suite, where it lies beside this repository (DATABASE=postgres for a throwaway one, FOLDERS='login code' for some)
	$(RUN)/python scripts/conformance.py $(if $(filter postgres,$(DATABASE)),--postgres) $(CONFORMANCE) $(FOLDERS)

kills: $(VENV)/.dev ## kill the server two hundred times between commit and delivery (many minutes)
	LIMEN_KILLS=200 $(RUN)/python -m pytest -q tests/reliability/test_deliveries_survive.py

bench: $(VENV)/.dev ## requests per second, latency and CPU per request (DATABASE=postgres, RIVAL=command)
	RIVAL="$(RIVAL)" DATABASE="$(DATABASE)" $(RUN)/python -m bench

drills: $(VENV)/.dev ## kill, starve, crowd and confuse real servers; fails when anything that was acknowledged is lost
	$(RUN)/python -m drills

screenshots: $(VENV)/.dev ## pictures of the pages (needs Chromium)
	$(RUN)/python scripts/screenshots.py --serve

docs: $(VENV)/.dev ## write what is generated anew: pages of docs/, compiled statements
	$(RUN)/python scripts/compile_statements.py
	$(RUN)/python scripts/write_docs.py

requirements: $(VENV)/.dev ## resolve the requirements anew, with hashes
	$(RUN)/python -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header requirements/run.in -o requirements/run.txt
	$(RUN)/python -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header -c requirements/run.txt requirements/dev.in -o requirements/dev.txt

clean: ## remove what can be made again
	rm -rf $(VENV) data .pytest_cache .mypy_cache .ruff_cache
