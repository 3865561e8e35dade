#!/usr/bin/env python3
"""Answers of panels against an independent reading of the same Delta table.

    trials/golden.py TABLE_DIR ANSWERS.json

ANSWERS.json: [{"id", "tz", "answer": what /api/v1/panels/{id} said}]. DuckDB reads the table and judges which rows a panel is
about, in SQL written here by hand; grouping, percentiles and the clock are plain Python. Nothing of Gatelog is used. The exit
code says whether every panel agrees; a panel that is not in the list below is a failure.
"""

import bisect
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))
import interop

CLIENT = "status BETWEEN 400 AND 499"
SERVER = "status BETWEEN 500 AND 599"
REFUSED = "granted IS FALSE"
REASON = "CASE WHEN granted IS FALSE THEN coalesce(reason, 'other') END"
CONSUMER = "coalesce(consumer_name, consumer_id)"
CREDENTIALS = ["missing_credentials", "invalid_credentials", "expired_credentials", "invalid_signature"]
FAILED = f"{REASON} IN ({', '.join(repr(r) for r in CREDENTIALS)})"
FAULT = f"""CASE
    WHEN error_type LIKE 'AUTHORIZER%' OR authorizer_status LIKE '5%' OR authorizer_error IS NOT NULL THEN 'authorizer'
    WHEN regexp_matches(upstream_status, '5[0-9][0-9]$') OR error_type LIKE 'INTEGRATION%'
        OR regexp_matches(lower(error_origin), 'native|upstream|backend') THEN 'upstream'
    WHEN {REFUSED} OR error_type IS NOT NULL OR error_origin IS NOT NULL OR upstream_status IS NOT NULL
        OR gateway_duration >= 0 OR upstream_address IS NOT NULL THEN 'gateway'
    ELSE 'unknown' END"""
KIND = f"""CASE
    WHEN {REASON} = 'quota_exceeded' THEN 'quota'
    WHEN {REASON} = 'rate_limited' THEN 'rate'
    WHEN {REASON} IN ('missing_credentials', 'invalid_credentials', 'expired_credentials') THEN 'unauthorized'
    WHEN {REASON} = 'invalid_signature' THEN 'signature'
    WHEN {REASON} IN ('no_acl_groups', 'route_not_allowed', 'ip_restricted', 'time_restricted', 'policy_denied') THEN 'forbidden'
    WHEN {REASON} IN ('waf_blocked', 'bot_blocked') THEN 'blocked'
    WHEN {REASON} = 'request_too_large' OR status = 413 THEN 'too_large'
    WHEN {REASON} = 'no_route' OR status = 404 THEN 'not_found'
    WHEN {REFUSED} THEN 'refused'
    WHEN {CLIENT} THEN 'client'
    WHEN {SERVER} THEN 'server'
    ELSE 'none' END"""
EXPRESSIONS = {"reason": REASON, "consumer": CONSUMER, "fault": FAULT, "error_kind": KIND}
AUTHORIZER_FAILED = (
    "authorizer_error IS NOT NULL OR authorizer_status LIKE '5%' OR authorizer_integration_status LIKE '5%'"
    " OR error_type LIKE 'AUTHORIZER%'"
)
COGNITO = "auth_issuer IS NOT NULL OR auth_method = 'cognito'"
IAM = "identity_user_arn IS NOT NULL"
IAM_BY = (
    "identity_user_arn identity_user identity_caller identity_account_id identity_org_id domain method route status error_type"
    " api_key_name usage_plan ip protocol user_agent"
)
FAILED_BY = "domain status reason error_type method route usage_plan"
SHARES = "calls p50 p90 p95 p99 p99.9"
AWS_LATENCY_BY = "domain route usage_plan status error_type authorize_status authorizer_error authorizer_integration_status"

# id: measures, splits, which rows.
ASKED = {
    "aws_requests": ("calls", "", "TRUE"),
    "aws_2xx": ("calls", "", "status BETWEEN 200 AND 299"),
    "aws_5xx": ("calls", "", SERVER),
    "aws_4xx": ("calls", "", CLIENT),
    "aws_response_latency": ("avg", "", "TRUE"),
    "aws_integration_latency": ("avg:upstream_duration", "", "TRUE"),
    "aws_authorizer_latency": ("avg:authorizer_duration", "", "TRUE"),
    "aws_authorizer_integration_latency": ("avg:authorizer_integration_duration", "", "TRUE"),
    "aws_status": ("calls", "status", "TRUE"),
    "aws_top_domains": ("calls", "domain", "TRUE"),
    "aws_domains_over_time": ("calls", "domain", "TRUE"),
    "aws_routes_over_time": ("calls", "route", "TRUE"),
    "aws_4xx_table": ("calls", "hour status domain method route error_type", CLIENT),
    "aws_4xx_by_endpoint": ("calls", "route status", CLIENT),
    "aws_by_plan": ("calls", "usage_plan domain route status", "TRUE"),
    "aws_by_key": ("calls", "api_key_name", "api_key_name IS NOT NULL"),
    "aws_quota_limits": ("calls", "domain usage_plan api_key_name error_message route", f"{REASON} = 'quota_exceeded'"),
    "aws_quota_by_domain": ("calls", "domain", f"{REASON} = 'quota_exceeded'"),
    "aws_by_agent": ("calls", "user_agent", "TRUE"),
    "aws_cognito": ("calls denied", "auth_subject auth_issuer auth_audience domain route status usage_plan", COGNITO),
    "aws_iam": ("calls denied", IAM_BY, IAM),
    "aws_auth_failures": ("calls", "domain status error_type method route usage_plan", f"status IN (401, 402, 403) AND {REFUSED}"),
    "aws_latency": ("avg avg:upstream_duration", "", "TRUE"),
    "aws_authorizer_over_time": ("avg:authorizer_duration avg:authorizer_integration_duration", "", "TRUE"),
    "aws_latency_table": (
        "calls avg avg:upstream_duration avg:authorizer_duration avg:authorizer_integration_duration",
        AWS_LATENCY_BY,
        "TRUE",
    ),
    "errors_4xx_by_endpoint": ("calls", "route status", CLIENT),
    "errors_4xx": ("calls", "status domain method route reason error_type", CLIENT),
    "errors_5xx_by_origin": ("calls", "fault", SERVER),
    "errors_5xx": ("calls", "status fault domain method route error_type error_message upstream_status", SERVER),
    "error_split": ("calls", "error_kind", f"{CLIENT} OR {SERVER} OR {REFUSED}"),
    "error_split_over_time": ("calls", "error_kind", f"{CLIENT} OR {SERVER} OR {REFUSED}"),
    "latency_by_api": (SHARES, "api", "duration IS NOT NULL"),
    "latency_by_domain": (SHARES, "domain", "duration IS NOT NULL"),
    "latency_by_plan": (SHARES, "usage_plan", "duration IS NOT NULL"),
    "slow_routes": ("p95 calls p50 p99", "route", "TRUE"),
    "latency_parts": ("p95 p95:gateway_duration p95:authorizer_duration p95:upstream_duration", "", "TRUE"),
    "authorizer_latency": (
        "avg:authorizer_duration p95:authorizer_duration avg:authorizer_integration_duration p95:authorizer_integration_duration",
        "",
        "TRUE",
    ),
    "authorizer_errors": (
        "calls avg:authorizer_duration",
        "authorizer_error authorizer_status authorizer_integration_status error_type domain route status",
        AUTHORIZER_FAILED,
    ),
    "cognito_access": ("calls denied", "auth_subject auth_issuer auth_audience domain route status usage_plan", COGNITO),
    "iam_access": ("calls denied", IAM_BY, IAM),
    "auth_failures": ("calls unique:ip", FAILED_BY, FAILED),
    "auth_methods": ("calls denied denial_rate unique:consumer", "auth_method", "TRUE"),
    "denied_top_consumers": ("denied calls denial_rate", "consumer", f"{CONSUMER} IS NOT NULL"),
    "denied_top_routes": ("denied calls denial_rate", "route", "TRUE"),
    "denial_rate_by_consumer": ("denial_rate denied calls", "consumer", f"{CONSUMER} IS NOT NULL"),
    "repeated_auth_failures": ("denied unique:route", "ip claimed_consumer reason", FAILED),
    "unexpected_addresses": ("calls denied", "consumer ip", f"{CONSUMER} IS NOT NULL AND ip IS NOT NULL"),
    "sensitive_routes": ("calls denied unique:ip", "route consumer", "route = 'admin'"),
    "off_hours": ("calls denied errors", "consumer", "TRUE"),
}
# Rows that are listed only when they have enough of something.
KEPT = {
    "denial_rate_by_consumer": lambda rows, *_: len(rows) >= 20 and count(rows, "denied") > 0,
    "repeated_auth_failures": lambda rows, *_: count(rows, "denied") >= 5,
}
DURATIONS = [
    "duration",
    "upstream_duration",
    "gateway_duration",
    "authorizer_duration",
    "authorizer_integration_duration",
    "connect_duration",
]


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def micros(text):
    return (moment(text) - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def local(time, zone):
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=time)).astimezone(zone)


def count(rows, what):
    tests = {
        "calls": lambda r: True,
        "errors": lambda r: r["status"] is not None and 500 <= r["status"] <= 599,
        "client_errors": lambda r: r["status"] is not None and 400 <= r["status"] <= 499,
        "denied": lambda r: r["granted"] is False,
    }
    return sum(1 for row in rows if tests[what](row))


def number(rows, measure):
    name, _, field = measure.partition(":")
    if name in ("calls", "errors", "client_errors", "denied"):
        return count(rows, name)
    if name == "denial_rate":
        return count(rows, "denied") / len(rows) if rows else None
    if name == "unique":
        return len({row[f"_{field}"] for row in rows} - {None})
    times = sorted(row[field or "duration"] for row in rows if row[field or "duration"] is not None)
    if not times:
        return None
    if name == "avg":
        return sum(times) / len(times) / 1000
    share = float(name[1:]) / 100
    return times[max(1, -int(-share * len(times) // 1)) - 1] / 1000


def same(measure, got, wanted):
    if got is None or wanted is None:
        return got is wanted or (wanted is None and got == 0 and measure in ("calls", "denied", "errors"))
    if measure.startswith("p"):
        # A latency bucket is 9 % wide; times below zero count as none.
        return abs(got - max(0, wanted)) <= abs(wanted) * 0.1 + 0.003
    return abs(got - wanted) <= max(1e-9, abs(wanted) * 1e-9, 0.00051 if measure.startswith("avg") else 0)


class Table:
    def __init__(self, directory):
        import duckdb
        from duckdb_extensions import import_extension

        import_extension("delta")
        self.connection = duckdb.connect()
        self.connection.execute("LOAD delta")
        durations = ", ".join(f"{name}_us AS {name}" for name in DURATIONS)
        self.connection.execute(f"CREATE TABLE t AS SELECT *, {durations} FROM delta_scan('{directory}')")

    def rows(self, where, begin, end):
        splits = {name for _, by, _ in ASKED.values() for name in by.split()} - {"hour"}
        fields = [f"{EXPRESSIONS.get(name, name)} AS \"_{name}\"" for name in sorted(splits)]
        query = (
            f"SELECT epoch_us(time) AS time, status, granted, {', '.join(DURATIONS)}, {', '.join(fields)}"
            f" FROM t WHERE ({where}) AND epoch_us(time) >= {begin} AND epoch_us(time) < {end}"
        )
        answer = self.connection.execute(query)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row)) for row in answer.fetchall()]


def key(row, by, zone):
    def value(name):
        if name == "hour":
            start = local(row["time"], zone).replace(minute=0, second=0, microsecond=0)
            return start.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        found = row[f"_{name}"]
        return None if found is None else str(found)

    return tuple(value(name) for name in by)


def works(time, zone):
    at = local(time, zone)
    return at.weekday() < 5 and 7 <= at.hour < 19


# Columns of single requests: those of the table, but for times and durations.
RAW = (
    "domain path status usage_plan api_key_id api_key_name request_id auth_subject identity_user error_type user_agent stage"
    " api_id ip authorize_error authorizer_error error_message"
).split()
RAW_TIMES = ["upstream_duration", "duration", "authorizer_duration", "authorizer_integration_duration", "authorize_duration"]


def raw(table, answer):
    """The newest requests, one by one, every cell of them."""
    begin, end = micros(answer["from"]), micros(answer["to"])
    fields = ", ".join(RAW + [f"{name}_us" for name in RAW_TIMES])
    query = f"SELECT seq, epoch_us(time), {fields} FROM t WHERE epoch_us(time) >= {begin} AND epoch_us(time) < {end}"
    found = {str(row[0]): row[1:] for row in table.connection.execute(query).fetchall()}
    wrong = [] if answer["total"] == len(found) else [f"total {answer['total']} for {len(found)}"]
    if answer["other"] != len(found) - len(answer["rows"]):
        wrong.append(f"other {answer['other']}")
    newest = sorted((row[0] for row in found.values()), reverse=True)[: len(answer["rows"])]
    if [micros(row["cells"]["time"]) for row in answer["rows"]] != newest:
        wrong.append("these are not the newest, or not in order")
    for row in answer["rows"]:
        here = dict(zip(["time", *RAW, *RAW_TIMES], found.get(row["key"], [])))
        for name in RAW:
            if row["cells"][name] != here.get(name):
                wrong.append(f"{row['key']} {name}: {row['cells'][name]} for {here.get(name)}")
        for name in RAW_TIMES:
            if not same("max", row["cells"][name], None if here.get(name) is None else here[name] / 1000):
                wrong.append(f"{row['key']} {name}: {row['cells'][name]} for {here.get(name)}")
    return wrong


def check(table, case):
    panel, zone, answer = case["id"], ZoneInfo(case["tz"]), case["answer"]
    if panel == "latency_split":
        return parts(table, answer)
    if panel == "aws_raw_requests":
        return raw(table, answer)
    measures, by, where = ASKED[panel]
    measures, by = measures.split(), by.split()
    begin, end = micros(answer["from"]), micros(answer["to"])
    rows = table.rows(where, begin, end)
    period = answer["previous_period"]
    before = table.rows(where, micros(period["from"]), micros(period["to"])) if period else None
    if panel == "off_hours":
        rows = [row for row in rows if not works(row["time"], zone)]
        before = [row for row in before if not works(row["time"], zone)] if period else None
    if "buckets" in answer:
        return lines(answer, measures, by, rows, zone, begin, end)
    if "rows" not in answer:
        wrong = [] if same(measures[0], answer["value"], number(rows, measures[0])) else ["value"]
        if period and not same(measures[0], answer["previous"], number(before, measures[0])):
            wrong.append("previous")
        return wrong
    groups = defaultdict(list)
    for row in rows:
        groups[key(row, by, zone)].append(row)
    keep = KEPT.get(panel, lambda *_: True)
    if panel == "unexpected_addresses":
        earlier = table.rows(where, begin - 30 * 86400 * 10**6, begin)
        known = {key(row, by, zone) for row in earlier}
        callers = {row["_consumer"] for row in earlier}
        addresses = defaultdict(set)
        for row in earlier + rows:
            addresses[row["_consumer"]].add(row["_ip"])
        keep = lambda _, at: at not in known and at[0] in callers and len(addresses[at[0]]) <= 32
    wrong = []
    for row in answer["rows"]:
        at = tuple(row["cells"][name] for name in by)
        here = groups.pop(at, [])
        for measure in measures:
            if not same(measure, row["cells"][measure], number(here, measure)):
                wrong.append(f"{at} {measure}: {row['cells'][measure]} for {number(here, measure)}")
        if here and "first_seen" in row["cells"]:
            for name, exact in (("first_seen", min), ("last_seen", max)):
                got, true = micros(row["cells"][name]), exact(r["time"] for r in here)
                hours = 3600 * 10**6 if "to the hour" in answer.get("note", "") else 0
                if not true - hours <= got <= true:
                    wrong.append(f"{at} {name}: {row['cells'][name]}")
        if here and not keep(here, at):
            wrong.append(f"{at} is listed")
    for at, here in groups.items():
        if keep(here, at) and number(here, measures[0]):
            wrong.append(f"{at} is not listed")
    return wrong


def lines(answer, measures, by, rows, zone, begin, end):
    edges = [micros(text) for text in answer["buckets"]]
    wrong = []
    if answer["step"] == "1d":
        midnights = [local(edge, zone) for edge in edges[1:]]
        wrong += [f"{at} is no midnight" for at in midnights if (at.hour, at.minute) != (0, 0)]
    buckets = defaultdict(list)
    names = {line["key"] for line in answer["series"]}
    for row in rows:
        name = (key(row, by, zone)[0] or "") if by else None
        name = name if name is None or name in names else "other"
        buckets[name, bisect.bisect_right(edges, row["time"]) - 1].append(row)
    for at, line in enumerate(answer["series"]):
        measure = measures[0] if by else measures[at]
        for bucket in range(len(edges)):
            here = buckets.pop((line["key"], bucket), []) if by else buckets[None, bucket]
            if not same(measure, line["values"][bucket], number(here, measure)):
                wrong.append(f"{line['key']} {answer['buckets'][bucket]}: {line['values'][bucket]}")
    if by and buckets:
        wrong.append(f"left over: {Counter(name for name, _ in buckets)}")
    return wrong


def parts(table, answer):
    rows = table.rows("TRUE", micros(answer["from"]), micros(answer["to"]))
    wrong = []
    for row in answer["rows"]:
        field = row["key"]
        timed = [r for r in rows if r[field] is not None]
        if row["cells"]["calls"] != len(timed):
            wrong.append(f"{field} calls")
        for name in ("p50", "p75", "p90", "p95", "p99", "p99.9", "avg"):
            if not same(name, row["cells"][name], number(timed, f"{name}:{field}")):
                wrong.append(f"{field} {name}: {row['cells'][name]}")
    return wrong


def main():
    if sys.argv[1:2] != ["--inside"]:
        sys.exit(subprocess.run([interop.python_with_readers(), __file__, "--inside", *sys.argv[1:]]).returncode)
    table = Table(sys.argv[2])
    cases = json.loads(Path(sys.argv[3]).read_text())
    failures = 0
    for case in cases:
        wrong = check(table, case)
        failures += bool(wrong)
        for line in wrong[:5]:
            print(f"{case['id']} {case['tz']} {case['answer']['from']}: {line}")
    print(f"{len(cases)} answers, {failures} wrong")
    sys.exit(1 if failures or not cases else 0)


if __name__ == "__main__":
    main()
