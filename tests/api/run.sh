#!/usr/bin/env bash
# Asks the interface for programs what its document allows and what it does not, with every check of schemathesis.
# Needs the program (MFA_DESK, or what cargo builds) and Python 3 with venv; installs schemathesis into a venv that it
# keeps in API_VENV. Everything it starts is its own, on a free port and in a temporary folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/api
program=${MFA_DESK:-${CARGO_TARGET_DIR:-target}/debug/mfa-desk}
venv=${API_VENV:-${CARGO_TARGET_DIR:-target}/api-venv}
seconds=${API_SECONDS:-110}
if [ ! -x "$program" ]; then cargo build --bin mfa-desk; fi
if [ ! -x "$venv/bin/schemathesis" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
fi

work=$(mktemp -d)
server=
stop() {
    if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    if [ -n "${API_KEEP:-}" ]; then cp "$work/report" "$work/log" "$API_KEEP/"; fi
    rm -rf "$work"
}
trap stop EXIT

port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
base=http://127.0.0.1:$port
"$program" demo --listen "127.0.0.1:$port" --data "$work/data" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 300); do
    if curl -sf -o "$work/ready" "$base/readyz"; then break; fi
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done

token=$("$venv/bin/python" "$here/issue_token.py" "$base")
references=$(curl -sf -H "Authorization: Bearer $token" "$base/api/v1/cases" | grep -o 'MFA-[0-9A-Z]*-[0-9A-Z*~$=]*')
export API_REFERENCES="$references" SCHEMATHESIS_HOOKS=tests.api.hooks PYTHONPATH=.
status=0
timeout $((seconds + 60)) "$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run \
    "$base/api/v1/openapi.json" --url "$base" --header "Authorization: Bearer $token" --checks all \
    --max-time "$seconds" --seed "${API_SEED:-7}" \
    >"$work/report" 2>&1 || status=$?
tail -n "${API_LINES:-80}" "$work/report"
# Whatever was sent, the token still works and nothing broke inside.
curl -sf -o "$work/me" -H "Authorization: Bearer $token" "$base/api/v1/me" || { echo "the token was locked out" >&2; status=1; }
# A header that is none is told of by the library below us, and is no fault.
if grep "ERROR" "$work/log" | grep -v "request parse error" | head -n 20 >&2; then status=1; fi
if grep -qF "$token" "$work/log"; then echo "the log holds the token" >&2; status=1; fi
exit "$status"
