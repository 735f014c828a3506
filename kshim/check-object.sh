#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check-object.sh FILE...
# Fails if an object (.o) needs a C++ runtime that the kernel has not got, or if
# a module (.ko) has sections that the kernel ignores or stumbles over.

set -u

: "${NM:=nm}" "${READELF:=readelf}"

status=0

bad() {
	echo "$file: $*" >&2
	status=1
}

# What compilers call on their own account, and what the kernel's configuration
# has them call for instrumentation and mitigations.
runtime='mem(cpy|set|move|cmp)'
kernel='__fentry__|_?mcount|_mcount_cfi|__x86_(return|indirect)_thunk.*'
kernel="$kernel|__x86_return_thunk|__stack_chk_(fail|guard)|__ref_stack_chk_guard"
kernel="$kernel|__ubsan_.*|__(hw)?asan_.*|__sanitizer_cov_.*|__tsan_.*|__msan_.*"
kernel="$kernel|__gcov_.*|__cfi_.*|__tysan_.*|__mem(cpy|set|move)"
# 32-bit ARM: division, unwinding, ftrace; modpost knows which of them the kernel has.
kernel="$kernel|__aeabi_.*|__gnu_mcount_nc|__c[lt]z[sd]i2"

undefined() {
	"$NM" -u "$1" | awk '{ print $NF }' | grep -Evx "$runtime|$kernel"
}

sections() {
	"$READELF" -SW "$1" | grep -oE ' \.[A-Za-z_][A-Za-z0-9_.]*' | tr -d ' '
}

# Constructors are not run, exceptions not unwound, and thread-local storage not there.
# KASAN brings constructors and destructors of its own, and a kernel that runs the first;
# KCSAN one that does nothing.
forbidden() {
	never='(\.rela)?\.(ctors|dtors|eh_frame|gcc_except_table|tbss|tdata).*'
	if "$NM" "$1" | grep -qE '__([hw]*asan_register_globals|tsan_init)$'; then
		sections "$1" | grep -Ex "$never"
	else
		sections "$1" | grep -Ex "$never|(\.rela)?\.(init|fini)_array.*"
	fi
}

for file; do
	found=$(forbidden "$file" | sort -u | tr '\n' ' ')
	[ -z "$found" ] || bad "has sections it must not have: $found"

	case $file in
	*.ko)
		"$READELF" -gW "$file" | grep -q 'no section groups' ||
			bad "has section groups"
		;;
	*)
		found=$(undefined "$file" | sort -u | tr '\n' ' ')
		[ -z "$found" ] || bad "needs what the kernel has not got: $found"
		;;
	esac
done

exit $status
