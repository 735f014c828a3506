# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Makes TAP of the output of programs that print like attack.py.

# verdicts FAMILY PROGRAM ARGUMENT...
verdicts() {
	local code name what
	while IFS=$'\t' read -r code name what; do
		case $code in
		next) note "next: $name" ;;
		*) result "$code" "$name -> $what" ;;
		esac
	done < <(RTSPNAT_FAMILY=$1 python3 -S "${@:2}")
}

# finish_verdicts: counters, the kernel's log, the plan; fails if something has.
finish_verdicts() {
	show_counters
	case_clean_log
	cat "$VM_RESULTS/tap"
	printf '1..%d\n' "$tests"
	[[ $failures -eq 0 ]]
}
