"""What a client sends through one gateway, and the truth about it: what the client itself saw."""

import base64
import http.client
import random
import threading
import time
from dataclasses import dataclass

PEOPLE = ["alice", "bob", "carol", "mobile-app"]
AGENTS = ["curl/8.5.0", "okhttp/4.12.0", 'quo"te \\back #22 {x} 100%', "Zo\u00eb/1.0 (\u65e5\u672c)", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"]
# (share, method, path, credentials)
KINDS = [
    (44, "GET", "/api/orders/{i}", "right"),
    (10, "POST", "/api/orders", "right"),
    (4, "DELETE", "/api/orders/{i}", "right"),
    (4, "GET", "/api/a%20b/%C3%BC", "right"),
    (6, "GET", "/api/orders/{i}", "none"),
    (6, "GET", "/api/orders/{i}", "wrong"),
    (6, "GET", "/admin/users", "right"),
    (6, "GET", "/limited/report", "right"),
    (3, "GET", "/own/404", "right"),
    (2, "GET", "/own/401", "right"),
    (2, "GET", "/own/403", "right"),
    (2, "GET", "/own/429", "right"),
    (2, "GET", "/own/500", "right"),
    (1, "GET", "/own/503", "right"),
    (2, "GET", "/dead/end", "right"),
]


@dataclass
class Call:
    """One call as the client saw it."""

    name: str
    method: str
    path: str
    agent: str
    user: str | None  # who authenticated; None when nobody did
    status: int = 0
    passed_on: bool = False  # the backend answered
    began: float = 0.0
    ended: float = 0.0

    @property
    def denied(self):
        return not self.passed_on and self.status in (401, 403, 429)


def plan(gateway, count):
    """The calls of a gateway, with what credentials; the same in every run."""
    chance = random.Random(gateway)
    shares = [kind[0] for kind in KINDS]
    calls = []
    for i in range(count):
        _, method, path, credentials = chance.choices(KINDS, shares)[0]
        user = chance.choice(PEOPLE)
        call = Call(f"{gateway}-{i:05}", method, path.format(i=i), chance.choice(AGENTS), user if credentials == "right" else None)
        calls.append((call, credentials, user))
    return calls


def password(user):
    return f"{user}-password"


class Client(threading.Thread):
    """Sends a plan evenly over some seconds, and keeps the truth in `calls`."""

    def __init__(self, gateway, port, count, seconds):
        super().__init__(daemon=True)
        self.gateway, self.port, self.seconds = gateway, port, seconds
        self.plan = plan(gateway, count)
        self.calls = []
        self.error = None

    def run(self):
        try:
            begin, connection = time.monotonic(), None
            for at, (call, credentials, user) in enumerate(self.plan):
                time.sleep(max(0.0, begin + self.seconds * at / len(self.plan) - time.monotonic()))
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                if not self.send(connection, call, credentials, user):
                    connection = None
                self.calls.append(call)
        except Exception as error:  # the main thread tells it
            self.error = error

    @staticmethod
    def send(connection, call, credentials, user):
        headers = {"User-Agent": call.agent.encode(), "X-Request-Id": call.name, "Host": "api.example.com"}
        if credentials != "none":
            secret = password(user) if credentials == "right" else "guess"
            headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
        body = b'{"amount":3}' if call.method == "POST" else None
        call.began = time.time()
        connection.request(call.method, f"{call.path}?n={call.name}", body, headers)
        answer = connection.getresponse()
        answer.read()
        call.ended = time.time()
        call.status = answer.status
        call.passed_on = answer.getheader("X-Backend") is not None
        if answer.will_close:
            connection.close()
        return not answer.will_close
