# The commands a person types. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
FN ?= search
# What each function is mostly asked; the first that it has.
USUAL := list user role-and-teams assign start job created insert account-owner
EVENT ?= $(firstword $(wildcard $(USUAL:%=events/$(FN)/%.json)))

.PHONY: help run test lint fmt bench build invoke restore clean
help: ## Lists the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: ## Starts the whole system, embedded (PORT=8080, DATA=.data, SEED=200)
	@cargo build --workspace --bins
	@exec target/debug/local

test: ## Runs every test: rules, table, functions, end to end against the running stack
	cargo build --workspace --bins
	cargo test --workspace

lint: ## Formatting, clippy, documentation, dependencies
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@PATH="$$PWD/target/tools/bin:$$PATH" command -v cargo-deny >/dev/null || cargo install cargo-deny --version 0.20.2 --locked --debug --root target/tools
	PATH="$$PWD/target/tools/bin:$$PATH" cargo deny check bans licenses sources

fmt: ## Formats the code
	cargo fmt --all

bench: ## Measures: capacity units, latency, memory, sizes (BENCH_USERS=1000,15000)
	cargo build --release --workspace --bins
	target/release/bench

build: ## Builds what is deployed: target/lambda/<function>/bootstrap
	cargo build --release $(foreach f,$(wildcard functions/*),-p $(notdir $(f)))
	@for f in functions/*; do f=$$(basename $$f); mkdir -p target/lambda/$$f; \
	  cp target/release/$$f target/lambda/$$f/bootstrap; done
	@du -h target/lambda/*/bootstrap

invoke: ## Invokes a function of the running system: make invoke FN=view EVENT=events/view/user.json SET="user_id=…"
	@target/debug/local invoke --function $(FN) --event $(EVENT) $(SET:%=--set %)

restore: ## Brings back a deleted user of the running system: make restore USER_ID=…
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/operate restore $(USER_ID)

clean: ## Forgets the local system's data
	rm -rf $${DATA:-.data}
