#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# attack.sh: attacks on the router of the virtual machine and on those behind it, by web pages, servers, strangers and hosts
# inside: what do the modules expect, who gets in, is the kernel log clean? Over IPv4 and over IPv6.
#
#   attack.sh --modules DIR [--quick] [--case REGEX] [--results DIR]
#   attack.sh --modules DIR --table [--results DIR]
#
#   --modules DIR       as for suite.sh; $(tests/vm/nat-rtsp.sh) for Debian's nat-rtsp-dkms
#   --quick             fewer of each kind
#   --case REGEX        only the attacks whose names match
#   --table             the same against Debian's nat-rtsp-dkms, then against ours: prints a table
#   --results DIR       keep the kernel's log and the verdicts
#
# Prints TAP. Exit code as suite.sh. Takes 2 to 4 minutes; --quick 1 minute.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' how=full cases=. table='' results=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--quick) how=quick ;;
	--case) cases=${2:?--case needs an expression} && shift ;;
	--table) table=1 ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ -n $modules ]] || { usage >&2 && exit "$EX_USAGE"; }

# run_attacks MODULES NAME [SKIP]: what the machine says also goes to $results/NAME.said, as far as it comes.
run_attacks() {
	"$VM_DIR/run.sh" --timeout 1200 --modules "$1" --results "$results/$2" attack.sh "$how" "$cases" "${3:-0}" |
		tee >(sed -u 's/\x1b\[[0-9;]*m//g' >>"$results/$2.said")
}

# run_all_attacks MODULES NAME: an attack that stops the machine is written down, and it starts again behind that one.
run_all_attacks() {
	local skip=0 before='' culprit why
	rm -f "$results/$2.said"
	until run_attacks "$1" "$2" "$skip"; do
		sleep 1 # for tee's end
		culprit=$(sed -n 's/^next: //p' "$results/$2.said" | tail -n 1)
		[[ ! -s $results/$2/exit-code && $culprit != "$before" ]] || return
		why=$(sed -n 's/^\[[ 0-9.]*\] \(general protection fault\|BUG: [^:,]*\|Oops\|watchdog: BUG: [^-!]*\).*/\1/p' \
			"$results/$2/kernel.log" | head -n 1)
		say "the machine stopped: $culprit"
		printf 'not ok 0 - %s -> stops the kernel: %s\n' "$culprit" "${why:-it hangs}" >>"$results/$2.said"
		skip=$(grep -cE '^(not )?ok .* -> ' "$results/$2.said") before=$culprit
	done
}

# verdicts NAME: "name<TAB>ok|not ok<TAB>what it achieved" of each attack.
verdicts() {
	sed -n 's/^\(not ok\|ok\) [0-9]* - \(.*\) -> \(.*\)$/\2\t\1\t\3/p' "$results/$1.said"
}

print_table() {
	printf '| attack | nat-rtsp-dkms | rtspnat |\n|---|---|---|\n'
	awk -F '\t' '
		FNR == 1 { file++ }
		file == 1 && !($1 in peer) { peer[$1] = $2 == "ok" ? "–" : $3 }
		file == 2 && !seen[$1]++ {
			printf "| %s | %s | %s |\n", $1, $1 in peer ? peer[$1] : "?", $2 == "ok" ? "–" : $3
		}' <(verdicts nat-rtsp) <(verdicts rtspnat)
}

if [[ -z $results ]]; then
	results=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-attack.XXXXXX")
	trap 'rm -rf "$results"' EXIT
fi
mkdir -p "$results"
if [[ -n $table ]]; then
	run_all_attacks "$("$VM_DIR/nat-rtsp.sh")" nat-rtsp >&2 || :
	run_all_attacks "$modules" rtspnat >&2 || :
	print_table
else
	run_attacks "$modules" rtspnat
fi
