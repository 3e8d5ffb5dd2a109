# What a person types: make demo, make test. Everything installs into .venv from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
BROWSER := $(VENV)/.browser
# Python keeps what it compiled, whatever the shell says: it is started hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo browser test check check-format check-types check-imports check-tests check-tidy bench soak lock screenshots messages clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml $(wildcard omnipos/locale/*/LC_MESSAGES/*.po)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/pybabel --quiet compile --domain omnipos --directory omnipos/locale
	touch $(STAMP)

demo: setup
	$(BIN)/omnipos demo

# The back office is tested in Debian's chromium: installed once where we may, else those tests are skipped.
$(BROWSER): | $(STAMP)
	@if { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium, once, for the tests of the back office."; \
		( export DEBIAN_FRONTEND=noninteractive; \
		  apt-get update -qq -o Acquire::Retries=3 -o Acquire::http::Timeout=30 && \
		  apt-get install -qq --no-install-recommends chromium fonts-dejavu-core ) >$(VENV)/browser.log 2>&1 || \
		echo "Chromium could not be installed ($(VENV)/browser.log says why): tests in a browser are skipped."; \
	else echo "There is no chromium here: tests in a browser are skipped. On Debian: apt-get install chromium."; fi
	@touch $@

browser: $(BROWSER)

test: setup $(BROWSER)
	$(BIN)/pytest -n auto --dist loadgroup

# Each rule by itself: `make -j check` looks at them side by side.
check: check-format check-types check-imports check-tests check-tidy

check-format: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check-types: setup
	$(BIN)/mypy

check-imports: setup
	$(BIN)/lint-imports

# Every test can be found; what pytest makes of their sources is kept for the workers that run them.
check-tests: setup
	@$(BIN)/pytest --collect-only >$(VENV)/collected.log || { cat $(VENV)/collected.log; exit 1; }

check-tidy: setup
	$(BIN)/pytest tests/test_tidy.py

bench: setup
	$(BIN)/python -m bench

# The long budgets of the randomised tests: hours, not minutes.
soak: setup
	OMNIPOS_SOAK=1 $(BIN)/pytest tests/real tests/faults tests/fuzz tests/sim tests/hub/test_model.py tests/hub/test_schema_fuzz.py

# Pins everything with hashes, without naming where it is fetched from; and what a hub alone needs of it.
lock: setup
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-header --all-extras --group dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --constraint requirements.lock \
		--no-emit-index-url --no-header --extra hub pyproject.toml --output-file deploy/requirements.lock

screenshots: setup
	$(BIN)/python docs/screenshots.py

# Collects all texts into the translation files; new ones come in empty, those no longer used go.
messages: setup
	$(BIN)/pybabel --quiet extract --keywords "_ later ngettext:1,2" --no-location --sort-output \
		--output $(VENV)/omnipos.pot omnipos screens sync printing terminals hub
	for language in id ms; do $(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --domain omnipos --input-file $(VENV)/omnipos.pot \
		--output-dir omnipos/locale --locale $$language || exit 1; done

clean:
	rm -rf $(VENV)
