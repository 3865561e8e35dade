#!/usr/bin/env python3
"""Real gateways in front of a real backend, sending to a real Gatelog that is killed with -9 in the middle.

    trials/gateways/live.py BINARY [CALLS]

Every gateway is set up as Gatelog tells it. In the end each call is there once, with the status, the verdict and the
consumer that the client saw, and the key figures agree.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import tools

tools.debian(tools.APT)
tools.python(tools.PROXIES)

from proxies import PROXIES, Place
from traffic import Client
from world import Gatelog, Program, around, free_port, wait_until

SECONDS = 9  # of traffic
KILL_AFTER, AWAY = 3.5, 2.0
SETTLE_SECONDS = 60


class Way:
    """One way from a gateway to Gatelog, under a source of its own."""

    def __init__(self, gatelog, directory, proxy):
        self.source, self.directory = proxy.name, directory
        self.token, files, lines = gatelog.connect(self.source, proxy.name)
        change = lambda text: text.replace(proxy.logs, str(directory))
        self.files = {name: change(text) for name, text in files.items()}
        self.follow = [change(line) for line in lines if "gatelog follow" in line][0]

    def start_following(self, binary):
        programs = self.directory / "bin"
        programs.mkdir(exist_ok=True)
        if not (programs / "gatelog").exists():
            (programs / "gatelog").symlink_to(binary)
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "XDG_STATE_HOME": str(self.directory / "state")}
        self.follower = Program(self.directory, "follow", ["sh", "-c", self.follow], environment)
        return self.follower

    def follow_anew(self, binary):
        """The follower is killed, and begins where it was."""
        self.follower.end(signal.SIGKILL)
        return self.start_following(binary)


def known(call):
    """Whose call it is. NGINX does not say who checked a name, so with any 401 it is only claimed there."""
    return None if call.status == 401 and call.name.startswith("nginx-") else call.user


def differences(events, calls):
    """What is not as the client saw it, as sentences."""
    by_name, wrong = {}, []
    for event in events:
        query = event["request"].get("query", "")
        by_name.setdefault(query.removeprefix("n="), []).append(event)
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


def run(binary, count, directory):
    gatelog = Gatelog(binary, directory).start()
    programs, ways, clients = [], [], []
    try:
        backend, dead = free_port(), free_port()
        upstream = [sys.executable, Path(__file__).with_name("upstream.py"), backend]
        programs.append(Program(directory, "upstream", upstream).listening(backend))
        for proxy in PROXIES:
            place = Place(directory / proxy.name, free_port(), backend, dead)
            place.directory.mkdir()
            way = Way(gatelog, place.directory, proxy)
            programs.append(way.start_following(gatelog.binary))
            programs += proxy.start(place, way.files)
            ways.append(way)
            clients.append(Client(proxy.name, place.port, count, SECONDS))
        print(f"five gateways and Gatelog run after {time.monotonic() - BEGIN:.0f} s", flush=True)
        for client in clients:
            client.start()
        time.sleep(KILL_AFTER)
        gatelog.kill_for(AWAY)
        # NGINX's log is rotated as logrotate does it, and its follower killed as well.
        log = ways[0].directory / "gatelog.json"
        log.rename(log.with_suffix(".json.1"))
        programs.append(ways[0].follow_anew(gatelog.binary))
        os.kill(int((ways[0].directory / "pid").read_text()), signal.SIGUSR1)
        for client in clients:
            client.join()
            if client.error:
                raise RuntimeError(f"{client.gateway}: {client.error!r}") from client.error
        return judge(gatelog, ways, clients)
    finally:
        for program in reversed(programs):
            program.end()
        gatelog.program.end()


def judge(gatelog, ways, clients):
    killed, up = gatelog.down[0]
    failures = []
    print(f"killed with -9 and away for {up - killed:.1f} s; all calls sent after {time.monotonic() - BEGIN:.0f} s\n")
    print(f"{'gateway':10} {'calls':>6} {'events':>6} {'of them sent while away':>24} {'denied':>7} {'consumers':>9}  verdict")
    for way, client in zip(ways, clients, strict=True):
        try:
            wait_until(lambda: gatelog.total(way.source) >= len(client.calls), SETTLE_SECONDS, "")
        except TimeoutError:
            pass
        events = gatelog.events(way.source)
        wrong = differences(events, client.calls) + figures(gatelog, way.source, client.calls)
        while_away = sum(call.ended > killed and call.began < up for call in client.calls)
        denied = sum(not event["access"]["granted"] for event in events)
        consumers = len({event["consumer_name"] for event in events if "consumer_name" in event})
        verdict = "exactly what the client saw" if not wrong else f"WRONG in {len(wrong)} places"
        print(f"{way.source:10} {len(client.calls):6} {len(events):6} {while_away:24} {denied:7} {consumers:9}  {verdict}")
        failures += [f"{way.source}: {sentence}" for sentence in wrong]
    for sentence in failures[:40]:
        print(sentence)
    return not failures


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
