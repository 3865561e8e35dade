#!/usr/bin/env python3
"""Archives days instead of deleting them, with a clock that runs fast, a copy that fails at first, and kills; to a directory and to
a bucket.

    trials/archive.py GATELOG [long]

In short it is killed once at each place, in long four times: after each kill the clock must go steadily for another hour.

Each event must be in the table or in the archive at any moment, at the end in exactly one of them, as Parquet's own reader sees
it; `gatelog verify` and tools/verify_more.py must believe what lies in the archive, and find what was changed there.
"""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "trials" / "gateways"))
import tools  # noqa: E402

tools.python(["moto[server]==5.2.5", "boto3==1.44.5", "pyarrow==26.0.0"])

import boto3  # noqa: E402
import pyarrow.dataset  # noqa: E402
from world import Gatelog, Program, free_port, wait_until  # noqa: E402

# An hour of ticking must pass before anything is removed: at this pace half a minute, and ticks stay below five minutes.
PACE = 120
OLD, YOUNG, OF_DAY = (45, 41, 40, 35), (3,), 500
KEY_ID, SECRET = "AKIATRIALTRIALTRIAL1", "trial/secret+0123456789"


def faketime():
    return next(str(path) for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def lines(ago):
    day = datetime.now(timezone.utc) - timedelta(days=ago)
    time_of = lambda n: day.replace(hour=12, minute=n % 60, second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "\n".join(json.dumps({"timestamp": time_of(n), "request_id": f"{ago}-{n}", "method": "GET", "path": f"/orders/{n}",
                                 "status": 200, "consumer": f"c{n % 7}"}) for n in range(OF_DAY))


def ids(ago):
    return {f"{ago}-{n}" for n in range(OF_DAY)}


def send(gatelog, text):
    import urllib.request
    request = urllib.request.Request(f"{gatelog.url}/ingest/json", text.encode(), {"Authorization": "Bearer trial-ingest-token-0"})
    assert json.load(urllib.request.urlopen(request))["accepted"] == OF_DAY


def stop(gatelog):
    gatelog.program.end(signal.SIGTERM)


def parquet_ids(directory):
    """As another program reads it: every id, as often as it is there."""
    if not list(directory.glob("date=*/*.parquet")):
        return []
    table = pyarrow.dataset.dataset(directory, format="parquet", partitioning="hive", exclude_invalid_files=True)
    return table.to_table(columns=["request_id"])["request_id"].to_pylist()


def table_days(gatelog):
    return gatelog.ask("/retention")["use"]["days"]


def verify(gatelog, path):
    key = gatelog.directory / "data" / "proof.pub"
    done = subprocess.run([gatelog.binary, "verify", path, "--pubkey", key], capture_output=True, text=True)
    other = subprocess.run([sys.executable, ROOT / "tools" / "verify_more.py", path, "--pubkey", key], capture_output=True, text=True)
    assert done.returncode == other.returncode, f"two verifiers do not agree: {done}, {other}"
    return done


def trial(binary, directory, archive, kills_max, fetch, mend):
    """`fetch` brings the archive to a directory; `mend` makes the place for it good, which it is not at first."""
    fast = {"LD_PRELOAD": faketime(), "FAKETIME": f"+0 x{PACE}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    settings = {"GATELOG_BOOTSTRAP_INGEST_TOKEN": "trial-ingest-token-0", "GATELOG_ARCHIVE": archive,
                "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    gatelog = Gatelog(binary, directory, settings).start()
    try:
        for ago in OLD + YOUNG:
            send(gatelog, lines(ago))
        stop(gatelog)
        gatelog.settings.update(fast)
        gatelog.start()
        gatelog.ask("/retention", {"events_days": 30})
        whole = {one for ago in OLD + YOUNG for one in ids(ago)}
        # The copy fails: nothing is removed, and that is said.
        said = lambda: gatelog.ask("/retention")["archive"]
        wait_until(lambda: said()["error"], 120, lambda: f"no word of the failure: {said()}")
        assert table_days(gatelog) == len(OLD + YOUNG) and said()["waiting"], said()
        mend()
        kills = 0
        while table_days(gatelog) > len(YOUNG) and kills < kills_max:
            # Killed at whatever point it is: while it copies, between copy and removal, or just after.
            before = said()["days"]
            wait_until(lambda: said()["days"] > before or table_days(gatelog) == len(YOUNG), 180,
                       lambda: f"nothing more is archived: {said()}, {gatelog.ask('/pulls')}")
            gatelog.kill_for(0.05 * (kills % 4))
            kills += 1
            held = set(parquet_ids(fetch() / "access"))
            stored = {event["request_id"] for event in every_event(gatelog)}
            assert held | stored == whole, f"lost after kill {kills}: {sorted(whole - held - stored)[:5]}"
        wait_until(lambda: table_days(gatelog) == len(YOUNG), 300, lambda: f"not all is archived: {said()}")
        assert said()["error"] is None, said()
        place = fetch()
        found = parquet_ids(place / "access")
        old = {one for ago in OLD for one in ids(ago)}
        assert len(found) == len(old) and set(found) == old, (len(found), len(old))
        left = [event["request_id"] for event in every_event(gatelog)]
        assert sorted(left) == sorted(one for ago in YOUNG for one in ids(ago)), len(left)
        time.sleep(12)  # The removal is signed.
        done = verify(gatelog, gatelog.directory / "data")
        assert done.returncode == 0, done
        altered(gatelog, place)
        stop(gatelog)
        return {"kills": kills, "archived": len(found), "days": len(OLD), "events": len(whole)}
    finally:
        gatelog.program.end()


def every_event(gatelog):
    events, more = [], {}
    while True:
        page = gatelog.ask("/events", limit=1000, **{"from": "2000-01-01", "to": "2100-01-01"}, **more)
        events += page["events"]
        if not page["next_cursor"]:
            return events
        more = {"cursor": page["next_cursor"]}


def altered(gatelog, place):
    """What lies in the archive is believed, and no longer once a byte of it is another."""
    done = verify(gatelog, place)
    assert done.returncode == 0 and f"{OF_DAY} archived access events" in done.stdout, done
    day = next((place / "access").glob("date=*"))
    assert verify(gatelog, day).returncode == 0
    copies = 0
    for what in ("*.parquet", "archive.json"):
        copy = place.parent / f"{place.name}-altered-{copies}"
        shutil.copytree(place, copy)
        file = next((copy / "access").glob(f"date=*/{what}"))
        text = bytearray(file.read_bytes())
        at = re.search(rb'"sealed [^"]{40}', text).end() if what == "archive.json" else len(text) // 2
        text[at] ^= 1
        file.write_bytes(text)
        assert verify(gatelog, copy).returncode in (1, 2), f"{what} was changed and nothing was found"
        copies += 1
    copy = place.parent / f"{place.name}-unproved"
    shutil.copytree(place, copy)
    file = next((copy / "access").glob("date=*/archive.json"))
    text = json.loads(file.read_text())
    text["files"][0]["blocks"] = []
    file.write_text(json.dumps(text))
    assert verify(gatelog, copy).returncode == 1, "the proof of a file was taken away and nothing was found"
    copy = place.parent / f"{place.name}-short"
    shutil.copytree(place, copy)
    next((copy / "access").glob("date=*/*.parquet")).unlink()
    assert verify(gatelog, copy).returncode == 1, "a file was taken away and nothing was found"


def to_directory(binary, directory, kills_max):
    place = Path(directory) / "archive"
    place.write_text("a file where a directory should be")
    return trial(binary, directory, str(place), kills_max, lambda: place, place.unlink)


def to_bucket(binary, directory, kills_max):
    port = free_port()
    moto = Program(directory, "moto", [tools.program("moto_server"), "-H", "127.0.0.1", "-p", str(port)])
    moto.listening(port)
    url = f"http://127.0.0.1:{port}"
    store = boto3.client("s3", endpoint_url=url, region_name="eu-west-1", aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET)
    make = lambda: store.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    def fetch():
        place = Path(directory) / "fetched"
        shutil.rmtree(place, ignore_errors=True)
        for item in store.list_objects_v2(Bucket="kept", Prefix="gatelog/").get("Contents", []):
            file = place / item["Key"].removeprefix("gatelog/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(store.get_object(Bucket="kept", Key=item["Key"])["Body"].read())
        return place

    try:
        return trial(binary, directory, f"s3://kept/gatelog?region=eu-west-1&endpoint={url}", kills_max, fetch, make)
    finally:
        moto.end()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    kills_max = 4 if sys.argv[2:] == ["long"] else 1
    began, result = time.monotonic(), {}
    for name, run in (("directory", to_directory), ("bucket", to_bucket)):
        with tempfile.TemporaryDirectory(prefix="gatelog-archive-") as directory:
            result[name] = run(sys.argv[1], directory, kills_max)
    print(json.dumps({**result, "seconds": round(time.monotonic() - began, 1)}))


if __name__ == "__main__":
    main()
