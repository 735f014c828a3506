# shellcheck shell=bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# What the host-side scripts share: messages, exit codes, the check for missing programs, where the cache is.

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VM_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/rtspnat

# Exit codes; 1 is a case that failed.
# shellcheck disable=SC2034
readonly EX_USAGE=2 EX_VM=3

say() { printf '\e[1m>>> %s\e[0m\n' "$*" >&2; }

# die CODE MESSAGE...
die() {
	local code=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$code"
}

# list FILE: its lines without comments and empty ones.
list() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }

# need PROGRAM...: ends with the command that installs what is missing, as packages.txt names it.
need() {
	local program package missing=()
	PATH=$PATH:/usr/sbin:/sbin
	for program; do
		command -v "$program" >/dev/null && continue
		package=$(list "$VM_DIR/packages.txt" | awk -v p="$program" '$2 == p { print $1 }')
		missing+=("${package:-$program}")
	done
	[[ ${#missing[@]} -eq 0 ]] ||
		die "$EX_USAGE" "missing ${missing[*]}: apt-get install --no-install-recommends ${missing[*]}"
}

# image_key: names the image; another recipe is another image.
image_key() {
	cat "$VM_DIR"/{image.sh,image-hook.sh,kernel-files.sh,image-packages.txt} | sha256sum | cut -c1-16
}

image_dir() { printf '%s/vm-%s\n' "$VM_CACHE" "$(image_key)"; }

# kernel_dir: where the kernel is that the machine boots: the image's, or in $RTSPNAT_VM_KERNEL another one (hardened.sh).
kernel_dir() { printf '%s\n' "${RTSPNAT_VM_KERNEL:-$(image_dir)}"; }

# kernel_version: release of that kernel.
kernel_version() { cat "$(kernel_dir)/kernel-version"; }

# kernel_kdir: KDIR to build modules for the kernel of the image with.
kernel_kdir() { printf '%s/headers/usr/src/linux-headers-%s\n' "$(image_dir)" "$(cat "$(image_dir)/kernel-version")"; }

# mirror PATH: where the host's own apt sources find PATH, debian or debian-security.
mirror() {
	local url
	# shellcheck disable=SC2016 # apt's own placeholders
	url=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -m1 "/$1/*\$" || :)
	printf '%s\n' "${url:-http://deb.debian.org/$1}"
}
