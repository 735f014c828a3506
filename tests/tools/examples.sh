#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# examples.sh: compares the examples of docs/using-router.md with the files of tests/vm/guest/examples/, which the
# virtual machine tries, and those of docs/using-library.md with the programs of examples/, which ctest builds and runs. With
# --modules the machine then tries the former.
#
#   examples.sh [--write]                                        --write puts the programs into docs/using-library.md
#   examples.sh --modules DIR [--case REGEX] [--results DIR]
#
# Exit code: 0 all is well, 1 not. Takes 5 to 9 minutes with --modules.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' cases=. results='' writes=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--case) cases=${2:?--case needs an expression} && shift ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--write) writes=yes ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done

# in_page PAGE NAME: the block of the page that has this name behind its fence.
# shellcheck disable=SC2016 # awk's own
in_page() {
	awk -v name="$2" 'inside && $0 == "```" { exit } inside; /^```/ && $2 == name { inside = 1 }' "$TOP/$1"
}

# compare PAGE FOLDER NAME...: each file of the folder stands on the page, and the page names no other.
compare() {
	local page=$1 folder=$2 name named
	shift 2
	for name; do
		diff -u --label "$page, $name" --label "$folder/$name" <(in_page "$page" "$name") "$TOP/$folder/$name" ||
			die "$page does not show $folder/$name as it is tried"
	done
	while read -r named; do
		[[ " $* " == *" $named "* ]] || die "nothing tries $named of $page"
	done < <(sed -n 's/^```[a-z]* //p' "$TOP/$page")
}

# write PAGE NAME: replaces the block of that name by the file.
write() {
	# shellcheck disable=SC2016 # awk's own
	awk -v name="$2" -v file="$TOP/$2" '
		inside && $0 == "```" { inside = 0 }
		!inside
		/^```/ && $2 == name { inside = 1; while ((getline line <file) > 0) print line }' "$TOP/$1" >"$TOP/$1.new"
	mv "$TOP/$1.new" "$TOP/$1"
}

mapfile -t programs < <(cd "$TOP" && ls examples/*.c)
mapfile -t rules < <(cd "$TOP/tests/vm/guest" && ls examples/*)
if [[ -n $writes ]]; then
	for program in "${programs[@]}"; do write docs/using-library.md "$program"; done
fi
compare docs/using-library.md . "${programs[@]}"
compare docs/using-router.md tests/vm/guest "${rules[@]}"
[[ -n $modules ]] || exit 0

exec "$TOP/tests/vm/run.sh" --timeout 900 --modules "$modules" ${results:+--results "$results"} examples.sh "$cases"
