.DEFAULT_GOAL := run
.PHONY: venv
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

.venv/.run: requirements/run.txt requirements/build.txt
	@test -x $(PY) || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.editable: .venv/.run pyproject.toml
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

venv: .venv/.dev .venv/.editable ## the environment in .venv with everything that run, test and lint need
