#!/usr/bin/env bash
# Mutation testing of the rules (https://mutants.rs): `domain` is changed in one place after another, and its own unit tests have
# to fail each time.
#
#   run.sh            everywhere: at least 95 % of the viable mutants are caught
#   run.sh --changed  where commits have changed it: those since SINCE, since the branch left origin/main, or the last ten;
#                     no longer than LIMIT seconds; at least 95 %, too
#
# A survivor that is not in survivors.txt wants a test, or a line there with its reason: without one the first fails, and the second
# says so. What was tried is left in target/mutation/mutants.out.
set -euo pipefail
cd "$(dirname "$0")/../.."
crate=crates/domain/src listed=tests/mutation/survivors.txt out=target/mutation/mutants.out diff=target/mutation/changes.diff
PERCENT=95 LAST=10 LIMIT=${LIMIT:-180}

# The commit after which the changes count, none if this clone has only one.
base() {
  local head left
  head=$(git rev-parse HEAD)
  left=$(git merge-base origin/main HEAD 2>/dev/null || true)
  if [[ -n ${SINCE:-} ]]; then git rev-parse --verify "$SINCE^{commit}"
  elif [[ -n $left && $left != "$head" ]]; then echo "$left"
  else git rev-list --first-parent --max-count=$((LAST + 1)) HEAD | tail -1 | grep -v "^$head$" || true
  fi
}

mkdir -p target/mutation
rm -rf "$out"
only=()
if [[ ${1:-} == --changed ]]; then
  git rev-parse --quiet --verify HEAD &>/dev/null || { echo "skipped: mutants of what changed; git knows no commit here"; exit 0; }
  since=$(base)
  [[ -n $since ]] || { echo "skipped: mutants of what changed; this clone has no earlier commit to compare with"; exit 0; }
  git diff --no-color --no-ext-diff "$since" -- "$crate" >"$diff"
  [[ -s $diff ]] || { echo "skipped: mutants of what changed; nothing in $crate has since ${since:0:7}"; exit 0; }
  only=(--in-diff "$diff")
else
  LIMIT=0
fi

make --no-print-directory cargo-mutants
# The dependencies are built once, where no other build mistakes a mutant for this source; nor may this one the last of another
# run. Each run tries the same examples, and looks for no smaller ones.
export CARGO_TARGET_DIR=$PWD/target/mutation/build PATH=$PWD/target/tools/bin:$PATH
cargo clean --quiet --package domain --profile mutants
export PROPTEST_CASES=64 PROPTEST_RNG_SEED=1 PROPTEST_MAX_SHRINK_ITERS=0 PROPTEST_DISABLE_FAILURE_PERSISTENCE=1
code=0
timeout --signal=INT "$LIMIT" cargo mutants --output target/mutation --colors never "${only[@]}" || code=$?
case $code in
  0 | 2 | 3) ;; # All caught; missed; timed out.
  124) echo "not all were tried: $LIMIT seconds are over" ;;
  *) exit "$code" ;;
esac
[[ -d $out ]] || exit 0 # What changed has no place to change.

lines() { cat "$out/$1.txt" 2>/dev/null | wc -l; }
caught=$(lines caught) timed_out=$(lines timeout) missed=$(lines missed) unviable=$(lines unviable)
viable=$((caught + timed_out + missed)) killed=$((caught + timed_out))
share=$((viable ? killed * 1000 / viable : 1000))
echo "$((viable + unviable)) mutants, $unviable unviable, $viable viable: $caught caught, $timed_out timed out, $missed missed;" \
  "$((share / 10)).$((share % 10)) % of the viable ones are noticed"

# Without line and column, which other changes move.
names() { sed -E 's/^([^:]+):[0-9]+:[0-9]+: /\1: /' "$@" | { grep "^$crate" || true; } | sort; }
new=$(comm -23 <(names "$out/missed.txt") <(names "$listed"))
gone=$([[ ${#only[@]} -gt 0 ]] || comm -13 <(names "$out/missed.txt") <(names "$listed"))
[[ -z $new ]] || printf '%s\n' "survivors without a reason; give each a test, or a line in $listed:" "$new"
[[ -z $gone ]] || printf '%s\n' "no survivors any more; delete their lines in $listed:" "$gone"
[[ ${#only[@]} -gt 0 || -z $new$gone ]] || exit 1
if ((killed * 100 < viable * PERCENT)); then
  echo "error: less than $PERCENT % are noticed"
  exit 1
fi
