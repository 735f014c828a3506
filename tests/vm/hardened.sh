#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# hardened.sh: the modules on kernels that check themselves: Debian's linux-source-6.1, once with KASAN, UBSAN, kmemleak
# and failslab, once with KCSAN, and both with lockdep, PROVE_RCU, DEBUG_OBJECTS and more (hardened*.config).
#
#   hardened.sh [--check kasan|kcsan] [--source VERSION [--suite NAME]] [--part NAME]... [--results DIR] [--modules DIR]
#   hardened.sh [--check kasan|kcsan] [--source VERSION [--suite NAME]] --kdir
#
#   --check NAME        only one of the kernels; both otherwise
#   --source VERSION    another of the kernels that apt has the source of, such as 6.12
#   --suite NAME        the suite of Debian that has that source, such as trixie-backports; that of this machine otherwise
#   --part NAME         only that part; may be given more than once: cases, dialogues, attacks, stress, replay
#   --seconds NUMBER    how long each case of `stress` lasts (30); one of `replay` lasts 20 times as long
#   --case REGEX        of the cases of `stress` only these; guest/stress.sh has the list
#   --results DIR       keep what each part left there: what it said, the kernel's log, what its checks reported
#   --modules DIR       modules that are built for that kernel, not those of kshim/ here
#   --kdir              make the kernel if it is not there, and print the KDIR to build modules for it with
#
# Prints TAP: a line for each part and kernel. A part is ok if it ran to its end and the kernel reported nothing; that the
# machine is slow may fail a case of a part, which is printed and no fault here.
#
# Exit code: 0 no report, 1 a report, 2 usage or a missing program, 3 a machine did not boot or did not finish in time.
# Kernels are made once and kept in ${XDG_CACHE_HOME:-~/.cache}/rtspnat, by the hash of their configuration and version; an
# interrupted make goes on where it was. Needs the packages flex, bison, libelf-dev, bc, gcc-12, g++-12 beside those of run.sh.
# Beside the test command, and no part of it.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,28s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

readonly repository=$VM_DIR/../..
source_package=linux-source-6.1
checks=() parts=() seconds=30 cases='^[^r]' results='' modules='' kdir='' suite=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--check) checks+=("${2:?--check needs kasan or kcsan}") && shift ;;
	--source) source_package=linux-source-${2:?--source needs a version} && shift ;;
	--suite) suite=${2:?--suite needs a name} && shift ;;
	--part) parts+=("${2:?--part needs a name}") && shift ;;
	--seconds) seconds=${2:?--seconds needs a number} && shift ;;
	--case) cases=${2:?--case needs an expression} && shift ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--kdir) kdir=1 ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
[[ ${#checks[@]} -gt 0 ]] || checks=(kasan kcsan)
[[ ${#parts[@]} -gt 0 ]] || parts=(cases dialogues attacks stress replay)

# change_source DIR: what may be made to fail on purpose, beside what the kernel's own list has; and the allocations of one
# module alone may be made to fail, as on other processors (the stack is walked well enough with ORC).
change_source() {
	local file name kind
	for name in expect:nf_ct_expect_alloc:NULL expect:nf_ct_expect_related_report:ERRNO extend:nf_ct_ext_add:NULL; do
		IFS=: read -r file name kind <<<"$name"
		file=$1/net/netfilter/nf_conntrack_$file.c
		printf '\n#include <linux/error-injection.h>\nALLOW_ERROR_INJECTION(%s, %s);\n' "$name" "$kind" >>"$file"
	done
	sed -i '/config FAULT_INJECTION_STACKTRACE_FILTER/,/help/{/depends on !X86_64/d}' "$1/lib/Kconfig.debug"
}

# use_suite NAME: from here on apt looks in that suite, and in none of the sources of this machine.
use_suite() {
	local apt=$VM_CACHE/apt-$1
	mkdir -p "$apt"/{lists,cache/archives}/partial
	printf 'deb [check-valid-until=no] %s %s main\n' "$(mirror debian)" "$1" >"$apt/sources.list"
	printf '%s "%s";\n' Dir::State::Lists "$apt/lists" Dir::Cache "$apt/cache" Dir::Etc::SourceList "$apt/sources.list" \
		Dir::Etc::SourceParts /dev/null APT::Sandbox::User root >"$apt/apt.conf"
	export APT_CONFIG=$apt/apt.conf
	apt-get -qq update >&2 || die "$EX_VM" "apt finds no suite $1"
}

# source_version: of Debian's package, the newest that the sources of apt have.
source_version() { apt-cache policy "$source_package" | awk '$1 == "Candidate:" { print $2 }'; }

# fetch_source: once for both kernels; prints where it is.
fetch_source() {
	local directory work
	directory=$VM_CACHE/hardened-source-$version-$(declare -f change_source | sha256sum | cut -c1-8)
	if [[ ! -d $directory ]]; then
		say "fetching $source_package $version (140 MB, 1.4 GB unpacked)"
		work=$directory.new
		rm -rf "$work"
		mkdir -p "$work"
		(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$source_package=$version" &&
			dpkg-deb --fsys-tarfile ./*.deb | tar -xO "./usr/src/$source_package.tar.xz" | tar -xJ && rm ./*.deb) ||
			die "$EX_VM" "no $source_package $version"
		change_source "$work/$source_package"
		mv "$work/$source_package" "$directory"
		rmdir "$work"
	fi
	printf '%s\n' "$directory"
}

# options CHECK: and those that this version alone needs.
options() {
	local file
	for file in "$VM_DIR"/hardened{,".$1",".${source_package#linux-source-}"}.config; do
		[[ ! -f $file ]] || list "$file"
	done
}

kernel_of() {
	printf '%s/hardened-%s-%s\n' "$VM_CACHE" "$1" "$({ options "$1" && echo "$version" && declare -f change_source; } | sha256sum | cut -c1-16)"
}

# has_option OPTION=VALUE: does this version of the kernel know it?
has_option() {
	local name=${1#CONFIG_}
	grep -rqE --include='Kconfig*' "^[[:space:]]*(menu)?config ${name%%=*}\$" "$source"
}

# configure DIR CHECK: fails if an option has no effect, because another one that it needs is not there.
configure() {
	local line lost='' gone=''
	options "$2" >"$1/options"
	make -s -C "$source" O="$1/build" KCONFIG_ALLCONFIG="$1/options" allnoconfig >&2
	while read -r line; do
		grep -qxF "$line" "$1/build/.config" && continue
		if has_option "$line"; then lost+=" $line"; else gone+=" $line"; fi
	done <"$1/options"
	[[ -z $gone ]] || say "$source_package has no$gone"
	[[ -z $lost ]] || die "$EX_VM" "of hardened.config and hardened.$2.config these have no effect:$lost"
}

# progress: how many files make has compiled so far, every 200.
progress() { awk '/^  (CC|LD|AR|AS)/ && ++n % 200 == 0 { printf "    %d files compiled\n", n; fflush() } /[ :*]([Ee]rror|warning)[ :]/ { print; fflush() }' >&2; }

# make_kernel CHECK: makes it if it is not there; what run.sh needs of it is where run.sh looks.
make_kernel() {
	local directory
	directory=$(kernel_of "$1")
	[[ ! -f $directory/done ]] || return 0
	need make gcc-12 g++-12 flex bison bc dpkg-deb
	source=$(fetch_source) || exit
	mkdir -p "$directory/build" "$directory/modules"
	configure "$directory" "$1"
	say "making the kernel with $1 in $directory (20 minutes on 2 cores)"
	make -C "$source" O="$directory/build" -j"$(nproc)" CC=gcc-12 bzImage modules 2>&1 | progress || die "$EX_VM" "the kernel cannot be made: make -C $directory/build"
	make -s -C "$directory/build" INSTALL_MOD_PATH="$directory" modules_install >&2
	cp "$directory/build/arch/x86/boot/bzImage" "$directory/vmlinuz"
	cp "$directory/build/include/config/kernel.release" "$directory/kernel-version"
	: >"$directory/modules/order" # nothing is needed before the root file system
	# The other machine has its interrupts computed by a program in ACPI tables, for minutes on such a kernel.
	printf 'memory=3G machine=q35 arguments_of_kernel="loglevel=5 kmemleak=on"\n' >"$directory/machine"
	: >"$directory/done"
}

# make_modules CHECK: those of kshim/, in a copy; prints where they are.
make_modules() {
	local work=$results/$1/modules
	rm -rf "$work"
	mkdir -p "$work"
	cp -r "$repository"/{kshim,parser,mangler} "$work"
	make -s -C "$work/kshim" clean KDIR="$RTSPNAT_VM_KERNEL/build" >&2
	make -s -C "$work/kshim" KDIR="$RTSPNAT_VM_KERNEL/build" -j"$(nproc)" >&2 || die "$EX_VM" 'the modules cannot be made'
	printf '%s\n' "$work/kshim"
}

# own_reports: without what the kernel says of itself whoever routes: nft's dump of its objects in a transaction, and the die
# that fail_function throws in a breakpoint, which counts as NMI. (Lockdep is silent after that: those cases come last.)
own_reports() {
	awk '
		/^WARNING: (suspicious RCU usage|inconsistent lock state)/ && !held { held = 1; text = "" }
		held { text = text $0 "\n" }
		held && /<\/TASK>/ { if (text !~ /nf_tables_api\.c:|takes:\n[^\n]*batched_entropy_u8\.lock/) printf "%s", text; held = 0; next }
		!held
		END { if (held) printf "%s", text }'
}

# reports FILE...: what the checks of the kernel say, one line each.
reports() {
	cat "$@" 2>/dev/null | sed -e 's/\r$//' -e 's/^\[[ 0-9.]*\] //' | own_reports | grep -aE 'BUG: |WARNING: |UBSAN: |ODEBUG: |Oops|general protection fault|Kernel panic|INFO: (task|rcu|possible)|list_(add|del) corruption|refcount_t: |Objects remaining|kmemleak: [1-9][0-9]* new|unregister_netdevice: |possible circular|\*\*\* DEADLOCK|leaked reference|ref_tracker: ' | sort | uniq -c | head -n 20 || :
}

# part CHECK NAME SCRIPT ARGUMENT...: runs a script of guest/, and prints a line of TAP.
tests=0 bad=0
part() {
	local check=$1 name=$2 where=$results/$1/$2 code=0 why='' passed started=$SECONDS
	mkdir -p "$where"
	say "$check: $name"
	"$VM_DIR/run.sh" --modules "$modules_now" --results "$where" --timeout 3600 "${@:3}" >"$where/said" 2>&1 || code=$?
	[[ -s $where/exit-code ]] || why+='; the machine did not come to its end'
	[[ -z $(reports "$where/kernel.log" "$where/dmesg" "$where/kmemleak") ]] || why+='; the kernel reports'
	grep -aE '^not ok' "$where/tap" 2>/dev/null | sed 's/^/    /' || :
	passed=$(grep -acE '^ok' "$where/tap" 2>/dev/null) || passed=0
	[[ $passed -gt 0 || -n $why ]] || why+='; nothing has passed'
	reports "$where/kernel.log" "$where/dmesg" "$where/kmemleak" | sed 's/^/    /'
	tests=$((tests + 1))
	[[ -z $why ]] || bad=$((bad + 1))
	printf '%sok %d - %s: %s, %d passed, %d s%s\n' "${why:+not }" "$tests" "$check" "$name" "$passed" $((SECONDS - started)) "$why"
}

run_part() {
	case $2 in
	cases) part "$1" cases cases.sh . ;;
	dialogues) part "$1" dialogues dialogues.sh . ;;
	attacks) part "$1" attacks attack.sh quick . ;;
	stress) part "$1" stress --files "$repository/corpus/connection" stress.sh "$cases" "$seconds" ;;
	replay) part "$1" replay --files "$repository/corpus/connection" stress.sh '^replay' "$((seconds * 20))" ;;
	*) die "$EX_USAGE" "no part $2" ;;
	esac
}

[[ -z $suite ]] || use_suite "$suite"
version=$(source_version)
[[ -n $version ]] || die "$EX_USAGE" "apt knows no $source_package; another suite may have it, see --suite"
for check in "${checks[@]}"; do
	[[ -f $VM_DIR/hardened.$check.config ]] || die "$EX_USAGE" "no check $check"
	make_kernel "$check"
	[[ -z $kdir ]] || printf '%s/build\n' "$(kernel_of "$check")"
done
[[ -z $kdir ]] || exit 0
if [[ -z $results ]]; then
	results=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-hardened.XXXXXX")
	trap 'rm -rf "$results"' EXIT
fi
for check in "${checks[@]}"; do
	mkdir -p "$results/$check"
	RTSPNAT_VM_KERNEL=$(kernel_of "$check")
	export RTSPNAT_VM_KERNEL
	modules_now=${modules:-$(make_modules "$check")}
	for name in "${parts[@]}"; do run_part "$check" "$name"; done
done
printf '1..%d\n' "$tests"
[[ $bad -eq 0 ]]
