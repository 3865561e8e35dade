#!/usr/bin/env python3
"""Real gateways in front of a real backend, sending to a real Gatelog that is killed with -9 in the middle.

    trials/gateways/live.py BINARY [CALLS]

Every gateway is set up as Gatelog tells it. In the end each call is there once, with the status, the verdict and the
consumer that the client saw, and the key figures agree. Only ways without an acknowledgement may miss calls, and only
such as were sent while Gatelog was away.
"""

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tools

tools.debian(tools.APT, tools.MODULES)
tools.python(tools.PROXIES)

from proxies import PROXIES, Place
from traffic import Client
from world import Gatelog, Program, around, free_port

SECONDS = 9  # of traffic
KILL_AFTER, AWAY = 3.5, 2.0
SETTLE_SECONDS, LATE_SECONDS = 60, 4  # without a further event: a way that keeps everything, and one that need not
# Where a protocol knows no acknowledgement, calls may be missing that were sent so many seconds before Gatelog was away,
# or before it was found again: what was on its way, and how long the gateway takes to connect anew.
DATAGRAM, STREAM = 0.5, 1.5


@dataclass
class Way:
    """One way from a gateway to Gatelog, under a source of its own."""

    source: str
    gateway: str  # whose calls it carries
    how: str
    told: str  # the gateway it is set up as
    protocol: str = ""  # of its listener
    margin: float = 0.0  # above 0: what was sent while Gatelog was away may be missing


FOLLOW = "file, gatelog follow"
WAYS = [
    Way("nginx", "nginx", FOLLOW, "nginx"),
    Way("nginx-udp", "nginx", "syslog over UDP", "syslog", "syslog_udp", DATAGRAM),
    Way("haproxy", "haproxy", "rsyslog, " + FOLLOW, "haproxy"),
    Way("haproxy-udp", "haproxy", "syslog over UDP", "syslog", "syslog_udp", DATAGRAM),
    Way("haproxy-tcp", "haproxy", "syslog over TCP, octets", "syslog", "syslog_tcp", STREAM),
    Way("caddy", "caddy", FOLLOW, "caddy"),
    Way("rsyslog", "caddy", "file, rsyslog, _bulk", "rsyslog"),
    Way("rsyslog-tcp", "caddy", "file, rsyslog, TCP, octets", "syslog", "syslog_tcp", STREAM),
    Way("traefik", "traefik", FOLLOW, "traefik"),
    Way("traefik-otlp", "traefik-otlp", "OTLP over HTTP", "traefik", margin=STREAM),
    Way("envoy", "envoy", FOLLOW, "envoy"),
    Way("envoy-otlp", "envoy", "OTLP over gRPC", "envoy", margin=STREAM),
    Way("envoy-als", "envoy", "ALS over gRPC", "envoy", margin=STREAM),
]


class Follower:
    """`gatelog follow` as the set-up tells it, with other paths."""

    def __init__(self, line, directory, binary):
        self.line, self.directory, self.binary = line, directory, binary
        programs = directory / "bin"
        programs.mkdir()
        (programs / "gatelog").symlink_to(binary)
        self.environment = {"PATH": f"{programs}:{os.environ['PATH']}", "XDG_STATE_HOME": str(directory / "state")}

    def start(self):
        self.program = Program(self.directory, "follow", ["sh", "-c", self.line], self.environment)
        return self.program

    def kill(self):
        self.program.end(signal.SIGKILL)


def known(call):
    """Whose call it is. With any 401, the backend's own too, a name is only claimed; Caddy alone writes none but proven ones."""
    return None if call.status == 401 and not call.name.startswith("caddy-") else call.user


def name_of(event):
    return event["request"].get("query", "").removeprefix("n=")


def differences(events, calls):
    """What is not as the client saw it, as sentences."""
    by_name, wrong = {}, []
    for event in events:
        by_name.setdefault(name_of(event), []).append(event)
    for call in calls:
        found = by_name.pop(call.name, [])
        if len(found) != 1:
            wrong.append(f"{call.name} is there {len(found)} times")
            continue
        (event,) = found
        want = (call.method, call.path, call.status, not call.denied, known(call), call.agent)
        request = event["request"]
        got = (request.get("method"), request.get("path"), event["response"].get("status"), event["access"]["granted"])
        got += (event.get("consumer_name"), request.get("user_agent"))
        if got != want:
            wrong.append(f"{call.name}: the client saw {want}, the event says {got}")
    wrong += [f"an event nobody sent: {name!r}" for name in by_name]
    return wrong


def figures(gatelog, source, calls):
    """The key figures that differ from the client's."""
    summary = gatelog.ask("/summary", **around(source))
    by_status = {}
    for call in calls:
        by_status[str(call.status)] = by_status.get(str(call.status), 0) + 1
    want = {"total_calls": len(calls), "denied_requests": sum(call.denied for call in calls), "by_status": by_status}
    got = {name: summary[name] for name in want}
    consumers = gatelog.ask("/facets", fields="consumer", top=50, **around(source))["facets"][0]
    got["consumers"] = {value["value"]: value["count"] for value in consumers["values"]}
    want["consumers"] = {}
    for call in calls:
        if known(call):
            want["consumers"][call.user] = want["consumers"].get(call.user, 0) + 1
    return [f"{name}: the client says {want[name]}, Gatelog {got[name]}" for name in want if got[name] != want[name]]


class World:
    """Everything that runs."""

    def __init__(self, binary, count, directory):
        self.count, self.directory = count, directory
        self.programs, self.clients, self.followers = [], {}, {}
        self.backend, self.dead = free_port(), free_port()
        self.ports = {way.source: free_port(kind_of(way)) for way in WAYS if way.protocol}
        self.grpc = free_port()
        self.gatelog = Gatelog(binary, directory, self.settings()).start()
        self.texts = {
            step["file"]: step["code"].replace("{host}", "127.0.0.1")
            for gateway in self.gatelog.ask("/gateways")["gateways"]
            for step in gateway["steps"]
        }
        self.told = {way.source: self.gatelog.connect(way.source, way.told) for way in WAYS if not way.protocol}

    def settings(self):
        """The listeners, as the set-up of syslog and Envoy tells them."""
        listeners = []
        for way in WAYS:
            if way.protocol:
                text = (tools.ROOT / "examples/syslog/listener.toml").read_text()
                text = text.replace("5514", str(self.ports[way.source])).replace('"edge"', f'"{way.source}"')
                listeners.append(text.replace("syslog_udp", way.protocol))
        text = (tools.ROOT / "examples/envoy/listener.toml").read_text()
        listeners.append(text.replace("4317", str(self.grpc)))
        file = self.directory / "gatelog.toml"
        file.write_text("\n".join(listeners))
        return {"GATELOG_CONFIG": str(file)}

    def start(self):
        upstream = [sys.executable, Path(__file__).with_name("upstream.py"), self.backend]
        self.programs.append(Program(self.directory, "upstream", upstream).listening(self.backend))
        for proxy in PROXIES:
            place = Place(self.directory / proxy.name, free_port(), self.backend, self.dead, self.further(proxy.name))
            place.directory.mkdir()
            _, files, lines = self.told[proxy.name]
            change = lambda text: text.replace(proxy.logs, str(place.directory))
            for line in lines:
                if "gatelog follow" in line and "otlp" not in proxy.name:
                    self.followers[proxy.name] = Follower(change(line), place.directory, self.gatelog.binary)
                    self.programs.append(self.followers[proxy.name].start())
            self.programs += proxy.start(place, {name: change(text) for name, text in files.items()})
            self.clients[proxy.name] = Client(proxy.name, place.port, self.count, SECONDS)
        self.programs += self.start_rsyslog()

    def further(self, name):
        """Configuration of the ways beside the file."""
        at = lambda source, file: self.texts[file].replace("5514", str(self.ports[source]))
        if name == "nginx":
            return {"log": at("nginx-udp", "syslog/nginx.conf")}
        if name == "haproxy":
            ring = "log ring@gatelog len 8192 format rfc5424 local0 info"
            return {
                "log": at("haproxy-udp", "syslog/haproxy.cfg") + "\n" + ring,
                "rings": at("haproxy-tcp", "syslog/haproxy-tcp.cfg"),
            }
        if name == "envoy":
            logs = [self.told["envoy-otlp"][1]["envoy/otlp.yaml"], self.told["envoy-als"][1]["envoy/als.yaml"]]
            return {"log": "\n".join(logs), "clusters": self.texts["envoy/cluster.yaml"].replace("4317", str(self.grpc))}
        return {}

    def start_rsyslog(self):
        """Two of them follow Caddy's file: one into the bulk interface, one over TCP."""
        file = self.directory / "caddy" / "gatelog.json"
        bulk = self.told["rsyslog"][1]["rsyslog/gatelog.conf"].replace("/var/log/nginx/gatelog.json", str(file))
        tcp = f'module(load="imfile")\ninput(type="imfile" File="{file}" Tag="caddy:")\n' + self.texts["syslog/rsyslog.conf"].replace("5514", str(self.ports["rsyslog-tcp"]))
        for name, text in {"rsyslog": bulk, "rsyslog-tcp": tcp}.items():
            home = self.directory / name
            home.mkdir()
            (home / "rsyslog.conf").write_text(f'global(workDirectory="{home}")\n{text}\n')
            yield Program(home, name, [tools.which("rsyslogd"), "-n", "-f", home / "rsyslog.conf", "-i", home / "pid"])

    def rotate_nginx(self):
        """As logrotate does it; and its follower is killed and begins where it was."""
        home = self.directory / "nginx"
        (home / "gatelog.json").rename(home / "gatelog.json.1")
        self.followers["nginx"].kill()
        self.programs.append(self.followers["nginx"].start())
        os.kill(int((home / "pid").read_text()), signal.SIGUSR1)

    def traffic(self):
        for client in self.clients.values():
            client.start()
        time.sleep(KILL_AFTER)
        self.gatelog.kill_for(AWAY)
        self.rotate_nginx()
        for client in self.clients.values():
            client.join()
            if client.error:
                raise RuntimeError(f"{client.gateway}: {client.error!r}") from client.error

    def end(self):
        for program in reversed(self.programs):
            program.end()
        self.gatelog.program.end()


def kind_of(way):
    return socket.SOCK_DGRAM if way.protocol.endswith("udp") else socket.SOCK_STREAM


def wait_for(gatelog, source, count, seconds):
    """Waits until all are there, or none has come for so many seconds."""
    seen, end = 0, time.monotonic() + seconds
    while seen < count and time.monotonic() < end:
        now = gatelog.total(source)
        if now != seen:
            seen, end = now, time.monotonic() + seconds
        time.sleep(0.2)


def judge(world):
    gatelog, (killed, up) = world.gatelog, world.gatelog.down[0]
    failures = []
    print(f"killed with -9 and away for {up - killed:.1f} s; all calls sent after {time.monotonic() - BEGIN:.0f} s\n")
    print(f"{'source':13} {'way':32} {'calls':>5} {'while away':>10} {'events':>6} {'missing':>7} {'denied':>6} {'consumers':>9}  verdict")
    for way in WAYS:
        calls = world.clients[way.gateway].calls
        while_away = [call for call in calls if call.ended > killed - way.margin and call.began < up + way.margin]
        wait_for(gatelog, way.source, len(calls), LATE_SECONDS if way.margin else SETTLE_SECONDS)
        events = gatelog.events(way.source)
        names = {name_of(event) for event in events}
        missing = [call for call in calls if call.name not in names]
        arrived = calls
        if way.margin:
            arrived = [call for call in calls if call.name in names or call not in while_away]
        wrong = differences(events, arrived) + figures(gatelog, way.source, arrived)
        denied = sum(not event["access"]["granted"] for event in events)
        consumers = len({event["consumer_name"] for event in events if "consumer_name" in event})
        fine = "exactly what the client saw" if not missing else "but for what was sent while away, what the client saw"
        verdict = f"WRONG in {len(wrong)} places" if wrong else fine
        strictly = sum(call.ended > killed and call.began < up for call in calls)
        print(f"{way.source:13} {way.how:32} {len(calls):5} {strictly:10} {len(events):6} {len(missing):7} {denied:6} {consumers:9}  {verdict}", flush=True)
        failures += [f"{way.source}: {sentence}" for sentence in wrong[:12]]
    print(*failures, sep="\n")
    return not failures


def run(binary, count, directory):
    world = World(binary, count, directory)
    try:
        world.start()
        print(f"the gateways and Gatelog run after {time.monotonic() - BEGIN:.0f} s", flush=True)
        world.traffic()
        time.sleep(2)  # for what comes twice
        return judge(world)
    finally:
        world.end()


BEGIN = time.monotonic()
directory = Path(tempfile.mkdtemp(prefix="gl-", dir="/tmp"))
is_right = False
try:
    is_right = run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 600, directory)
finally:
    if is_right or not os.environ.get("KEEP"):
        shutil.rmtree(directory, ignore_errors=True)
print(f"\n{'all as it should be' if is_right else 'FAILED'} after {time.monotonic() - BEGIN:.0f} s")
sys.exit(0 if is_right else 1)
