#!/usr/bin/env bash
# Starts the program with the sample logs and lets a browser walk through it: one-time link, filter, detail, export.
# Another script of web/e2e can be named; it gets the address and the link.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${1:?usage: trials/browser.sh BINARY [SCRIPT]}")
script=${2:-walk.mjs}
data=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$binary" serve --data "$data/gatelog" --listen "127.0.0.1:$port" --samples samples > "$data/out" 2> "$data/err" &
server=$!
trap 'kill $server 2> /dev/null || true; wait $server 2> /dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 300); do
    link=$(grep -ohE "http://127\.0\.0\.1:$port/welcome#[A-Za-z0-9_]+" "$data/out" "$data/err" | head -1 || true)
    [ "$(cat "$data/out" "$data/err" | grep -c 'samples replayed')" -ge 2 ] && [ -n "$link" ] && break
    sleep 0.2
done
[ -n "${link:-}" ] || { echo "no one-time link was printed"; cat "$data/out" "$data/err"; exit 1; }
cd web
BASE_URL="http://127.0.0.1:$port" GATELOG_LINK="$link" node "e2e/$script"
