#!/usr/bin/env bash
# fuzz/run.sh SECONDS [TARGET…]: builds the targets with the stable toolchain and runs each for so many seconds.
# What is found on the way is kept in target/found/TARGET, and what brings a target down in artifacts/TARGET.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${1:?how many seconds for each target}
shift
[ $# -gt 0 ] || set -- $(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | tail -n +2)

# No sanitizer: safe Rust gains nothing by one, and they need a nightly toolchain.
if [ -z "${FUZZ_NO_BUILD:-}" ]; then cargo fuzz build --sanitizer none; fi
failed=0
for target in "$@"; do
    mkdir -p "target/found/$target" "artifacts/$target"
    options=(-max_total_time="$seconds" -rss_limit_mb=2048 -timeout=30 -print_final_stats=1)
    options+=(-max_len="$(case $target in document | upload | mail) echo 32768 ;; *) echo 4096 ;; esac)")
    if [ -f "dictionaries/$target" ]; then options+=(-dict="dictionaries/$target"); fi
    echo "==> $target"
    "target/x86_64-unknown-linux-gnu/release/$target" "${options[@]}" -artifact_prefix="artifacts/$target/" \
        "target/found/$target" "corpus/$target" || failed=1
done
exit "$failed"
