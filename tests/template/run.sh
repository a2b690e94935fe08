#!/usr/bin/env bash
# Tests the way from the built functions to a deployment, as far as it goes without an account: what is built is checked,
# `sam build` takes it, `aws cloudformation package` puts it into the local stack's S3, and the scripts call sam and aws as
# they should. Needs the binaries of `cargo build`.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/venv.sh template
exec target/template/venv/bin/python -m unittest --quiet tests/template/test_artifacts.py tests/template/test_deploy.py
