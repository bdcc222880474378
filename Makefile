# The front door of the course: `make` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# nbgrader starts alembic from PATH; the kernels must be those of this environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)
NAME ?= my-sequential
# The folder that a class shares (see README.md), and where a student works.
export EXCHANGE
HOMEWORK ?= homework
EXCHANGE_IS_THERE = [ -z '$(EXCHANGE)' ] || [ -d '$(EXCHANGE)' ] || { \
  echo 'make: there is no folder EXCHANGE=$(EXCHANGE); see "If your class shares a folder" in README.md' >&2; exit 1; }

.PHONY: help setup course book lab student release grade references check doctor test test-cu112 lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv with everything pinned (MXNET=cpu|gpu overrides the choice)
	@tools/setup.sh

course: book ## everything: both editions, assignments, a demonstration class graded in the sandbox
	@autograder release
	@autograder demo-class $(NAME) --students 12
	@autograder grade $(NAME) --student 'demo-*'
	@autograder feedback $(NAME) --student 'demo-*'
	@autograder report $(NAME) --student 'demo-*' --expect course/demo-class/$(NAME).csv
	@printf '%s\n' '' \
	  'The book       _build/site/index.html' \
	  'The notebooks  course/release/' \
	  'The feedback   course/feedback/' \
	  'The report     course/reports/$(NAME).html'

book: setup ## build both editions into _build/site/{en,zh} (ADDRESS=URL where they will be published)
	@python tools/build_book.py $(if $(ADDRESS),--address $(ADDRESS))

lab: release ## open JupyterLab: your copies of the assignments in homework/, the formgrader
	@mkdir -p homework; for released in course/release/*; do \
	  [ -e homework/$$(basename "$$released") ] || cp -R "$$released" homework/; done
	@$(EXCHANGE_IS_THERE); JUPYTER_CONFIG_PATH=$(CURDIR)/exercises jupyter lab $(LAB_OPTIONS)

student: setup ## open a student's JupyterLab: fetch and hand in through EXCHANGE, work in HOMEWORK
	@$(EXCHANGE_IS_THERE); mkdir -p '$(HOMEWORK)'; cd '$(HOMEWORK)'; \
	  JUPYTER_CONFIG_PATH=$(CURDIR)/exercises/student jupyter lab $(LAB_OPTIONS)

release: setup ## make the student versions of every assignment
	@autograder release

grade: setup ## grade the submissions of NAME (default my-sequential) in the sandbox
	@autograder grade $(NAME)

references: setup ## write anew what nbval compares the chapters with (tests/reference)
	@python tools/reference.py

check: setup ## prove that right solutions get full marks and wrong ones are caught
	@autograder check

doctor: setup ## say what this machine has
	@autograder doctor

test: ## all tests
	@tools/setup.sh tests
	@python -m pytest

test-cu112: ## run chapters and right solutions with MXNet for the GPU, on the CPU (2 GB to download)
	@tools/test_cu112.sh

lint: setup ## format and lint check
	@ruff format --check . && ruff check .

clean: ## remove what was generated, except .venv* and the class in course/
	rm -rf _build .pytest_cache .ruff_cache
