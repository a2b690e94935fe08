#!/usr/bin/env bash
# Deploys what `make build` has built: deploy.sh [OPTION OF SAM DEPLOY]...
#
# The first time SAM asks for the template's parameters and writes them into samconfig.toml; later it takes them from there.
# The commands sam and aws are to be installed, with credentials.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "error: $*" >&2
  exit 1
}

command -v sam >/dev/null || fail "install the AWS SAM CLI (pip install aws-sam-cli)"
built=$(infra/artifacts.py check)
read -r architecture profile version <<<"$built"
[ "$profile" = release ] || fail "what is built has the profile $profile: run make build"
echo "deploying $version for $architecture"

sam build
if grep -q '^parameter_overrides' samconfig.toml; then
  # What is remembered: Architecture="arm64" among others, with or without the quotation marks escaped.
  remembered=$(sed -n 's/^parameter_overrides.*Architecture=\\*"*\([a-z0-9_]*\).*/\1/p' samconfig.toml)
  [ "${remembered:-arm64}" = "$architecture" ] ||
    fail "built for $architecture, and samconfig.toml says ${remembered:-arm64}: run make build ARCH=${remembered:-arm64}, or correct Architecture there"
  sam deploy "$@"
else
  sam deploy --guided --parameter-overrides "Architecture=$architecture" "$@"
fi
