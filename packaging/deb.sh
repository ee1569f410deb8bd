#!/bin/sh
# Makes a Debian package of what has been built: sh packaging/deb.sh [FOLDER]
#
# Needs dpkg-deb and `cargo build --release`; no root, no network. The package is written to FOLDER
# (target/debian by default), and its name is said on standard output.
set -eu
cd "$(dirname "$0")/.."
out="${1:-target/debian}"
program="${CARGO_TARGET_DIR:-target}/release/retrogait"
[ -x "$program" ] || { echo "there is no $program: run cargo build --release first" >&2; exit 1; }

version="$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)"
arch="$(dpkg --print-architecture)"
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

put() { # MODE FROM TO
  install -D -m "$1" "$2" "$root/$3"
}
put 755 "$program" usr/bin/retrogait
put 755 packaging/in-range usr/lib/retrogait/in-range
put 644 packaging/systemd/retrogait-record@.service usr/lib/systemd/user/retrogait-record@.service
put 644 packaging/completions/retrogait.bash usr/share/bash-completion/completions/retrogait
put 644 packaging/completions/_retrogait usr/share/zsh/vendor-completions/_retrogait
put 644 packaging/completions/retrogait.fish usr/share/fish/vendor_completions.d/retrogait.fish
put 644 packaging/copyright usr/share/doc/retrogait/copyright
for page in packaging/man/*.1; do
  put 644 "$page" "usr/share/man/man1/$(basename "$page")"
  gzip -9n "$root/usr/share/man/man1/$(basename "$page")"
done
put 644 CHANGELOG.md usr/share/doc/retrogait/changelog
gzip -9n "$root/usr/share/doc/retrogait/changelog"

# The C library's version is the newest symbol that the program asks for.
libc="$(objdump -T "$program" 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1 | sed 's/GLIBC_//' || true)"
size="$(du -sk "$root" | cut -f 1)"
mkdir -p "$root/DEBIAN"
cat > "$root/DEBIAN/control" <<CONTROL
Package: retrogait
Version: $version
Architecture: $arch
Maintainer: The retrogait authors <retrogait@localhost>
Installed-Size: $size
Depends: libc6${libc:+ (>= $libc)}, libgcc-s1
Recommends: bluez
Section: science
Priority: optional
Description: measures backward walking with a sensor on the shin
 Finds each backward step's toe contact, heel contact, knee extension and final
 contact with one small inertial sensor on the shin, as they happen; tells
 backward from forward walking, turning and standing, and says what it cannot
 tell. A measuring tool, no medical device.
CONTROL
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) > "$root/DEBIAN/md5sums"

mkdir -p "$out"
file="$out/retrogait_${version}_$arch.deb"
dpkg-deb --root-owner-group --build "$root" "$file" >&2
echo "$file"
