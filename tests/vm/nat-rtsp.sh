#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# nat-rtsp.sh: builds the modules of Debian's nat-rtsp-dkms for the kernel of the virtual machine, once, and prints
# where they are. They bear the same names as ours, so --modules of the other scripts takes either.
#
# image.sh has fetched the sources. Needs make and gcc-12.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
'') ;;
--help) sed -n '4,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
*) sed -n '4,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2 && exit "$EX_USAGE" ;;
esac
image=$("$VM_DIR/image.sh") || exit
built=$image/nat-rtsp-modules
if [[ ! -d $built ]]; then
	say "building nat-rtsp-dkms $(<"$image/nat-rtsp/version")"
	work=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-nat-rtsp.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	cp -r "$image/nat-rtsp/." "$work"
	make -C "$(kernel_kdir)" M="$work" modules >&2
	mkdir "$built.new"
	cp "$work"/*.ko "$built.new"
	mv "$built.new" "$built"
fi
printf '%s\n' "$built"
