#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# proxy.sh PROXY: has GStreamer's player play from GStreamer's server through examples/proxy.c, by UDP and then by TCP.
#
# Player, proxy and server have a network namespace each, and no route leads past the proxy:
#
#   player 192.168.1.20 -- 192.168.1.1 proxy 203.0.113.1 -- 203.0.113.9 server
#
# Exit code: 0 all is well, 1 not. Takes 5 seconds.
set -euo pipefail
# shellcheck source=../tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"

if [[ $1 != --inside ]]; then
	exec unshare --user --map-root-user --net "${BASH_SOURCE[0]}" --inside "$1"
fi
proxy=$2
scratch=$(mktemp -d)
started=()
# shellcheck disable=SC2317 # By the trap.
clean_up() {
	kill "${started[@]}" 2>/dev/null || true
	wait
	rm -rf "$scratch"
}
trap clean_up EXIT

# in_time COMMAND...: waits until the command succeeds, 10 seconds at most.
in_time() {
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}

has_namespace() { [[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/$$/ns/net)" ]]; }

# add_host OURS THEIRS: a host with the address THEIRS, which sees the proxy as OURS. Sets $host.
add_host() {
	unshare --net sleep 60 &
	host=$!
	started+=("$host")
	in_time has_namespace "$host"
	ip link add name "to$host" type veth peer name eth0 netns "$host"
	ip address add "$1/24" dev "to$host"
	ip link set "to$host" up
	nsenter --net --target "$host" ip address add "$2/24" dev eth0
	nsenter --net --target "$host" ip link set eth0 up
}

[[ $("$proxy" --help) == usage:* ]] || die "no help"
code=0
"$proxy" 8554 somewhere 554 2>"$scratch/usage" || code=$?
[[ $code -eq 2 ]] || die "the proxy took a wrong address"

ip link set lo up
add_host 192.168.1.1 192.168.1.20
player=$host
add_host 203.0.113.1 203.0.113.9
server=$host

guest=$TOP/tests/vm/guest
nsenter --net --target "$server" /usr/bin/python3 "$guest/server.py" 8554 203.0.113.9 >"$scratch/server" 2>&1 &
started+=($!)
# Somebody else has a port that the player is going to use, and one that the server is going to use (6100 to 6103).
/usr/bin/python3 -c '
import socket, time
taken = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
taken[0].bind(("203.0.113.1", 5001))
taken[1].bind(("192.168.1.1", 6101))
print("taken", flush=True)
time.sleep(60)' >"$scratch/taken" &
started+=($!)
"$proxy" 8554 203.0.113.9 8554 2>"$scratch/proxy" &
started+=($!)

# play TRANSPORT: plays 25 packets of both tracks.
play() {
	nsenter --net --target "$player" timeout 20 /usr/bin/python3 "$guest/player.py" rtsp://192.168.1.1:8554/fixed "$1" 5000 25 \
		>"$scratch/player.$1" 2>&1 || true
	cat "$scratch/player.$1"
	[[ $(grep -cE '^audio[01]: (2[5-9]|[3-9][0-9]|[0-9]{3,}) packets$' "$scratch/player.$1") -eq 2 ]] ||
		die "the player did not get its packets by $1"
}

# sockets: how many UDP sockets are bound beside the proxy.
sockets() { awk 'NR > 1' /proc/net/udp | wc -l; }
all_closed() { [[ $(sockets) -eq 2 ]]; }
listens() { [[ $(wc -l </proc/net/tcp) -gt 1 ]]; }

in_time grep -q listening "$scratch/server" || die "no server: $(cat "$scratch/server")"
in_time grep -q taken "$scratch/taken" || die "could not take the port"
in_time listens || die "the proxy does not listen"

play udp
cat "$scratch/proxy" "$scratch/server"
in_time all_closed || die "the proxy kept sockets of media"
# The player opens its own way by a datagram to each port of the server.
[[ $(grep -cE '^media ends: .* [1-9][0-9]+ datagrams to the player, [1-9][0-9]* to the server$' "$scratch/proxy") -eq 2 ]] ||
	die "the proxy did not relay media both ways"
grep -q '^connected 203.0.113.1$' "$scratch/server" || die "the server saw another client than the proxy"
[[ $(grep -c '^SETUP.*client_port=' "$scratch/server") -eq 2 ]] || die "the server saw other than two requests for UDP"
! grep '^SETUP.*client_port=5000-5001' "$scratch/server" || die "the server read a port that somebody else has"
# The next player, and media inside the control connection.
play tcp
