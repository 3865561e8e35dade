//! Dashboards: whose they are, what survives, what is refused, and that an export is an import.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use serde_json::{Value, json};
use server::{ADMIN, Server, escaped};

const BOARDS: &str = "/api/v1/boards";

fn payments() -> Value {
    json!({
        "name": "Payments",
        "about": "What the payments team looks at first.",
        "controls": ["route", "plan"],
        "items": [
            { "panel": "kpi_total_calls", "width": 1 },
            { "panel": "top_routes", "width": 2, "height": 2 },
            { "explore": { "measure": "calls", "by": "status", "filter": "api:payments", "chart": "bars" },
              "title": "Payments by status", "width": 4 },
        ],
    })
}

#[test]
fn dashboards_are_private_or_shared_and_survive() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let ann = server.token(&["--role", "viewer", "--name", "ann"]);
    let bob = server.token(&["--role", "analyst", "--name", "bob"]);
    let made = server.post(&ann, BOARDS, &payments());
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!((&made["owner"], &made["mine"]), (&json!("ann"), &json!(true)));
    assert_eq!((&made["shared"], &made["built_in"]), (&json!(false), &json!(false)));
    assert_eq!(made["items"], payments()["items"]);
    let path = format!("{BOARDS}/{}", made["id"].as_str().unwrap());
    assert_eq!(server.get_as(&ann, &path).json(), made);

    // Nobody else knows of it.
    assert_eq!(own(&server, &bob), [] as [&str; 0]);
    for reply in
        [server.get_as(&bob, &path), server.put(&bob, &path, &payments()), server.delete(&bob, &path)]
    {
        assert_eq!(reply.status, 404);
    }

    let shared = with(&payments(), "shared", true);
    assert_eq!(server.put(&ann, &path, &shared).json()["shared"], true);
    assert_eq!(own(&server, &bob), ["Payments"]);
    assert_eq!(server.get_as(&bob, &path).json()["mine"], false);
    let renamed = with(&shared, "name", "Payments, all");
    assert_eq!(server.put(&bob, &path, &renamed).status, 403);
    assert_eq!(server.delete(&bob, &path).status, 403);
    assert_eq!(server.put(ADMIN, &path, &renamed).json()["name"], "Payments, all");

    server.kill();
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(own(&server, &bob), ["Payments, all"]);
    assert_eq!(server.get_as(&bob, &path).json()["items"], payments()["items"]);
    let gone = server.delete(&ann, &path);
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(server.get_as(&ann, &path).status, 404);
}

#[test]
fn an_export_is_an_import_and_a_change_knows_what_it_changes() {
    let server = Server::start();
    let made = server.post(ADMIN, BOARDS, &payments()).json();
    let path = format!("{BOARDS}/{}", made["id"].as_str().unwrap());

    let again = server.post(ADMIN, BOARDS, &server.get(&path).json());
    assert_eq!(again.status, 201, "{}", again.text());
    let again = again.json();
    assert_ne!(again["id"], made["id"]);
    assert_eq!(again["items"], made["items"]);

    // The first change is kept; the second was made from what is no longer there.
    let first = server.put(ADMIN, &path, &with(&made, "name", "First"));
    assert_eq!(first.status, 200, "{}", first.text());
    let second = server.put(ADMIN, &path, &with(&made, "name", "Second"));
    assert_eq!(second.status, 409, "{}", second.text());
    assert_eq!(server.get(&path).json()["name"], "First");
    let second = server.put(ADMIN, &path, &with(&first.json(), "name", "Second"));
    assert_eq!(second.json()["name"], "Second");
}

#[test]
fn those_of_the_program_are_seen_by_all_and_stay() {
    let server = Server::start();
    let viewer = server.token(&["--role", "viewer"]);
    let boards = server.get_as(&viewer, BOARDS).json();
    let built_in: Vec<&Value> =
        boards["boards"].as_array().unwrap().iter().filter(|board| board["built_in"] == true).collect();
    assert_eq!(built_in[0]["name"], "AWS API Gateway");
    assert_eq!(built_in[0]["controls"].as_array().unwrap().len() + 1, 9, "the range is the ninth");
    let aws = server.get_as(&viewer, &format!("{BOARDS}/aws")).json();
    assert_eq!(&aws, built_in[0]);
    for reply in [
        server.put(ADMIN, &format!("{BOARDS}/aws"), &payments()),
        server.delete(ADMIN, &format!("{BOARDS}/aws")),
    ] {
        assert_eq!(reply.status, 409, "{}", reply.text());
        assert_eq!(reply.json()["remedy"], "save a copy of it");
    }
    let copy = server.post(&viewer, BOARDS, &aws);
    assert_eq!(copy.status, 201, "{}", copy.text());
    assert_eq!((&copy.json()["mine"], &copy.json()["built_in"]), (&json!(true), &json!(false)));

    // Whatever a dashboard of the program shows is answered.
    let names: Vec<&str> = built_in.iter().map(|board| board["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["AWS API Gateway", "Security watch", "Service levels", "Capacity & quotas"]);
    for board in built_in {
        for item in board["items"].as_array().unwrap() {
            let path = match (item["panel"].as_str(), item["explore"].as_object()) {
                (Some(panel), _) => format!("/api/v1/panels/{panel}"),
                (None, asked) => {
                    let asked = asked.unwrap().iter();
                    let params: Vec<String> = asked
                        .map(|(name, text)| format!("{name}={}", escaped(text.as_str().unwrap())))
                        .collect();
                    format!("/api/v1/explore?{}", params.join("&"))
                }
            };
            let reply = server.get(&path);
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        }
    }
}

#[test]
fn what_cannot_be_a_dashboard_is_refused() {
    let server = Server::start();
    let item = |item: Value| with(&payments(), "items", json!([item]));
    for (wrong, status) in [
        (json!({}), 400),
        (with(&payments(), "colour", "red"), 400),
        (with(&payments(), "name", "a\nb"), 400),
        (with(&payments(), "controls", json!(["colour"])), 400),
        (item(json!({ "panel": "top_ruotes", "width": 1 })), 400),
        (item(json!({ "panel": "top_routes", "width": 9 })), 400),
        (
            item(
                json!({ "explore": { "measure": "calls", "chart": "bars", "filter": "statsu:1" }, "width": 1 }),
            ),
            400,
        ),
        (with(&payments(), "items", json!(vec![json!({ "panel": "errors", "width": 1 }); 61])), 400),
        (with(&payments(), "about", "x".repeat(200_000)), 413),
        (with(&payments(), "updated", "soon"), 201),
    ] {
        let reply = server.post(ADMIN, BOARDS, &wrong);
        assert_eq!(reply.status, status, "{}", reply.text());
        if status >= 400 {
            assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        }
    }
    let problem = server.post(ADMIN, BOARDS, &item(json!({ "panel": "top_ruotes", "width": 1 }))).json();
    assert_eq!(
        (&problem["suggestions"], problem["detail"].as_str()),
        (&json!(["top_routes"]), Some("item 1: there is no panel top_ruotes"))
    );
}

fn with(board: &Value, member: &str, value: impl Into<Value>) -> Value {
    let mut board = board.clone();
    board[member] = value.into();
    board
}

/// The names of those that people made.
fn own(server: &Server, token: &str) -> Vec<String> {
    let boards = server.get_as(token, BOARDS).json();
    let boards = boards["boards"].as_array().unwrap();
    let made = boards.iter().filter(|board| board["built_in"] == false);
    made.map(|board| board["name"].as_str().unwrap().to_owned()).collect()
}
