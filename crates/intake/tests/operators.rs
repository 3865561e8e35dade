//! Trails that gateways keep of their operators, as they were really written, against counts that are made of the files
//! without a line of ours.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use event::{Act, Timestamp};
use intake::envelopes::{FIREHOSE, Said};
use intake::operator::{self, Options, Read, Told};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_795_298_319_000_000);

fn read(trail: &str, body: &[u8]) -> (Vec<Told>, Read) {
    let mut told = Vec::new();
    let options = Options { trail: operator::by_name(trail).unwrap(), received: NOW };
    let read = operator::read(options, body, &mut |one| told.push(one));
    (told, read)
}

fn acts(trail: &str, body: &str) -> Vec<Act> {
    let (told, read) = read(trail, body.as_bytes());
    assert_eq!(read.rejected, 0, "{:?}", read.rejects);
    told.into_iter().map(|told| told.act).collect()
}

/// The files of a folder, unpacked. They are not ours to copy; where they do not lie, that is said aloud.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let Ok(entries) = std::fs::read_dir(Path::new(data).join(folder)) else {
        eprintln!("{folder}: NOT COMPARED, there is no {data}");
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.ends_with("SOURCE.md"));
    paths.sort();
    let unpacked = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        match path.extension().is_some_and(|end| end == "gz") {
            false => bytes,
            true => {
                let mut plain = Vec::new();
                flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
                plain
            }
        }
    };
    paths.iter().map(unpacked).collect()
}

/// The records of a file, by a JSON library alone.
fn records(file: &[u8]) -> Vec<Value> {
    let values = serde_json::Deserializer::from_slice(file).into_iter::<Value>().map(Result::unwrap);
    let each = |value: Value| match value {
        Value::Array(all) => all,
        Value::Object(ref members) if members.contains_key("Records") => {
            members["Records"].as_array().unwrap().clone()
        }
        one => vec![one],
    };
    values.flat_map(each).collect()
}

type Counts = BTreeMap<String, usize>;

fn counted<T>(all: &[T], text: impl Fn(&T) -> String) -> Counts {
    let mut counts = Counts::new();
    all.iter().for_each(|one| *counts.entry(text(one)).or_default() += 1);
    counts
}

type Truth = (&'static str, usize, usize, usize, (&'static str, usize));

/// Folder, records, those denied and those that failed otherwise, the most frequent user and their events.
const CLOUDTRAIL: &[Truth] = &[
    ("cloudtrail-invictus", 1_233, 30, 106, ("bert-jan", 1_141)),
    ("cloudtrail-stratus", 142, 33, 1, ("christophe", 96)),
    ("otrf-cloudtrail", 103, 0, 0, ("pedro", 87)),
    ("cloudtrail-apigateway", 5, 0, 0, ("test001@test.com", 4)),
];

#[test]
fn cloudtrail_as_aws_wrote_it() {
    for (folder, total, denied, failed, (user, of_user)) in CLOUDTRAIL {
        let files = files(folder);
        if files.is_empty() {
            continue;
        }
        for trail in ["cloudtrail", "trail"] {
            let (mut told, mut truth) = (Vec::new(), Vec::new());
            for file in &files {
                let (more, read) = read(trail, file);
                assert_eq!((read.rejected, read.left_out), (0, 0), "{folder} {:?}", read.rejects);
                let trails: Vec<_> = read.trails.iter().map(|(name, _)| *name).collect();
                assert_eq!(trails, ["cloudtrail"], "{folder}");
                told.extend(more);
                truth.extend(records(file));
            }
            assert_eq!((told.len(), truth.len()), (*total, *total), "{folder}");
            let said = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
            let last = |code: &str| code.rsplit('.').next().unwrap().to_owned();
            assert_eq!(
                counted(&told, |one| last(&one.act.code)),
                counted(&truth, |one| said(one, "eventName")),
                "{folder}"
            );
            assert_eq!(
                counted(&told, |one| one.act.status.clone()),
                counted(&truth, |one| said(one, "errorCode")),
                "{folder}"
            );
            assert_eq!(
                counted(&told, |one| one.act.address.clone()),
                counted(&truth, |one| said(one, "sourceIPAddress"))
            );
            assert_eq!(
                counted(&told, |one| one.act.request_id.clone()),
                counted(&truth, |one| said(one, "requestID"))
            );
            let read_only = truth.iter().filter(|one| one["readOnly"] == json!(true)).count();
            assert!(told.iter().filter(|one| one.act.verb == "read").count() >= read_only, "{folder}");
            let outcomes = counted(&told, |one| one.act.outcome.clone());
            let of = |outcome: &str| outcomes.get(outcome).copied().unwrap_or(0);
            assert_eq!(
                (of("denied"), of("failure"), of("success")),
                (*denied, *failed, total - denied - failed),
                "{folder}"
            );
            assert_eq!(told.iter().filter(|one| one.act.operator == *user).count(), *of_user, "{folder}");
            let users = counted(&truth, |one| {
                one["userIdentity"]["userName"].as_str().unwrap_or_default().to_owned()
            });
            assert_eq!(users[*user], *of_user, "{folder}");
            assert!(
                told.iter().all(|one| !one.act.operator.is_empty() && !one.act.operator_kind.is_empty()),
                "{folder}"
            );
            let same: BTreeMap<&str, &Act> =
                told.iter().map(|one| (one.identity.as_str(), &one.act)).collect();
            assert_eq!(same.len(), *total, "{folder}: two records are taken for one");
        }
    }
}

#[test]
fn what_was_done_to_an_api_of_aws() {
    let told: Vec<Act> = files("cloudtrail-apigateway")
        .iter()
        .flat_map(|file| read("trail", file).0)
        .map(|told| told.act)
        .collect();
    let short = |act: &Act| {
        format!(
            "{} | {} | {} | {} | {} | {} | {} | {}",
            act.time,
            act.event,
            act.verb,
            act.resource_type,
            act.resource_id,
            act.resource_name,
            act.source,
            act.code
        )
    };
    let short: Vec<String> = told.iter().map(short).collect();
    if short.is_empty() {
        return;
    }
    assert_eq!(
        short,
        [
            "2021-06-06T06:39:38.000000Z | Create API | create | api | gk09okoppi | arms-api | declarative | aws.apigateway.CreateApi",
            "2021-04-17T17:59:48.000000Z | Create REST API | create | rest_api | jrrfh5tt86 | facialanalysis | api | aws.apigateway.CreateRestApi",
            "2022-07-07T08:19:34.000000Z | Delete API | delete | api | gk09okoppi |  | api | aws.apigateway.DeleteApi",
            "2021-04-23T09:26:50.000000Z | Delete REST API | delete | rest_api | jrrfh5tt86 |  | api | aws.apigateway.DeleteRestApi",
            "2021-04-15T07:55:30.000000Z | Import REST API | create | rest_api | lyppg996u0 | RekogDemo-EngagementMeter | declarative | aws.apigateway.ImportRestApi",
        ]
    );
    assert!(
        told[0].after.contains("gk09okoppi")
            && told[0].request.contains("arms-api")
            && told[0].raw.contains("eventVersion")
    );
}

#[test]
fn kong_and_konnect_as_their_manuals_show_them() {
    let kong: Vec<Vec<u8>> = files("kong-operator-audit");
    let konnect = files("konnect-operator-audit");
    let short = |act: &Act| {
        format!(
            "{} | {} | {} | {} | {} | {} | {} {}",
            act.time,
            act.operator,
            act.event,
            act.resource_type,
            act.address,
            act.source,
            act.outcome,
            act.status
        )
    };
    let all = |files: &[Vec<u8>]| -> Vec<String> {
        files
            .iter()
            .flat_map(|file| acts("trail", std::str::from_utf8(file).unwrap()))
            .map(|act| short(&act))
            .collect()
    };
    if kong.is_empty() {
        return;
    }
    assert_eq!(
        all(&kong),
        [
            "2023-02-15T01:29:07.000000Z |  | Read status | status | 127.0.0.1 | api | success 200",
            "2020-02-13T18:11:03.000000Z | admin | Sign in | session | 127.0.0.1 | dashboard | success 200",
        ]
    );
    let (one, two) = ("87655c36-8d63-48fe-9a1e-53b28dfbc19b", "a3d2699a-0ed3-4417-bb10-d8e74a1513a4");
    assert_eq!(
        all(&konnect),
        [
            format!(
                "2025-05-19T00:03:39.000000Z | {one} | Sign in with a token | session | 127.0.0.1 | api | success SUCCESS"
            ),
            format!(
                "2025-06-23T14:28:47.556000Z | {two} | Sign in | session | 172.71.232.22 | api | success SUCCESS"
            ),
            format!(
                "2025-05-16T00:28:01.000000Z | {one} | Sign in | session | 127.0.0.6 | api | success SUCCESS"
            ),
            format!(
                "2025-05-16T00:28:01.000000Z | {one} | List portals | portal | 127.0.0.6 | api | success granted"
            ),
        ]
    );
}

#[test]
fn files_that_are_cut_off_or_damaged_give_the_good_rest() {
    let record = |n: usize| {
        format!(
            r#"{{"eventTime":"2026-11-21T10:00:{n:02}Z","eventSource":"apigateway.amazonaws.com","eventName":"DeleteStage","eventID":"e{n}","requestParameters":{{"a":["]}}","\"",{{}}]}}}}"#
        )
    };
    let all: Vec<String> = (0..10).map(record).collect();
    let whole = format!(r#"{{"Records":[{}]}}"#, all.join(","));
    for cut in 12..whole.len() {
        let (told, read) = read("trail", &whole.as_bytes()[..cut]);
        let want =
            (1..=10).filter(|n| format!(r#"{{"Records":[{}"#, all[..*n].join(",")).len() <= cut).count();
        assert_eq!(told.len(), want, "cut at {cut}");
        assert!(read.rejected <= 1, "{:?}", read.rejects);
    }
    let lines = format!("{}\n{{\"eventName\":\n{}\nnonsense\n\u{0}\u{1}\n{}\n", all[0], all[1], all[2]);
    let (told, found) = read("cloudtrail", lines.as_bytes());
    assert_eq!((told.len(), found.rejected), (3, 3), "{:?}", found.rejects);
    assert_eq!(found.rejects.iter().map(|reject| reject.line).collect::<Vec<_>>(), [2, 4, 5]);
    for (body, reason) in [
        (r#"{"eventName":"X","eventSource":"s"}"#, "no time"),
        (
            r#"{"eventName":"X","eventSource":"s","eventTime":"2027-11-21T10:00:00Z"}"#,
            "a time that lies more than a day ahead",
        ),
        (r#"{"a":1}"#, "no record of a known trail of operators"),
        ("hello", "no record of a known trail of operators"),
    ] {
        assert_eq!(read("trail", body.as_bytes()).1.rejects[0].reason, reason);
    }
    // Random bytes never fail.
    let mut noise = whole.into_bytes();
    for step in 1..400_usize {
        let at = step * 7_919 % noise.len();
        noise[at] = noise[at].wrapping_mul(31).wrapping_add(step as u8);
        for trail in operator::TRAILS {
            read(trail.name, &noise);
        }
    }
}

fn read_firehose(body: &Value) -> (Vec<Told>, Read) {
    let opened = FIREHOSE.open(body.to_string().as_bytes(), &Said::default(), 1 << 20).unwrap();
    let mut told = Vec::new();
    let options = Options { trail: operator::by_name("trail").unwrap(), received: NOW };
    let read = operator::read_opened(options, &opened, &mut |one| told.push(one));
    (told, read)
}

#[test]
fn cloudtrail_by_eventbridge_cloudwatch_and_firehose() {
    use base64::Engine as _;
    let event = json!({ "eventTime": "2026-11-21T10:00:00Z", "eventSource": "apigateway.amazonaws.com", "eventID": "e1",
        "eventName": "CreateUsagePlan", "responseElements": { "id": "up1", "name": "gold" },
        "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/Ops/ada",
            "sessionContext": { "sessionIssuer": { "userName": "Ops" } } } });
    let bridge = json!({ "version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.apigateway",
        "resources": [], "detail": event });
    let watch = json!({ "messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "trail", "logStream": "s",
        "logEvents": [{ "id": "1", "timestamp": 1, "message": event.to_string() }] });
    let data = |text: String| json!({ "data": base64::engine::general_purpose::STANDARD.encode(text) });
    let sent = [
        event.to_string(),
        bridge.to_string(),
        watch.to_string(),
        format!("{{\"Records\":[{event}]}}"),
        "junk".into(),
    ];
    let (told, read) = read_firehose(&json!({ "requestId": "r", "timestamp": 1, "records": sent.map(data) }));
    assert_eq!((told.len(), read.rejected, read.bad_pieces), (4, 1, vec![4]));
    assert!(told.iter().all(|one| one.identity == told[0].identity), "{told:?}");
    let act = &told[0].act;
    assert_eq!(
        (&*act.operator, &*act.event, &*act.resource_id, &*act.resource_name),
        ("Ops/ada", "Create usage plan", "up1", "gold")
    );
}

#[test]
fn entities_of_kong_are_what_they_are_or_were() {
    let object = |operation: &str, dao: &str, entity: Value| {
        json!({ "dao_name": dao, "entity": entity.to_string(), "entity_key": "k-1", "id": format!("o-{operation}"),
            "operation": operation, "request_id": "r-1", "request_timestamp": 1_795_298_000, "rbac_user_id": "u-1" })
    };
    let route = json!({ "id": "k-1", "name": "pets", "paths": ["/pets"] });
    let page = json!({ "data": [object("update", "routes", route.clone()), object("delete", "routes", route.clone()),
        object("create", "keyauth_credentials", json!({ "id": "k-1", "key": "plainkey" }))], "next": null });
    let found = acts("kong-audit", &page.to_string());
    assert_eq!(
        found.iter().map(|act| act.event.as_str()).collect::<Vec<_>>(),
        ["Update route", "Delete route", "Create keyauth credential"]
    );
    assert_eq!(
        (&*found[0].after, &*found[0].before, &*found[1].before),
        (&*route.to_string(), "", &*route.to_string())
    );
    assert_eq!(
        (&*found[0].resource_name, &*found[0].resource_id, &*found[0].code),
        ("pets", "k-1", "kong.route.update")
    );
    assert!(!format!("{:?}", found[2]).contains("plainkey"), "{:?}", found[2]);

    let request = json!({ "client_ip": "192.0.2.7", "method": "PATCH", "path": "/eu/routes/pets", "payload": "{\"key\":\"plainkey\"}",
        "rbac_user_id": "u-1", "rbac_user_name": "ada", "request_id": "r-1", "request_source": null,
        "request_timestamp": 1_795_298_000, "status": 200, "workspace": "w" });
    let other = json!({ "request_id": "r-2", "request_timestamp": 1_795_298_001, "method": "GET", "path": "/routes", "status": 403,
        "client_ip": "192.0.2.8" });
    let objects = [
        object("update", "routes", route),
        json!({ "dao_name": "acls", "operation": "create", "id": "late", "entity": "{}",
        "request_id": "r-9", "request_timestamp": 1_795_298_002 }),
    ];
    let joined =
        operator::admin_calls(&[request, other], &objects, &|entry| Some(entry["request_id"] != "r-2"));
    let found = acts("kong-audit", &joined.join("\n"));
    let short: Vec<String> = found
        .iter()
        .map(|act| {
            format!(
                "{} {} {} {} {} {}",
                act.operator, act.address, act.event, act.outcome, act.request_id, act.detail
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            "ada 192.0.2.7 Update route success r-1 ",
            " 192.0.2.8 Read routes denied r-2 its signature is wrong: the entry was altered, or signed with another key",
            "  Create acl success r-9 ",
        ]
    );
    assert!(found[0].request.contains("/eu/routes/pets") && found[0].after.contains("pets"));
}

/// The canonical record of Kong's manual, with the members it has there.
#[test]
fn what_kong_signs() {
    let entry = json!({ "client_ip": "127.0.0.1", "method": "GET", "path": "/status", "payload": null,
        "request_id": "Ka2GeB13RkRIbMwBHw0xqe2EEfY0uZG0", "request_timestamp": 1_581_617_463, "signature": "x", "status": 200,
        "ttl": 2_591_995, "expire": 5, "workspace": "fd51ce6e-59c0-4b6b-b991-aa708a9ff4d2" });
    assert_eq!(
        operator::signed_text(&entry),
        "127.0.0.1|GET|/status|Ka2GeB13RkRIbMwBHw0xqe2EEfY0uZG0|1581617463|200|fd51ce6e-59c0-4b6b-b991-aa708a9ff4d2"
    );
}

#[test]
fn what_was_done_to_gateways_in_kubernetes() {
    let event = |id: &str, stage: &str, verb: &str, group: &str, code: u16| {
        json!({ "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse", "auditID": id, "stage": stage,
            "requestURI": "/apis/x", "verb": verb, "user": { "username": "ada", "groups": [] }, "sourceIPs": ["192.0.2.7"],
            "userAgent": "kubectl/v1.31.0 (linux/amd64)",
            "objectRef": { "resource": "httproutes", "namespace": "shop", "name": "pets", "apiGroup": group, "apiVersion": "v1" },
            "responseStatus": { "metadata": {}, "code": code, "message": "no" }, "requestObject": { "spec": { "rules": [] } },
            "responseObject": { "kind": "HTTPRoute", "metadata": { "name": "pets" } },
            "requestReceivedTimestamp": "2026-11-21T10:00:00.000000Z", "stageTimestamp": "2026-11-21T10:00:00.120000Z" })
    };
    let gateways = "gateway.networking.k8s.io";
    let list = json!({ "kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": [
        event("1", "RequestReceived", "patch", gateways, 200), event("1", "ResponseComplete", "patch", gateways, 200),
        event("2", "ResponseComplete", "create", "apps", 201), event("3", "ResponseComplete", "delete", gateways, 403),
        event("4", "ResponseComplete", "delete", gateways, 200)] });
    let (told, read) = read("trail", list.to_string().as_bytes());
    assert_eq!((read.rejected, read.left_out), (0, 2));
    let short: Vec<String> = told
        .iter()
        .map(|Told { act, .. }| {
            format!(
                "{} {} {} {} {} {}",
                act.time, act.event, act.resource_id, act.source, act.outcome, act.detail
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            "2026-11-21T10:00:00.120000Z Update httproute shop/pets cli success ",
            "2026-11-21T10:00:00.120000Z Delete httproute shop/pets cli denied no",
            "2026-11-21T10:00:00.120000Z Delete httproute shop/pets cli success ",
        ]
    );
    assert!(
        told[0].act.after.contains("HTTPRoute")
            && told[2].act.before.contains("HTTPRoute")
            && told[1].act.before.is_empty()
    );
}

#[test]
fn the_seven_columns_in_any_words() {
    let csv = "Time,Operator,Event,Resource ID,Resource Name,IP Address,Source\n\
               2026-11-21T10:00:00Z,Ops,Add Service,3f0c8d5e,\"pets, \"\"v2\"\"\",192.0.2.7,dashboard\n\
               2026-11-21T10:00:01Z,Ops,Add Service,3f0c8d5f,cats,192.0.2.7,ADC\n\
               2026-11-21T10:00:01Z,Ops,Add Service,3f0c8d5f,cats,192.0.2.7,ADC\n";
    let json = json!({ "data": [{ "created_at": 1_795_298_000, "username": "Ops", "action": "gateway:DeletePublishedService",
        "resourceId": "3f0c", "ip": "192.0.2.7", "status": 403, "id": 7, "details": "not yours" }], "total": 1 });
    let short = |act: &Act| {
        [
            &act.operator,
            &act.event,
            &act.verb,
            &act.resource_type,
            &act.resource_id,
            &act.resource_name,
            &act.address,
            &act.source,
            &act.outcome,
        ]
        .map(String::as_str)
        .join(" | ")
    };
    let (told, read) = read("trail", csv.as_bytes());
    assert_eq!(read.rejected, 0, "{:?}", read.rejects);
    assert_eq!(
        told.iter().map(|one| short(&one.act)).collect::<Vec<_>>(),
        [
            "Ops | Add Service | create | service | 3f0c8d5e | pets, \"v2\" | 192.0.2.7 | dashboard | success",
            "Ops | Add Service | create | service | 3f0c8d5f | cats | 192.0.2.7 | adc | success",
            "Ops | Add Service | create | service | 3f0c8d5f | cats | 192.0.2.7 | adc | success",
        ]
    );
    assert_ne!(told[1].identity, told[2].identity, "two equal lines are two events");
    assert_eq!(super_identities(csv), super_identities(csv));
    let of_json = acts("api7-audit", &json.to_string());
    assert_eq!(
        short(&of_json[0]),
        "Ops | Delete published service | delete | published_service | 3f0c |  | 192.0.2.7 |  | denied"
    );
}

fn super_identities(body: &str) -> Vec<String> {
    read("trail", body.as_bytes()).0.into_iter().map(|told| told.identity).collect()
}

#[test]
fn the_audit_log_of_webmethods() {
    let log = json!({ "id": "a1", "creationDate": 1_795_298_000_000_i64, "user": "Administrator", "action": "UPDATE", "objectType": "API",
        "object": "Pets", "message": "API Pets was updated", "payload": "{\"apiName\":\"Pets\"}", "status": "SUCCESS",
        "clientIPAddress": "192.0.2.7", "sourceMachine": "gw-1" });
    let hit = json!({ "_index": "gateway_default_audit_auditlogs", "_id": "a2", "_source": { "creationDate": 1_795_298_001_000_i64,
        "user": "eve", "action": "LOGIN", "objectType": "User Management", "status": "FAILURE" } });
    let found = acts("trail", &format!("{log}\n{hit}"));
    let short: Vec<String> = found
        .iter()
        .map(|act| {
            format!(
                "{} {} {} {} {} {}",
                act.operator, act.event, act.resource_name, act.outcome, act.code, act.after
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            "Administrator Update api Pets success webmethods.api.update {\"apiName\":\"Pets\"}",
            "eve Sign in  denied webmethods.user_management.login ",
        ]
    );
}
