#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# play.sh: plays one real RTSP stream through a NAT in a virtual machine, and shows what the modules do to it.
#
#   play.sh --modules DIR [--results DIR]
#
#   --modules DIR       where nf_conntrack_rtsp.ko and nf_nat_rtsp.ko are, built for the kernel of the virtual machine:
#                       make -C kshim KDIR="$(tests/vm/image.sh --kdir)"
#   --results DIR       keep the logs there
#
# First without the modules (nothing arrives), then with them, then once more with the port that the client wants taken
# on the router: the Transport lines on both sides of the router, the expectations, packets received per track.
# Exit code as suite.sh. Takes 1 minute; the first time 2 more, to make the image.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
--help) sed -n '4,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
esac
exec "$VM_DIR/suite.sh" --case '^(a-without|a-ffmpeg|a2-ffmpeg)$' "$@"
