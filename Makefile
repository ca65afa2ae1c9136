# Each target makes what it needs, virtual environment included; python3 (3.11 or newer) and make are enough.
#   make test PYTHON=python3.13 VENV=.venv313      another Python, in an environment of its own
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

export NO_MKDOCS_2_WARNING := 1

QUICKSTART ?= train ppo --env CartPole-v1 --seeds 8 --out runs/quickstart --overwrite
BENCH ?= bench CartPole-v1 --num-envs 1024 --num-steps 1000
PYTEST ?=
RELEASE ?=
JOBS ?= 2

# An editable install is out of date when its metadata changes, so the stamps hang on these.
METADATA := pyproject.toml setup.cfg

.DEFAULT_GOAL := help
.PHONY: help quickstart test lint docs unit slow coverage bench release clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

quickstart: $(VENV)/.installed-quickstart ## train PPO on CartPole-v1, 8 seeds at once; results in runs/quickstart
	$(BIN)/jaxenvs $(QUICKSTART)

test: $(VENV)/.installed-dev ## everything CI runs
	$(MAKE) --jobs=2 --output-sync=target lint docs
	$(MAKE) unit

lint: $(VENV)/.installed-dev ## ruff, pyright, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --config setup.cfg

docs: $(VENV)/.installed-dev ## build the documentation into site/; a warning is an error
	$(BIN)/mkdocs build --strict

unit: $(VENV)/.installed-dev ## the test suite, the wheel's tests included, in JOBS processes
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal $(PYTEST)

slow: $(VENV)/.installed-dev ## the tests that take minutes each
	$(BIN)/python -m pytest -m slow $(PYTEST)

coverage: $(VENV)/.installed-dev ## the test suite with a table of lines that no test reaches
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered $(PYTEST)

bench: $(VENV)/.installed-quickstart ## steps per second, compile time and bytes of CartPole-v1
	$(BIN)/jaxenvs $(BENCH)

release: $(VENV)/.installed-release ## build sdist and wheel into dist/ and try them in a bare environment
	$(BIN)/python tools/release.py $(RELEASE)

clean: ## remove what builds and tests leave behind (not the environment, not runs/)
	rm -rf build dist site .cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "jaxenvs needs Python 3.11 or newer, and $(PYTHON) is older: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed-quickstart: $(VENV)/.created $(METADATA)
	$(BIN)/python -m pip install --quiet --editable '.[baselines,render]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.created $(METADATA)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

$(VENV)/.installed-release: $(VENV)/.created $(METADATA)
	$(BIN)/python -m pip install --quiet --editable '.[release]'
	@touch $@
