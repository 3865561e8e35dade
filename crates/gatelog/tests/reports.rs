//! Reports: whose they are, what survives, what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use serde_json::{Value, json};
use server::{ADMIN, Server};

const REPORTS: &str = "/api/v1/reports";

fn denials() -> Value {
    json!({ "name": "Denials of partners", "path": "/denials", "search": "from=now-1w%2Fw&filter=group%3Apartners",
        "format": "csv" })
}

#[test]
fn a_page_is_kept_as_a_report_and_survives() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let ann = server.token(&["--role", "viewer", "--name", "ann"]);
    let bob = server.token(&["--role", "analyst", "--name", "bob"]);
    let made = server.post(&ann, REPORTS, &denials());
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    for (member, value) in denials().as_object().unwrap() {
        assert_eq!(&made[member], value, "{member}");
    }
    assert_eq!(
        (&made["owner"], &made["mine"], &made["shared"]),
        (&json!("ann"), &json!(true), &json!(false))
    );
    let path = format!("{REPORTS}/{}", made["id"].as_str().unwrap());

    // Nobody else knows of it, until it is shared.
    assert_eq!(own(&server, &bob), [] as [&str; 0]);
    assert_eq!(server.delete(&bob, &path).status, 404);
    let shared = with(&made, "shared", true);
    assert_eq!(server.put(&ann, &path, &shared).json()["shared"], true);
    assert_eq!(own(&server, &bob), ["Denials of partners"]);
    assert_eq!(server.delete(&bob, &path).status, 403);
    assert_eq!(server.put(&bob, &path, &with(&denials(), "shared", true)).status, 403);

    server.kill();
    let server = Server::on(dir.path(), &[], true);
    let kept = server.get_as(&bob, &path).json();
    assert_eq!((&kept["search"], &kept["format"]), (&denials()["search"], &json!("csv")));
    assert_eq!(server.delete(&ann, &path).status, 204);
    assert_eq!(server.get_as(&ann, &path).status, 404);
}

#[test]
fn those_of_the_program_can_be_copied_and_not_changed() {
    let server = Server::start();
    let all = server.get(REPORTS).json();
    let ours = all["reports"].as_array().unwrap();
    assert!(ours.len() >= 4 && ours.iter().all(|one| one["built_in"] == true && one["shared"] == true));
    let path = format!("{REPORTS}/{}", ours[0]["id"].as_str().unwrap());
    assert_eq!(server.get(&path).json(), ours[0]);
    assert_eq!(server.delete(ADMIN, &path).status, 409);
    assert_eq!(server.put(ADMIN, &path, &denials()).status, 409);
    let copy = server.post(ADMIN, REPORTS, &ours[0]);
    assert_eq!((copy.status, &copy.json()["built_in"]), (201, &json!(false)));
}

#[test]
fn what_cannot_be_a_report_is_refused() {
    let server = Server::start();
    for (wrong, status) in [
        (json!({ "name": "n" }), 400),
        (with(&denials(), "colour", "red"), 400),
        (with(&denials(), "name", "a\nb"), 400),
        (with(&denials(), "path", "//elsewhere.example/"), 400),
        (with(&denials(), "path", "https://elsewhere.example/"), 400),
        (with(&denials(), "search", "?from=1h"), 400),
        (with(&denials(), "format", "xls"), 400),
        (with(&denials(), "search", "x".repeat(8_193)), 400),
        (with(&denials(), "search", "x".repeat(100_000)), 413),
    ] {
        let reply = server.post(ADMIN, REPORTS, &wrong);
        assert_eq!(reply.status, status, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    }
    // Whoever only sends events has no reports.
    assert_eq!(server.get_as(server::INGEST, REPORTS).status, 403);
}

fn with(report: &Value, member: &str, value: impl Into<Value>) -> Value {
    let mut report = report.clone();
    report[member] = value.into();
    report
}

/// The names of those that people made.
fn own(server: &Server, token: &str) -> Vec<String> {
    let reports = server.get_as(token, REPORTS).json();
    let made = reports["reports"].as_array().unwrap().iter().filter(|one| one["built_in"] == false);
    made.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}
