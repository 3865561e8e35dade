//! Checkpoints that are handed to others: tried again until they are taken, each once, and what is kept is verified
//! against them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, BINARY, Server};

/// Refuses so many requests, then takes all. Tells what each of them was: its head and its body.
fn keeper(refused: usize) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for (at, stream) in listener.incoming().enumerate() {
            let mut stream = BufReader::new(stream.unwrap());
            let lines = stream.by_ref().lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let length = head
                .iter()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).unwrap();
            let status = if at < refused { "503 Service Unavailable" } else { "204 No Content" };
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            let _ = tell.send((head.join("\n"), String::from_utf8(body).unwrap()));
        }
    });
    (url, told)
}

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn published(server: &Server) -> Value {
    server.json("/api/v1/proof")["published"][0].clone()
}

#[test]
fn checkpoints_are_handed_on_until_they_are_taken_and_each_once() {
    let (url, told) = keeper(1);
    let keep = tempfile::tempdir().unwrap();
    let address = format!("{url}/hook/s3cret");
    let settings = [("GATELOG_PROOF_PUBLISH_URL", &*address), ("GATELOG_PROOF_PUBLISH_INTERVAL_S", "1")];
    let server = Server::on(keep.path(), &settings, true);
    let (head, refused) = told.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(head.starts_with("POST /hook/s3cret HTTP/1.1"), "{head}");
    assert!(head.to_lowercase().contains("content-type: text/plain"), "{head}");
    let (_, taken) = told.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(refused, taken, "what was refused comes again");
    until("what came of it", || {
        published(&server)["result"].as_str().filter(|said| said.contains("/trail with ")).map(drop)
    });
    let said = published(&server);
    assert_eq!(
        (&said["kind"], &said["from"], &said["failures"]),
        (&json!("publish"), &json!(url), &json!(1))
    );
    assert_eq!(said.get("error"), None);
    assert!(!server.json("/api/v1/pulls").to_string().contains("s3cret"), "the path may be a secret");
    let metrics = server.get("/metrics").text();
    assert!(metrics.contains(r#"gatelog_pull_failing{kind="publish",name="url"} 0"#), "{metrics}");

    // What is new is handed on, and nothing twice.
    assert_eq!(server.post(ADMIN, "/api/v1/sources", &json!({ "name": "edge" })).status, 201);
    let mut notes = vec![taken];
    let size = |note: &str| note.lines().nth(1).unwrap().parse::<u64>().unwrap();
    until("the next checkpoint", || {
        notes.extend(told.try_iter().map(|(_, note)| note));
        notes
            .iter()
            .filter(|note| note.contains("/trail\n"))
            .any(|note| size(note) > size(&notes[0]))
            .then_some(())
    });
    std::thread::sleep(Duration::from_secs(3));
    notes.extend(told.try_iter().map(|(_, note)| note));
    let mut distinct = notes.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), notes.len(), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("/access\n")), "{notes:?}");
    server.stop();

    // What is kept continues what was handed on; what was set back does not.
    let kept = keep.path().join("kept");
    fs::create_dir(&kept).unwrap();
    for (at, note) in notes.iter().enumerate() {
        fs::write(kept.join(format!("{at}.checkpoint")), note).unwrap();
    }
    let verified = || {
        let mut command = Command::new(BINARY);
        command.arg("verify").arg(keep.path()).arg("--checkpoint").arg(&kept);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, text) = verified();
    assert_eq!(code, 0, "{text}");
    fs::remove_dir_all(keep.path().join("tenants/1/trail")).unwrap();
    fs::remove_dir_all(keep.path().join("tenants/1/proof")).unwrap();
    Server::on(keep.path(), &[], true).stop();
    let (code, text) = verified();
    assert!(code == 1 && (text.contains("rolled back") || text.contains("continuation")), "{text}");
}

#[test]
fn where_nobody_may_go_nothing_is_sent() {
    let (url, told) = keeper(0);
    let server = Server::with(&[
        ("GATELOG_PROOF_PUBLISH_URL", &*url),
        ("GATELOG_PROOF_PUBLISH_INTERVAL_S", "1"),
        ("GATELOG_EGRESS_ALLOW", "keeper.example.com"),
    ]);
    let error = until("the refusal", || published(&server)["error"].as_str().map(str::to_owned));
    assert!(error.contains("egress_allow does not list it"), "{error}");
    assert!(told.try_recv().is_err());
}
