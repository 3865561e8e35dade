# `make run` and `make test` do their whole set-up on a Debian machine with Rust, Node and npm.
.DEFAULT_GOAL := help
SHELL := /bin/bash
DATA ?= data
PORT ?= 7080
BIN := target/release/gatelog

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: web release ## start Gatelog on an empty data directory with real sample logs, and print its address
	rm -rf $(DATA)/run && $(BIN) serve --data $(DATA)/run --listen 127.0.0.1:$(PORT) --samples samples

release: web ## build the release binary
	cargo build --release -p gatelog

web: web/dist/index.html ## build the web app

web/dist/index.html: web/package-lock.json $(shell find web/src web/index.html web/public docs/*.md -type f 2>/dev/null)
	cd web && npm ci --no-audit --no-fund && npm run build

test: ## everything CI checks
	trials/test.sh

lint: ## format and lints only
	cargo fmt --all --check && cargo clippy --workspace --all-targets -- -D warnings && cargo build --workspace && target/debug/xtask tidy

trials: release ## the promises in their long form (hours)
	trials/long.sh

bench: release ## the figures of docs/performance.md
	trials/bench.sh

screenshots: release ## take the pictures of docs/images from a real server with the sample logs
	ROLE=admin trials/browser.sh $(BIN) docs.mjs

docs: ## write the generated pages of docs/ anew
	cargo build --workspace && target/debug/xtask docs

clean: ## remove what was built
	cargo clean && rm -rf web/dist web/node_modules

.PHONY: help run release web test lint trials bench screenshots docs clean
