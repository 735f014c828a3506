# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the parts of cases.sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# What the guest scripts share: running a command in a network namespace and showing it, waiting for a condition,
# TAP lines.

failures=0 tests=0

note() { printf '\e[2m%s\e[0m\n' "$*"; }
indent() { sed 's/^/      /'; }

# in_ns NAMESPACE COMMAND...: quietly; n_* show what they run.
in_ns() { ip netns exec "$@"; }
show() { printf '\e[36m[%s]\e[0m %s\n' "$1" "${*:2}"; }
n_router() { show router "$@" && in_ns router "$@"; }

# begin NAMESPACE LOG COMMAND...: in the background, output to LOG, its pid in $begun. Not a function in the background:
# that would be a shell's pid.
begin() {
	show "$1" "${@:3}"
	begin_quietly "$@"
}
begin_quietly() {
	ip netns exec "$1" "${@:3}" >"$2" 2>&1 &
	begun=$!
}

# pause SECONDS: without starting a program.
exec 9<> <(:)
pause() { read -rt "$1" -u 9 || :; }

# wait_for SECONDS COMMAND...: until COMMAND succeeds; fails if it does not in time.
wait_for() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < deadline)) || return 1
		pause 0.1
	done
}

# read_in PROGRAM...: reads them and their libraries from the disk now. A clock that counts instructions (--count) jumps from
# timer to timer while all wait for the disk: on a busy host a program seemed to take a minute to start.
read_in() {
	local program
	for program; do
		program=$(command -v "$program")
		ldd "$program" | grep -o '/[^ ]*' | xargs cat "$program" >/dev/null
	done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# stop PID [SIGNAL]: ends a program started here, by force if it does not listen; returns its exit code.
stop() {
	kill "-${2:-TERM}" "$1" 2>/dev/null
	wait_for 8 gone "$1" || kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# spread FILE COLUMN: "lowest median highest" of a column.
spread() {
	awk -v c="$2" '{ print $c }' "$1" | sort -n |
		awk '{ v[NR] = $1 } END { print v[1], (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[NR] }'
}

# result VERDICT TEXT: one TAP line; VERDICT is 0 for ok.
result() {
	tests=$((tests + 1))
	if [[ $1 -eq 0 ]]; then
		printf '\e[32mok %d - %s\e[0m\n' "$tests" "$2"
	else
		failures=$((failures + 1))
		printf '\e[31mnot ok %d - %s\e[0m\n' "$tests" "$2"
	fi
	printf '%s %d - %s\n' "$([[ $1 -eq 0 ]] && echo ok || echo not ok)" "$tests" "$2" >>"$VM_RESULTS/tap"
}
