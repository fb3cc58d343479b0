# Everything a person does with Netloom from a terminal: make help.

VENV := .venv
MINUTES := 8
PYTHON := $(VENV)/bin/python
RUN_READY := $(VENV)/.ready-to-run
TEST_READY := $(VENV)/.ready-to-test
BENCH_READY := $(VENV)/.ready-to-bench
SOURCES := graph app widgets netloom benchmarks tools tests main.py

# Modules are kept as bytecode even where the shell says otherwise: the tests start a hundred processes of Netloom.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test battery check coverage mutants bench figures docs lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run      open Netloom; without a display, drive it offscreen and save pictures"
	@echo "make test     run the tests"
	@echo "make battery  hold every promise to random cases for 8 minutes (MINUTES=480 for a night), and run the slow tests"
	@echo "make check    lint, formatting, types and import contracts"
	@echo "make coverage which lines and branches the tests meet, room by room"
	@echo "make mutants  break the code in N places (N=400), and name those that no test notices"
	@echo "make bench    run every benchmark"
	@echo "make figures  train the presets over five seeds, where their score is not known yet (FIGURES=brackets_lstm)"
	@echo "              FIGURES=--baselines: only what is reached without a network, in a minute, where data or baselines changed"
	@echo "make docs     take all pictures of README and guide anew"
	@echo "make lock     write the locks from what is installed in $(VENV)"
	@echo "make clean    remove $(VENV) and caches"

run: $(RUN_READY)
	@if [ -n "$$DISPLAY" ] || [ -n "$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
		$(PYTHON) main.py; \
	else \
		echo "There is no display: Netloom is driven offscreen instead."; \
		QT_QPA_PLATFORM=offscreen $(PYTHON) main.py tour --out tour && echo "The pictures are in $(CURDIR)/tour"; \
	fi

test: $(TEST_READY)
	$(PYTHON) -m pytest -n auto -m "not slow and not fuzz" $(PYTEST)

battery: $(TEST_READY)
	$(PYTHON) -m pytest -n auto -m "slow or fuzz" $(PYTEST)
	$(PYTHON) -m tests.battery --minutes $(MINUTES) $(BATTERY)

coverage: $(TEST_READY)
	$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest -n auto $(PYTEST)
	$(PYTHON) -m coverage combine -q
	$(PYTHON) -m coverage json -q -o .coverage.json
	$(PYTHON) -m tools.coverage_floor .coverage.json $(FLOOR)

mutants: $(TEST_READY)
	$(PYTHON) -m tools.mutants $(if $(N),-n $(N))

check: $(TEST_READY)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy $(SOURCES)
	$(VENV)/bin/lint-imports

bench: $(BENCH_READY)
	$(PYTHON) -m benchmarks

figures: $(RUN_READY)
	$(PYTHON) -m tools.figures $(FIGURES)

docs: $(RUN_READY)
	QT_QPA_PLATFORM=offscreen $(PYTHON) -m tools.docs_pictures

lock: $(TEST_READY)
	$(PYTHON) -m tools.lock
	@touch $(RUN_READY) $(TEST_READY)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tour
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is filled only when a lock changes.
$(RUN_READY): requirements.lock tools/setup.sh tools/qt_libraries.py
	@bash tools/setup.sh $(VENV) requirements.lock
	@touch $@

$(TEST_READY): requirements-dev.lock $(RUN_READY)
	@bash tools/setup.sh $(VENV) requirements-dev.lock
	@touch $@

# Without what these ask for themselves: it would bring other descriptions of Qt's types than PySide6's own.
$(BENCH_READY): requirements-bench.lock $(TEST_READY)
	@bash tools/setup.sh $(VENV) requirements-bench.lock --no-deps
	@touch $@
