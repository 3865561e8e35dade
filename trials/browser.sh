#!/usr/bin/env bash
# Starts the program with the sample logs and lets browsers walk through it: every test of web/e2e/run.mjs.
# Another script of web/e2e can be named; it gets the address, the link and a token of an analyst, or of the role in ROLE.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${1:?usage: trials/browser.sh BINARY [SCRIPT]}")
script=${2:-run.mjs}
data=$(mktemp -d)
port=$(PYTHONPATH=trials/gateways python3 -c 'import world; print(world.free_port())')
"$binary" serve --data "$data/gatelog" --listen "127.0.0.1:$port" --samples samples > "$data/out" 2> "$data/err" &
server=$!
trap 'kill $server 2> /dev/null || true; wait $server 2> /dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 900); do
    link=$(grep -ohE "http://127\.0\.0\.1:$port/welcome#[A-Za-z0-9_]+" "$data/out" "$data/err" | head -1 || true)
    [ "$(cat "$data/out" "$data/err" | grep -c 'samples replayed')" -ge 2 ] && [ -n "$link" ] && break
    sleep 0.2
done
[ -n "${link:-}" ] || { echo "no one-time link was printed"; cat "$data/out" "$data/err"; exit 1; }
token=$("$binary" token create --role "${ROLE:-analyst}" --name browser --data "$data/gatelog" 2> /dev/null | grep -oE 'gl_ap_[A-Za-z0-9_-]+' | head -1)
export BASE_URL="http://127.0.0.1:$port" GATELOG_LINK="$link" GATELOG_TOKEN="$token" GATELOG_BIN="$binary"
# The server looks for new tokens every two seconds.
for _ in $(seq 300); do
    curl -sf -o /dev/null -H "Authorization: Bearer $token" "$BASE_URL/api/v1/fields" && break
    sleep 0.2
done
cd web
node "e2e/$script"
