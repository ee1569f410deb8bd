#!/bin/bash
# run.sh WORKDIR RETROGAIT: the program against a real kernel and BlueZ in a throw-away emulated machine,
# with sensors on a virtual radio on the host. Needs Debian on x86-64, root for apt, about 600 MB in
# WORKDIR (kept between runs), and Python's package index. Three to six minutes, most of them waiting. The
# last line is BLUETOOTH-VM-PASSED, or the status is not 0. TRACE=1 keeps what bluetoothd and the adapter say.
set -euo pipefail
W=$(mkdir -p "$1" && cd "$1" && pwd) PROGRAM=$(realpath "$2")
HERE=$(cd "$(dirname "$0")" && pwd); cd "$W"
T0=$SECONDS; lap() { echo "== $((SECONDS - T0)) s: $*"; }
lost() { printf '\n!!!! THE BLUETOOTH TEST DID NOT RUN: %s\n\n' "$*" >&2; exit 1; }
[ -x "$PROGRAM" ] || lost "there is no program $PROGRAM"
NEED=(qemu-system-x86 bluez dbus libdbus-1-3 busybox-static cpio kmod python3-venv)
if ! dpkg -s "${NEED[@]}" > /dev/null 2>&1; then
  [ "$(id -u)" = 0 ] || lost "packages are missing (${NEED[*]}), and only root can install them"
  apt-get update -qq || lost "the package lists cannot be had"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${NEED[@]}" > /dev/null \
    || lost "the emulator's packages cannot be installed"
fi
command -v qemu-system-x86_64 > /dev/null || lost "the emulator is not there"
if [ ! -d kroot ]; then
  kernel() { apt-cache depends linux-image-amd64 2> /dev/null | awk '/Depends: linux-image-/{print $2; exit}'; }
  KPKG=${KPKG:-$(kernel)}
  [ -n "$KPKG" ] || { apt-get update -qq; KPKG=$(kernel); }
  [ -n "$KPKG" ] || lost "there is no kernel package linux-image-amd64 (Debian has it)"
  fetch() { apt-get download -qq -o APT::Sandbox::User=root "$KPKG"; }
  fetch || { apt-get update -qq && fetch; } \
    || lost "the kernel package $KPKG cannot be had"
  dpkg-deb -x "${KPKG}"_*.deb kroot.part && mv kroot.part kroot; rm -f "${KPKG}"_*.deb
fi
lap "packages, kernel $(basename kroot/lib/modules/*)"
if [ ! -x venv/bin/python ] || ! venv/bin/python -c 'import bumble' 2> /dev/null; then
  python3 -m venv venv
  # Pinned: peripherals.py mends what is wrong in this version.
  venv/bin/pip install -q bumble==0.0.236 || lost "the virtual radio (bumble) cannot be had"
fi
[ -f initrd.gz ] || bash "$HERE/mkinitrd.sh" "$W/kroot" "$W/initrd.gz"
lap "virtual radio, first file system"
J=$(mktemp -d "$W/job.XXXX")
cp "$HERE/guest.sh" "$J/guest.sh"; mkdir "$J/config"
[ -z "${TRACE:-}" ] || touch "$J/trace"
# Names of functions are most of a debug build, and slow to read across the machine's border.
strip -o "$J/retrogait" "$PROGRAM" 2> /dev/null || cp "$PROGRAM" "$J/retrogait"
# Emulated, not accelerated: an accelerator that hangs is worse than a slow test.
timeout "${VM_TIMEOUT:-540}" qemu-system-x86_64 -accel "${ACCEL:-tcg}" -cpu "${CPU:-Nehalem}" -smp 2 -m 512 \
  -nodefaults -no-reboot -display none -serial stdio -kernel "$W"/kroot/boot/vmlinuz-* -initrd "$W/initrd.gz" \
  -append "console=ttyS0 quiet panic=-1 random.trust_cpu=on cryptomgr.notests mitigations=off nokaslr audit=0" \
  -chardev socket,id=hci,path="$J/hci.sock",server=on,wait=off -device virtio-serial-pci \
  -device virtconsole,chardev=hci \
  -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
  -virtfs local,path="$W/kroot/lib/modules",mount_tag=kmods,security_model=none,readonly=on \
  -virtfs local,path="$J",mount_tag=job,security_model=none > "$J/console.log" 2>&1 < /dev/null & Q=$!
for _ in $(seq 400); do [ -S "$J/hci.sock" ] && break; sleep 0.05; done
venv/bin/python "$HERE/peripherals.py" "unix:$J/hci.sock" "$J" > "$J/peripherals.log" 2>&1 & P=$!
trap 'kill $P $Q 2> /dev/null || true' EXIT
wait $Q || true
kill $P 2> /dev/null || true
lap "the machine is down"
sed 's/\r$//' "$J/console.log" | cut -c1-160
venv/bin/python "$HERE/check.py" "$J" || { tail -n 25 "$J"/*.err "$J/peripherals.log" >&2; exit 1; }
rm -rf "$J"
