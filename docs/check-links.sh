#!/usr/bin/env bash
# Checks every relative link, picture and #anchor of the repository's Markdown files. No network.
set -euo pipefail
cd "$(dirname "$0")/.."

# The text without what stands between fences.
prose() { awk '/^ *```/ { fenced = !fenced; next } !fenced' "$1"; }

# Where the file's links lead, and its pictures, which may be HTML.
links() {
  prose "$1" | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\((.*)\)$/\1/' || true
  prose "$1" | grep -oE ' (src|srcset)="[^"]+"' | cut -d '"' -f 2 || true
}

# The anchors of a file's headings, as GitHub makes them.
anchors() {
  prose "$1" | sed -nE 's/^#+ +//p' | sed -E 's/\[([^]]*)\]\([^)]*\)/\1/g' | tr '[:upper:]' '[:lower:]' \
    | sed -E "s/[^[:alnum:] _-]//g; s/ /-/g" | awk '{ n = seen[$0]++; print n ? $0 "-" n : $0 }'
}

broken=0
complain() { echo "$1: $2" >&2; broken=1; }

while IFS= read -r file; do
  while IFS= read -r link; do
    case $link in *://* | mailto:*) continue ;; esac
    path=${link%%#*} anchor=
    case $link in *#*) anchor=${link#*#} ;; esac
    target=$file
    [ -z "$path" ] || target=$(dirname "$file")/$path
    if [ ! -e "$target" ]; then
      complain "$file" "the link $link leads nowhere"
    elif [ -n "$anchor" ] && [[ $target == *.md ]] && ! anchors "$target" | grep -qxF -- "$anchor"; then
      complain "$file" "the link $link has no such heading"
    fi
  done < <(links "$file")
done < <(git ls-files --cached --others --exclude-standard -- '*.md')
exit $broken
