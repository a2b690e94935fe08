#!/usr/bin/env bash
# Uses the console in Chrome or Chromium, against a stack of its own: run.sh [FILE of console/test …]
set -euo pipefail
cd "$(dirname "$0")/../.."

CHROME=$(tests/browser/chrome.sh)
export CHROME

node console/build.mjs

exec node tests/browser/run.mjs "$@"
