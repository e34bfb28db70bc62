# Two commands for a newcomer: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# one BLAS thread per process: cells run side by side
export OPENBLAS_NUM_THREADS ?= 1

# The published figures and the claims of this project, one plan in configs/ each: `make figure-PLAN` makes one of them.
# in several dimensions
SPACE := radial himmelblau_exits himmelblau_visits
SIMULATED := published_exit published_exit_lomax rare histograms_heavy histograms_light elimination levy $(SPACE)
PREDICTED := finite_eta tail_index staircase graph levy_steps levy_flight
# configs/radial.toml in other dimensions than two
DIMENSIONS := 5 20
CONDITIONED := conditional_heavy conditional_clipped
SAMPLED := rare_errors rare_plane
FIGURES := $(addprefix figure-,$(SIMULATED) $(PREDICTED) $(CONDITIONED) $(SAMPLED) $(DIMENSIONS:%=radial_%) \
  trajectories regression block_accuracy training initialisation $(if $(QUICK),gradient_noise))
# `make figures QUICK=1`: fewer walkers, fewer or shorter steps, fewer values on the axes
QUICK_published_exit := --set exit.walkers=50
QUICK_published_exit_lomax := --set exit.walkers=50
QUICK_rare := --set exit.walkers=20000 --set grid.eta=[0.1,0.04,0.02,0.01,0.005,0.001]
QUICK_rare_errors := --set rare.relative_error=0.4 --set rare.max_samples=20_000 --set rare.effort=64
QUICK_rare_plane := $(QUICK_rare_errors) --set grid.eta=[1e-2,3e-3]
QUICK_histograms_heavy := --set visits.steps=1_000_000
QUICK_histograms_light := --set visits.steps=1_000_000
QUICK_elimination := --set visits.steps=1_000_000 --set grid.eta=[1e-2,3e-3,1e-3]
QUICK_finite_eta := --set grid.eta=[1e-5,1e-4,1e-3,1e-2,1e-1] --set grid.alpha=[1.5]
QUICK_tail_index := --set grid.eta=[1e-2,1e-4] --set grid.alpha=[1.2,1.4,1.6,1.8]
QUICK_staircase := --set grid.eta=[1e-2,1e-4]
QUICK_regression := --set regression.dimension=[1,4] --set regression.batch=[1,4] --set regression.eta=[0.2,0.4,0.8]
QUICK_conditional_heavy := --set grid.eta=[0.1,0.02] --paths 4
QUICK_conditional_clipped := --set grid.eta=[0.1,0.02] --paths 4
QUICK_levy := --set exit.walkers=200 --set levy.epsilon=[1.0,0.3,0.1] --set levy.alpha=[1.5]
QUICK_levy_steps := --set levy.epsilon=[0.5] --set levy.alpha=[1.2,1.8]
QUICK_levy_flight := --set levy.alpha=[1.5]
QUICK_radial := --set exit.walkers=100 --set grid.eta=[0.2,0.1] --set grid.b=[0.7,1.3]
QUICK_training := --set training.iterations=300 --set training.final=100 --set training.draws=20
QUICK_himmelblau_exits := --set exit.walkers=50 --set grid.eta=[8e-3,4e-3] --set exit.spacing=0.08
QUICK_himmelblau_visits := --set visits.walkers=8 --set visits.steps=200_000
ONLY_finite_eta := local_exponents ratios
ONLY_tail_index := exponent_by_alpha
ONLY_staircase := staircase
ONLY_graph := graph
ONLY_levy_steps := discretisation
ONLY_levy_flight := flights
BESIDE_conditional_heavy := --beside configs/conditional_light.toml
SET = $(if $(QUICK),$(QUICK_$*))
RESULTS := results$(if $(QUICK),/quick-look)

.PHONY: help setup run test check docs validate bench bench-gpu figures $(FIGURES) figure-gradient_noise check-figures keep-figures lock clean

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

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
	@# bytecode once, here: without it a command starts in 2 s instead of 0.9 s where Python may not write its own;
	@# none of the tests that libraries bring along, which are two fifths of it
	@$(BIN)/python -m compileall -q -j 0 -x '/tests/' $(VENV)/lib hts > $(VENV)/compileall.log 2>&1 || true
	@touch $@

run: setup  ## simulate configs/quick.toml, print its tables, draw its figures, write its report
	$(BIN)/hts run configs/quick.toml
	$(BIN)/hts fit results/quick
	$(BIN)/hts plot results/quick
	$(BIN)/hts report results/quick

# files in the order of their names, which ends with short ones: by their number of tests, the default of loadfile, long
# files of few tests come last, and the other processes wait for them
test: setup  ## the tests (a few minutes)
	$(BIN)/python -m pytest -m "not long" -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder

check: setup  ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: setup  ## the site, in build/site; it reads from the disk without a network
	$(BIN)/python -m sphinx -b html -E -j auto -W --keep-going -q docs build/site
	@echo "open build/site/index.html"

validate: setup  ## the long tier of the tests (hours: thousands of random plans)
	$(BIN)/python -m pytest -m long

bench: setup  ## speed against peers in the same run; writes benchmarks/latest.json
	$(BIN)/python -m benchmarks

bench-gpu:  ## speed of a GPU, its bits checked first; PYTHON needs CuPy; writes benchmarks/gpu.json
	$(PYTHON) -m benchmarks.gpu

figures: $(FIGURES)  ## every figure of the docs; QUICK=1 makes small ones in a few minutes

$(SIMULATED:%=figure-%): figure-%: setup
	$(BIN)/hts describe configs/$*.toml $(SET) -o $(RESULTS)/$*
	$(BIN)/hts run configs/$*.toml $(SET) -o $(RESULTS)/$*
	$(BIN)/hts fit $(RESULTS)/$*
	$(BIN)/hts plot $(RESULTS)/$*

$(PREDICTED:%=figure-%): figure-%: setup
	$(BIN)/hts plot configs/$*.toml $(SET) $(ONLY_$*:%=--figure %) -o $(RESULTS)/$*/figures

$(SAMPLED:%=figure-%): figure-%: setup
	$(BIN)/hts rare configs/$*.toml $(SET) -o $(RESULTS)/$*
	$(BIN)/hts plot $(RESULTS)/$* --figure rare_errors

$(CONDITIONED:%=figure-%): figure-%: setup
	$(BIN)/hts paths configs/$*.toml $(BESIDE_$*) $(SET) -o $(RESULTS)/$*

$(DIMENSIONS:%=figure-radial_%): figure-radial_%: setup
	$(BIN)/hts run configs/radial.toml $(if $(QUICK),$(QUICK_radial)) --set dimension=$* -o $(RESULTS)/radial_$*
	$(BIN)/hts fit $(RESULTS)/radial_$*
	$(BIN)/hts plot $(RESULTS)/radial_$*

# 3e6 steps of eta = 1e-3, as published: a time of 3000
figure-trajectories: setup
	$(BIN)/hts paths configs/histograms_heavy.toml --beside configs/histograms_light.toml --given none --paths 1 \
	  --within $(if $(QUICK),300,3000) -o $(RESULTS)/trajectories

figure-regression: setup
	$(BIN)/hts regression configs/regression.toml $(if $(QUICK),$(QUICK_regression)) --plot -o $(RESULTS)/regression

# six methods; SB+Noise runs ten times as long
figure-training: setup
	$(BIN)/hts train configs/digits.toml $(if $(QUICK),$(QUICK_training)) -o $(RESULTS)/training
	$(BIN)/hts plot $(RESULTS)/training

# some minutes of processor time, so only the short one is among `make figures`
figure-gradient_noise: setup
	$(BIN)/python -m hts.networks.noise_study configs/gradient_noise.toml $(RESULTS)/gradient_noise/figures $(if $(QUICK),--short)

figure-initialisation: setup
	$(BIN)/hts initialisation --width 16 --width 64 --width 256 --depth 32 $(if $(QUICK),--networks 100) -o $(RESULTS)/initialisation/figures

# 200 samples of 1e5 numbers of each of 35 laws, as [SSG]
figure-block_accuracy: setup
	$(BIN)/python -m hts.plots.block_accuracy $(RESULTS)/block_accuracy/figures $(if $(QUICK),5,200)

check-figures: setup  ## hold the numbers behind the small figures against the committed ones
	$(MAKE) figures QUICK=1
	$(BIN)/python tests/figures/check_numbers.py results/quick-look

keep-figures: setup  ## commit to the numbers of the small figures as they are now
	$(BIN)/python tests/figures/check_numbers.py results/quick-look --keep

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --upgrade -q --group dev pyproject.toml -o requirements.lock

clean:  ## remove what was built; results stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
