# Every target sets the machine up first; that takes a moment when it is set up already.
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests interview up web test test-web faults bench-aof bench-workers bench-http check format doctor

PERSONA ?= alice
SCENARIO ?= screening
ARGS ?=
export UV_PYTHON_DOWNLOADS := never
UV := .viva/bin/uv
PYTHON_SERVICES = $(patsubst %/pyproject.toml,%/src,$(wildcard services/*/pyproject.toml))
NPM := PATH=$(CURDIR)/.viva/bin:$$PATH npm run --silent --prefix services/web

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1 \t/' | expand -t 20

setup: ## install what is missing on this machine
	@scripts/setup

setup-tests: # and what only the tests need
	@scripts/setup tests

interview: setup ## hold a whole interview with a simulated candidate (PERSONA=alice, SCENARIO=screening, ARGS=--text)
	@.venv/bin/viva rehearse --persona $(PERSONA) --scenario $(SCENARIO) $(ARGS)

web: setup ## build the page, if anything of it has changed
	@scripts/web

up: web ## start the whole stack and keep it running; Ctrl-C stops it
	@.venv/bin/viva up $(ARGS)

test: setup-tests ## all tests but the slow ones in a browser (ARGS="-m unit" for some)
ifeq ($(ARGS),)
	@scripts/web
	$(NPM) test
endif
	$(UV) run --frozen pytest $(if $(ARGS),$(ARGS),-n 2 --dist loadgroup -m "not slow_web")

test-web: setup-tests web ## the page's tests, all of them: Vitest, and Chromium on the whole stack (ARGS="-k voice")
	@PYTHONPATH=tests .venv/bin/python -m web $(ARGS)

faults: setup-tests ## hundreds of interviews under kills, cuts and poison, and a checker (ARGS="--seed 7 --text 50 --voice 2")
	@PYTHONPATH=tests .venv/bin/python -m faults $(ARGS)

bench-aof: setup ## what a power cut takes of what Redis acknowledged (ARGS="--seconds 30 --instants 40")
	@PYTHONPATH=tests .venv/bin/python -m bench.aof_loss $(ARGS)

bench-workers: setup ## what turns cost while workers are restarted (ARGS=rolling), or with 1, 2 and 4 of them (ARGS=spread)
	@PYTHONPATH=tests .venv/bin/python -m bench.workers $(ARGS)

bench-http: setup ## tokens a second, interviews in writing at a time, limits over two replicas (ARGS="--interviews 20")
	@PYTHONPATH=tests .venv/bin/python -m bench.http $(ARGS)

check: setup ## lint, format and types
	@scripts/web packages
	$(UV) run --frozen ruff check
	$(UV) run --frozen ruff format --check
	MYPYPATH=tests $(UV) run --frozen mypy shared/src $(PYTHON_SERVICES) cli/src tests
	$(NPM) check

format: setup ## put the code in shape
	$(UV) run --frozen ruff check --fix
	$(UV) run --frozen ruff format
	@scripts/web packages
	$(NPM) format

doctor: setup ## what is installed, running and configured
	@.venv/bin/viva doctor
