# The one front of the project. `make` alone prints what there is.
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help setup build demo test check-full bench install format

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do \
	  printf '  make %-11s %s\n' "$$name" "$$text"; done

setup: ## Install what the build, the demo and the tests need (safe to repeat)
	@tools/setup.sh build data clients

build: ## Build the program as build/stator
	@tools/setup.sh build
	@tools/build.sh release program

demo: ## Load 3,000,000 flights, build features, read them, query them with SQL
	@tools/setup.sh build data
	@tools/build.sh release program
	@examples/demo.sh

test: setup ## Run all tests; the last line is "N passed, 0 failed, K skipped"
	@tools/build.sh release all
	@python3 tests/run.py

check-full: setup ## The tests again with sanitizers, fuzzers, clang-tidy and the slow clients
	@tools/setup.sh quality
	@tools/check_full.sh

bench: setup ## Compare with other programs side by side; each line is a ratio
	@tools/build.sh release all benchmarks
	@python3 bench/run.py

install: build ## Install the program under PREFIX (default /usr/local; DESTDIR is honoured)
	@cmake --install build --prefix "$(PREFIX)"

format: ## Format the C++ and the Python
	@tools/setup.sh build quality
	@tools/format.sh
