# shellcheck shell=bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# What tests/run.sh, tests/play.sh and the scripts of this folder share: where things are, packages, the kernel modules.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034 # for checkpatch.sh
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/rtspnat
MODULES=$TOP/build/modules
JOBS=$(nproc)

say() { printf '\e[1m==> %s\e[0m\n' "$*"; }

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# side_by_side COMMAND... -- ARGUMENT...: COMMAND with each ARGUMENT, as many at a time as there are processors. Fails if one
# of them fails, when all have ended.
side_by_side() {
	local command=() argument running=0 code=0
	while [[ $1 != -- ]]; do command+=("$1") && shift; done
	for argument in "${@:2}"; do
		if ((running < JOBS)); then running=$((running + 1)); else wait -n || code=1; fi
		"${command[@]}" "$argument" &
	done
	while ((running-- > 0)); do wait -n || code=1; done
	return $code
}

# in_one_piece COMMAND...: what COMMAND says comes when it has ended, so that nothing else is in between.
in_one_piece() {
	local said code
	said=$(mktemp)
	set +e
	(
		set -e
		"$@"
	) >"$said" 2>&1
	code=$?
	set -e
	cat "$said"
	rm "$said"
	[[ $code -eq 0 ]] || say "FAILED: $*"
	return $code
}

# package_list FILE...: the packages that the files name, without comments and second columns.
package_list() { sed -e 's/#.*//' "$@" | awk 'NF { print $1 }' | sort -u; }

# Whether a package is there.
is_installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# install_packages PACKAGE...: installs what is missing.
install_packages() {
	local package missing=() sudo=()
	command -v apt-get >/dev/null || die "needs Debian 12 (apt-get); or install by other means: $*"
	for package; do is_installed "$package" || missing+=("$package"); done
	[[ ${#missing[@]} -gt 0 ]] || return 0
	say "installing ${missing[*]}"
	if [[ $EUID -ne 0 ]]; then
		command -v sudo >/dev/null || die "run as root, or first: apt-get install ${missing[*]}"
		sudo=(sudo)
	fi
	"${sudo[@]}" apt-get -qq update
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" ||
		die "apt-get could not install them all: the names are those of Debian 12"
}

# copy_modules FOLDER: what the kernel modules are made of, where Kbuild may write: FOLDER/kshim.
copy_modules() {
	rm -rf "$1"
	mkdir -p "$1"
	cp -r "$TOP"/kshim "$TOP"/parser "$TOP"/mangler "$1"
}

# build_modules KDIR: both kernel modules, in $MODULES/kshim.
build_modules() {
	local kdir=$1
	[[ -d $kdir ]] || die "no kernel headers at $kdir"
	copy_modules "$MODULES"
	make -C "$MODULES/kshim" -j"$JOBS" KDIR="$kdir"
}
