# The commands a person types. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
FN ?= search
# What each function is mostly asked; the first that it has.
USUAL := list user role-and-teams assign deactivate start job created insert account-owner page
EVENT ?= $(firstword $(wildcard $(USUAL:%=events/$(FN)/%.json)))

# The viewer that /docs serves, which its function takes in when it is built.
VIEWER := node_modules/.package-lock.json

.PHONY: help run test lint fmt bench build invoke restore clean
help: ## Lists the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(VIEWER): package.json package-lock.json
	@command -v npm >/dev/null || { echo "error: the viewer of /docs comes from npm, which is not here: install Node.js"; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

run: $(VIEWER) ## Starts the whole system, embedded (PORT=8080, DATA=.data, SEED=200)
	@cargo build --workspace --bins
	@exec target/debug/local

test: $(VIEWER) ## Runs every test: rules, table, functions, end to end, and the contract against the running stack
	cargo build --workspace --bins
	cargo test --workspace
	tests/contract/run.sh

lint: $(VIEWER) ## Formatting, links, clippy, documentation, dependencies
	cargo fmt --all --check
	docs/check-links.sh
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@PATH="$$PWD/target/tools/bin:$$PATH" command -v cargo-deny >/dev/null || cargo install cargo-deny --version 0.20.2 --locked --debug --root target/tools
	PATH="$$PWD/target/tools/bin:$$PATH" cargo deny check bans licenses sources

fmt: ## Formats the code
	cargo fmt --all

bench: $(VIEWER) ## Measures: capacity units, latency, memory, sizes (BENCH_USERS=1000,15000)
	cargo build --release --workspace --bins
	target/release/bench

build: $(VIEWER) ## Builds what is deployed: target/lambda/<function>/bootstrap
	cargo build --release $(foreach f,$(wildcard functions/*),-p $(notdir $(f)))
	@for f in functions/*; do f=$$(basename $$f); mkdir -p target/lambda/$$f; \
	  cp target/release/$$f target/lambda/$$f/bootstrap; done
	@du -h target/lambda/*/bootstrap

invoke: ## Invokes a function of the running system: make invoke FN=view EVENT=events/view/user.json SET="user_id=…"
	@target/debug/local invoke --function $(FN) --event $(EVENT) $(SET:%=--set %)

restore: ## Brings back a deleted user of the running system: make restore USER_ID=…
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster restore $(USER_ID)

clean: ## Forgets the local system's data
	rm -rf $${DATA:-.data}
