# Doudi (兜底). `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests start hundreds of processes; each would compile the product again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-scale chaos tck bpmn fuzz scenarios county migrate frontend coverage modelling clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run ## environment, database, demo data, server and worker in one process
	@$(BIN)/doudi run

test: $(VENV)/.dev ## everything that proves the product; installs what it needs; DOUDI_EXAMPLES=4 for a night
	@scripts/system-packages.sh
	$(BIN)/pytest -n auto --dist worksteal

check: $(VENV)/.dev ## style, types, layers, bundles
	$(BIN)/ruff check .
	$(BIN)/ruff format --check app bench migrations scripts tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/doudi bundle check $(dir $(wildcard bpmn/*/bundle.yaml))

bench: $(VENV)/.dev ## measurements, side by side in one run; JSON=FILE also writes every figure, FULL=1 takes whole counties
	$(BIN)/python -m bench $(if $(FULL),--full) $(if $(JSON),--json $(JSON))

bench-scale: $(VENV)/.dev ## lists, searches and counts of a province beside a small one, both databases; SIZE=1000000 ONLY=postgresql JSON=FILE
	@scripts/system-packages.sh
	$(BIN)/python -m bench.scale $(if $(SIZE),$(SIZE)) $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON))

chaos: $(VENV)/.dev ## a second machine from the guides, then kills, full disks and races on both databases; KILLS=1000 RACES=10000 for long
	@scripts/system-packages.sh
	$(BIN)/python -m tests.chaos $(if $(KILLS),--kills $(KILLS)) $(if $(RACES),--races $(RACES)) $(if $(ONLY),--only $(ONLY))

tck: $(VENV)/.dev ## the DMN TCK: level 2 and level 3
	$(BIN)/python -m tests.tck

fuzz: $(VENV)/.dev ## 10,000 mutations of the shipped diagrams, tables and forms; files of 20,000 rows and of 50 MB
	$(BIN)/python -m tests.fuzz

bpmn: $(VENV)/.dev ## BPMN conformance runs, random walks (silently wrong: aim 0), the gate over large files
	$(BIN)/python -m tests.bpmn

scenarios: $(VENV)/.run ## play every story of the bundles
	$(BIN)/doudi scenario bpmn

county: $(VENV)/.dev ## play a month of a county and print its money by month, programme and source
	$(BIN)/pytest -q -s -n 0 tests/integration/stories/test_county_month.py

migrate: $(VENV)/.run ## bring the configured database to the newest version
	$(BIN)/doudi db upgrade

frontend: ## rebuild the browser bundles (needs Node)
	cd frontend && npm ci --ignore-scripts && npm run build

coverage: $(VENV)/.run ## regenerate docs/coverage.md: clause by clause
	$(BIN)/doudi coverage

modelling: $(VENV)/.run ## regenerate what owners may draw and write, the element templates, the table of settings
	$(BIN)/doudi modelling
	$(BIN)/doudi effects
	$(BIN)/doudi settings

clean: ## remove the environment and the demo database
	rm -rf $(VENV) var
