# One command for each job; `make help` lists them. A fresh machine needs Python 3.11, make and a network, nothing else:
# npm, where it is missing, comes from PyPI by its locked hash. Steps leave a mark in .venv/, so none is done twice.
.DEFAULT_GOAL := run
SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
PYTEST := $(PY) -m pytest -q
# Tests share the cores with the servers and browsers that they start.
WORKERS ?= 2
# mypy stops at a folder that is not there, so it is told what is.
TYPED := $(wildcard survey app.py bench hatch_build.py hatch_assets.py scripts tests)

##@ Use

.PHONY: run
run: .venv/.editable assets ## start with the sample dialogue and print its addresses (the default)
	@$(PY) app.py demo

.PHONY: assets
assets: .venv/.run ## bring static/vendor/ and the compiled translations up to date
	@$(PY) hatch_build.py

.PHONY: shots
shots: venv ## take the screenshots of the user guide anew
	$(PY) -m docs.shots

##@ Check

.PHONY: lint
lint: lint-style lint-types lint-imports lint-templates lint-messages ## style, types, import walls, templates, catalogue

.PHONY: lint-style
lint-style: venv
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

.PHONY: lint-types
lint-types: venv
	$(PY) -m mypy $(TYPED)

.PHONY: lint-imports
lint-imports: venv
	@.venv/bin/lint-imports --no-logo

.PHONY: lint-templates
lint-templates: venv
	@find templates -name '*.html' | grep -q . || exit 0; $(PY) -m djlint --lint --quiet templates

.PHONY: lint-messages
lint-messages: venv
	@$(PY) scripts/check_catalogue.py

.PHONY: test
test: venv ## the fast tests, as CI runs them; what measures the machine runs by itself at the end
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not night and not alone"
	$(PYTEST) -m "alone and not night"

.PHONY: test-night
test-night: venv ## the long forms: crashes, soak, many browsers
	$(PYTEST) -m night --claims-area= --claims-file=bench/results/night.json

.PHONY: claims
claims: venv ## what the project promises, measured: claim, figure, verdict (K=area for one area)
	$(PYTEST) -m "claim and not night" --claims-area="$(K)"

.PHONY: bench
bench: venv ## every promised figure beside its floor, as one table (K=row for one row)
	$(PY) -m bench $(K)

##@ Change

.PHONY: format
format: venv ## sort imports and lay out the code
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

.PHONY: messages
messages: venv ## put new messages into the English catalogue and drop unused ones
	$(PY) scripts/check_catalogue.py --update

.PHONY: lock
lock: venv ## renew requirements/*.txt and package-lock.json
	requirements/lock.sh
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

.PHONY: clean
clean: ## remove everything that was made, but no data
	rm -rf .venv build dist node_modules static/vendor .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find translations -name '*.mo' -delete 2>/dev/null || true
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

##@ Help

.PHONY: venv
venv: .venv/.dev .venv/.editable assets ## only prepare .venv/ with everything that the commands above need

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

.venv/.run: requirements/run.txt requirements/build.txt
	@test -x $(PY) || $(PYTHON) -m venv .venv || { \
		echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)." >&2; exit 1; }
	$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# The files are built first: the editable installation then finds nothing left to build, and needs no npm.
.venv/.editable: .venv/.run pyproject.toml | assets
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
