#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# kernels.sh: builds the modules for every kernel of kernels.txt with the compiler of its suite, where not a word from
# compiler, modpost and objtool is allowed, and boots those that can be booted: there the modules load by name, play, and unload.
#
#   kernels.sh [OPTION...]
#
#   --only REGEX        only kernels whose names match; a name is SUITE/KERNEL-FLAVOUR
#   --build             boot none
#   --again             also those that have been done with the same sources and were as expected
#   --rebuild           make the chroots anew first: suites get newer kernels
#   --table             what has been done with the same sources, as Markdown
#
# A chroot for each suite (1 GB each, minutes to make) is kept in ${XDG_CACHE_HOME:-~/.cache}/rtspnat. What has been
# done is kept in build/kernels, so that a run that was interrupted goes on where it was. One after the other, for hours
# if all is to be done. Needs root. Prints TAP. Exit code: 0 all as expected, 1 a kernel was not, 2 usage or a missing
# program; a suite that cannot be reached is said, and is no error.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,19s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

TOP=$(cd "$VM_DIR/../.." && pwd)
readonly TOP
# By name, one session over each family, and all that has to do with unloading.
readonly CASES='^(autoload|c-ffmpeg|a-ffmpeg|b-ffmpeg|d-nat66$|unload)'

only=. build='' again='' rebuild='' table=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--only) only=${2:?--only needs an expression} && shift ;;
	--build) build=1 ;;
	--again) again=1 ;;
	--rebuild) rebuild=1 ;;
	--table) table=1 ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done

# sources_key: of the modules and of what is done with them.
sources_key() {
	(cd "$TOP" && find kshim parser mangler tests/vm/{run.sh,guest} -type f ! -name '*.o' -print0 | sort -z | xargs -0 cat | sha256sum | cut -c1-16)
}
results=$TOP/build/kernels/$(sources_key)

# compiler SUITE: the version of gcc that its kernels were built with.
compiler() {
	case $1 in
	bullseye) echo 10 ;;
	bookworm) echo 12 ;;
	trixie) echo 14 ;;
	sid) echo 16 ;;
	esac
}

# triple ARCHITECTURE: as compilers name it.
triple() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	armhf) echo arm-linux-gnueabihf ;;
	mipsel) echo mipsel-linux-gnu ;;
	riscv64) echo riscv64-linux-gnu ;;
	esac
}

# arch ARCHITECTURE: as the kernel names it.
arch() {
	case $1 in
	amd64) echo x86 ;;
	armhf) echo arm ;;
	mipsel) echo mips ;;
	riscv64) echo riscv ;;
	*) echo "$1" ;;
	esac
}

# archives SUITE: lines for apt. Of other architectures a mirror may have no whole security and backports archive, and of sid one
# that is weeks old does as well.
archives() {
	local debian security
	debian=$(mirror debian) security=$(mirror debian-security)
	if [[ $1 == sid ]]; then
		printf 'deb [check-valid-until=no] %s %s main\n' "$debian" sid "$debian" experimental
		return
	fi
	echo "deb $debian $1 main"
	echo "deb [arch=amd64] $security $1-security main"
	[[ $1 != trixie ]] || echo "deb [arch=amd64,arm64] $debian $1-backports main"
}

# architectures SUITE: this machine's, which comes first, and those that are only built for.
architectures() { list "$VM_DIR/kernels.txt" | awk -v s="$1" '$1 == s && !seen[$2]++ { print $2 }'; }

# chroot_key SUITE: another recipe is another chroot.
chroot_key() {
	{
		grep "^$1 " "$VM_DIR/kernels.txt"
		cat "$VM_DIR"/{kernels-hook.sh,kernel-files.sh}
		declare -f make_chroot compiler archives packages
	} | sha256sum | cut -c1-16
}

# packages SUITE: to build with.
packages() {
	local architecture gcc
	gcc=$(compiler "$1")
	echo make
	echo kmod
	echo xz-utils
	echo libelf-dev
	echo "g++-$gcc"
	# Headers of later kernels warn without it.
	[[ $1 == bullseye ]] || echo pahole
	for architecture in $(architectures "$1"); do
		[[ $architecture == amd64 ]] || echo "g++-$gcc-$(triple "$architecture")"
	done
}

make_chroot() {
	local suite=$1 dir=$2 lines log=$2.log
	mapfile -t lines < <(archives "$suite")
	rm -rf "$dir" "$dir.new"
	say "$suite: making its chroot (once; log: $log)"
	mmdebstrap --variant=apt --architectures="$(architectures "$suite" | paste -sd,)" \
		--include="$(packages "$suite" | paste -sd,)" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt=force-unsafe-io \
		--customize-hook="$VM_DIR/kernels-hook.sh \"\$1\" $suite" \
		--aptopt='APT::Sandbox::User "root"' "$suite" "$dir.new" "${lines[@]}" >"$log" 2>&1 || {
		grep '^E:' "$log" >&2
		return 1
	}
	mv "$dir.new" "$dir"
}

# chroot_dir SUITE: where it is.
chroot_dir() { printf '%s/chroot-%s-%s\n' "$VM_CACHE" "$1" "$(chroot_key "$1")"; }

# need_chroot SUITE: makes it if it is not there, once a run; fails if the suite can be reached and it cannot be made.
declare -A tried
need_chroot() {
	local dir
	dir=$(chroot_dir "$1")
	[[ ! -d $dir && -z ${tried[$1]:-} ]] || return 0
	tried[$1]=1
	# Those of older recipes.
	rm -rf "$VM_CACHE/chroot-$1"-*
	make_chroot "$1" "$dir" || ! grep -q 'command failed: .*kernels-hook.sh' "$dir.log"
}

# build_kernel: in the chroot, in /build/NAME. Leaves build.log and, if it could be built, the number of lines that should not
# be there in built, else "failed".
build_kernel() {
	local dir=/build/$name cross=''
	[[ $architecture == amd64 ]] || cross=$(triple "$architecture")-
	say "$suite: building for $version"
	rm -rf "${root:?}$dir"
	mkdir -p "$root$dir"
	cp -r "$TOP"/kshim "$TOP"/parser "$TOP"/mangler "$root$dir"
	# objtool of 7.2 wants /proc.
	# shellcheck disable=SC2016 # of the other shell
	if nice unshare --mount sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' sh \
		"$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C make -s -C "$dir/kshim" KDIR="$(cat "$root/kernels/$name/headers")" \
		ARCH="$(arch "$architecture")" CROSS_COMPILE="$cross" >"$kept/build.log" 2>&1; then
		# Debian's headers have no vmlinux.
		grep -vc '^Skipping BTF generation' "$kept/build.log" >"$kept/built" || :
	else
		echo failed >"$kept/built"
	fi
}

# boot_kernel: leaves tap and booted, how many of the cases are as expected.
boot_kernel() {
	say "$suite: booting $version"
	"$VM_DIR/run.sh" --timeout 1500 --kernel "$root/kernels/$name" --modules "$root/build/$name/kshim" --results "$kept" \
		cases.sh "$CASES" >"$kept/boot.log" 2>&1 || :
	if [[ -s $kept/tap ]]; then
		printf '%d of %d\n' "$(grep -c '^ok' "$kept/tap")" "$(wc -l <"$kept/tap")" >"$kept/booted"
	else
		echo 'no boot' >"$kept/booted"
	fi
}

# words FILE [DEFAULT]: what has been written of a kernel, else DEFAULT.
words() { cat "$kept/$1" 2>/dev/null || echo "${2:-}"; }

number=0 failed=0
# verdict CODE TEXT
verdict() {
	local word=ok
	number=$((number + 1))
	[[ $1 -eq 0 ]] || { word='not ok' && failed=$((failed + 1)); }
	printf '%s %d - %s\n' "$word" "$number" "$2"
}

# One line of kernels.txt.
do_kernel() {
	local suite=$1 architecture=$2 name=$3-$4 boots=$5 root version
	local kept=$results/$suite/$name
	mkdir -p "$kept"
	exec 7>"$VM_CACHE/kernels-$suite.lock"
	flock -n 7 || { say "$suite: waiting for another kernels.sh" && flock 7; }
	need_chroot "$suite" || verdict 1 "$suite: its chroot cannot be made"
	root=$(chroot_dir "$suite")
	if [[ ! -d $root/kernels/$name ]]; then
		rm -f "$kept"/*
		echo 'not reached' >"$kept/built"
		verdict 0 "$suite/$name # SKIP not reached"
		return
	fi
	version=$(cat "$root/kernels/$name/kernel-version")
	[[ -z $again && $version == "$(words version)" ]] || rm -f "$kept"/{built,booted,tap}
	printf '%s\n' "$version" >"$kept/version"
	[[ $(words built) == 0 && -d $root/build/$name ]] || build_kernel
	judge_build
	[[ $boots != boots || -n $build || $(cat "$kept/built") == failed ]] || judge_boot
}

judge_build() {
	local said
	said=$(cat "$kept/built")
	[[ $said == 0 ]] || tail -n 15 "$kept/build.log" >&2
	verdict "$([[ $said == 0 ]]; echo $?)" "$suite/$name: $version builds, lines of output: $said"
}

# played: were all cases as expected?
played() { [[ -f $kept/booted && -s $kept/tap ]] && ! grep -q '^not ok' "$kept/tap"; }

judge_boot() {
	played || boot_kernel
	[[ -s $kept/tap ]] || tail -n 15 "$kept/boot.log" >&2
	grep '^not ok' "$kept/tap" >&2 || :
	verdict "$(played; echo $?)" "$suite/$name: $version boots, cases as expected: $(cat "$kept/booted")"
}

make_table() {
	local suite architecture kernel flavour boots kept built
	echo '| kernel | Debian | gcc | builds | lines of output | boots, cases as expected |'
	echo '|---|---|---|---|---|---|'
	while read -r suite architecture kernel flavour boots; do
		kept=$results/$suite/$kernel-$flavour
		built=$(words built 'not run')
		[[ $boots == boots && $built != not* ]] && boots=$(words booted 'not run') || boots=''
		case $built in
		not*) built+=' |' ;;
		failed) built='**no** |' ;;
		*) built="yes | $built" ;;
		esac
		echo "| $(words version "$kernel $flavour") | $suite | $(compiler "$suite") | $built | $boots |"
	done < <(list "$VM_DIR/kernels.txt")
}

[[ -z $table ]] || { make_table && exit 0; }
need mmdebstrap qemu-system-x86_64 cpio busybox
[[ $EUID -eq 0 ]] || die "$EX_USAGE" 'needs root, for chroot'
mkdir -p "$VM_CACHE"
[[ -z $rebuild ]] || rm -rf "$VM_CACHE"/chroot-*
while read -r -u 4 suite architecture kernel flavour boots; do
	[[ ! $suite/$kernel-$flavour =~ $only ]] || do_kernel "$suite" "$architecture" "$kernel" "$flavour" "$boots"
done 4< <(list "$VM_DIR/kernels.txt")
printf '1..%d\n' "$number"
((number)) || die "$EX_USAGE" "no kernel matches $only"
[[ $failed -eq 0 ]]
