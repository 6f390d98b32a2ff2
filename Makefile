# Recorrido: every command of the project. `make` alone lists them.

# make PYTHON=/path/to/python3 names the Python that environments are made with, which is chosen otherwise.
CHOSEN := scripts/choose-python $(if $(PYTHON),"$(PYTHON)")
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
PIP := install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check bench bench-ingest bench-fresh bench-people bench-causes bench-align bench-comparing bench-ray chaos forged clean lock translations validate-identity validate-incidents validate-findings validate-demand validate-peers validate-whatif

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## Make the virtual environment with everything the product needs

demo: setup ## The whole product with a simulated retailer: database, data, journey maps, pages
	@exec $(BIN)/recorrido demo

run: setup ## The product with no data: says what to do next
	@exec $(BIN)/recorrido run

test: $(VENV)/.installed-dev ## Every test: unit, PostgreSQL, browser
	@scripts/system-packages
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.installed-dev ## Lints, types, layers, house rules
	@scripts/system-packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture

bench: $(BENCH)/.installed ## Our speed beside other tools (EVENTS=1000000 for a short run, up to 100 million)
	@exec $(BIN)/python -m bench $(ARGS) $(if $(EVENTS),--events $(EVENTS))

bench-ingest: setup ## Events per second over HTTP beside raw COPY (ARGS="--rows 20000000": over that many events)
	@scripts/system-packages wrk
	@exec $(BIN)/python -m bench ingest $(ARGS)

bench-fresh: setup ## Seconds until an event is on the map, idle and during a build (EVENTS="1000000 20000000")
	@exec $(BIN)/python -m bench fresh $(ARGS) $(if $(EVENTS),--events $(EVENTS))

bench-people: setup ## Seconds to tell a million records of customers apart and join them (EVENTS=100000 for a short run)
	@exec $(BIN)/python -m bench people $(ARGS) $(if $(EVENTS),--events $(EVENTS))

bench-causes: setup ## Seconds to find the causes of an outcome among a million journeys with twenty attributes
	@exec $(BIN)/python -m bench causes $(ARGS) $(if $(EVENTS),--events $(EVENTS))

bench-align: $(BENCH)/.installed ## Seconds to align a million journeys of 20,000 variants with their design, beside PM4Py on a hundred of them
	@exec $(BIN)/python -m bench align $(ARGS) $(if $(EVENTS),--events $(EVENTS))

bench-comparing: setup ## Seconds of the questions that compare a million journeys: compare, cohorts, paths, objects
	@exec $(BIN)/python -m bench comparing $(ARGS) $(if $(EVENTS),--events $(EVENTS))

bench-ray: $(VENV)/.installed-dev ## Logs in shards: this machine against one and two Ray nodes, and what 10 billion events would need (EVENTS="1000000 20000000")
	@exec $(BIN)/python -m bench cluster $(ARGS) $(if $(EVENTS),--events $(EVENTS))

chaos: setup ## 100,000 events under kill -9 and a full disk, and what is left of every promise (ARGS="--seed 7 --events 5000 --kills 5")
	@exec $(BIN)/python -m chaos $(ARGS)

forged: setup ## A million forged and malformed requests: none answered 5xx, no sound event lost (ARGS="--requests 20000 --seed 7")
	@exec $(BIN)/python -m chaos.forged $(ARGS)

validate-demand: setup ## Where support contacts are born, against companies whose truth is known
	@exec $(BIN)/python -m validation demand $(ARGS)

validate-identity: setup ## Who is who, against 50,000 people whose truth is known
	@exec $(BIN)/python -m validation identity $(ARGS)

validate-incidents: setup ## How soon trouble is seen, and how often where there is none, over the simulator's year
	@exec $(BIN)/python -m validation incidents $(ARGS)

validate-findings: setup ## Faults planted at random in small companies: which are found, and what is found where there are none
	@exec $(BIN)/python -m validation findings $(ARGS)

validate-peers: $(BENCH)/.installed ## Alignments, object maps and retention beside PM4Py and Polars, on random and real logs (ARGS="--seeds 5")
	@exec $(BIN)/python -m validation peers $(ARGS)

validate-whatif: setup ## What the planted faults cost, told from the log alone, against the truth (ARGS="one_fault b2b --seeds 1")
	@exec $(BIN)/python -m validation whatif $(ARGS)

translations: $(VENV)/.installed-dev ## Collect and compile the Spanish strings
	$(BIN)/python scripts/translations

lock: $(VENV)/.installed-dev ## Choose versions anew and write the hashed requirements files
	python=$$($(CHOSEN)) && scripts/lock "$$python"

clean: ## Remove what was built, not the data (that is .recorrido)
	rm -rf $(VENV) $(BENCH) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a folder that is as new as its lock files needs no work.

$(VENV)/.made:
	python=$$($(CHOSEN)) && "$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements/build.txt requirements/base.txt requirements/analysis.txt pyproject.toml | $(VENV)/.made
	@echo "Installing what the product needs (once; a few minutes)…"
	$(BIN)/python -m pip $(PIP) --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip $(PIP) --require-hashes -r requirements/base.txt
	$(BIN)/python -m pip $(PIP) --require-hashes -r requirements/analysis.txt
	$(BIN)/python -m pip $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements/dev.txt requirements/ray.txt requirements/s3.txt $(VENV)/.installed
	@echo "Installing what tests and checks need…"
	$(BIN)/python -m pip $(PIP) --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip $(PIP) --require-hashes -r requirements/ray.txt
	$(BIN)/python -m pip $(PIP) --require-hashes -r requirements/s3.txt
	@touch $@

$(BENCH)/.installed: requirements/bench.txt | $(VENV)/.installed
	python=$$($(CHOSEN)) && "$$python" -m venv $(BENCH)
	$(BENCH)/bin/python -m pip $(PIP) --require-hashes -r requirements/bench.txt
	@touch $@
