#!/usr/bin/env bash
# Takes a request from the form to a deactivated authenticator in a real browser: the customer at 360 px without
# JavaScript, the desk at 1440 px. Lets owners help themselves, with scripts and without. Keeps the devices of an account, with a virtual security key. Every page is
# checked for accessibility in light and dark, sideways scrolling and script errors.
#   tests/browser/run.sh target/debug/mfa-desk [FOLDER FOR SCREENSHOTS]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "$1")
shots=${2:-}
if [ -n "$shots" ]; then mkdir -p "$shots"; shots=$(realpath "$shots"); fi
work=$(mktemp -d)
demo=
tidy() {
    if [ -n "$demo" ]; then kill -TERM "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap tidy EXIT
cp "$here/package.json" "$here"/*.mjs "$work/"
(cd "$work" && npm install --silent --no-audit --no-fund --ignore-scripts >&2)
# Each set of runs has a demo of its own: many people's requests in one would be a campaign.
# Passkeys are bound to a name.
in_demo() {
    local data=$1 run
    shift
    "$program" demo --listen 127.0.0.1:0 --data "$work/$data" >"$work/out" 2>"$work/log" &
    demo=$!
    for _ in $(seq 100); do
        if grep -q '^listening on ' "$work/out"; then break; fi
        kill -0 "$demo" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
        sleep 0.1
    done
    for run in "$@"; do
        (cd "$work" && BASE="http://localhost:$(sed -n 's/^listening on .*://p' "$work/out")" SHOTS="$shots" node "$run.mjs")
    done
    kill -TERM "$demo"
    wait "$demo" || true
    demo=
}
in_demo recovery recovery
in_demo data passkey journey desk
