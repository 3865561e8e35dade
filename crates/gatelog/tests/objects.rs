//! Logs that lie in a bucket: each is taken once, also when the server is killed, also when it came late.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;
mod stand_in;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use server::Server;
use stand_in::{parameter, stand_in};

type Bucket = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Plays S3: lists three keys a page, folds when asked, gives objects out.
fn s3(bucket: &Bucket) -> String {
    let bucket = Arc::clone(bucket);
    stand_in(move |target, head| {
        assert!(head.contains("Credential=AKIATEST/"), "{head}");
        let objects = bucket.lock().unwrap();
        let path = target.split('?').next().unwrap().strip_prefix("/logs/").unwrap();
        if path.is_empty() {
            Some(list(&objects, target).into_bytes())
        } else {
            objects.get(&decoded(path)).cloned()
        }
    })
}

fn decoded(text: &str) -> String {
    text.replace("%2F", "/").replace("%3D", "=")
}

fn list(objects: &BTreeMap<String, Vec<u8>>, target: &str) -> String {
    let prefix = decoded(parameter(target, "prefix").unwrap());
    let is_folded = parameter(target, "delimiter").is_some();
    let mut entries: Vec<(String, Option<usize>)> = Vec::new();
    for (key, body) in objects.iter().filter(|(key, _)| key.starts_with(&prefix)) {
        let entry = match key[prefix.len()..].find('/') {
            Some(at) if is_folded => (key[..prefix.len() + at + 1].to_owned(), None),
            _ => (key.clone(), Some(body.len())),
        };
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    let from: usize = parameter(target, "continuation-token").map_or(0, |token| token.parse().unwrap());
    let mut xml = String::from("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (name, bytes) in entries.iter().skip(from).take(3) {
        xml.push_str(&match bytes {
            Some(bytes) => format!("<Contents><Key>{name}</Key><LastModified>2026-11-21T10:30:45.000Z</LastModified><Size>{bytes}</Size></Contents>"),
            None => format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"),
        });
    }
    let is_more = entries.len() > from + 3;
    let token = if is_more {
        format!("<NextContinuationToken>{}</NextContinuationToken>", from + 3)
    } else {
        String::new()
    };
    format!("{xml}<IsTruncated>{is_more}</IsTruncated>{token}</ListBucketResult>")
}

fn records(ids: std::ops::Range<u32>, between: &str) -> String {
    let record = |id| {
        format!(
            r#"{{"requestId":"r{id}","apiId":"a1","stage":"prod","requestTime":"21/Nov/2026:10:30:45 +0000","httpMethod":"GET","path":"/p","resourcePath":"/p","status":"200"}}"#
        )
    };
    ids.map(record).collect::<Vec<_>>().join(between)
}

fn packed(text: &str) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap()
}

fn serve(dir: &Path, config: &Path) -> Server {
    let config = config.to_str().unwrap();
    let keys = [
        ("GATELOG_CONFIG", config),
        ("AWS_ACCESS_KEY_ID", "AKIATEST"),
        ("AWS_SECRET_ACCESS_KEY", "s3cret-of-aws"),
    ];
    Server::on(dir, &keys, true)
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How the place stands.
fn pull(server: &Server) -> serde_json::Value {
    server.json("/api/v1/pulls")["pulls"][0].clone()
}

/// Looks at the bucket so often after now.
fn looks(server: &Server, more: u64) {
    let tries = |pull: &serde_json::Value| pull["tries"].as_u64().unwrap_or(0);
    let before = tries(&pull(server));
    until("it does not look", || tries(&pull(server)) >= before + more);
}

#[test]
fn each_object_is_taken_once() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = Bucket::default();
    let put = |key: &str, body: Vec<u8>| bucket.lock().unwrap().insert(key.to_owned(), body);
    put("fh/2026/11/21/10/s-1-a.gz", packed(&records(0..10, "\n")));
    // As Firehose leaves them: nothing between the records, and more than one batch.
    put("fh/2026/11/21/10/s-1-b", records(10..30_000, "").into_bytes());
    put("fh/year=2026/month=11/day=21/hour=10/c.gz", packed(&records(30_000..30_003, "")));
    put("fh/2026/11/21/10/empty", Vec::new());
    put("elsewhere/2026/11/21/10/x", records(90_000..90_010, "\n").into_bytes());
    let config = dir.path().join("gatelog.toml");
    let endpoint = s3(&bucket);
    let text = format!(
        "[[objects]]\nsource = \"edge\"\nbucket = \"logs\"\nprefix = \"fh/\"\nendpoint = \"{endpoint}\"\nformat = \"aws\"\ninterval_s = 1\n"
    );
    std::fs::write(&config, text).unwrap();

    let server = serve(&dir.path().join("data"), &config);
    until("nothing came", || server.total("source:edge") > 0);
    server.kill();
    let server = serve(&dir.path().join("data"), &config);
    until("not everything came", || server.total("source:edge") == 30_003);
    looks(&server, 2);
    assert_eq!(server.total(""), 30_003);
    let state = pull(&server);
    assert_eq!(
        (&state["kind"], &state["name"], state.get("error")),
        (&"objects".into(), &"edge".into(), None),
        "{state}"
    );

    // Late ones that sort before what was taken.
    put("fh/2026/11/21/09/s-1-late", records(40_000..40_005, "\n").into_bytes());
    put("fh/2026/11/21/10/broken.gz", packed(&records(0..99, "\n"))[..60].to_vec());
    put("fh/2026/11/21/10/a-first", records(40_005..40_010, "\n").into_bytes());
    until("the late ones did not come", || server.total("source:edge") == 30_013);
    looks(&server, 2);
    assert_eq!(server.total(""), 30_013);
    let metrics = server.get("/metrics").text();
    assert!(metrics.contains("gatelog_pull_failing{kind=\"objects\",name=\"edge\"} 0"), "{metrics}");
    server.until_logged("an object was left");
    assert!(!server.log().contains("s3cret-of-aws"));
}

#[test]
fn what_is_wrong_is_said_and_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = Bucket::default();
    let endpoint = s3(&bucket);
    let config = dir.path().join("gatelog.toml");
    let place = |endpoint: &str, more: &str| {
        let text = format!(
            "{more}\n[[objects]]\nsource = \"edge\"\nbucket = \"logs\"\nendpoint = \"{endpoint}\"\ninterval_s = 1\n"
        );
        std::fs::write(&config, text).unwrap();
    };
    place(&endpoint, "egress_allow = \"elsewhere.example.com\"");
    let server = serve(&dir.path().join("data"), &config);
    until("no error", || {
        pull(&server)["error"].as_str().is_some_and(|text| text.contains("egress_allow does not list it"))
    });
    server.stop();
    // Nobody listens there.
    place("http://127.0.0.1:9", "");
    let server = serve(&dir.path().join("data"), &config);
    until("no error", || {
        pull(&server)["error"].as_str().is_some_and(|text| text.contains("cannot be reached"))
    });
    server.stop();
    place(&endpoint, "");
    bucket.lock().unwrap().insert("2026/11/21/10/a".into(), records(0..10, "\n").into_bytes());
    let server = serve(&dir.path().join("data"), &config);
    until("nothing came", || server.total("source:edge") == 10);
}

/// CloudTrail's files, as they lie in the bucket of a trail.
#[test]
fn files_of_a_trail_are_taken_once() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = Bucket::default();
    let event = |n: usize| {
        serde_json::json!({ "eventTime": "2026-11-21T10:00:00Z", "eventSource": "apigateway.amazonaws.com", "eventName": "UpdateStage",
            "eventID": format!("e-{n}"), "userIdentity": { "type": "IAMUser", "userName": "ops" } })
    };
    let file = |range: std::ops::Range<usize>| {
        packed(&serde_json::json!({ "Records": range.map(event).collect::<Vec<_>>() }).to_string())
    };
    let put = |name: &str, body: Vec<u8>| {
        let key = format!("AWSLogs/1/CloudTrail/eu-west-1/2026/11/21/1_CloudTrail_eu-west-1_{name}.json.gz");
        bucket.lock().unwrap().insert(key, body);
    };
    put("20261121T1000Z_a", file(0..3_000));
    put("20261121T1005Z_b", file(2_990..3_010));
    let config = dir.path().join("gatelog.toml");
    let endpoint = s3(&bucket);
    let text = format!(
        "[[objects]]\nsource = \"aws-ops\"\nbucket = \"logs\"\nprefix = \"AWSLogs/1/CloudTrail/\"\nendpoint = \"{endpoint}\"\nformat = \"cloudtrail\"\ninterval_s = 1\n"
    );
    std::fs::write(&config, text).unwrap();
    let told = |server: &Server| {
        let path = "/api/v1/trail/facets?from=2000-01-01&to=2100-01-01&origin=aws-ops&operator=ops";
        server.json(path)["total"].as_u64().unwrap()
    };
    let server = serve(&dir.path().join("data"), &config);
    until("nothing came", || told(&server) > 0);
    server.kill();
    let server = serve(&dir.path().join("data"), &config);
    until("not everything came", || told(&server) == 3_010);
    put("20261121T1010Z_c", file(3_000..3_020));
    until("the new ones did not come", || told(&server) == 3_020);
    looks(&server, 2);
    assert_eq!((told(&server), server.total("")), (3_020, 0));
    let sources = server.json("/api/v1/sources");
    assert_eq!(sources["sources"][0]["format"], "cloudtrail", "{sources}");
}
