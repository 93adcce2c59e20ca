#!/usr/bin/env bash
# The product in a real browser: whole journeys with scripts and without, by hand and by keyboard alone, two agents at
# once, a server that stops and begins again, and every page of the desk. Every page that is seen is checked for
# accessibility in light and dark, sideways scrolling and script errors.
#   tests/browser/run.sh target/debug/mfa-desk [FOLDER FOR SCREENSHOTS]
# BROWSER_SETS (such as "keyboard,two restart") runs these alone; BROWSER_JOBS says how many at a time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "$1")
shots=${2:-}
if [ -n "$shots" ]; then mkdir -p "$shots"; shots=$(realpath "$shots"); fi
# Each set has a demo of its own: many people's requests in one would be a campaign. The first waits for a cooling-off
# most of the time.
read -r -a sets <<<"${BROWSER_SETS:-journey phone supervisor,desk keyboard,two passkey,recovery restart}"
jobs=${BROWSER_JOBS:-$(($(nproc) + 1))}
work=$(mktemp -d)
declare -A runs=()
tidy() {
    local run
    for run in "${!runs[@]}"; do kill -TERM "$run" 2>/dev/null || true; done
    wait || true
    rm -rf "$work"
}
trap tidy EXIT
cp "$here/package.json" "$here"/*.mjs "$work/"
(cd "$work" && npm install --silent --no-audit --no-fund --ignore-scripts >&2)

# The runs of a set, one after another, before a demo. They run in a shell of their own.
run_set() {
    local set=$1 run begun
    demo=''
    run_by=''
    mkdir -p "$work/$set/state"
    trap 'kill -TERM $run_by $demo 2>/dev/null || true; wait || true' EXIT
    trap 'exit 143' TERM
    # Passkeys are bound to a name.
    "$program" demo --listen 127.0.0.1:0 --data "$work/$set/data" >"$work/$set/out" 2>"$work/$set/log" &
    demo=$!
    for _ in $(seq 300); do
        if grep -q '^listening on ' "$work/$set/out"; then break; fi
        kill -0 "$demo" 2>/dev/null || { cat "$work/$set/log" >&2; exit 1; }
        sleep 0.1
    done
    for run in ${set//,/ }; do
        begun=$SECONDS
        cd "$work"
        BASE="http://localhost:$(sed -n 's/^listening on .*://p' "$work/$set/out")" SHOTS=$shots WORK=$work/$set \
            STATE=$work/$set/state DATA=$work/$set/data PROGRAM=$program node "$run.mjs" &
        run_by=$!
        wait "$run_by"
        run_by=
        echo "  $run took $((SECONDS - begun)) s"
    done
}

for set in "${sets[@]}"; do
    if [ "${#runs[@]}" -ge "$jobs" ]; then
        wait -n -p ended "${!runs[@]}" || { echo "error: the set ${runs[$ended]}" >&2; exit 1; }
        unset "runs[$ended]"
    fi
    run_set "$set" &
    runs[$!]=$set
done
while [ "${#runs[@]}" -gt 0 ]; do
    wait -n -p ended "${!runs[@]}" || { echo "error: the set ${runs[$ended]}" >&2; exit 1; }
    unset "runs[$ended]"
done
echo "browser: done in $SECONDS s"
