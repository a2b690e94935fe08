#!/usr/bin/env bash
# Makes the virtual environment of tests that are written in Python, target/NAME/venv, from tests/NAME/requirements.txt,
# unless it is there: venv.sh NAME
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/$1/venv
wanted=tests/$1/requirements.txt

if ! python3 -c 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq python3 python3-venv >/dev/null
  else
    echo "error: tests/$1 needs python3 with venv, 3.11 or later: install it and run make test again" >&2
    exit 1
  fi
fi
if ! cmp -s "$wanted" "$venv/installed.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
  cp "$wanted" "$venv/installed.txt"
fi
