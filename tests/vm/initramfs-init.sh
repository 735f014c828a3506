#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# /init of the initramfs: mounts the root file system of image.sh and starts guest/init.sh from what run.sh put beside
# it in /payload.
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
tries=0
until [ -b /dev/vda ] || [ $tries -ge 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
# The disk is a snapshot that goes when the machine goes: nothing need be safe on it.
mount -t ext4 -o noatime,nobarrier /dev/vda /root || poweroff -f
mount -t tmpfs tmpfs /root/run
cp -a /payload /root/run/rtspnat
mount --move /proc /root/proc
mount --move /sys /root/sys
mount --move /dev /root/dev
exec switch_root /root /run/rtspnat/guest/init.sh
