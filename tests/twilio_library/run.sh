#!/usr/bin/env bash
# Uses the TaskRouter simulator of a running stack through Twilio's own helper library.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=target/twilio_library/venv
wanted=tests/twilio_library/requirements.txt

if ! python3 -c 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq python3 python3-venv >/dev/null
  else
    echo "error: Twilio's library needs python3 with venv, 3.11 or later: install it and run make test again" >&2
    exit 1
  fi
fi
if ! cmp -s "$wanted" "$venv/installed.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
  cp "$wanted" "$venv/installed.txt"
fi
exec "$venv/bin/python" -B -m unittest discover --start-directory tests/twilio_library
