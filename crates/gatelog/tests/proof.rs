//! What `gatelog verify` and tools/verify.py say of a trail: the same, and the truth. Of one access event it is verify_more.py beside it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, BINARY, Server, lines};

/// A trail of some events, left by a server that was stopped; the key and what was published are elsewhere.
struct Left {
    keep: tempfile::TempDir,
    python: String,
}

impl Left {
    fn path(&self, name: &str) -> PathBuf {
        self.keep.path().join(name)
    }

    fn settings(&self) -> [(&'static str, String); 2] {
        let path = |name: &str| self.path(name).display().to_string();
        [("GATELOG_PROOF_KEY_FILE", path("key")), ("GATELOG_PROOF_PUBLISH_FILE", path("published"))]
    }

    fn serve(&self) -> Server {
        let settings = self.settings();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Server::on(&self.path("data"), &settings, true)
    }

    /// The status of both verifiers, which must be the same.
    fn verified(&self, what: &Path, args: &[&str]) -> i32 {
        let pubkey = self.path("data/proof.pub").display().to_string();
        let args: Vec<&str> = if args.is_empty() { vec!["--pubkey", &pubkey] } else { args.to_vec() };
        let ours = Command::new(BINARY).arg("verify").arg(what).args(&args).output().unwrap();
        let script = if what.ends_with("event.json") { "verify_more.py" } else { "verify.py" };
        let script = format!("{}/../../tools/{script}", env!("CARGO_MANIFEST_DIR"));
        let theirs = Command::new(&self.python).arg(script).arg(what).args(&args).output().unwrap();
        let code = ours.status.code().unwrap();
        assert_eq!(Some(code), theirs.status.code(), "{args:?}\n{ours:?}\n{theirs:?}");
        code
    }

    /// The status of both after a file was changed in a copy.
    fn falsified(&self, change: &dyn Fn(&Path)) -> i32 {
        let copy = self.path("copy");
        let _ = fs::remove_dir_all(&copy);
        copied(&self.path("data"), &copy);
        change(&copy);
        self.verified(&copy, &[])
    }
}

fn left() -> Left {
    let left = Left { keep: tempfile::tempdir().unwrap(), python: "python3".to_owned() };
    fs::create_dir(left.path("data")).unwrap();
    let server = left.serve();
    for n in 0..40 {
        let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": format!("s{n}") }));
        assert_eq!(made.status, 201, "{}", made.text());
    }
    // What a gateway tells is in the same log.
    let made = server.post(ADMIN, "/api/v1/sources", &json!({ "name": "ops", "format": "trail" })).json();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let told = json!({ "eventTime": "2026-11-21T10:00:00Z", "eventSource": "apigateway.amazonaws.com",
        "eventName": "UpdateStage", "eventID": "e", "userIdentity": { "type": "IAMUser", "userName": "ops" } });
    let taken = server.send("POST", "/ingest", &[("Authorization", &bearer)], told.to_string().as_bytes());
    assert_eq!(taken.json()["accepted"], 1, "{}", taken.text());
    server.stop();
    left
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn both_verifiers_find_what_was_altered_and_nothing_else() {
    let left = left();
    let data = left.path("data");
    assert_eq!(left.verified(&data, &[]), 0);
    assert_eq!(left.verified(&left.path("nowhere"), &[]), 2);
    assert_eq!(left.verified(&data, &["--pubkey", "/nowhere"]), 2);
    assert!(
        fs::read_to_string(left.path("key")).unwrap().starts_with("PRIVATE+KEY+")
            && !data.join("proof.key").exists()
    );

    let falsified = |change: &dyn Fn(&Path)| left.falsified(change);
    assert_eq!(falsified(&|_| {}), 0);
    let of = |dir: &Path, part: &str| files(&dir.join("tenants/1").join(part));
    let largest = |dir: &Path| {
        of(dir, "trail").into_iter().max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap()
    };
    for at in [100, 1_000, 5_000] {
        assert_eq!(
            falsified(&|dir| {
                let file = largest(dir);
                let mut bytes = fs::read(&file).unwrap();
                bytes[at] ^= 1;
                fs::write(file, bytes).unwrap();
            }),
            1
        );
    }
    assert_eq!(falsified(&|dir| fs::remove_file(largest(dir)).unwrap()), 1);
    assert_eq!(
        falsified(&|dir| {
            let file = fs::OpenOptions::new().write(true).open(largest(dir)).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        }),
        1
    );
    for part in 0..of(&data, "proof").len() {
        assert_eq!(falsified(&|dir| fs::remove_file(&of(dir, "proof")[part]).unwrap()), 1);
    }
}

#[test]
fn a_trail_set_back_as_a_whole_is_told_from_the_published_checkpoints() {
    let left = left();
    let (data, early) = (left.path("data"), left.path("early"));
    copied(&data, &early);
    let server = left.serve();
    server.delete(ADMIN, "/api/v1/sources/s1");
    let proof = server.json("/api/v1/proof");
    server.stop();
    let (pubkey, published) = (data.join("proof.pub"), left.path("published"));
    let with = ["--pubkey", pubkey.to_str().unwrap(), "--checkpoint", published.to_str().unwrap()];
    assert_eq!(left.verified(&data, &with), 0);
    assert_eq!((left.verified(&early, &with[..2]), left.verified(&early, &with)), (0, 1));
    assert!(fs::read_to_string(&published).unwrap().contains(proof["checkpoint"].as_str().unwrap()));
    assert_eq!(fs::read_to_string(pubkey).unwrap().trim(), proof["key"].as_str().unwrap());
}

#[test]
fn a_bundle_is_checked_without_us() {
    let left = left();
    let server = left.serve();
    let reply =
        server.get("/api/v1/trail/export?from=1d&format=bundle&event=GL-SOURCE-CREATE&resource_id=s7,s8");
    let bundle = left.path("bundle.json");
    fs::write(&bundle, &reply.body).unwrap();
    let records = reply.json()["records"].as_array().unwrap().clone();
    assert_eq!(records.len(), 4, "two acts and their ends");
    // Also the directory of a server that runs can be checked.
    assert_eq!((left.verified(&bundle, &[]), left.verified(&left.path("data"), &[])), (0, 0));
    let text = reply.text();
    // One event by itself.
    let path = |from: u64| format!("/api/v1/trail/{from}/proof");
    let act = records.iter().find(|record| record["kind"] == 1).unwrap()["seq"].as_u64().unwrap();
    fs::write(&bundle, server.get(&path(act)).body).unwrap();
    assert_eq!(left.verified(&bundle, &[]), 0);
    assert_eq!(server.json(&path(act))["records"].as_array().unwrap().len(), 2);
    assert_eq!(server.get(&path(1_000_000)).status, 404);
    let changed = |to: &str, status: i32| {
        assert_ne!(to, text);
        fs::write(&bundle, to).unwrap();
        assert_eq!(left.verified(&bundle, &[]), status, "{to}");
    };
    let seq = records[0]["seq"].as_u64().unwrap();
    changed(&text.replace(&format!("\"seq\":{seq}"), &format!("\"seq\":{}", seq + 1)), 1);
    changed(&text.replace("\"kind\":1", "\"kind\":2"), 1);
    changed(
        &text.replacen(records[0]["record"].as_str().unwrap(), records[1]["record"].as_str().unwrap(), 1),
        1,
    );
    changed(
        &text.replacen(records[0]["proof"][0].as_str().unwrap(), records[0]["proof"][1].as_str().unwrap(), 1),
        1,
    );
    changed("{}", 2);
}

/// The text with one of its strings or numbers changed, in a way each; hashes in few ways.
fn changed(value: &Value, each: &mut dyn FnMut(Value)) {
    let pairs: Vec<(String, Value)> = match value {
        Value::Number(number) => return each(Value::from(number.as_i64().unwrap() + 1)),
        Value::String(text) => {
            let last = text.trim_end_matches(['=', '\n']).chars().count() - 1;
            for at in if last > 200 { vec![0, 40, last] } else { vec![0, last] } {
                let other = |(n, c)| {
                    if n != at {
                        c
                    } else if c == '1' {
                        '2'
                    } else {
                        '1'
                    }
                };
                each(text.chars().enumerate().map(other).collect::<String>().into());
            }
            return;
        }
        Value::Array(values) => {
            for (at, one) in values.iter().enumerate().filter(|(at, _)| *at < 2 || at % 7 == 0) {
                let mut values = values.clone();
                changed(one, &mut |one| {
                    values[at] = one;
                    each(Value::Array(values.clone()));
                });
            }
            return;
        }
        Value::Object(values) => values.clone().into_iter().collect(),
        Value::Null | Value::Bool(_) => panic!("{value}"),
    };
    for (name, one) in &pairs {
        changed(one, &mut |one| {
            let mut values = value.clone();
            values[name] = one;
            each(values);
        });
    }
}

#[test]
fn one_access_event_is_checked_without_us_and_without_the_others() {
    let left = left();
    let server = Server::on(&left.path("data"), &[("GATELOG_SEGMENT_ROWS", "40")], true);
    assert_eq!(server.ingest("/ingest", lines(0..39)).status, 200);
    let id = server.json("/api/v1/events?from=2020-01-01&limit=1")["events"][0]["id"].clone();
    let path = format!("/api/v1/events/{}/proof", id.as_str().unwrap());
    let early = server.get(&path);
    assert_eq!(early.status, 409, "{}", early.text());
    assert!(early.json()["remedy"].as_str().unwrap().contains("within ten minutes"), "{}", early.text());
    assert_eq!(server.ingest("/ingest", lines(39..80)).status, 200);
    let until = Instant::now() + Duration::from_secs(20);
    let reply = loop {
        let reply = server.get(&path);
        if reply.status == 200 {
            break reply;
        }
        assert!(Instant::now() < until, "{}", reply.text());
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(server.get("/api/v1/events/1000000/proof").status, 404);
    let file = left.path("event.json");
    fs::write(&file, &reply.body).unwrap();
    assert_eq!(left.verified(&file, &[]), 0);
    let asked = server.cli(ADMIN, &["proof", id.as_str().unwrap()]);
    assert_eq!(String::from_utf8(asked.stdout).unwrap(), reply.text());
    let act = server.cli(ADMIN, &["proof", "--trail", "0"]);
    assert_eq!(serde_json::from_slice::<Value>(&act.stdout).unwrap()["records"][0]["seq"], 0);
    let whole = reply.json();
    let mut tried = 0;
    changed(&whole, &mut |other| {
        tried += 1;
        fs::write(&file, other.to_string()).unwrap();
        assert_ne!(left.verified(&file, &[]), 0, "{other:#}");
    });
    assert!(tried > 60, "{tried}");
}

#[test]
fn what_was_removed_is_not_signed_away_and_a_new_key_takes_over() {
    let left = left();
    let data = left.path("data");
    fs::remove_file(left.path("key")).unwrap();
    let server = left.serve();
    server.delete(ADMIN, "/api/v1/sources/s1");
    server.stop();
    assert_eq!(fs::read_to_string(data.join("proof.pub")).unwrap().lines().count(), 2);
    assert_eq!(left.verified(&data, &[]), 0);

    for file in files(&data.join("tenants/1/trail")) {
        fs::remove_file(file).unwrap();
    }
    let server = left.serve();
    server.until_logged("the operator trail cannot be signed");
    server.stop();
    assert_eq!(left.verified(&data, &[]), 1);
}

#[test]
fn a_run_is_in_the_operator_trail() {
    let left = left();
    assert_eq!(left.verified(&left.path("data"), &[]), 0);
    let file = files(&left.path("data/tenants/1/proof"))[0].clone();
    let whole = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(left.verified(&left.path("data"), &[]), 1);
    fs::write(&file, whole).unwrap();
    let server = left.serve();
    let outcomes = || -> Vec<String> {
        let runs = server.json("/api/v1/trail?from=1d&event=GL-VERIFY-RUN");
        let outcome = |run: &serde_json::Value| run["outcome"].as_str().unwrap().to_owned();
        runs["events"].as_array().unwrap().iter().map(outcome).collect()
    };
    let until = Instant::now() + Duration::from_secs(30);
    while outcomes().len() < 2 || outcomes().iter().any(|outcome| outcome == "unknown") {
        assert!(Instant::now() < until, "the inbox is not taken");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(outcomes(), ["failure", "success"]);
    server.stop();
}

/// Adds access events to what was left.
fn with_access_events(left: &Left) {
    for part in 0..3 {
        let server = left.serve();
        assert_eq!(server.ingest("/ingest", lines(part * 50..part * 50 + 50)).status, 200);
        server.stop();
    }
}

fn parquet(dir: &Path) -> Vec<PathBuf> {
    let files = files(&dir.join("tenants/1/access"));
    files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "parquet")).collect()
}

#[test]
#[ignore = "installs pyarrow from the Python package index; the long trials run it"]
fn both_verifiers_find_what_was_altered_of_access_events() {
    let mut left = left();
    with_access_events(&left);
    let trials = concat!(env!("CARGO_MANIFEST_DIR"), "/../../trials");
    let python = "import interop; print(interop.python_with_readers())";
    let python = Command::new("python3").args(["-c", python]).current_dir(trials).output().unwrap();
    left.python = String::from_utf8(python.stdout).unwrap().trim().to_owned();
    assert_eq!(left.falsified(&|_| {}), 0);
    for nth in 0..3 {
        assert_eq!(left.falsified(&|dir| fs::remove_file(&parquet(dir)[nth]).unwrap()), 1);
        let other = |dir: &Path| {
            fs::copy(&parquet(dir)[nth], &parquet(dir)[(nth + 1) % 3]).unwrap();
        };
        assert_eq!(left.falsified(&other), 1);
    }
    for part in 0..files(&left.path("data/tenants/1/proof/access")).len() {
        assert_eq!(left.falsified(&|dir| fs::remove_file(&files(&dir.join("tenants/1/proof/access"))[part]).unwrap()), 1);
    }
}
