# Needs Python 3.11 or newer, make and the package index; everything is installed into .venv.
#
#   make demo    the notes' example as PDF and Markdown, in build/demo
#   make test    the test suite
#   make check   what CI runs: tests, lint, types, imports, the wheel
#   make oldest  the test suite with the oldest supported version of each dependency
#   make campaign   random graphs, displayed digits and renderings against other judges; GRAPHS=10000 SEED=0
#   make fuzz    a reader fed with broken input: TARGET=parser INPUTS=100000 (tests/fuzz/targets.py names the readers)
#   make coverage   which lines and branches the tests carry out, by which test; build/coverage/html
#   make mutants    SAMPLE=300 SEED=0 faults put into language, calculus, evaluate and grading: which ones no test notices
#   make same    whether twenty processes write the same bytes: hash seeds, time zones, locales
#   make kills   training, weaving and making variants killed a hundred times each
#   make bench   ratios of ours and a peer: start-up, derivation, compiled gradients, training, first derivations
#   make peers   ours beside SymPy, CasADi, JAX, PyTorch, autograd, micrograd, handcalcs and latexify, which it installs
#   make languages   the catalogues brought up to date with the sentences in the code, and compiled
#   make docs    the site, in build/docs/html; warnings are errors, and every link within it leads somewhere
#   make man     a manual page for each command, in build/man
#   make spelling    spelling of the documents and of the code
#   make clean   remove what the others made

PYTHON ?= python3
# PyTorch confirms our gradients in the tests. This version's CPU build is what they were written against; a bare `torch`
# may bring gigabytes of CUDA. `make test TORCH=` leaves it out, and the tests that ask it are skipped.
TORCH ?= torch==2.13.0 numpy
# One worker a core is what the tests were timed with.
WORKERS ?= 2
TARGET ?= parser
INPUTS ?= 100000

# Of `make campaign`: what a run of ten thousand takes is in docs/reliability.md.
GRAPHS ?= 10000
SEED ?= 0
# Of `make mutants`: how many of some eight thousand, or of a part or a module only, as grading/work.py.
SAMPLE ?= 300
ONLY ?=

BIN = .venv/bin

.PHONY: help demo test oldest lint types imports wheel check campaign fuzz coverage mutants same kills bench peers languages docs man spelling clean

help:
	@sed -n 's/^#   //p' Makefile

# --- environments: rebuilt only where pyproject.toml changed -------------------------------------------------

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/developing: .venv/made pyproject.toml
	if [ -n "$(TORCH)" ]; then $(BIN)/python -m pip install --quiet $(TORCH); fi
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch .venv/installed $@

# What users may have is installed first, as old as pyproject.toml allows; the tools of the tests do not change that.
.venv-oldest/developing: pyproject.toml
	rm -rf .venv-oldest
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet uv
	.venv-oldest/bin/uv pip install --quiet --python .venv-oldest/bin/python --resolution lowest-direct \
		--editable '.[autograd,exercises,jobs,notebook,plots]'
	.venv-oldest/bin/python -m pip install --quiet --editable '.[dev]'
	@touch $@

# --- what people ask for -------------------------------------------------------------------------------------

demo: .venv/installed
	@mkdir -p build/demo
	@$(BIN)/backprop-derive solve examples/lesson.txt -o build/demo/lesson.md
	@$(BIN)/backprop-derive solve examples/lesson.txt -o build/demo/lesson.pdf
	@echo "The problem, as in lecture notes:   examples/lesson.txt"
	@echo "Its worked solution, to print:      build/demo/lesson.pdf"
	@echo "The same for a page or a README:    build/demo/lesson.md"

test: .venv/developing
	$(BIN)/python -m pytest -n $(WORKERS)

oldest: .venv-oldest/developing
	.venv-oldest/bin/python -m pytest -n $(WORKERS)

lint: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/developing
	$(BIN)/mypy

imports: .venv/developing
	$(BIN)/lint-imports

wheel: .venv/developing
	rm -rf build/dist
	$(BIN)/python -m build --outdir build/dist .
	$(BIN)/python docs/check_wheel.py build/dist

check:
	bash .ci/run

docs: .venv/developing
	$(BIN)/python -m sphinx -W --keep-going -q -b html -d build/docs/doctrees docs build/docs/html
	$(BIN)/python docs/check_links.py build/docs/html

man: .venv/developing
	rm -rf build/man
	$(BIN)/python docs/make_man.py build/man

spelling: .venv/developing
	$(BIN)/codespell README.md CONTRIBUTING.md CHANGELOG.md docs backprop_derive examples

languages: .venv/developing
	$(BIN)/python docs/make_catalogues.py

campaign: .venv/developing
	$(BIN)/python -m tests.campaigns.gradients --graphs $(GRAPHS) --seed $(SEED)
	$(BIN)/python -m tests.campaigns.digits --solutions $$(($(GRAPHS) / 10)) --seed $(SEED)
	$(BIN)/python -m tests.campaigns.renderings --random $$(($(GRAPHS) / 100)) --seed $(SEED)

# Guided by coverage where atheris has a wheel for this Python.
fuzz: .venv/developing
	$(BIN)/python -m pip install --quiet atheris || echo "without atheris: mutations of the seeds only"
	$(BIN)/python -W ignore -m tests.fuzz.run $(TARGET) --inputs $(INPUTS)

# Tests that measure time may fail, since measuring takes time itself: what they carried out counts all the same.
coverage: .venv/developing
	rm -rf build/coverage
	mkdir -p build/coverage
	-COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml $(BIN)/python -m coverage run -m pytest -n $(WORKERS) \
		--junitxml=build/coverage/tests.xml
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage html --quiet
	$(BIN)/python -m coverage report --skip-covered --sort=cover

mutants: .venv/developing
	@test -f build/coverage/data || echo "without build/coverage/data (make coverage): each is judged by the tests of its part"
	$(BIN)/python -W ignore -m tests.mutants.run --sample $(SAMPLE) --seed $(SEED) --jobs $(WORKERS) \
		--only "$(ONLY)"

same: .venv/developing
	$(BIN)/python benchmarks/same_bytes.py --seeds 20

kills: .venv/developing
	KILLS=100 $(BIN)/python -m pytest tests/test_durable.py -k killed

bench: .venv/installed
	$(BIN)/python benchmarks/run.py

.venv-peers/installed: pyproject.toml benchmarks/peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet $(TORCH)
	.venv-peers/bin/python -m pip install --quiet --editable . --requirement benchmarks/peers.txt
	@touch $@

peers: .venv-peers/installed
	.venv-peers/bin/python benchmarks/peers.py

clean:
	rm -rf .venv .venv-oldest .venv-peers build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
