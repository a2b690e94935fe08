#!/usr/bin/env bash
# Checks the contract against the OpenAPI specification, and the running stack against the contract.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=target/contract/venv/bin/python

tests/venv.sh contract
"$python" -m openapi_spec_validator infra/openapi.yaml
exec "$python" tests/contract/run.py
