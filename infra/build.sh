#!/usr/bin/env bash
# Builds the functions for Lambda: target/lambda/<function>/bootstrap, and target/lambda/manifest.json, which says what was
# built. build.sh ARCHITECTURE [PROFILE] [FOLDER]
#
# ARCHITECTURE is arm64 or x86_64, PROFILE one of Cargo's (release, dev). A binary may need no later glibc than that of
# provided.al2023. This machine builds for its own architecture; another one, or a machine whose glibc is too new, needs
# cargo-zigbuild or cargo-lambda, and the target of the architecture in the toolchain. With FOLDER nothing is built: the
# binaries are taken from there.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly glibc=2.34 architecture=${1:?arm64 or x86_64} profile=${2:-release}

fail() {
  echo "error: $*" >&2
  exit 1
}

case $architecture in
  arm64) machine=aarch64 ;;
  x86_64) machine=x86_64 ;;
  *) fail "the architecture is $architecture; it is arm64 or x86_64" ;;
esac
target=$machine-unknown-linux-gnu
folder=$([ "$profile" = dev ] && echo debug || echo "$profile")
functions=$(cd functions && echo *)
packages=$(printf -- '-p %s ' $functions)

has() { cargo "$1" --version >/dev/null 2>&1; }
has_target() { [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; }
# Whether version $1 is not later than version $2.
not_later() { [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$2" ]; }
own_glibc() { getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2; }
is_own() { [ "$(uname -s)" = Linux ] && [ "$(uname -m)" = "$machine" ] && [ -n "$(own_glibc)" ]; }

if [ -n "${3:-}" ]; then
  built=$3
elif is_own && { not_later "$(own_glibc)" "$glibc" || ! has zigbuild && ! has lambda; }; then
  # A later glibc may do: what counts is what the binaries need, which is checked below.
  cargo build --profile "$profile" $packages
  built=target/$folder
elif ! has zigbuild && ! has lambda; then
  fail "to build for $architecture here takes one of: pip install cargo-zigbuild; pip install cargo-lambda"
elif ! has_target; then
  fail "the toolchain lacks the target: rustup target add $target"
elif has zigbuild; then
  cargo zigbuild --profile "$profile" --target "$target.$glibc" $packages
  built=target/$target/$folder
else
  cargo lambda build --profile "$profile" --target "$target.$glibc" --lambda-dir target/cargo-lambda $packages
  built=target/$target/$folder
fi

rm -rf target/lambda
for function in $functions; do
  mkdir -p "target/lambda/$function"
  cp --reflink=auto "$built/$function" "target/lambda/$function/bootstrap"
done
infra/artifacts.py write "$architecture" "$profile" "$glibc"
