//! Erasing a person from a running server: nothing in its directory names them any more, both verifiers agree that all holds, and
//! who may not, or must wait, is told why.

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
use server::{ADMIN, BINARY, Server};

const PATH: &str = "/api/v1/erasures";

/// A Python that can read Parquet; it may have to be installed.
fn python_with_readers() -> String {
    let trials = concat!(env!("CARGO_MANIFEST_DIR"), "/../../trials");
    let ask = "import interop; print(interop.python_with_readers())";
    let found = Command::new("python3").args(["-c", ask]).current_dir(trials).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

/// Thirty calls a day on two days, every third alice's.
fn filled(server: &Server, from: u64) {
    let line = |n: u64| {
        let name = if n.is_multiple_of(3) { "alice" } else { "carol" };
        json!({
            "timestamp": format!("2026-11-{:02}T10:00:{:02}Z", 20 + n % 2, n % 60), "request_id": format!("{name}-{n}"),
            "consumer_name": name, "consumer_id": format!("id-of-{name}"), "method": "GET", "ip": "192.0.2.7", "route": "/pets/{id}",
            "path": format!("/users/{name}/{n}"), "query": format!("user={name}"), "user_agent": format!("phone of {name}"),
            "status": 200, "favourite": format!("{name} likes fish"),
        })
        .to_string()
    };
    let lines: Vec<String> = (from..from + 60).map(line).collect();
    assert_eq!(server.ingest("/ingest/json", lines.join("\n")).json()["accepted"], 60);
}

fn settings(dir: &Path) -> [(&'static str, String); 2] {
    let path = |name: &str| dir.join(name).display().to_string();
    [("GATELOG_PROOF_KEY_FILE", path("key")), ("GATELOG_PROOF_PUBLISH_FILE", path("published"))]
}

fn serve(dir: &Path) -> Server {
    let settings = settings(dir);
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Server::on(&dir.join("data"), &settings, true)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// The files that have a text: in their bytes, or, of Parquet, in what Python reads of them when there is one.
fn with(dir: &Path, text: &str, python: Option<&str>) -> Vec<PathBuf> {
    let mut found = files(dir);
    let parquet: Vec<PathBuf> =
        found.iter().filter(|path| path.extension().is_some_and(|end| end == "parquet")).cloned().collect();
    found.retain(|path| {
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    });
    let Some(python) = python else { return found };
    let script = "import sys, pyarrow.parquet as p\n\
                  for path in sys.argv[2:]:\n    \
                      file = p.ParquetFile(path)\n    \
                      if sys.argv[1] in str(file.read().to_pylist()) + str(file.metadata): print(path)";
    let read = Command::new(python).args(["-c", script, text]).args(&parquet).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    found.extend(String::from_utf8(read.stdout).unwrap().lines().map(PathBuf::from));
    found
}

/// What our verifier says; with a Python also the other, which must say the same.
fn verified(dir: &Path, python: Option<&str>) -> i32 {
    let (data, published) = (dir.join("data"), dir.join("published").display().to_string());
    let pubkey = data.join("proof.pub").display().to_string();
    let args = ["--pubkey", pubkey.as_str(), "--checkpoint", published.as_str()];
    let ours = Command::new(BINARY).arg("verify").arg(&data).args(args).output().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify.py");
    if let Some(python) = python {
        let theirs = Command::new(python).arg(script).arg(&data).args(args).output().unwrap();
        assert_eq!(ours.status.code(), theirs.status.code(), "{ours:?}\n{theirs:?}");
    }
    ours.status.code().unwrap()
}

fn person(subject: &str, value: &str) -> Value {
    json!({ "subject": subject, "value": value })
}

fn until_done(server: &Server) -> Value {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let one = server.json(PATH)["erasures"][0].clone();
        if one["state"] != "running" {
            return one;
        }
        assert!(Instant::now() < until, "{one}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn who_is_erased_is_in_no_file_and_everything_still_holds() {
    nowhere_and_proved(None);
}

#[test]
#[ignore = "installs pyarrow from the Python package index; the long trials run it"]
fn also_python_reads_nothing_of_who_is_erased_and_finds_that_everything_holds() {
    nowhere_and_proved(Some(&python_with_readers()));
}

fn nowhere_and_proved(python: Option<&str>) {
    let keep = tempfile::tempdir().unwrap();
    fs::create_dir(keep.path().join("data")).unwrap();
    let server = serve(keep.path());
    filled(&server, 0);
    let asked = "/api/v1/events?from=2026-11-01&to=2026-12-01&filter=consumer%3Aalice";
    assert_eq!(server.json(asked)["events"].as_array().unwrap().len(), 20);
    server.stop(); // Seals and signs.
    let server = serve(keep.path());
    filled(&server, 60);
    let summary = "/api/v1/summary?from=2026-11-01&to=2026-12-01";
    let routes = "/api/v1/panels/top_routes?from=2026-11-01&to=2026-12-01";
    let (before, top) = (server.json(summary)["total_calls"].clone(), server.json(routes));
    let data = keep.path().join("data");
    assert!(!with(&data, "alice", python).is_empty());

    let trial = server.post(ADMIN, "/api/v1/erasures/try", &person("consumer", "alice"));
    assert_eq!(trial.status, 200, "{}", trial.text());
    let trial = trial.json();
    assert_eq!((&trial["events"], &trial["days"][0]["events"]), (&json!(40), &json!(20)));
    assert_eq!((&trial["operator_records"], &trial["refusal"]), (&json!(1), &Value::Null));
    assert!(!with(&data, "alice", python).is_empty(), "trying changes nothing");

    let out = server.cli(ADMIN, &["person", "consumer", "alice"]);
    let file = String::from_utf8_lossy(&out.stdout).into_owned();
    let of =
        |kind: &str| file.lines().filter(|line| line.starts_with(&format!("{{\"kind\":\"{kind}\""))).count();
    assert_eq!((of("event"), of("directory"), of("end")), (40, 0, 1), "{file}");
    // The export itself may be among them already.
    assert!(of("operator_event") >= 1 && file.contains("\"events\":40,"), "{file}");

    let out = server.cli(ADMIN, &["erase", "consumer", "alice", "--apply"]);
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && text.contains("erased: 40 access events, 2 operator records"), "{text}");
    assert_eq!(with(&data, "alice", python), Vec::<PathBuf>::new());
    assert!(!with(&data, "carol", python).is_empty());
    let all = server.get("/api/v1/export?from=2026-11-01&to=2026-12-01&format=ndjson").text();
    assert!(all.lines().count() == 120 && all.contains("carol") && !all.contains("alice"), "{all}");
    assert_eq!(server.json(summary)["total_calls"], before);
    assert_eq!(server.json(routes)["rows"], top["rows"], "counts by what is not personal stay");

    let one = server.json(PATH)["erasures"][0].clone();
    assert_eq!((&one["state"], &one["mark"]), (&json!("done"), &trial["mark"]));
    let trail = server.json("/api/v1/trail?from=1h&event=GL-ERASURE-RUN,GL-ERASURE-DONE").to_string();
    assert!(trail.contains(one["mark"].as_str().unwrap()) && !trail.contains("alice"), "{trail}");
    server.stop();
    assert_eq!(verified(keep.path(), python), 0);
    assert_eq!(with(&data, "alice", python), Vec::<PathBuf>::new());

    // A change afterwards is found: another file of the day in the place of the erased one.
    let of_day = |path: &PathBuf| path.display().to_string().contains("access/date=2026-11-20");
    let mut day: Vec<PathBuf> = files(&data).into_iter().filter(of_day).collect();
    day.sort();
    assert_eq!(day.len(), 2);
    fs::copy(&day[0], &day[1]).unwrap();
    assert_eq!(verified(keep.path(), python), 1);
}

#[test]
fn an_erasure_goes_on_after_the_server_was_killed() {
    let keep = tempfile::tempdir().unwrap();
    fs::create_dir(keep.path().join("data")).unwrap();
    for life in 0..3 {
        let server = serve(keep.path());
        if life > 0 {
            assert_eq!(until_done(&server)["state"], "done");
        }
        filled(&server, life * 60);
        let begun = server.post(ADMIN, PATH, &person("ip", "192.0.2.7"));
        assert_eq!(begun.status, 202, "{}", begun.text());
        server.kill();
    }
    let server = serve(keep.path());
    let one = until_done(&server);
    assert_eq!((&one["state"], &one["error"]), (&json!("done"), &Value::Null), "{one}");
    assert_eq!(with(&keep.path().join("data"), "192.0.2.7", None), Vec::<PathBuf>::new());
    let calls = server.json("/api/v1/summary?from=2026-11-01&to=2026-12-01")["total_calls"].clone();
    assert_eq!(calls, 180);
    server.stop();
    assert_eq!(verified(keep.path(), None), 0);
}

#[test]
fn what_stopped_before_it_was_listed_is_done_listed_and_told() {
    let keep = tempfile::tempdir().unwrap();
    fs::create_dir(keep.path().join("data")).unwrap();
    let server = serve(keep.path());
    filled(&server, 0);
    server.stop();
    // As a crash leaves it between the file and the list.
    let file = keep.path().join("data/tenants/1/erasure.json");
    let under_way = json!({ "id": "0123456789ab", "subject": "consumer", "value": "alice" });
    fs::write(&file, under_way.to_string()).unwrap();
    let server = serve(keep.path());
    let one = until_done(&server);
    assert_eq!(
        (&one["id"], &one["state"], &one["events"]),
        (&json!("0123456789ab"), &json!("done"), &json!(20))
    );
    let until = Instant::now() + Duration::from_secs(20);
    while file.exists() {
        assert!(Instant::now() < until, "who it is, is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
    let told = server.json("/api/v1/trail?from=1h&event=GL-ERASURE-DONE&resource_id=0123456789ab");
    assert_eq!(told["events"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(told["events"][0]["resource_name"], one["mark"]);
    server.stop();
    assert_eq!(with(&keep.path().join("data"), "alice", None), Vec::<PathBuf>::new());
}

#[test]
fn an_operator_is_erased_once_the_account_is_gone() {
    let keep = tempfile::tempdir().unwrap();
    fs::create_dir(keep.path().join("data")).unwrap();
    let server = serve(keep.path());
    let cookie = server.person("bob", "admin");
    let made = server.send_with(&cookie, "POST", "/api/v1/sources", &json!({ "name": "edge" }));
    assert_eq!(made.status, 201, "{}", made.text());
    let erase = || server.post(ADMIN, PATH, &person("operator", "bob"));
    let refused = erase();
    assert!(refused.status == 409 && refused.text().contains("account"), "{}", refused.text());
    let own = server.send_with(&cookie, "POST", PATH, &person("operator", "bob"));
    assert!(own.status == 409 && own.text().contains("themselves"), "{}", own.text());
    assert_eq!(server.delete(ADMIN, "/api/v1/users/bob").status, 204);

    let hold = json!({ "stream": "trail", "reason": "case 4711" });
    let held = server.post(ADMIN, "/api/v1/holds", &hold).json();
    let refused = erase();
    let id = held["id"].as_str().unwrap();
    assert!(refused.status == 409 && refused.text().contains(id) && refused.text().contains("case 4711"));
    assert_eq!(server.post(ADMIN, &format!("/api/v1/holds/{id}/release"), &json!({})).status, 204);

    assert_eq!(erase().status, 202);
    let one = until_done(&server);
    assert!(one["state"] == "done" && one["operator_records"].as_u64().unwrap() > 4, "{one}");
    let made = server.json("/api/v1/trail?from=1h&event=GL-SOURCE-CREATE&resource_id=edge");
    assert_eq!(made["events"].as_array().unwrap().len(), 1, "what was done is still told");
    server.stop();
    assert_eq!(with(&keep.path().join("data"), "bob", None), Vec::<PathBuf>::new());
    assert_eq!(verified(keep.path(), None), 0);
}

#[test]
fn who_may_not_and_what_is_no_person_is_refused() {
    let server = Server::start();
    for wrong in [person("colour", "red"), person("ip", ""), person("ip", " a"), json!({ "subject": "ip" })] {
        assert_eq!(server.post(ADMIN, PATH, &wrong).status, 400, "{wrong}");
        assert_eq!(server.post(ADMIN, "/api/v1/erasures/try", &wrong).status, 400, "{wrong}");
    }
    let role = json!({ "permissions": ["persons:erase", "account:own"], "rows": "status:200" });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/narrow", &role).status, 200);
    let narrow = server.person("nora", "narrow");
    for (method, path) in [("GET", PATH), ("POST", PATH), ("POST", "/api/v1/erasures/try")] {
        assert_eq!(server.send_with(&narrow, method, path, &person("ip", "1.2.3.4")).status, 403, "{path}");
    }
    filled(&server, 0);
    let hold = json!({ "stream": "events", "from": "2026-11-20", "to": "2026-11-20", "reason": "case 7" });
    assert_eq!(server.post(ADMIN, "/api/v1/holds", &hold).status, 201);
    let refused = server.post(ADMIN, PATH, &person("consumer", "carol"));
    assert!(refused.status == 409 && refused.text().contains("case 7"), "{}", refused.text());
    assert_eq!(
        server.post(ADMIN, PATH, &person("consumer", "nobody")).status,
        202,
        "there is nothing to hold"
    );
}
