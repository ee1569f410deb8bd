#!/bin/bash
# Process 1 of the virtual machine: brings up D-Bus, BlueZ and an adapter whose radio is on the host,
# then lives the life of a user. What it sees is left in /run/job for the host to judge.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
say() { echo "[guest $(cut -d' ' -f1 /proc/uptime)] $*"; }
KV=$(uname -r); say "kernel $KV"
mkdir -p /run/kk/lib; ln -s /run/k /run/kk/lib/modules
modprobe -d /run/kk -S "$KV" -a bluetooth ecb cmac algif_hash algif_skcipher hci_uart virtio_console 2>&1 | head -3
ip link set lo up
mkdir -p /run/dbus; mount -t tmpfs t /var/lib/bluetooth
dbus-daemon --system --fork --nopidfile
# With TRACE=1 on the host everything is written down; it makes an emulated machine several times slower.
TRACE=; [ -e /run/job/trace ] && TRACE=-d
/usr/libexec/bluetooth/bluetoothd -n $TRACE -P battery > /run/job/bluetoothd.log 2>&1 &
[ -n "$TRACE" ] && btmon > /run/job/btmon.log 2>&1 &
btattach -B /dev/hvc0 -P h4 > /run/job/btattach.log 2>&1 &
for _ in $(seq 300); do
  dbus-send --system --print-reply --dest=org.bluez /org/bluez/hci0 org.freedesktop.DBus.Properties.Set \
    string:org.bluez.Adapter1 string:Powered variant:boolean:true > /run/job/power.log 2>&1 && break
  sleep 0.1
done
export XDG_CONFIG_HOME=/run/job/config
cd /run/job
step() {
  local name=$1; shift
  timeout 150 ./retrogait "$@" > "$name.out" 2> "$name.err"; local rc=$?
  echo "$rc" > "$name.rc"; say "$name: $rc"
  # bluetoothd ends a link two seconds after the last client has let go of it.
  sleep 3
}
step scan scan --for 8s --format json --no-battery
step pair_open pair F2:00:00:00:00:01 --as open --mount x=anterior,y=up,z=right --format json
step pair_wit pair F2:00:00:00:00:02 --as wit --segment thigh --format json
step pair_movesense pair F2:00:00:00:00:03 --as movesense --format json
step pair_treadmill pair F2:00:00:00:00:04 --treadmill --as belt --format json
step live_open live --sensor open --thigh wit --treadmill belt --plain --duration 30s --record=open.csv
step not_allowed sensors stop belt
step pair_stop pair F2:00:00:00:00:04 --treadmill --as belt --may-stop --format json
# An emulated machine on a busy host can miss half a second by itself; the program must then say so.
stop() {
  echo "$1" > treadmill
  for try in 1 2 3 4; do
    step "stop_$1_$try" sensors stop belt
    cp "stop_$1_$try.err" "stop_$1.err"; cp "stop_$1_$try.rc" "stop_$1.rc"
    grep -q "$2" "stop_$1.err" && break
  done
}
stop confirm 'confirms that it stops'
stop refuse 'does not let itself be controlled'
stop silent 'did not confirm within 500 ms'
# Ended as a user ends it.
(until grep -qs 'movesense: streaming' live_movesense.err; do sleep 0.2; done; sleep 15; kill -INT "$(pidof retrogait)") &
step live_movesense live --sensor movesense --plain --record=movesense.csv
step doctor doctor --format json
step replay replay open.csv --format ndjson
step again live --sensor file:open.raw.csv --pace max --plain --record=again.csv
echo done > /run/job/finished
sync; echo o > /proc/sysrq-trigger; sleep 10
