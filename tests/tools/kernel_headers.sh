#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# kernel_headers.sh PATTERN: prints the KDIR of the newest kernel of Debian 12's own suites whose version matches, such as
# '6\.12\.[^-]*-rt-amd64', and fetches its headers first if they are not in the cache.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -eq 1 && $1 != -* ]] || { sed -n '4,5s/^# \{0,1\}//p' "$0" >&2 && exit 2; }

package=$(apt-cache pkgnames "linux-headers-" | grep -Ex "linux-headers-$1" | sort -V | tail -1)
[[ -n $package ]] || die "no package linux-headers-$1"
kdir=$CACHE/headers/${package#linux-headers-}

depends_on() { apt-cache depends "$package" | sed -nE "s/^ *Depends: ($1)$/\1/p"; }

if [[ ! -d $kdir ]]; then
	say "fetching $package (once)" >&2
	mkdir -p "$CACHE/headers"
	work=$(mktemp -d "$CACHE/headers/new.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mapfile -t packages < <(depends_on 'linux-headers-.*-common(-rt)?' && depends_on 'linux-kbuild-.*')
	(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" "${packages[@]}")
	for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work"; done
	rm "$work"/*.deb
	# The headers name their other half by absolute path.
	sed -i "s|/usr/src|$kdir/usr/src|" "$work/usr/src/$package/Makefile"
	mv "$work" "$kdir"
	chmod a+rx "$kdir"
	trap - EXIT
fi
printf '%s\n' "$kdir/usr/src/$package"
