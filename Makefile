# `make board` prints the board, `make test` runs the tests; both set up what they need.
.PHONY: help setup board site serve test browser test-browser check format docs fixtures bundle check-recorded bench wheel clean
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

site: setup ## build the site into site/; URL=address where it will stand
	@$(BIN)/scoreboard build --out site $(if $(URL),--url "$(URL)") > /dev/null

serve: site ## show the site at http://127.0.0.1:8000/
	@$(BIN)/scoreboard serve site

test: setup ## run the tests
	@$(BIN)/python -m pytest

browser: ## install Chromium (Debian and its kin); elsewhere set CHROMIUM=path
	@if [ -z "$(CHROMIUM)" ] && ! command -v chromium > /dev/null; then \
	  command -v apt-get > /dev/null || { echo "install Chromium, then set CHROMIUM=path" >&2; exit 2; }; \
	  apt-get update -qq && apt-get install -qq -y chromium > /dev/null; \
	fi

test-browser: setup browser ## run the tests of the site in a browser
	@$(BIN)/python -m pytest tests/browser

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
	@rm -rf .venv .tools dist site
