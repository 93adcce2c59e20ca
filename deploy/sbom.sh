#!/bin/sh
# Writes mfa-desk.cdx.json beside Cargo.toml: every crate of the released binary, as CycloneDX 1.5.
# Needs cargo-cyclonedx: cargo install cargo-cyclonedx --locked --version 0.5.9
set -eu
cd "$(dirname "$0")/.."
# The same commit gives the same file.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
exec cargo cyclonedx --format json --spec-version 1.5 --features aws,postgres \
    --target "${1:-x86_64-unknown-linux-gnu}" --no-build-deps --override-filename mfa-desk.cdx
