#!/usr/bin/env bash
# Lets libFuzzer look for inputs that break a check of tests/fuzz, one target after the other. What reaches code that the corpus
# does not reach joins it; an input that breaks a check stops the run and is kept in tests/fuzz/artifacts.
#
# The stable compiler will do: the sanitizers are what takes a nightly one, and they watch `unsafe` code, which is forbidden here.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/target/tools/bin:$PATH"
# The development profile checks arithmetic and is not linked as a whole; unoptimised, it would be ten times slower.
export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_INCREMENTAL=0
fuzz() {
  cargo fuzz run --fuzz-dir tests/fuzz --dev --sanitizer none --features libfuzzer "$@"
}

for target in ${TARGET:-$(cargo fuzz list --fuzz-dir tests/fuzz)}; do
  kept=tests/fuzz/corpus/$target found=target/fuzz/$target
  mkdir -p "$found"
  fuzz "$target" "$found" "$kept" -- -max_total_time="${FUZZ_SECONDS:-600}" -max_len=2048 -timeout=10 \
    -dict="tests/fuzz/words.txt" -print_final_stats=1
  # One input for each piece of code is enough: without counters and compared values, which would keep ten times as many.
  fuzz "$target" "$kept" "$found" -- -set_cover_merge=1 -use_counters=0 -use_cmp=0 -max_len=2048
done
