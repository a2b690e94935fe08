# The commands for developers. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
FN ?= search
# The usual event of each function: the first of these that it has.
USUAL := list user role-and-teams assign deactivate start job created insert outbox account-owner page
EVENT ?= $(firstword $(wildcard $(USUAL:%=events/$(FN)/%.json)))

# The tools that build and check the console, and the viewer of /docs, which the function `docs` embeds.
PACKAGES := node_modules/.package-lock.json
# What is built for Lambda: for the processor of this machine if nothing is said.
ARCH ?= $(patsubst aarch64,arm64,$(shell uname -m))
PROFILE ?= release
# What prettier formats.
FORMATTED := console/*.mjs 'console/src/**/*.ts' '!console/src/api/schema.d.ts' console/test tests/browser dev/bench/*.mjs

.PHONY: help run console test simulate soak mutants mutation cargo-mutants fuzz lint fmt screenshots bench build deploy deploy-console invoke connect disconnect adopt reconcile activity restore erase reindex clean
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

# The tools of `make lint`, `make mutation` and `make fuzz` that are not installed are built once, into target/tools, with what
# they have in common.
tool = PATH="$$PWD/target/tools/bin:$$PATH" command -v $(1) >/dev/null || \
	cargo install $(1) --version $(2) --locked --debug --root target/tools --target-dir target/tools/build

$(PACKAGES): package.json package-lock.json
	@command -v npm >/dev/null || { echo "error: what builds the console comes from npm, which is not here: install Node.js"; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

console: $(PACKAGES)
	node console/build.mjs

run: console ## Build and start the whole system on this machine, with 200 demo users (options: PORT=8080 DATA=.data SEED=200)
	@[ -e target/debug/local ] || echo "The first build takes about 3 to 10 minutes; only this one, later starts take seconds."
	@cargo build --workspace --bins
	@exec target/debug/local

test: console ## Run all tests: unit, integration, end to end, permissions against their use, 2,000 seeds of the simulation, Twilio's library on the simulator, the AWS CLI, the API contract, the way to a deployment, generated clients, the console in a browser
	cargo build --workspace --bins
	rm -f target/debug/authority.jsonl
	cargo test --workspace
	target/debug/local authority --check
	cargo run --profile simulation -p simulation --quiet -- --seeds 2000 --steps 8 --twice 100 --failed-first --every-fault
	tests/twilio_library/run.sh
	tests/aws_cli/run.sh
	tests/contract/run.sh
	tests/template/run.sh
	tests/clients/run.sh
	tests/browser/run.sh

simulate: ## Play seeds of the simulation (options: SEED=0 SEEDS=1 STEPS=40 WITHOUT=3,5 TRACE=1)
	cargo run --profile simulation -p simulation --quiet

soak: ## Play many seeds of the simulation, fail if a fault never happens, and add the totals to tests/simulation/soak.csv (options: SEED=0 SEEDS=20000 STEPS=40)
	SEEDS=$${SEEDS:-20000} cargo run --profile simulation -p simulation --quiet -- --failed-first --keep --every-fault

mutants: ## Play the simulation with deliberate bugs, each of which it has to find (options: MUTANTS="entries-kept reads-weak" SEEDS=2000 STEPS=14)
	SEEDS=$${SEEDS:-2000} STEPS=$${STEPS:-14} cargo run --profile simulation -p simulation --quiet -- --mutants $(MUTANTS)

mutation: ## Change the rules of `domain` in a thousand places; its unit tests have to notice 95 % of them (options: ARGS=--changed SINCE=main)
	tests/mutation/run.sh $(ARGS)

cargo-mutants:
	@$(call tool,cargo-mutants,27.1.0)

fuzz: ## Look for inputs that break what must hold for any: signature, callbacks, attributes, … (options: TARGET=signature FUZZ_SECONDS=600, for each target)
	@$(call tool,cargo-fuzz,0.13.2)
	tests/fuzz/run.sh

lint: $(PACKAGES) ## Check formatting, links, the template, clippy, the console's types, the documentation, and the dependencies (unused, banned, licences, advisories)
	cargo fmt --all --check
	node_modules/.bin/prettier --check $(FORMATTED)
	docs/check-links.sh
	tests/template/lint.sh
	cargo clippy --workspace --all-targets -- -D warnings
	node_modules/.bin/openapi-typescript infra/openapi.yaml --output console/src/api/schema.d.ts --check
	node_modules/.bin/tsc --project console
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@$(call tool,cargo-deny,0.20.2)
	@$(call tool,cargo-machete,0.9.2)
	PATH="$$PWD/target/tools/bin:$$PATH" cargo deny check bans licenses sources
	@PATH="$$PWD/target/tools/bin:$$PATH"; if timeout 60 cargo deny fetch db >/dev/null 2>&1; then \
	  cargo deny check advisories; else echo "skipped: advisories; RustSec's database cannot be had here"; fi
	PATH="$$PWD/target/tools/bin:$$PATH" cargo machete --with-metadata --skip-target-dir

fmt: $(PACKAGES) ## Format the code
	cargo fmt --all
	node_modules/.bin/prettier --write --log-level warn $(FORMATTED)

screenshots: console ## Take the pictures of the page, light and dark: docs/screenshots
	cargo build --workspace --bins
	tests/browser/run.sh console/test/screenshots.mjs

bench: console ## Measure capacity units, latency, memory, sizes and the page in a browser, and write docs/performance.md (option: BENCH_USERS=1000,15000)
	@# The functions first and alone: beside other packages they would be built with what those ask of their dependencies.
	cargo build --release $(patsubst functions/%,-p %,$(wildcard functions/*))
	cargo build --release -p hello
	cargo build --release -p bench
	target/release/bench

build: $(PACKAGES) ## Build what is deployed, target/lambda/<function>/bootstrap, and check it (option: ARCH=arm64, ARCH=x86_64)
	infra/build.sh $(ARCH) $(PROFILE)

deploy: ## Deploy what `make build` has built; the first time SAM asks for the parameters (option: ARGS="--no-confirm-changeset")
	infra/deploy.sh $(ARGS)

deploy-console: console ## Put the Manage Users page into the deployed stack's bucket (option: STACK=flex-roster)
	infra/deploy-console.sh $(STACK)

invoke: ## Call one function of the running system: make invoke FN=view EVENT=events/view/user.json SET="user_id=…"
	@target/debug/local invoke --function $(FN) --event $(EVENT) $(SET:%=--set %)

connect: ## Look at the running system's workspace, and connect it (option: ARGS="--yes", ARGS=--event-streams)
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster connect $(ARGS)

disconnect: ## Undo what `make connect` has set in the simulator (option: ARGS=--yes)
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster disconnect $(ARGS)

adopt: ## Adopt the workers of the running system's workspace (option: ARGS=--dry-run)
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster adopt $(ARGS)

reconcile: ## Compare the running system with its workspace, and repair it (option: ARGS="--worker …", ARGS="--confirm …")
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster reconcile $(ARGS)

activity: ## Count who has changed skills in the running system's workspace (option: ARGS="--days 7")
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster activity $(ARGS)

restore: ## Restore a deleted user of the running system: make restore USER_ID=…
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster restore $(USER_ID)

erase: ## Erase a deleted user's personal data: make erase USER_ID=… (option: ARGS=--dry-run)
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster erase --user $(USER_ID) $(ARGS)

reindex: ## Repair the search entries of the running system (option: ARGS="--check", ARGS="--user …")
	@env=$$(target/debug/local env) && eval "$$env" && target/debug/flex-roster reindex $(ARGS)

clean: ## Delete the data of the local system (option: DATA=.data); the next start is empty
	rm -rf $${DATA:-.data}
