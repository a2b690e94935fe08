#!/usr/bin/env bash
# Puts the Manage Users page into the bucket of a stack that has a console: deploy-console.sh [STACK]
#
# The page reads the API's address from its index.html. Names of files do not change with their content, so browsers and
# the distribution ask each time whether a file has changed; the distribution's copies are dropped.
set -euo pipefail
cd "$(dirname "$0")/.."
stack=${1:-flex-roster}
page=target/console

fail() {
  echo "error: $*" >&2
  exit 1
}

command -v aws >/dev/null || fail "install the AWS CLI"
output() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
parameter() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Parameters[?ParameterKey=='$1'].ParameterValue"
}

bucket=$(output ConsoleBucket)
[ -n "$bucket" ] || fail "the stack $stack has no console: deploy it with Console=true"
api=$(output ApiUrl) url=$(output ConsoleUrl)
case ",$(parameter AllowedOrigins)," in
  *",$url,"*) ;;
  *) fail "AllowedOrigins of the stack $stack lacks $url: add it, deploy again, and then run this again" ;;
esac

rm -rf "$page"
mkdir -p "$page/console"
cp console/dist/* "$page/console/"
# Of the local stack, and no part of the page: who is logged in to the simulator.
sed "s|<flex-roster logins=\"/console/logins\">|<flex-roster api-origin=\"${api%/}\">|" console/index.html >"$page/index.html"
grep -q "api-origin=\"${api%/}\"" "$page/index.html" || fail "console/index.html has no element for the API's address"

# upload TYPE PATTERN: the page's files of this type.
upload() {
  aws s3 sync "$page" "s3://$bucket" --exclude '*' --include "$2" --content-type "$1" --cache-control no-cache \
    --only-show-errors
}
# The page last: it names files that are there by then.
upload 'text/javascript; charset=utf-8' '*.js'
upload 'text/css; charset=utf-8' '*.css'
upload 'image/svg+xml' '*.svg'
upload 'application/json' '*.map'
upload 'text/html; charset=utf-8' '*.html'
distribution=$(output ConsoleDistributionId)
aws cloudfront create-invalidation --distribution-id "$distribution" --paths '/*' --output text --query Invalidation.Status
echo "the page is at $url, the plugin for Flex at $url/console/plugin.js"
