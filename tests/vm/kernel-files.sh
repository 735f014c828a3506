# shellcheck shell=bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# What the hooks of mmdebstrap share: packages of a kernel, and what of it the virtual machine needs. They set $out.
# shellcheck disable=SC2154

fetch() { (cd "$out/debs" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq download "$@"); }

# depends_on PACKAGE EXPRESSION: what it depends on of these names. Of another architecture they are <NAME:ARCHITECTURE> or
# NAME:ARCHITECTURE.
depends_on() {
	APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-cache depends "$1" | sed -nE 's/^ *Depends: <?([^:>]*).*/\1/p' | grep -Ex "$2" || :
}

# prune_modules DIR: leaves networking and what the boot needs; depmod, run in the virtual machine, then has a tenth to
# read.
prune_modules() {
	(cd "$1/kernel" && find . -name '*.ko*' ! -path './net/*' ! -path './lib/*' ! -path './crypto/*' ! -path './arch/x86/crypto/*' \
		! -path './drivers/virtio/*' ! -path './fs/ext4/*' ! -path './fs/jbd2/*' ! -path './fs/mbcache.ko*' \
		! -name 'virtio_*.ko*' ! -name 'veth.ko*' ! -name 'dummy.ko*' ! -name 'ifb.ko*' ! -name 'tun.ko*' \
		-delete)
	find "$1/kernel" -name '*.ko.xz' -exec xz -d {} +
}

# copy_boot_modules CHROOT DIR VERSION MODULES: those that the initramfs needs, in their order; the kernel's are in
# CHROOT/DIR/lib/modules.
copy_boot_modules() {
	local module
	mkdir "$4"
	# crc32c_generic has become part of the kernel itself.
	for module in virtio_blk virtio_pci virtio_console ext4 crc32c_generic; do
		chroot "$1" modprobe -d "$2/" -S "$3" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" { print $2 }' ||
			[[ $module == crc32c_generic ]] || return
	done | awk '!seen[$0]++' | while read -r module; do
		cp "$1/$module" "$4/"
		basename "$module" >>"$4/order"
	done
}
