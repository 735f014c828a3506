#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# play.sh: builds everything and plays a real RTSP stream through a real NAT, to see what the modules do.
#
#   play.sh           in a virtual machine (QEMU; no KVM needed): ffmpeg plays from gst-rtsp-server, first without
#                     the modules (nothing arrives), then with them
#   play.sh --here    builds the modules for this machine's own kernel and loads them instead
#
# Installs the Debian 12 packages that it needs. Takes 2 minutes on 2 cores, 5 more the first time. The virtual
# machine's image (650 MB) lies in ~/.cache/rtspnat. Nothing leaves this machine but the download of packages.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools/lib.sh"

usage() { sed -n '4,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# Whether the running kernel takes modules, and Debian has headers for it.
can_load_here() {
	[[ -d /lib/modules/$(uname -r) && -e /proc/modules ]] &&
		{ [[ -d /lib/modules/$(uname -r)/build ]] || apt-cache show "linux-headers-$(uname -r)" >/dev/null 2>&1; }
}

play_here() {
	local kdir major
	kdir=/lib/modules/$(uname -r)/build
	can_load_here || die "this kernel ($(uname -r)) takes no modules or has no headers: run without --here"
	[[ $EUID -eq 0 ]] || die "loading modules needs root"
	[[ -d $kdir ]] || install_packages "linux-headers-$(uname -r)"
	# The C++ compiler has to be that of the kernel's C compiler.
	major=$(sed -n 's/.*gcc-\([0-9]*\).*/\1/p' /proc/version | head -n 1)
	install_packages make "g++-${major:-12}"
	say "building for this kernel, $(uname -r)"
	build_modules "$kdir"
	make -s -C "$MODULES/kshim" KDIR="$kdir" modules_install
	depmod
	modprobe nf_conntrack_rtsp
	modprobe nf_nat_rtsp
	say "loaded: $(lsmod | awk '/^nf_(conntrack|nat)_rtsp/ { print $1 }' | paste -sd' ')"
	cat <<-END
	Nothing happens until a rule attaches the helper. With nftables:

	  table inet rtsp {
	    ct helper rtsp { type "rtsp" protocol tcp; }
	    chain attach { type filter hook prerouting priority mangle; tcp dport { 554, 8554 } ct helper set "rtsp"; }
	  }

	or with iptables:  iptables -t raw -A PREROUTING -p tcp --dport 554 -j CT --helper rtsp
	Your forward chain has to accept "ct state established,related". What happens: /proc/net/nf_conntrack_rtsp
	END
}

case ${1:-} in
--help) usage && exit 0 ;;
--here) play_here && exit 0 ;;
'') ;;
*) usage >&2 && exit 2 ;;
esac

if can_load_here; then
	say "this machine's own kernel could load the modules too: $0 --here"
fi
mapfile -t packages < <(package_list "$TOP/tests/vm/packages.txt")
install_packages "${packages[@]}" g++-12 gcc-12 make
say "building the kernel modules for the virtual machine's kernel"
kdir=$("$TOP/tests/vm/image.sh" --kdir)
build_modules "$kdir"
exec "$TOP/tests/vm/play.sh" --modules "$MODULES/kshim"
