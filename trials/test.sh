#!/usr/bin/env bash
# Everything CI checks, in one go: `make test`. Installs what it needs on a Debian machine with Rust, Node and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never
step() { printf '\n== %s (%ss)\n' "$*" "$SECONDS"; }

step "install what the tests need"
missing=()
command -v chromium > /dev/null || missing+=(chromium)
command -v curl > /dev/null || missing+=(curl)
command -v faketime > /dev/null || missing+=(faketime)
python3 -c 'import venv, ensurepip' 2> /dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
if ! target/tools/bin/cargo-deny --version > /dev/null 2>&1; then
    cargo install --quiet --locked --version 0.20.2 --root target/tools cargo-deny
fi

step "web: lint, unit tests, build, size"
(cd web && npm ci --no-audit --no-fund --silent && npm run --silent lint && npm run --silent test && npm run --silent build && npm run --silent size)

step "format and lints"
cargo fmt --all --check
cargo clippy --quiet --workspace --all-targets -- -D warnings

step "unit tests, black-box tests, simulated power cuts"
GATELOG_TRIAL_SEEDS="${GATELOG_TRIAL_SEEDS:-2000}" cargo test --workspace --no-fail-fast

# Always the whole workspace: another selection of packages would build their dependencies a second time.
step "tables read by DuckDB, Polars and deltalake, and checked by the second verifier; panels and lists equal to what DuckDB answers"
cargo test --workspace --test delta_interop --test erasure --test golden --test proof --test usage -- --ignored

step "tidy, generated pages, licences"
cargo build --quiet --workspace
target/debug/xtask tidy
target/tools/bin/cargo-deny --log-level error check licenses bans sources

step "trials on the program itself: kill -9, full disk, jumping clock, freshness"
target/debug/trials target/debug/gatelog short

step "real NGINX, HAProxy, Caddy, Traefik and Envoy send to it while it is killed"
trials/gateways/live.py target/debug/gatelog

step "real clients of Elasticsearch, Loki, Splunk, Datadog, OpenTelemetry, Graylog, Fluentd and syslog send to it"
trials/gateways/senders.py target/debug/gatelog

step "usage plans and objects are pulled from moto and SeaweedFS while it is killed"
trials/aws.py target/debug/gatelog

step "days are archived to a directory and a bucket by a fast clock while it is killed"
trials/archive.py target/debug/gatelog

step "the web app in Chromium against the program"
trials/browser.sh target/debug/gatelog

step "all done"
