#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# image-hook.sh CHROOT OUTPUT: mmdebstrap's last step. Adds the kernel to the new root file system, drops what a test
# never reads, and writes to OUTPUT: rootfs.ext4, vmlinuz, kernel-version, headers/ (to build modules with), modules/
# (those that the initramfs needs), nat-rtsp/ (the sources of nat-rtsp-dkms, for nat-rtsp.sh). Runs as root, or as the
# root of mmdebstrap's user namespace.
set -euo pipefail

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
readonly root=$1 out=$2
# shellcheck source=kernel-files.sh
. "$(dirname "${BASH_SOURCE[0]}")/kernel-files.sh"

add_kernel() {
	local image headers version package
	image=$(depends_on linux-image-amd64 'linux-image-.*')
	version=${image#linux-image-}
	headers=linux-headers-$version
	fetch "$image" "$headers" "$(depends_on "$headers" 'linux-headers-.*-common')" "$(depends_on "$headers" 'linux-kbuild-.*')"
	# Not dpkg-deb -x: that would put a directory where the link /lib -> usr/lib is.
	dpkg-deb --fsys-tarfile "$out/debs/${image}"_*.deb | tar -x --keep-directory-symlink -C "$root"
	for package in "$out"/debs/linux-{headers,kbuild}-*.deb; do dpkg-deb -x "$package" "$out/headers"; done
	rm "$out"/debs/*
	# The headers name their other half by absolute path.
	sed -i "s|/usr/src|$3/headers/usr/src|" "$out/headers/usr/src/$headers/Makefile"
	printf '%s\n' "$version" >"$out/kernel-version"
	mv "$root/boot/vmlinuz-$version" "$out/vmlinuz"
	rm -rf "${root:?}"/boot/*
	prune_modules "$root/lib/modules/$version"
	chroot "$root" depmod "$version"
	copy_boot_modules "$root" '' "$version" "$out/modules"
}

add_nat_rtsp() {
	fetch nat-rtsp-dkms
	mkdir "$out/nat-rtsp"
	dpkg-deb --fsys-tarfile "$out"/debs/nat-rtsp-dkms_*.deb |
		tar -x --strip-components=4 -C "$out/nat-rtsp" --wildcards './usr/src/nat-rtsp-*/?*'
	dpkg-deb -f "$out"/debs/nat-rtsp-dkms_*.deb Version >"$out/nat-rtsp/version"
}

# libGL's drivers (with LLVM) come with ffmpeg's libavdevice, and are only for a screen.
prune_files() {
	rm -rf "$root"/usr/share/{doc,man,info,locale,fonts,icons,X11,alsa,perl} "$root"/var/{cache,lib/apt,log}/* \
		"$root"/usr/lib/x86_64-linux-gnu/{dri,libLLVM*,libz3*,perl} "$root"/usr/include
	mkdir -p "$root/var/log" "$root/var/cache"
}

# GStreamer reads every plugin the first time it starts: a minute in the virtual machine, a second here.
add_registry() {
	mkdir -p "$root/var/cache/gstreamer"
	chroot "$root" env GST_REGISTRY=/var/cache/gstreamer/registry.bin gst-inspect-1.0 --version >/dev/null
	chroot "$root" env GST_REGISTRY=/var/cache/gstreamer/registry.bin gst-inspect-1.0 rtspsrc >/dev/null
}

# $3 of add_kernel: where the cache will be in the end.
mkdir -p "$out/debs" "$out/headers"
printf '>>> kernel\n' >&2
add_kernel "$root" "$out" "$3"
add_nat_rtsp
rm -r "$out/debs"
printf '>>> GStreamer registry\n' >&2
prune_files
add_registry
printf '>>> file system\n' >&2
# A plain bind mount shows the root file system without what is mounted on it now.
mkdir "$out/root"
mount --bind "$root" "$out/root"
size=$(du -sm --apparent-size "$out/root" | cut -f1)
mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -m 0 -d "$out/root" "$out/rootfs.ext4" "$((size * 5 / 4 + 64))M"
umount "$out/root"
rmdir "$out/root"
# In a user namespace these files are somebody else's for the user who has to move them.
chmod -R a+rwX "$out"/*
