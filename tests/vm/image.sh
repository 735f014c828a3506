#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# image.sh: makes the root file system of the virtual machine, once.
#
#   image.sh                make it if it is not there; print its directory
#   image.sh --rebuild      make it anew
#   image.sh --kdir         as without, but print the KDIR for modules of its kernel
#
# The image lies in ${XDG_CACHE_HOME:-~/.cache}/rtspnat/vm-HASH, HASH being that of the recipe: this file,
# image-hook.sh and image-packages.txt. Packages come from the Debian mirror that the host's own apt sources name.
# Works as root, and for other users through mmdebstrap's user namespaces (package uidmap, and a line in /etc/subuid and
# /etc/subgid).
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# mirror RELEASE DEFAULT: the archive in the host's apt sources that has RELEASE.
mirror() {
	local url
	# shellcheck disable=SC2016 # apt's own placeholders
	url=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 2>/dev/null | awk -v r="$1" '$2 == r { print $1; exit }')
	printf '%s\n' "${url:-$2}"
}

make_image() {
	local dir=$1 work packages main security
	need mmdebstrap mke2fs dpkg-deb
	main=$(mirror bookworm http://deb.debian.org/debian)
	security=$(mirror bookworm-security http://deb.debian.org/debian-security)
	work=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-image.XXXXXX")
	# shellcheck disable=SC2064 # now, not later
	trap "rm -rf '$work'" EXIT
	chmod 777 "$work"
	packages=$(list "$VM_DIR/image-packages.txt" | paste -sd,)
	say "making the root file system of the virtual machine (70 s on 2 cores, 650 MB in $VM_CACHE)"
	mmdebstrap --variant=essential --include="$packages" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt=force-unsafe-io \
		--customize-hook="$VM_DIR/image-hook.sh \"\$1\" $work $dir" \
		--aptopt='APT::Sandbox::User "root"' --quiet bookworm /dev/null \
		"deb $main bookworm main" "deb $main bookworm-updates main" "deb $security bookworm-security main" >&2 || die "$EX_VM" "mmdebstrap failed"
	rm -rf "$dir.new" "$dir"
	mkdir -p "$dir.new"
	cp -r --sparse=always "$work"/. "$dir.new"
	mv "$dir.new" "$dir"
}

print=dir rebuild=
while [[ $# -gt 0 ]]; do
	case $1 in
	--rebuild) rebuild=1 ;;
	--kdir) print=kdir ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit "$EX_USAGE" ;;
	esac
	shift
done
dir=$(image_dir)
# One at a time; and images of recipes that nobody has used for long go.
mkdir -p "$VM_CACHE"
exec 8>"$VM_CACHE/lock"
flock -n 8 || { say 'waiting for another image.sh' && flock 8; }
[[ ! -d $dir ]] || touch "$dir"
find "$VM_CACHE" -maxdepth 1 -name 'vm-*' -mtime +14 -exec rm -rf {} +
if [[ -n $rebuild || ! -f $dir/rootfs.ext4 ]]; then
	started=$SECONDS
	make_image "$dir"
	say "image made in $((SECONDS - started)) s, $(du -sh "$dir" | cut -f1)"
fi
case $print in
dir) printf '%s\n' "$dir" ;;
kdir) kernel_kdir ;;
esac
