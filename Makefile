# `make board` prints the board, `make test` runs the tests; both set up what they need.
.PHONY: help setup board test check format docs fixtures bundle check-recorded bench wheel clean
.DEFAULT_GOAL := help
BIN := .venv/bin

help:
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /	/' | expand -t 18

.venv/.done: pyproject.toml uv.lock scripts/bootstrap.sh
	@sh scripts/bootstrap.sh
	@touch .venv/.done

setup: .venv/.done ## set up .venv from the lock file

board: setup ## build from data/bundle and print the board
	@$(BIN)/scoreboard build

test: setup ## run the tests
	@$(BIN)/python -m pytest

check: setup ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: setup ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: setup ## write the generated documentation: the board in README.md, docs/*.md
	@$(BIN)/python scripts/docs.py

fixtures: setup ## fill in sizes and checksums of the fixtures of the tests
	@$(BIN)/python scripts/fixtures.py

bundle: setup ## rebuild data/bundle from recorded documents: make bundle MIRROR=folder
	@test -n "$(MIRROR)" || { echo "name the recorded documents: make bundle MIRROR=folder" >&2; exit 2; }
	@$(BIN)/scoreboard bundle "$(MIRROR)" data/bundle

check-recorded: setup ## follow rows back into recorded documents: make check-recorded MIRROR=folder
	@test -n "$(MIRROR)" || { echo "name the recorded documents: make check-recorded MIRROR=folder" >&2; exit 2; }
	@$(BIN)/python -m pytest tests/recorded --mirror "$(MIRROR)" -n 0

bench: setup ## measure what the project promises to be fast; MIRROR=folder adds the documents
	@MIRROR="$(MIRROR)" $(BIN)/python -m benchmarks

wheel: setup ## build the wheel into dist/
	@UV=$$(test -x .tools/bin/uv && echo .tools/bin/uv || echo uv); $$UV build --wheel --quiet --out-dir dist && ls dist

clean: ## remove what setup and builds made
	@rm -rf .venv .tools dist
