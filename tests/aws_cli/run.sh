#!/usr/bin/env bash
# Uses a running stack through the AWS CLI.
set -euo pipefail
cd "$(dirname "$0")/../.."

tests/venv.sh aws_cli
exec target/aws_cli/venv/bin/python -B -m unittest discover --start-directory tests/aws_cli
