# Two commands for a newcomer: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# one BLAS thread per process: cells run side by side
export OPENBLAS_NUM_THREADS ?= 1

PLANS := published_exit published_exit_lomax
# `make figures QUICK=1`: a twentieth of the walkers
QUICK_SET := $(if $(QUICK),--set exit.walkers=50)
RESULTS := results$(if $(QUICK),/quick-look)

.PHONY: help setup run test check validate bench figures lock clean

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(READY)  ## build .venv from the lock file; does nothing when nothing has changed

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "hts needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@if command -v uv >/dev/null; then \
	  uv venv -q --clear --python $(PYTHON) $(VENV) && \
	  uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv --clear $(VENV) && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@# bytecode once, here: without it a command starts in 2 s instead of 0.9 s where Python may not write its own
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib hts > $(VENV)/compileall.log 2>&1 || true
	@touch $@

run: setup  ## simulate configs/quick.toml, print its tables, draw its figures
	$(BIN)/hts run configs/quick.toml
	$(BIN)/hts fit results/quick
	$(BIN)/hts plot results/quick

test: setup  ## the tests (a few minutes)
	$(BIN)/python -m pytest -m "not long"

check: setup  ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

validate: setup  ## the long tier of the tests (about an hour)
	$(BIN)/python -m pytest -m long

bench: setup  ## speed against peers in the same run; writes benchmarks/latest.json
	$(BIN)/python -m benchmarks

figures: setup  ## the published figures beside ours (hts describe says how long first)
	@for plan in $(PLANS); do \
	  $(BIN)/hts describe configs/$$plan.toml $(QUICK_SET) -o $(RESULTS)/$$plan && \
	  $(BIN)/hts run configs/$$plan.toml $(QUICK_SET) -o $(RESULTS)/$$plan && \
	  $(BIN)/hts fit $(RESULTS)/$$plan && \
	  $(BIN)/hts plot $(RESULTS)/$$plan || exit $$?; \
	done

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --upgrade -q --group dev pyproject.toml -o requirements.lock

clean:  ## remove what was built; results stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
