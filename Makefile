# `make` alone explains the targets. GNU make 4 and a POSIX shell are enough; every target does the
# set-up it needs, and does it again only after pyproject.toml or the requirements have changed.

MAKEFLAGS += --no-print-directory
UV ?= $(shell command -v uv 2>/dev/null)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run brokers up down test faults check reference questions bench data lock
.DELETE_ON_ERROR:

help:  ## Explain the targets
	@echo "cse-chat: a durable chat service about the Colombo Stock Exchange"
	@echo
	@echo "  make run                    then open http://127.0.0.1:8000/ or, in another terminal,"
	@echo "  .venv/bin/cse-chat ask \"What are the top performing stocks?\""
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  ARGS=... is passed on by run, brokers, up, down and test:  make test ARGS='tests/unit -k ledger'"
	@echo "  PYTHON=... chooses the interpreter; UV= (empty) keeps to venv and pip where uv is there"

setup: .venv/.run  ## Make .venv with the command cse-chat in it (by uv, else by venv and pip)
	@echo "Ready: $(BIN)/cse-chat"

run: .venv/.run  ## Start the service in this terminal; Ctrl-C ends it
	@exec $(BIN)/cse-chat run $(ARGS)

brokers: .venv/.dev  ## Start a Kafka and a Redis on this machine, for gateways and workers
	@exec $(BIN)/python -m brokers $(ARGS)

COMPOSE ?= docker compose

up:  ## Start it in containers: Kafka, Redis, a gateway, a worker (needs Docker); see compose.yaml
	@$(COMPOSE) version >/dev/null 2>&1 || { \
		echo "\`$(COMPOSE)\` does not work here: install Docker 25 or newer with its Compose plugin," >&2; \
		echo "or go without containers: make run, or make brokers" >&2; exit 1; }
	@$(COMPOSE) ls >/dev/null 2>&1 || { \
		echo "No container engine answers: start it (is Docker running, and may you use it?)," >&2; \
		echo "or go without containers: make run, or make brokers" >&2; exit 1; }
	@$(COMPOSE) up --build --wait $(ARGS)
	@echo
	@echo "Open http://127.0.0.1:$${CSE_CHAT_GATEWAY_PORT:-8000}/ ; \`$(COMPOSE) logs -f gateway worker\` shows what"
	@echo "they do, and \`make down\` stops it all and keeps what was asked and answered"

down:  ## Stop the containers; what was asked and answered stays (ARGS=--volumes: it goes, too)
	@$(COMPOSE) --profile tools down $(ARGS)

# Tracing doubles the work of every test: COVERAGE= (empty) does without it. It comes last: what
# follows --cov, were it a folder of ARGS, would be what is traced, and every test would run.
COVERAGE := --cov

# Tests of whole processes wait more than they work: on two cores, three of them go on at a time.
# A part of the tests is sooner done by one process, which need not share out anything.
PROCESSES := $(if $(ARGS),,3)

test: .venv/.dev  ## Run every test, with branch coverage (COVERAGE= without, in half of the work)
	@$(BIN)/pytest $(if $(PROCESSES),-n $(PROCESSES)) $(ARGS) $(COVERAGE)

SEED ?= 1

faults: .venv/.dev  ## Kill and freeze processes and servers under load: make faults SEED=1
	@CSE_CHAT_TEST_SEED=$(SEED) $(BIN)/pytest -m '' --hypothesis-seed=$(SEED) \
		tests/integration/faults tests/faults $(ARGS)

CHECKS := "ruff format --check ." "ruff check ." "mypy" "lint-imports --no-logo" \
	"python -m tests.locks" "python -m tests.reference" "python -m tests.deployment"

check: .venv/.dev  ## Check format, rules, types, architecture, locks, reference and deployment; starts nothing
	@failed=; \
	for check in $(CHECKS); do \
		echo "--- $$check"; \
		$(BIN)/$$check || failed="$$failed, $$check"; \
	done; \
	if [ -n "$$failed" ]; then echo "FAILED: $${failed#, }"; exit 1; fi; \
	echo "--- every check passed"

reference: .venv/.dev  ## Write docs/reference, docs/openapi.json, docs/asyncapi.json and .env.example out of the code
	@$(BIN)/python -m tests.reference --write

questions: .venv/.dev  ## Put the development questions to the analyst and print the score
	@$(BIN)/python -m tests.questions $(ARGS)

bench: .venv/.dev  ## Measure the service: make bench CASE=durable (or open, echo, memory ...)
	@$(BIN)/python -m bench $(CASE) $(ARGS)

data: $(if $(FROM),.venv/.run)  ## Import market data into the shipped tables: make data FROM=<folder>
	@if [ -z "$(FROM)" ]; then \
		echo "Which folder? Say:  make data FROM=<folder with recorded market data>" >&2; exit 2; \
	fi
	@$(BIN)/python -m cse_chat.adapters.analyst.data.importer "$(FROM)"

# Pins that still fit are kept; `make lock UPGRADE=1` takes the newest ones.
COMPILE = "$(UV)" pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	$(if $(UPGRADE),--upgrade) pyproject.toml

lock: .venv/.dev  ## Pin the requirements again after pyproject.toml has changed (needs uv)
	@if [ -z "$(UV)" ]; then echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 2; fi
	@$(COMPILE) --group build --output-file requirements/run.txt >/dev/null
	@$(COMPILE) --group dev --output-file requirements/dev.txt >/dev/null
	@$(BIN)/python -m tests.locks --sign

# --- set-up ---------------------------------------------------------------------------------------

# Without isolation the build takes hatchling from the environment: pinned, hashed, and no network.
INSTALL_PROJECT := --quiet --no-deps --no-build-isolation --editable .

# The locks name every package there is to install: without --no-deps, pip would look again for what
# a pin with an extra ("coverage[toml]") means, find a newer release, and refuse it for its hash.
FROM_LOCK := --no-deps --require-hashes

define install
	@echo "Installing $(1) into .venv ..."
	@if [ -n "$(UV)" ]; then \
		"$(UV)" pip install --python $(BIN)/python --quiet --compile-bytecode $(FROM_LOCK) \
			-r $(1) && \
		"$(UV)" pip install --python $(BIN)/python $(INSTALL_PROJECT) && exit 0; \
		echo "uv could not install; trying pip ..." >&2; \
	fi; \
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null && \
	$(BIN)/python -m pip install --disable-pip-version-check --quiet $(FROM_LOCK) -r $(1) && \
	$(BIN)/python -m pip install --disable-pip-version-check $(INSTALL_PROJECT)
endef

.venv/.run: .venv/.place pyproject.toml requirements/run.txt
	$(call install,requirements/run.txt)
	@touch $@

.venv/.dev: .venv/.place pyproject.toml requirements/dev.txt
	$(call install,requirements/dev.txt)
	@touch .venv/.run $@

# An environment holds absolute paths: one that was copied or moved is made anew.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
.PHONY: .venv/.place
endif

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHONS := $(or $(PYTHON),python3.11 python3 python3.12 python3.13 python3.14)

.venv/.place:
	@if [ ! -e $@ ] && $(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		echo "Keeping the .venv that is there"; \
	elif rm -rf .venv && [ -n "$(UV)" ] && echo "Making .venv with uv ..." && \
			"$(UV)" venv --quiet --python "$(or $(PYTHON),>=3.11)" .venv; then :; \
	else \
		for python in $(PYTHONS) none; do \
			"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && break; \
		done; \
		if [ "$$python" = none ]; then \
			echo "Python 3.11 or newer is needed and not found as: $(PYTHONS)" >&2; \
			echo "Install it, or say  make setup PYTHON=/path/to/python3" >&2; exit 1; \
		fi; \
		echo "Making .venv with $$python ..."; \
		rm -rf .venv; \
		"$$python" -m venv .venv || { \
			echo "$$python cannot make it; on Debian:  apt-get install python3-venv" >&2; exit 1; }; \
	fi
	@echo "$(CURDIR)" > $@
