# `make demo` shows athand at work, `make test` proves it; both set up what they need by themselves.

PYTHON_IN_VENV := .venv/bin/python
RECORDINGS ?=
MINUTES ?= 60
PROCESSES ?= 2
RELAY_DIR ?= demo/organisation/relay

.PHONY: help demo test lint format types contracts looks bench bench-desk soak run-relay setup system environment clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: setup ## the whole path, in real windows; pictures and report.json in demo/
	$(PYTHON_IN_VENV) -m tests.e2e.demo

# A window that did not say something within its time is tried once more, and counted in the last line (R). Thousands
# of Pythons are started: where the surroundings forbid to keep what was compiled, each would compile all of it anew.
# The limits in the tests are signals, which reach no test whose loop is uvloop's, nor one that waits outside Python: there
# the process is ended, with the place of each of its threads on stderr. That test is named and the run is over: with
# another process in that one's place xdist waits for ever, once whole files had been through in the first.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup ## every test, end-to-end ones included (EXPLORE=1: properties by other examples than usual)
	$(PYTHON_IN_VENV) -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --reruns 1 --only-rerun StageError \
		-o faulthandler_timeout=500 -o faulthandler_exit_on_timeout=true --max-worker-restart 0

lint: environment ## ruff: rules and format
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .

format: environment ## rewrite the code in the one format
	$(PYTHON_IN_VENV) -m ruff check --fix .
	$(PYTHON_IN_VENV) -m ruff format .

types: environment ## mypy, strict, tests included
	$(PYTHON_IN_VENV) -m mypy

contracts: environment ## who may import whom
	.venv/bin/lint-imports

looks: setup ## pictures of every window (light, dark, German, 200 %), page and report; in build/looks
	$(PYTHON_IN_VENV) -m tests.looks

bench: setup ## figures of this machine, on recordings of real programs; in docs/bench/
	@.ci/system-packages packages-bench.txt
	$(PYTHON_IN_VENV) -m tests.bench.stages $(RECORDINGS)
	$(PYTHON_IN_VENV) -m tests.bench.echoes
	$(PYTHON_IN_VENV) -m tests.bench.sessions
	$(PYTHON_IN_VENV) -m pytest -p no:cacheprovider --override-ini "python_files=bench_*.py" --ignore tests/bench/bench_desk.py tests/bench

soak: setup ## an hour of mixed work, memory of every part; in docs/bench/soak.md (MINUTES=60)
	@.ci/system-packages packages-bench.txt
	$(PYTHON_IN_VENV) -m tests.bench.soak $(MINUTES)

bench-desk: environment ## figures of the desk with 100,000 tickets and 2 million events
	$(PYTHON_IN_VENV) -m pytest -p no:cacheprovider --override-ini "python_files=bench_*.py" -s tests/bench/bench_desk.py

run-relay: environment ## a relay on the organisation that RELAY_DIR names
	.venv/bin/athand-relay --home $(RELAY_DIR)

setup: system environment ## system packages (apt, when root) and .venv

system:
	@.ci/system-packages

environment:
	@.ci/environment

clean: ## throw away what was made, .venv too
	rm -rf .venv build demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
