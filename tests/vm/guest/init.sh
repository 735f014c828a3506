#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# The first process of the virtual machine: installs the modules under test, runs the script that run.sh names in
# /run/rtspnat/command, hands its results to the host and switches off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=linux
export GST_REGISTRY=/var/cache/gstreamer/registry.bin GST_REGISTRY_UPDATE=no
export VM_RESULTS=/run/results VM_GUEST=/run/rtspnat/guest

mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts /dev/shm "$VM_RESULTS"
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ip link set lo up
ln -s /proc/self/fd /dev/fd

exec </dev/hvc0 >/dev/hvc0 2>&1

version=$(uname -r)
# A kernel that is not the image's brings its own.
if [[ -d /run/rtspnat/lib ]]; then cp -r /run/rtspnat/lib/modules/. /lib/modules/; fi
if compgen -G '/run/rtspnat/modules/*.ko' >/dev/null; then
	mkdir -p "/lib/modules/$version/updates"
	cp /run/rtspnat/modules/*.ko "/lib/modules/$version/updates/"
	depmod "$version"
fi

cd "$VM_GUEST" || exit
# shellcheck disable=SC1091 # made by run.sh
. /run/rtspnat/command
code=$?

# leaks: what the kernel has lost since it booted, if it looks for that: a block is only lost when it has been unreachable
# in two scans.
leaks() {
	local file=/sys/kernel/debug/kmemleak
	[[ -d /sys/kernel/debug/tracing || -e $file ]] || mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	[[ -w $file ]] || return 0
	sleep 6
	echo scan >$file
	sleep 6
	echo scan >$file
	cat $file >"$VM_RESULTS/kmemleak"
}
leaks

# A program that the script left behind must not outlive the results.
dmesg >"$VM_RESULTS/dmesg"
printf '%s\n' "$code" >"$VM_RESULTS/exit-code"
tar -C "$VM_RESULTS" -cf /dev/vdb .
sync
echo o >/proc/sysrq-trigger
sleep 60
