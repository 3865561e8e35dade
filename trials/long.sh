#!/usr/bin/env bash
# The promises in their long form: hours.
set -euo pipefail
cd "$(dirname "$0")/.."
GATELOG_TRIAL_SEEDS="${GATELOG_TRIAL_SEEDS:-20000}" LEDGER_SEEDS="${LEDGER_SEEDS:-100000}" PROPTEST_CASES="${PROPTEST_CASES:-20000}" \
    cargo test --release --package ledger --package query
cargo build --release --package trials
target/release/trials target/release/gatelog long
cargo build --release -p gatelog
trials/archive.py target/release/gatelog long
