# What a person does here, by name. Paths are relative, so that any place will do, also one with a space in it.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

# Programs find these by their environment: make exports what is given on its command line, such as KEEP=1.
export FLOW
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help install demo run new test test-all bench bench-stack check fix image up down reset deploy

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED)  ## Make .venv with what uv.lock says; every other target does it when needed

demo: install  ## Run every flow on a synthetic campus and show what arrived; KEEP=1 keeps the dashboard up
	@$(BIN)/campus demo

run: install  ## Run one flow: make run FLOW=library/patrons_to_alma ARGS=--dry-run
	@: "$${FLOW:?say which flow, such as FLOW=library/patrons_to_alma}"
	@$(BIN)/campus run "$$FLOW" $(ARGS)

new: install  ## Begin a flow: make new FLOW=housing/residents_to_starrez
	@: "$${FLOW:?say which flow, as FLOW=<group>/<what>_to_<where>}"
	@$(BIN)/campus new "$$FLOW"

test: install  ## Run the tests that need no Docker, on all cores; ARGS="-k alma -n 0" picks some, on one
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not docker and not slow" $(ARGS)

test-all: install  ## Run every test, also the slow ones and those that need a Docker engine
	$(BIN)/python -m pytest $(ARGS)

bench: install  ## Time a delivery beside COPY through ssh, and beside pandas; ARGS=files, ARGS=loads: beside plain clients
	$(BIN)/python -m tests.bench $(ARGS)

bench-stack: install  ## Time a deploy, and a run from its schedule to its end, in containers
	$(BIN)/python -m tests.docker.measure $(ARGS)

check: install  ## Lint, format, types, the arrows between modules, and the repository's conventions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/repo

fix: install  ## Let ruff mend and format what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

image:  ## Build the one image; IMAGE=name, and the variables that docker/build names
	docker/build "$(or $(IMAGE),campus-flows:local)"

up: install  ## Build the images and start what COMPOSE_PROFILES in .env says: server, worker, sandbox ...
	$(BIN)/python docker/new_env.py
	docker compose up --build --detach --wait
	@echo "Dashboard  http://127.0.0.1:$$(sed -n s/^PREFECT_PORT=//p .env); its login is PREFECT_AUTH_STRING in .env"

down:  ## Stop them; what they have stored stays
	docker compose --profile '*' down

reset:  ## Stop them and delete what they have stored: runs, pages, receipts; asks first
	@printf 'This deletes every run, page, receipt and snapshot of this installation. Type "delete" to go on: '; \
	read answer && [ "$$answer" = delete ] || { echo 'Nothing was deleted.'; exit 1; }
	docker compose --profile '*' down --volumes

deploy: install  ## Check, build the image once, deploy every flow to the server of PREFECT_API_URL; ARGS=--dry-run
	@$(BIN)/campus deploy $(ARGS)

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"

$(INSTALLED): uv.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv sync --frozen --quiet
	@touch $@
