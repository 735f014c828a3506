#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# run.sh: runs every test of the project, in stages.
#
#   run.sh              all of them
#   run.sh STAGE...     some: g++ clang asan fuzz modules scripts vm
#
#   g++        build, unit and spec tests, replay of the corpora, static checks, instructions per byte
#   clang      the same tests built by clang
#   asan       the same tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   fuzz       every fuzzer for FUZZ_SECONDS (60), from FUZZ_SEED (1; 0 is another one each time)
#   modules    the kernel modules, for each kernel of Debian 12: warnings, sparse, checkpatch --strict, symbols and sections
#   scripts    shellcheck; the requirements, the man page and the examples of the documentation against the sources
#   vm         real streams through a real NAT in a virtual machine, with the modules and without, and over lossy paths
#
# Installs the Debian 12 packages that it needs. Takes 41 minutes on 2 cores, 5 more the first time. Logs are in build/logs.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools/lib.sh"

ALL_STAGES=(g++ clang asan fuzz modules scripts vm)
LOGS=$TOP/build/logs

usage() { sed -n '4,18s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# test_preset PRESET [ARGUMENT OF CTEST]...
test_preset() {
	local preset=$1
	cd "$TOP"
	cmake --preset "$preset"
	cmake --build --preset "$preset" -j"$JOBS"
	ctest --preset "$preset" -j"$JOBS" "${@:2}"
}

# And every test that docs/requirements.md names has run.
stage_g++() {
	rm -rf "$TOP/build/default/cases"
	test_preset default --output-junit "$LOGS/ctest.xml"
	"$TOP/tests/tools/requirements.py" --ctest "$LOGS/ctest.xml" --cases "$TOP/build/default/cases"
}
stage_clang() { test_preset clang; }
stage_asan() { test_preset asan; }
stage_fuzz() { "$TOP/fuzz/run.sh" --seconds "${FUZZ_SECONDS:-60}" --seed "${FUZZ_SEED:-1}"; }

stage_modules() {
	local kdir kernel others=() newer
	kdir=$("$TOP/tests/vm/image.sh" --kdir)
	cd "$TOP"
	cmake --preset default -DRTSPNAT_KDIR="$kdir"
	cmake --build --preset default --target modules
	make -C build/default/modules/kshim check-style KDIR="$kdir" CHECKPATCH="$("$TOP/tests/tools/checkpatch.sh")"
	# The other kernels of the same suites: headers that one brings along by chance are missing on another.
	newer=$("$TOP/tests/tools/kernel_headers.sh" '6\.12\.[^-]*-amd64')
	for kernel in {'6\.1\.0-[0-9]+','6\.12\.[^-]*'}-{cloud,rt}-amd64; do
		others+=("$("$TOP/tests/tools/kernel_headers.sh" "$kernel")")
	done
	side_by_side in_one_piece build_with_sparse -- "$kdir" "$newer"
	side_by_side in_one_piece build_without_a_word -- "${others[@]}"
}

# copy_for KDIR: a copy of the modules' sources for that kernel alone, in $copy.
copy_for() {
	say "for ${1##*/linux-headers-}"
	copy=$TOP/build/kernels/${1##*/linux-headers-}
	copy_modules "$copy"
}

build_with_sparse() {
	copy_for "$1"
	make -C "$copy/kshim" check-sparse KDIR="$1"
}

# For a kernel of another configuration. No sparse: it does not follow the locks of PREEMPT_RT.
build_without_a_word() {
	copy_for "$1"
	make -s -C "$copy/kshim" KDIR="$1" 2>&1 | tee "$copy/words.log"
	# Headers have no vmlinux.
	! grep -v '^Skipping BTF generation' "$copy/words.log"
}

stage_scripts() {
	cd "$TOP"
	git ls-files -z -- '*.sh' .ci/run ':!tests/vm/guest/examples' | xargs -0 shellcheck -x
	# Shown in the documentation as they are, without a first line.
	git ls-files -z -- 'tests/vm/guest/examples/*.sh' | xargs -0 shellcheck -s sh
	tests/tools/requirements.py
	tests/tools/man_page.py
	tests/tools/examples.sh
}

stage_vm() {
	build_modules "$("$TOP/tests/vm/image.sh" --kdir)"
	rm -rf "$TOP/build/vm"
	"$TOP/tests/vm/suite.sh" --modules "$MODULES/kshim" --results "$TOP/build/vm"
	local taps
	mapfile -t taps < <(find "$TOP/build/vm" -name '*tap*' -type f)
	"$TOP/tests/tools/requirements.py" --tap "${taps[@]}"
	"$TOP/tests/tools/figures.py" --machine
}

case ${1:-} in
--help) usage && exit 0 ;;
-*) usage >&2 && exit 2 ;;
esac
stages=("$@")
[[ $# -gt 0 ]] || stages=("${ALL_STAGES[@]}")
for stage in "${stages[@]}"; do
	declare -F "stage_$stage" >/dev/null || { usage >&2 && exit 2; }
done

mapfile -t packages < <(package_list "$TOP/tests/packages.txt" "$TOP/tests/vm/packages.txt")
install_packages "${packages[@]}"
mkdir -p "$LOGS"

passed=0 failed=()
for stage in "${stages[@]}"; do
	started=$SECONDS
	say "$stage (log: build/logs/$stage.log)"
	# The stage ends at its first error, this script does not.
	set +e
	(
		set -e
		"stage_$stage"
	) 2>&1 | tee "$LOGS/$stage.log"
	code=${PIPESTATUS[0]}
	set -e
	if [[ $code -eq 0 ]]; then
		passed=$((passed + 1))
		say "$stage passed in $((SECONDS - started)) s"
	else
		failed+=("$stage")
		say "$stage FAILED after $((SECONDS - started)) s"
	fi
done
[[ ${#failed[@]} -eq 0 ]] || say "failed: ${failed[*]}; once more: tests/run.sh ${failed[*]}"
printf '%d passed, %d failed\n' "$passed" "${#failed[@]}"
[[ ${#failed[@]} -eq 0 ]]
