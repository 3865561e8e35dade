#!/usr/bin/env python3
"""Real clients of Elasticsearch, OpenSearch, Loki, Splunk, Datadog, OpenTelemetry, Graylog and Fluentd send to Gatelog.

    trials/gateways/senders.py BINARY [NAME…]

Each sends its records under a source of its own, and each record is there once. Those that try again get a 503 for
their first delivery, although Gatelog has taken it: what they repeat must not be there twice.
"""

import http.client
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import tools

PACKAGES = [
    "opentelemetry-sdk==1.45.2",
    "opentelemetry-exporter-otlp-proto-http==1.45.2",
    "opentelemetry-exporter-otlp-proto-grpc==1.45.2",
    "python-logging-loki==0.3.1",
    "splunk-handler==3.0.0",
    "elasticsearch==9.5.1",
    "opensearch-py==3.2.0",
    "datadog-api-client==2.62.0",
    "pygelf==0.4.3",
    "fluent-logger==0.11.1",
]
NODE = {
    "pino": "9.14.0",
    "pino-loki": "3.0.0",
    "pino-elasticsearch": "9.0.0",
    "winston": "3.19.0",
    "winston-loki": "6.1.7",
    "winston-elasticsearch": "0.19.0",
    "splunk-logging": "0.11.1",
    "@fluent-org/logger": "1.0.10",
    "gelf-pro": "1.4.0",
    "@opentelemetry/sdk-logs": "0.223.1",
    "@opentelemetry/exporter-logs-otlp-http": "0.223.1",
    "@opentelemetry/exporter-logs-otlp-proto": "0.223.1",
}
tools.python(PACKAGES)
NODE_HOME = tools.node(NODE)

import clients
from world import Gatelog, free_port, wait_until

RECORDS = 40
SETTLE_SECONDS = 30


def records(name):
    """Records of a program of its own, as lines; every second has no id, so only its bytes tell it from others."""
    lines = []
    for i in range(RECORDS):
        record = {
            "time": datetime.now(timezone.utc).isoformat(),
            "method": "GET",
            "path": f"/{name}/{i}",
            "status": 429 if i % 10 == 0 else 200,
            "duration_ms": 1.5,
            "consumer_id": f"c{i % 3}",
            "user_agent": 'quo"te \\ Zoë',
        }
        if i % 2:
            record["request_id"] = f"{name}-{i}"
        lines.append(json.dumps(record))
    return lines


class Forgetful(http.server.ThreadingHTTPServer):
    """Passes everything on to Gatelog, but the answer to the first delivery is lost: the sender gets a 503."""

    daemon_threads = True

    def __init__(self, gatelog):
        super().__init__(("127.0.0.1", 0), ForgetfulCall)
        self.gatelog, self.deliveries, self.seen = gatelog, 0, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class ForgetfulCall(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def do(self):
        body = self.body()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("transfer-encoding", "content-length")}
        passed = http.client.HTTPConnection("127.0.0.1", self.server.gatelog.port, timeout=30)
        passed.request(self.command, self.path, body, headers)
        answer = passed.getresponse()
        status, content = answer.status, answer.read()
        headers = [(n, v) for n, v in answer.getheaders() if n.lower() not in ("transfer-encoding", "content-length", "connection", "date")]
        self.server.seen.append(f"{self.command} {self.path.split('?')[0]} {status}")
        if len(body) > 200 and status < 300:
            self.server.deliveries += 1
            if self.server.deliveries == 1:
                status, content, headers = 503, b"{}", [("Content-Type", "application/json"), ("X-Elastic-Product", "Elasticsearch")]
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do


def try_client(gatelog, client):
    """What is wrong with one client, as a sentence; empty when nothing is."""
    name = client.name
    token = gatelog.ask("/sources", {"name": name})["token"] if client.has_token else ""
    lines = records(name)
    proxy = Forgetful(gatelog) if client.tries_again else None
    try:
        client.send(proxy.url if proxy else gatelog.url, token, lines, gatelog.ports)
    except Exception as error:
        return f"it failed: {error!r:.300}; it saw {proxy.seen if proxy else '-'}"
    if proxy and proxy.deliveries < 2:
        return f"it did not try again; it saw {proxy.seen}"
    try:
        wait_until(lambda: gatelog.total(name) >= RECORDS, SETTLE_SECONDS, "")
    except TimeoutError:
        pass
    events = gatelog.events(name)
    want = sorted((f"/{name}/{i}", 429 if i % 10 == 0 else 200, f"c{i % 3}") for i in range(RECORDS))
    got = sorted((e["request"].get("path", "?"), e["response"].get("status", 0), e.get("consumer_id", "?")) for e in events)
    if got == want:
        return ""
    rejects = gatelog.ask(f"/sources/{name}/rejects")["rejects"]
    missing, further = set(want) - set(got), [one for one in got if one not in want]
    return (
        f"{len(got)} events for {RECORDS} records; missing {len(missing)}, unknown {further[:2]}, "
        f"rejected {len(rejects)} {rejects[:1]}; it saw {proxy.seen[:6] if proxy else '-'}"
    )


def main(binary, names):
    directory = Path(tempfile.mkdtemp(prefix="gl-", dir="/tmp"))
    began, failed = time.monotonic(), []
    gatelog = Gatelog(binary, directory)
    gatelog.ports = clients.listeners(directory, gatelog.settings)
    gatelog.start()
    try:
        print(f"{'client':28} {'way':34} {'tries again':12} verdict")
        for client in clients.all_clients(NODE_HOME):
            if names and client.name not in names:
                continue
            wrong = try_client(gatelog, client)
            failed += [client.name] if wrong else []
            print(f"{client.name:28} {client.way:34} {'yes' if client.tries_again else 'no':12} {wrong or 'each record once'}", flush=True)
    finally:
        gatelog.program.end()
        shutil.rmtree(directory, ignore_errors=True)
    print(f"\n{f'FAILED: {failed}' if failed else 'all as it should be'} after {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
