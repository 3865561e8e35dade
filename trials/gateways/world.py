"""A Gatelog of our own and the programs around it, on free ports, in a directory that is removed in the end."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ADMIN = "trial-admin-token-0123456789"
STEP_SECONDS = 0.05


def free_port(kind=socket.SOCK_STREAM):
    """Below those the system gives to connections that go out: none of them can take it before it is used."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket(socket.AF_INET, kind) as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port


def wait_until(is_so, seconds, what):
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(what() if callable(what) else what)
        time.sleep(STEP_SECONDS)


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def answers(url):
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False


class Program:
    """A process with its children and its output in a file."""

    def __init__(self, directory, name, command, environment=None):
        self.name, self.out = name, Path(directory) / f"{name}.out"
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                cwd=directory,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self, how=signal.SIGTERM):
        """Ends it and what it started, and nothing else."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def listening(self, port):
        def is_up():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended:\n{self.out.read_text()[-2000:]}")
            return listens(port)

        wait_until(is_up, 90, lambda: f"{self.name} does not listen:\n{self.out.read_text()[-2000:]}")
        return self


class Gatelog:
    """The server: to be asked, killed and started again at the same address."""

    def __init__(self, binary, directory, settings=None):
        self.binary, self.directory = Path(binary).resolve(), Path(directory)
        self.port, self.settings = free_port(), settings or {}
        self.url = f"http://127.0.0.1:{self.port}"
        self.down = []  # (killed, up again)

    def start(self):
        command = [self.binary, "serve", "--data", self.directory / "data", "--listen", f"127.0.0.1:{self.port}"]
        environment = {"GATELOG_BOOTSTRAP_ADMIN_TOKEN": ADMIN, **self.settings}
        self.program = Program(self.directory, "gatelog", command, environment)
        wait_until(lambda: answers(self.url + "/readyz"), 60, lambda: f"Gatelog is not ready:\n{self.program.out.read_text()[-2000:]}")
        return self


    def kill_for(self, seconds):
        """`kill -9`, and after some seconds it is started again."""
        killed = time.time()
        self.program.end(signal.SIGKILL)
        time.sleep(seconds)
        self.start()
        self.down.append((killed, time.time()))

    def ask(self, path, body=None, **parameters):
        url = f"{self.url}/api/v1{path}"
        if parameters:
            url += "?" + urllib.parse.urlencode(parameters)
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"}
        try:
            return json.load(urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60))
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{url}: {error.code} {error.read().decode()}") from error

    def connect(self, name, gateway):
        """A new source: its token, and the steps it is told, by file in examples/ or, for lines to run, in order."""
        made = self.ask("/sources", {"name": name, "gateway": gateway})
        files = {step["file"]: step["code"] for step in made["connect"] if step["file"]}
        lines = [step["code"] for step in made["connect"] if not step["file"]]
        return made["token"], files, lines

    def total(self, source):
        return self.ask("/summary", **around(source))["total_calls"]

    def events(self, source):
        events, more = [], {}
        while True:
            page = self.ask("/events", limit=1000, order="asc", **around(source), **more)
            events += page["events"]
            if not page["next_cursor"]:
                return events
            more = {"cursor": page["next_cursor"]}


def around(source):
    return {"filter": f"source:{source}", "from": "now-2h", "to": str(int((time.time() + 3600) * 1000))}
