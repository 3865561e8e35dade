#!/usr/bin/env bash
# The figures of docs/performance.md: `make bench`, or `EVENTS=1000000 trials/bench.sh` for a quick look.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench --quiet -p intake --bench decode
cargo bench --quiet -p ledger --bench seal
node trials/proxy.mjs target/release/gatelog
exec node trials/bench.mjs target/release/gatelog "${EVENTS:-10000000}"
