#!/usr/bin/env bash
# Prints the path of CHROME, or of an installed Chrome or Chromium; installs Debian's where it may.
set -euo pipefail

browser() { command -v google-chrome-stable google-chrome chromium chromium-browser chrome 2>/dev/null | head -n 1; }

CHROME=${CHROME:-$(browser || true)}
if [ -z "$CHROME" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null
  CHROME=$(browser || true)
fi
if [ -z "$CHROME" ]; then
  echo "error: this needs Chrome or Chromium: install it and try again" >&2
  exit 1
fi
echo "$CHROME"
