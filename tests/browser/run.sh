#!/usr/bin/env bash
# Uses the console in Chrome or Chromium, against a stack of its own: run.sh [FILE of console/test …]
set -euo pipefail
cd "$(dirname "$0")/../.."

browser() { command -v google-chrome-stable google-chrome chromium chromium-browser chrome 2>/dev/null | head -n 1; }

CHROME=${CHROME:-$(browser || true)}
if [ -z "$CHROME" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq chromium >/dev/null
  CHROME=$(browser || true)
fi
if [ -z "$CHROME" ]; then
  echo "error: tests/browser needs Chrome or Chromium: install it and run make test again" >&2
  exit 1
fi
export CHROME

node console/build.mjs

exec node tests/browser/run.mjs "$@"
