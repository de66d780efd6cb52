# Everything a checkout needs: `make run` and `make test` set up .venv by themselves, when it is
# missing or out of date, and touch nothing when it is not.

VENV := .venv
BIN := $(VENV)/bin
PYTHONS := python3 python3.13 python3.12 python3.11 python3.14 python
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
PIP := $(BIN)/python -m pip --disable-pip-version-check

WORK := objects-1

.DEFAULT_GOAL := help
.PHONY: help run test chaos fuzz soak format bench-quick bench profile clean

help:
	@echo "make run          the demo: a server, a publisher and the monitor"
	@echo "make test         ruff, mypy, import-linter and pytest; one summary line"
	@echo "make chaos        the end-to-end tests of the core on a network of chaos, and the long audit"
	@echo "make fuzz         each kind of frame at the server, each decoder (MINUTES=10)"
	@echo "make soak         half an hour of load while clients are killed (MINUTES=30)"
	@echo "make format       let ruff order the imports and format the tree"
	@echo "make bench-quick  the benchmarks, less than three minutes of them"
	@echo "make bench        the benchmarks, all of them: forty minutes"
	@echo "make profile      where writer, server and reader spend their time (WORK=objects-1)"
	@echo "make clean        remove .venv and every cache"

run: $(VENV)/.gui
	@$(BIN)/streamscope demo $(DEMO)

test: $(VENV)/.test
	@failed=""; \
	check() { name="$$1"; shift; echo "── $$name"; "$$@" || failed="$$failed $$name"; }; \
	check qt-libraries $(BIN)/python -m stream_core.cli.missing; \
	check ruff $(BIN)/ruff check --quiet; \
	check ruff-format $(BIN)/ruff format --check --quiet; \
	check mypy $(BIN)/mypy --no-error-summary; \
	check import-linter $(BIN)/lint-imports --no-logo; \
	check pytest env QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -n auto $(TESTS); \
	if [ -n "$$failed" ]; then echo "make test: FAILED:$$failed"; exit 1; fi; \
	echo "make test: all passed (ruff, mypy, import-linter, pytest)"

# another choice: make chaos SEEDS=17,18 KILLS=100
chaos: SEEDS := 1,2,3
chaos: KILLS := 1000
chaos: $(VENV)/.test
	@$(BIN)/pytest -q --chaos=$(SEEDS) --kills=$(KILLS) --timeout=1800 tests/end_to_end

# atheris has no wheel for some Pythons: then the frames are changed without its guidance
fuzz: MINUTES := 10
fuzz: $(VENV)/.test
	@$(PIP) install --quiet --editable ".[gui,test,fuzz]" || \
	    echo "make fuzz: atheris cannot be installed for this Python"
	@$(BIN)/python -m tests.fuzzing --minutes $(MINUTES) $(FUZZ)

soak: MINUTES := 30
soak: $(VENV)/.test
	@$(BIN)/python -m tests.soak --minutes $(MINUTES) $(SOAK)

format: $(VENV)/.test
	@$(BIN)/ruff check --select I --fix --quiet && $(BIN)/ruff format

bench-quick bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks $(if $(filter bench-quick,$@),--quick) $(BENCH)

profile: $(VENV)/.bench
	@$(BIN)/python -m benchmarks.profile --only $(WORK)

clean:
	rm -rf stream_core/*.so $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .fuzz build dist

# ------------------------------------------------------------------------------- set-up of .venv

# each set-up holds the one before it
$(VENV)/.gui: EXTRAS := gui
$(VENV)/.gui: HELD := $(VENV)/.gui
$(VENV)/.test: EXTRAS := gui,test
$(VENV)/.test: HELD := $(VENV)/.gui $(VENV)/.test
$(VENV)/.bench: EXTRAS := gui,test,bench
$(VENV)/.bench: HELD := $(VENV)/.gui $(VENV)/.test $(VENV)/.bench
$(VENV)/.gui $(VENV)/.test $(VENV)/.bench: pyproject.toml stream_core/per_item.c $(VENV)/pyvenv.cfg
	@echo "installing streamscope[$(EXTRAS)] into $(VENV)"
	@$(PIP) install --quiet --editable ".[$(EXTRAS)]"
	@touch $(HELD)

# a .venv whose Python has gone away counts as missing
ifneq ($(shell test -x $(BIN)/python && echo there),there)
.PHONY: $(VENV)/pyvenv.cfg
endif
$(VENV)/pyvenv.cfg:
	@for python in $(PYTHONS); do \
	    if $$python -c "$(SUITABLE)" >/dev/null 2>&1; then \
	        echo "creating $(VENV) with $$($$python --version)"; \
	        exec $$python -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo "streamscope needs Python 3.11 to 3.14 with venv; none of $(PYTHONS) is that." >&2; \
	echo "On Debian: apt-get install python3 python3-venv; elsewhere: https://python.org" >&2; \
	exit 1
