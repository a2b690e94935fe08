#!/usr/bin/env bash
# Generates a Python and a TypeScript client from the contract, without a warning, and uses them on a running stack.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=target/clients
venv=target/contract/venv/bin

tests/venv.sh contract
mkdir -p "$work/python" "$work/typescript"

echo "the Python client"
# The generator formats with ruff, which it looks for in the PATH.
PATH="$PWD/$venv:$PATH" openapi-python-client generate --path infra/openapi.yaml --fail-on-warning --overwrite \
  --config tests/clients/python/generator.yaml --meta none --output-path "$work/python/flex_roster_client"

echo "the TypeScript client"
cp tests/clients/typescript/{package.json,package-lock.json,tsconfig.json,tour.ts} "$work/typescript/"
if ! cmp -s "$work/typescript/package-lock.json" "$work/typescript/installed.json"; then
  (cd "$work/typescript" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$work/typescript/package-lock.json" "$work/typescript/installed.json"
fi
bin="$work/typescript/node_modules/.bin"
"$bin/openapi-typescript" infra/openapi.yaml --output "$work/typescript/contract.ts"
"$bin/tsc" --project "$work/typescript"

exec "$venv/python" tests/clients/run.py
