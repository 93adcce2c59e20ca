#!/usr/bin/env bash
# Makes the pictures in docs/screens anew from a demonstration of its own, whose clock is moved so that weeks go by. For
# maintainers, by hand; the gate does not run it. Needs node, chromium, libfaketime (Debian: faketime) and pngquant.
#   tests/browser/screens/screens.sh target/debug/mfa-desk [FOLDER]      ONLY=queue: pictures whose name has this
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "$1")
out=${2:-$here/../../../docs/screens}
mkdir -p "$out"
out=$(realpath "$out")
faketime=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)
work=$(mktemp -d)
demo=
tidy() {
    if [ -n "$demo" ]; then kill -TERM "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap tidy EXIT
mkdir -p "$work/run/screens" "$work/data" "$work/pictures"
cp "$here"/../package.json "$here"/../*.mjs "$work/run/"
cp "$here"/*.mjs "$work/run/screens/"
(cd "$work/run" && npm install --silent --no-audit --no-fund --ignore-scripts >&2)
echo "-$(($(date +%s) - $(date -d 2026-11-04T08:40:00Z +%s)))" >"$work/clock"
touch "$work/out"
LD_PRELOAD=$faketime FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
    "$program" demo --listen 127.0.0.1:0 --data "$work/data" >"$work/out" 2>"$work/log" &
demo=$!
for _ in $(seq 300); do
    if grep -q '^listening on ' "$work/out"; then break; fi
    kill -0 "$demo" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
(cd "$work/run" && BASE="http://localhost:$(sed -n 's/^listening on .*://p' "$work/out")" CLOCK="$work/clock" \
    PROGRAM="$program" DATA="$work/data" OUT="$work/pictures" node screens/screens.mjs) ||
    { status=$?; tail -5 "$work/log" >&2; cp "$work"/pictures/*.png "$out" 2>/dev/null || true; exit "$status"; }
# A palette is enough for pages, and a third of the size.
pngquant 32 --force --ext .png --speed 4 --strip "$work"/pictures/*.png || true
if [ -z "${ONLY:-}" ]; then rm -f "$out"/*.png; fi
cp "$work"/pictures/* "$out/"
du -sh "$out" >&2
