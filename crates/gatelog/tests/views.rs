//! Saved views: whose they are, what survives, what is refused.

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

#[test]
fn views_are_private_or_shared_and_survive() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let ann = server.token(&["--role", "viewer", "--name", "ann"]);
    let bob = server.token(&["--role", "analyst", "--name", "bob"]);
    let slow = json!({ "name": "Slow", "page": "logs", "search": "filter=duration%3A%3E1s&from=24h" });
    let made = server.post(&ann, "/api/v1/views", &slow);
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!((&made["name"], &made["mine"], &made["owner"]), (&json!("Slow"), &json!(true), &json!("ann")));
    assert_eq!((&made["shared"], &made["default"]), (&json!(false), &json!(false)));
    let path = format!("/api/v1/views/{}", made["id"].as_str().unwrap());

    // Nobody else knows of it.
    assert_eq!(names(&server, &bob, ""), [] as [&str; 0]);
    assert_eq!(server.put(&bob, &path, &slow).status, 404);
    assert_eq!(server.delete(&bob, &path).status, 404);

    let shared = with(&with(&slow, "shared", true), "default", true);
    assert_eq!(server.put(&ann, &path, &shared).json()["default"], true);
    assert_eq!(names(&server, &bob, "?page=logs"), ["Slow"]);
    assert_eq!(names(&server, &bob, "?page=overview"), [] as [&str; 0]);
    let seen = &server.get_as(&bob, "/api/v1/views").json()["views"][0];
    assert_eq!(
        (&seen["mine"], &seen["default"], &seen["owner"]),
        (&json!(false), &json!(false), &json!("ann"))
    );

    // The default is one's own choice, the rest the owner's and the admins'.
    assert_eq!(server.put(&bob, &path, &shared).json()["default"], true);
    let renamed = with(&shared, "name", "Slow calls");
    assert_eq!(server.put(&bob, &path, &renamed).status, 403);
    assert_eq!(server.delete(&bob, &path).status, 403);
    assert_eq!(server.put(ADMIN, &path, &renamed).json()["name"], "Slow calls");

    server.kill();
    let server = Server::on(dir.path(), &[], true);
    let view = &server.get_as(&bob, "/api/v1/views").json()["views"][0];
    assert_eq!((&view["name"], &view["default"]), (&json!("Slow calls"), &json!(true)));
    assert_eq!(view["search"], slow["search"]);
    let gone = server.delete(&ann, &path);
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(server.delete(&ann, &path).status, 404);
}

#[test]
fn what_cannot_be_a_view_is_refused() {
    let server = Server::start();
    let good = json!({ "name": "n", "page": "logs", "search": "" });
    for (wrong, status) in [
        (json!({ "name": "n" }), 400),
        (with(&good, "colour", "red"), 400),
        (with(&good, "name", "a\nb"), 400),
        (with(&good, "page", "../x"), 400),
        (with(&good, "search", "?a"), 400),
        (with(&good, "search", "x".repeat(8_193)), 400),
        (with(&good, "search", "x".repeat(100_000)), 413),
    ] {
        let reply = server.post(ADMIN, "/api/v1/views", &wrong);
        assert_eq!(reply.status, status, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    }
    let reply = server.send(
        "POST",
        "/api/v1/views",
        &[("Authorization", &format!("Bearer {ADMIN}")), ("Content-Type", "text/plain")],
        good.to_string().as_bytes(),
    );
    assert_eq!(reply.status, 415);
    assert_eq!(server.json("/api/v1/views")["views"], json!([]));
}

fn with(view: &Value, member: &str, value: impl Into<Value>) -> Value {
    let mut view = view.clone();
    view[member] = value.into();
    view
}

fn names(server: &Server, token: &str, query: &str) -> Vec<String> {
    let views = server.get_as(token, &format!("/api/v1/views{query}")).json();
    views["views"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap().to_owned()).collect()
}
