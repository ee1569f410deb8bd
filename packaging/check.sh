#!/bin/sh
# The release as people get it: size of the program, the package, and the program out of an installed
# package. Needs `cargo build --release` before; root only to install with dpkg into a scratch folder,
# without root the package is unpacked there.
set -eu
cd "$(dirname "$0")/.."
limit=12000000
program="${CARGO_TARGET_DIR:-target}/release/retrogait"

size="$(wc -c < "$program")"
echo "the program: $size bytes, at most $limit"
[ "$size" -le "$limit" ]

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
package="$(sh packaging/deb.sh "$scratch")"
root="$scratch/root"
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
touch "$root/var/lib/dpkg/status" "$root/var/lib/dpkg/available"
if [ "$(id -u)" = 0 ]; then
  dpkg --root="$root" --force-depends --force-not-root --log=/dev/null --install "$package" > "$scratch/log" 2>&1 ||
    { cat "$scratch/log"; exit 1; }
  dpkg --root="$root" --status retrogait | grep -q '^Status: install ok installed'
else
  dpkg-deb -x "$package" "$root"
fi

"$root/usr/bin/retrogait" --version
"$root/usr/bin/retrogait" replay fixtures/backward.csv --format ndjson > "$scratch/installed"
"$program" replay fixtures/backward.csv --format ndjson > "$scratch/built"
cmp "$scratch/installed" "$scratch/built"
gzip -dc "$root/usr/share/man/man1/retrogait-replay.1.gz" | head -n 3 | grep -q 'retrogait-replay'
test -s "$root/usr/share/bash-completion/completions/retrogait"
test -x "$root/usr/lib/retrogait/in-range"
echo "the package installs, and its program runs"
