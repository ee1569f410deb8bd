#!/bin/bash
# mkinitrd.sh KROOT OUT: a tiny first file system (busybox and the modules that reach the host's files).
set -euo pipefail
KROOT=$1 OUT=$2
KV=$(basename "$KROOT"/lib/modules/*)
[ -f "$KROOT/lib/modules/$KV/modules.dep" ] || depmod -b "$KROOT" "$KV"
D=$(mktemp -d); trap 'rm -rf "$D"' EXIT
mkdir -p "$D"/{bin,dev,proc,sys,mnt,lib/modules/"$KV"}
cp /bin/busybox "$D/bin/busybox"
for m in virtio_pci 9pnet_virtio 9p overlay; do
  modprobe -d "$KROOT" -S "$KV" --show-depends "$m" | awk '/^insmod/{print $2}'
done | awk '!s[$0]++' > "$D/mods.txt"
: > "$D/order"
while read -r f; do b=$(basename "$f"); cp "$f" "$D/lib/modules/$b"; echo "$b" >> "$D/order"; done < "$D/mods.txt"
cat > "$D/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs d /dev; mount -t proc p /proc; mount -t sysfs s /sys
for m in $(cat /order); do insmod /lib/modules/$m || echo "insmod $m failed"; done
mkdir -p /h /t /r
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose host /h || echo "the host's files cannot be reached"
mount -t tmpfs t /t; mkdir /t/u /t/w
mount -t overlay -o lowerdir=/h,upperdir=/t/u,workdir=/t/w o /r
for d in proc sys dev; do mount --move /$d /r/$d; done
mount -t tmpfs t /r/run
mkdir -p /r/run/k /r/run/job
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose kmods /r/run/k
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 job /r/run/job
exec switch_root /r /bin/bash /run/job/guest.sh
INIT
chmod +x "$D/init"
(cd "$D" && find . | cpio -o -H newc --quiet | gzip -1) > "$OUT"
