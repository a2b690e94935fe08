#!/usr/bin/env bash
# Checks infra/template.yaml with cfn-lint, SAM's own validation and checkov, and what the SAM translator makes of it. Needs
# no account and asks no service.
set -euo pipefail
cd "$(dirname "$0")/../.."
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none

tests/venv.sh template
tests/venv.sh template/checkov
bin=target/template/venv/bin
"$bin/cfn-lint" infra/template.yaml
"$bin/sam" validate --lint
target/template/checkov/venv/bin/checkov --config-file tests/template/checkov/config.yaml
"$bin/python" -m unittest --quiet tests/template/test_translated.py
