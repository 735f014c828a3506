#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# run.sh: boots the virtual machine, runs one script of guest/ in it, and ends with that script's exit code.
#
#   run.sh [OPTION...] SCRIPT [ARGUMENT...]     SCRIPT is a file of guest/
#   run.sh [OPTION...] --shell                  a shell in the machine instead; leave it by `exit`
#
#   --modules DIR       install DIR/*.ko into the machine's /lib/modules (modprobe finds them; nothing loads them yet)
#   --files DIR         what the script reads besides: lies beside the scripts by the last name of DIR
#   --results DIR       put the kernel log, exit code and what the script left in $VM_RESULTS there
#   --kernel DIR        boot another kernel than the image's: vmlinuz, kernel-version, modules/order (for the initramfs),
#                       lib/modules/, and `machine`, which sets what QEMU is told for it, if there is one; the same as
#                       $RTSPNAT_VM_KERNEL. kernels.sh and hardened.sh make them
#   --timeout SECONDS   give up after that long (600)
#   --count             one processor whose clock counts instructions, a nanosecond each: what the machine measures does
#                       not depend on what else runs on the host
#
# Exit code: the script's, or 3 if the machine did not boot or did not finish in time, or 2 if a program is missing.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '4,19s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

modules='' files='' results='' timeout=600 shell='' count=''
while [[ $# -gt 0 ]]; do
	case $1 in
	--modules) modules=${2:?--modules needs a directory} && shift ;;
	--files) files=${2:?--files needs a directory} && shift ;;
	--results) results=${2:?--results needs a directory} && shift ;;
	--kernel) export RTSPNAT_VM_KERNEL=${2:?--kernel needs a directory} && shift ;;
	--timeout) timeout=${2:?--timeout needs seconds} && shift ;;
	--count) count=1 ;;
	--shell) shell=1 ;;
	--help) usage && exit 0 ;;
	-*) usage >&2 && exit "$EX_USAGE" ;;
	*) break ;;
	esac
	shift
done
[[ -n $shell || $# -gt 0 ]] || { usage >&2 && exit "$EX_USAGE"; }

need qemu-system-x86_64 cpio busybox
image=$("$VM_DIR/image.sh") || exit
kernel=$(kernel_dir) memory=1536M machine=pc arguments_of_kernel=''
# shellcheck disable=SC1091 # of the kernel
[[ ! -f $kernel/machine ]] || . "$kernel/machine"
work=$(mktemp -d "${TMPDIR:-/tmp}/rtspnat-vm.XXXXXX")
qemu=''
# shellcheck disable=SC2317 # by trap
cleanup() {
	if [[ -n $qemu ]]; then kill "$qemu" 2>/dev/null || :; fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# check_modules: built for the kernel of the image?
check_modules() {
	local module version
	compgen -G "$modules/*.ko" >/dev/null || die "$EX_USAGE" "no *.ko in $modules"
	for module in "$modules"/*.ko; do
		version=$(tr '\0' '\n' <"$module" | sed -n 's/^vermagic=\([^ ]*\) .*/\1/p')
		[[ $version == "$(kernel_version)" ]] || die "$EX_USAGE" \
			"$module is for kernel $version, the virtual machine runs $(kernel_version): make -C kshim KDIR=$(kernel_kdir)"
	done
}

make_initramfs() {
	local applet root=$work/root
	mkdir -p "$root"/{bin,proc,sys,dev,root,payload/modules}
	cp "$(command -v busybox)" "$root/bin/busybox"
	for applet in sh mount insmod cp sleep switch_root poweroff; do ln -s busybox "$root/bin/$applet"; done
	cp "$VM_DIR/initramfs-init.sh" "$root/init"
	cp -r "$kernel/modules" "$root/modules"
	[[ ! -d $kernel/lib/modules ]] || cp -r "$kernel/lib" "$root/payload/lib"
	cp -r "$VM_DIR/guest" "$root/payload/guest"
	[[ -z $files ]] || cp -r "$files" "$root/payload/guest/"
	[[ -z $modules ]] || cp "$modules"/*.ko "$root/payload/modules/"
	if [[ -n $shell ]]; then
		printf 'setsid -c bash -i\n'
	else
		printf '%q ' "./$1" "${@:2}"
	fi >"$root/payload/command"
	(cd "$root" && find . | cpio --quiet -o -H newc) >"$work/initramfs"
}

[[ -z $modules ]] || check_modules
make_initramfs "$@"
truncate -s 64M "$work/results.disk"
: >"$work/kernel.log"

say "booting Linux $(kernel_version) in QEMU (no KVM, 10 s)"
# Fast string copies count an instruction a byte, which no processor takes for it.
processor=(-accel 'tcg,thread=multi' -smp 2 -cpu 'max,-la57')
[[ -z $count ]] ||
	processor=(-accel 'tcg,thread=single' -icount 'shift=0,sleep=off' -smp 1 -cpu 'max,-la57,-erms,-fsrm')
# Two caches of objects of one size would be one in /proc/slabinfo.
arguments_of_kernel="slab_nomerge $arguments_of_kernel"
# A kernel that looks whether its timer ticks while the host is busy takes it for broken.
# shellcheck disable=SC2054 # the commas are QEMU's
arguments=(
	"${processor[@]}" -m "$memory" -machine "$machine" -bios qboot.rom
	-nodefaults -display none -no-reboot -nic none
	-kernel "$kernel/vmlinuz" -initrd "$work/initramfs"
	-append "console=ttyS0 loglevel=4 panic=-1 mitigations=off oops=panic no_timer_check $arguments_of_kernel"
	-drive "file=$image/rootfs.ext4,format=raw,if=virtio,snapshot=on,cache=unsafe"
	-drive "file=$work/results.disk,format=raw,if=virtio,cache=unsafe"
	-serial "file:$work/kernel.log"
	-device virtio-serial-pci -device 'virtconsole,chardev=out'
)
started=$SECONDS code=0
if [[ -n $shell ]]; then
	qemu-system-x86_64 "${arguments[@]}" -chardev 'stdio,id=out,signal=off' || code=$?
else
	mkfifo "$work/out"
	sed -u 's/\r//g' <"$work/out" &
	reader=$!
	timeout --foreground "$timeout" qemu-system-x86_64 "${arguments[@]}" -chardev "stdio,id=out" \
		</dev/null >"$work/out" &
	qemu=$!
	wait "$qemu" || code=$?
	qemu=''
	wait "$reader" || :
fi
say "the virtual machine ran for $((SECONDS - started)) s"

mkdir -p "$work/results"
tar -C "$work/results" -xf "$work/results.disk" 2>/dev/null || :
cp "$work/kernel.log" "$work/results/kernel.log"
if [[ -n $results ]]; then
	mkdir -p "$results"
	cp -r "$work/results/." "$results/"
fi
if [[ ! -s $work/results/exit-code ]]; then
	tail -n 40 "$work/kernel.log" >&2
	[[ $code -ne 124 ]] || die "$EX_VM" "not finished after $timeout s; last lines of its kernel log above"
	die "$EX_VM" "the virtual machine died; last lines of its kernel log above"
fi
exit "$(cat "$work/results/exit-code")"
