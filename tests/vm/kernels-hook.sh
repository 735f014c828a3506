#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# kernels-hook.sh CHROOT SUITE: mmdebstrap's last step for kernels.sh. Puts into CHROOT the headers of each kernel that
# kernels.txt has for SUITE, and for each one /kernels/KERNEL-FLAVOUR: headers, the path of them; version; and of
# those that boot vmlinuz, lib/modules and modules/, those that the initramfs needs. A kernel that the suite has not
# got has no such directory.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=kernel-files.sh
. "$VM_DIR/kernel-files.sh"

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
readonly root=$1 suite=$2 out=$1/kernels

# newest KERNEL FLAVOUR ARCHITECTURE: the package of its headers; not one that only depends on the newest.
newest() {
	local package
	APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-cache pkgnames "linux-headers-$1" |
		grep -Ex "linux-headers-$1(\.[^-]*)?(-[0-9][^-]*)?-$2" | sort -rV | while read -r package; do
		[[ -z $(depends_on "$package:$3" 'linux-kbuild-.*') ]] || { printf '%s\n' "$package" && break; }
	done
}

unpack() {
	local deb
	# Not dpkg-deb -x: that would put a directory where the link /lib -> usr/lib is.
	for deb in "$out"/debs/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$1"; done
	rm "$out"/debs/*
}

add_headers() {
	local package=$1 architecture=$2
	# What runs is this machine's.
	fetch "$package:$architecture" "$(depends_on "$package:$architecture" 'linux-headers-.*-common(-rt)?')" \
		"$(depends_on "$package:$architecture" 'linux-kbuild-.*')"
	unpack "$root"
}

add_image() {
	local version=$1 kernel=$2 packages
	mapfile -t packages < <(depends_on "linux-image-$version" 'linux-(base|binary|modules)-[0-9].*')
	mkdir "$kernel/image"
	# From 7.2 on it is in pieces.
	fetch "linux-image-$version" "${packages[@]}"
	unpack "$kernel/image"
	mkdir "$kernel/lib"
	# In 7.2 all has moved to /usr/lib/modules.
	mv "$(find "$kernel/image" -path '*lib/modules')" "$kernel/lib"
	mv "$(find "$kernel" -name "vmlinuz*" -type f)" "$kernel/vmlinuz"
	rm -r "$kernel/image"
	prune_modules "$kernel/lib/modules/$version"
	chroot "$root" depmod -b "${kernel#"$root"}" "$version"
	copy_boot_modules "$root" "${kernel#"$root"}" "$version" "$kernel/modules"
}

add_kernel() {
	local architecture=$1 version=$2 flavour=$3 boots=$4 package kernel
	package=$(newest "$version" "$flavour" "$architecture")
	[[ -n $package ]] || return 0
	kernel=$out/$version-$flavour
	mkdir "$kernel"
	say "$suite: ${package#linux-headers-}"
	add_headers "$package" "$architecture"
	[[ $boots != boots ]] || add_image "${package#linux-headers-}" "$kernel"
	printf '/usr/src/%s\n' "$package" >"$kernel/headers"
	printf '%s\n' "${package#linux-headers-}" >"$kernel/kernel-version"
}

mkdir -p "$out/debs"
while read -r -u 4 of architecture version flavour boots; do
	[[ $of != "$suite" ]] || add_kernel "$architecture" "$version" "$flavour" "$boots"
done 4< <(list "$VM_DIR/kernels.txt")
rmdir "$out/debs"
