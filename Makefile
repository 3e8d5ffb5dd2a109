# What a person types: make demo, make test. Everything installs into .venv from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup demo test check bench soak lock screenshots messages clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml $(wildcard omnipos/locale/*/LC_MESSAGES/*.po)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/pybabel --quiet compile --domain omnipos --directory omnipos/locale
	touch $(STAMP)
