#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# examples.sh: compares the examples of docs/using-router.md with the files of tests/vm/guest/examples/, which the
# virtual machine tries; with --modules it then has it try them.
#
#   examples.sh [--modules DIR [--case REGEX] [--results DIR]]
#
# Exit code: 0 all is well, 1 not. Takes 5 to 9 minutes with --modules.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' cases=. results=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--case) cases=${2:?--case needs an expression} && shift ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done

page=$TOP/docs/using-router.md
folder=$TOP/tests/vm/guest/examples

# in_page NAME: the block of the page that has this name behind its fence.
# shellcheck disable=SC2016 # awk's own
in_page() {
	awk -v name="examples/$1" 'inside && $0 == "```" { exit } inside; /^```/ && $2 == name { inside = 1 }' "$page"
}

for file in "$folder"/*; do
	diff -u --label "docs/using-router.md, $(basename "$file")" --label "${file#"$TOP"/}" \
		<(in_page "$(basename "$file")") "$file" || die "the page does not show ${file#"$TOP"/} as it is tried"
done
while read -r name; do
	[[ -f $folder/../$name ]] || die "nothing tries $name of docs/using-router.md"
done < <(sed -n 's/^```[a-z]* //p' "$page")
[[ -n $modules ]] || exit 0

exec "$TOP/tests/vm/run.sh" --timeout 900 --modules "$modules" ${results:+--results "$results"} examples.sh "$cases"
