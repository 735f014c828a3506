#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# checkpatch.sh: prints the path of the kernel's checkpatch.pl, and fetches it first if it is not in the cache.
# Debian ships it in linux-source-6.1 only (140 MB, which is not kept).
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts=$CACHE/checkpatch
if [[ ! -x $scripts/checkpatch.pl ]]; then
	say "fetching checkpatch.pl (140 MB, once)" >&2
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download linux-source-6.1)
	dpkg-deb --fsys-tarfile "$work"/linux-source-6.1_*.deb | tar -xO --wildcards './usr/src/linux-source-6.1.tar.xz' |
		tar -xJ -C "$work" --wildcards 'linux-source-6.1/scripts/checkpatch.pl' 'linux-source-6.1/scripts/spelling.txt' \
			'linux-source-6.1/scripts/const_structs.checkpatch'
	mkdir -p "$scripts"
	cp "$work"/linux-source-6.1/scripts/{spelling.txt,const_structs.checkpatch,checkpatch.pl} "$scripts"
fi
printf '%s\n' "$scripts/checkpatch.pl"
