#!/usr/bin/env bash
# Measures the start of the webhook in Node and Python beside ours, built as `make bench` builds it:
#   cargo build --release -p webhook -p hello && cargo build --release -p bench && dev/bench/peers/run.sh
set -euo pipefail
cd "$(dirname "$0")/../../.."
readonly built=target/release peers=target/peers

mkdir -p "$peers"
cp dev/bench/peers/{webhook.mjs,webhook.py,package.json,requirements.txt} "$peers"
npm --prefix "$peers" install --no-audit --no-fund --ignore-scripts --silent
python3 -m venv "$peers/venv"
"$peers/venv/bin/pip" install --quiet --requirement "$peers/requirements.txt"

# A function is started by its package's name, with an environment that has no PATH.
program() {
  { echo "#!$2" && cat "$3"; } >"$peers/$1"
  chmod +x "$peers/$1"
}
program webhook-node.mjs "$(command -v node)" "$peers/webhook.mjs"
program webhook-python "$PWD/$peers/venv/bin/python" "$peers/webhook.py"
cp "$built/hello" "$built/webhook" "$peers"
"$built/bench" peers "$peers"
