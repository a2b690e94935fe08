#!/usr/bin/env bash
# Uses the TaskRouter simulator of a running stack through Twilio's own helper library.
set -euo pipefail
cd "$(dirname "$0")/../.."

tests/venv.sh twilio_library
exec target/twilio_library/venv/bin/python -B -m unittest discover --start-directory tests/twilio_library
