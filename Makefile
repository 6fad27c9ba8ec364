# Candor's commands. `make test` and `make demo` need only python3 and make (the demo also npm).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help demo test attack chaos bench blameless year check format lint types clean

help:
	@echo "make demo          a throwaway Slack in the browser, with Candor in it (needs npm)"
	@echo "make demo CHECK=1  the same, clicked through by itself; exits 0 or 1"
	@echo "make test          the tests, on SQLite and on a Postgres of their own"
	@echo "make attack        attackers on the sealed answers: a scoreboard, written into the README"
	@echo "make chaos         the real process killed and hindered at random for ten minutes (MINUTES=2)"
	@echo "make bench         how fast, beside bare Bolt and bare drivers; a table, and bench.json (ONLY=burst)"
	@echo "make blameless     how much blame the hints find in sentences, and how often they are wrong"
	@echo "make year          a year of demo days in three cities: every message, to whom and when for them"
	@echo "make check         format, lint, types, tests"

# uv where it is, else venv and pip: the same packages, named in pyproject.toml, pinned in constraints.txt.
$(READY): pyproject.toml constraints.txt
	@if command -v uv >/dev/null 2>&1; then \
		uv venv -q --allow-existing --python $(PYTHON) $(VENV) && uv pip install -q --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	else \
		$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	fi
	@touch $(READY)

demo: $(READY)
	@$(BIN)/python -m bot demo $(if $(CHECK),--check)

test: $(READY)
	@$(BIN)/python -m pytest -n 2

attack: $(READY)
	@$(BIN)/python -m tests.anonymity

chaos: $(READY)
	@$(BIN)/python -m tests.chaos --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

bench: $(READY)
	@$(BIN)/python -m tests.bench --json bench.json $(if $(ONLY),--only $(ONLY))

blameless: $(READY)
	@$(BIN)/python -m tests.blameless

year: $(READY)
	@$(BIN)/python -m tests.demo_year

check: format lint types test

format: $(READY)
	@$(BIN)/ruff format --check .

lint: $(READY)
	@$(BIN)/ruff check .

types: $(READY)
	@$(BIN)/mypy

clean:
	rm -rf $(VENV) .demo candor.db candor.db-wal candor.db-shm
