# Every target has a one-line help: `make help`. Two are all a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test fast e2e lint types imports vendor lock wheel bench interop clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'Python 3.11 or newer is needed. On Debian 12 run:  apt-get install python3 python3-venv'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo 'Python cannot make an environment yet. Run:  apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.development: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.runtime

setup: $(VENV)/.development ## install everything a developer needs into .venv

run: $(VENV)/.runtime ## install, create the database, load the demo clinic, serve pages and worker (PORT=8001 for another port)
	@$(BIN)/sma db upgrade
	@$(BIN)/sma demo load --if-empty
	@$(BIN)/sma serve $(if $(PORT),--port $(PORT))

# The second engine runs verbs, reads and workers again; what a page or a sheet looks like does not depend on it. What opens
# no database of the run, or names its engine itself, has been shown by the first.
test: $(VENV)/.development ## install and run every test, PostgreSQL and browser included
	$(BIN)/pytest -n 2 --dist loadgroup
	$(BIN)/python -m tests.engines $(BIN)/pytest -n 2 --only-what-stands-on-the-engine \
	  -m "not e2e and not slow" -k "not web and not pages and not sheets" tests/sma

fast: $(VENV)/.development ## the tests that need neither browser nor minutes
	$(BIN)/pytest -n 2 -m "not e2e and not slow and not concurrency"

e2e: $(VENV)/.development ## the tests in a real browser
	$(BIN)/pytest -m e2e

lint: $(VENV)/.development types imports ## style, spelling, templates, types, architecture, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/codespell sma billing calendars templates tests docs README.md CHANGELOG.md Makefile
	$(BIN)/deptry sma billing calendars
	$(BIN)/python -m tests.house.limits

types: $(VENV)/.development ## mypy --strict
	$(BIN)/mypy

imports: $(VENV)/.development ## the import contracts
	$(BIN)/lint-imports --no-logo

vendor: $(VENV)/.development ## fetch the vendored style and script files again and check their hashes
	$(BIN)/python -m sma.web.vendor refresh

lock: $(VENV)/.development ## resolve the dependencies again (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 \
	  pyproject.toml --group dev -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 \
	  pyproject.toml -c requirements-dev.lock -o requirements.lock

wheel: $(VENV)/.development ## build the wheel, install it in a clean environment and start it
	rm -rf dist && $(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/python -m tests.house.wheel_smoke dist

bench: $(VENV)/.development ## measure, as ratios to limits taken in the same run
	$(BIN)/python -m bench

interop: $(VENV)/.development ## judge invitations with independent calendar programs, every quarter hour to 2036 included
	$(BIN)/pytest tests/calendars

clean: ## remove what was built (not the data folder)
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
