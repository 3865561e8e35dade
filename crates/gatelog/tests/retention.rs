//! How long what is kept, seen and changed while the server runs, and holds.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use event::Timestamp;
use event::time::DAY;
use serde_json::{Value, json};
use server::{ADMIN, Server};

const PATH: &str = "/api/v1/retention";

/// So many events on each of these days before today, at noon.
fn filled(server: &Server, days: &[(i64, usize)], today: i64) {
    for (ago, count) in days {
        let time = Timestamp((today - ago) * DAY + DAY / 2);
        let line = |n: usize| {
            format!(
                r#"{{"timestamp":"{time}","request_id":"{ago}-{n}","method":"GET","path":"/","status":200}}"#
            )
        };
        let lines: Vec<String> = (0..*count).map(line).collect();
        assert_eq!(server.ingest("/ingest/json", lines.join("\n")).status, 200);
    }
}

fn today() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_secs() as i64 / 86_400
}

fn date(day: i64) -> String {
    Timestamp(day * DAY).to_string()[..10].to_owned()
}

#[test]
fn what_would_be_removed_is_told_and_what_is_held_is_not_of_it() {
    let keep = tempfile::tempdir().unwrap();
    let server = Server::on(keep.path(), &[], true);
    let today = today();
    filled(&server, &[(40, 3), (31, 5), (20, 7), (2, 11)], today);
    server.stop(); // Seals.
    let server = Server::on(keep.path(), &[], true);
    let at = |query: &str| server.json(&format!("{PATH}{query}"));
    let now = at("");
    assert_eq!(now["days"], json!({ "events": 180, "rollups": 730, "trail": 400 }));
    assert_eq!(now["set"], json!({ "events_days": null, "rollups_days": null, "trail_days": null }));
    assert_eq!((&now["use"]["events"], &now["use"]["days"]), (&json!(26), &json!(4)));
    assert_eq!(now["use"]["oldest"], date(today - 40));
    assert_eq!(now["removed"]["days"], 0);
    let tried = at("?events_days=30&rollups_days=60");
    assert_eq!((&tried["removed"]["days"], &tried["removed"]["events"]), (&json!(2), &json!(8)));
    let listed: Vec<&str> =
        tried["removed"]["list"].as_array().unwrap().iter().map(|day| day["day"].as_str().unwrap()).collect();
    assert_eq!(listed, [date(today - 40), date(today - 31)]);
    let bytes = |told: &Value| told["removed"]["bytes"].as_u64().unwrap();
    assert!(bytes(&tried) > 0 && bytes(&tried) < now["use"]["bytes"].as_u64().unwrap());
    assert_eq!(at("")["days"]["events"], 180, "trying changes nothing");
    // A week ago nothing came: two days are measured, with 11 events.
    assert_eq!(now["forecast"]["measured_days"], 2);
    assert!(now["forecast"]["bytes_per_day"].as_u64().unwrap() > 0);

    let hold =
        json!({ "stream": "events", "from": date(today - 35), "to": date(today - 25), "reason": "case 7" });
    let held = server.post(ADMIN, "/api/v1/holds", &hold);
    assert_eq!(held.status, 201, "{}", held.text());
    let id = held.json()["id"].as_str().unwrap().to_owned();
    let tried = at("?events_days=30");
    assert_eq!((&tried["removed"]["events"], &tried["removed"]["held_days"]), (&json!(3), &json!(1)));
    assert_eq!(tried["holds"][0]["reason"], "case 7");
    let path = format!("/api/v1/holds/{id}/release");
    assert_eq!(server.post(ADMIN, &path, &json!({})).status, 204);
    assert_eq!(server.post(ADMIN, &path, &json!({})).status, 404);
    assert_eq!(at("?events_days=30")["removed"]["events"], 8);
}

#[test]
fn a_hold_with_a_filter_keeps_days_that_have_what_it_finds() {
    let keep = tempfile::tempdir().unwrap();
    let server = Server::on(keep.path(), &[], true);
    let today = today();
    // Who called on which day, and how often.
    let calls = [
        (50, "acme", 2),
        (50, "other", 5),
        (45, "other", 7),
        (40, "acme", 1),
        (35, "other", 4),
        (3, "acme", 9),
    ];
    for (ago, who, count) in calls {
        let time = Timestamp((today - ago) * DAY + DAY / 2);
        let line = |n: usize| {
            format!(
                r#"{{"timestamp":"{time}","request_id":"{who}-{ago}-{n}","method":"GET","path":"/orders/{n}","status":200,"consumer":"{who}"}}"#
            )
        };
        let lines: Vec<String> = (0..count).map(line).collect();
        assert_eq!(server.ingest("/ingest/json", lines.join("\n")).status, 200);
    }
    server.stop(); // Seals.
    let server = Server::on(keep.path(), &[], true);
    assert_eq!(server.total("consumer:acme"), 12);
    let matches = |query: &str| server.json(&format!("/api/v1/holds/matches?{query}"));
    let filter = "consumer:acme path:/orders*";
    let asked = "filter=consumer:acme%20path:/orders*";
    let found = matches(asked);
    assert_eq!((&found["days"], &found["matching"], &found["events"]), (&json!(3), &json!(12), &json!(17)));
    let listed: Vec<(&str, u64, u64)> = found["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| {
            (day["day"].as_str().unwrap(), day["matching"].as_u64().unwrap(), day["events"].as_u64().unwrap())
        })
        .collect();
    let dates = [50, 40, 3].map(|ago| date(today - ago));
    assert_eq!(listed, [(&*dates[0], 2, 7), (&*dates[1], 1, 1), (&*dates[2], 9, 9)]);
    assert_eq!(matches(&format!("{asked}&to={}", date(today - 45)))["matching"], 2);
    assert_eq!(matches(&format!("{asked}&from={}", date(today - 2)))["days"], 0);
    assert_eq!(server.get("/api/v1/holds/matches?filter=nothing:x").status, 400);
    assert_eq!(server.get("/api/v1/holds/matches?from=yesterday").status, 400);

    let hold = |filter: &str, stream: &str| {
        let body = json!({ "stream": stream, "filter": filter, "reason": "case 8" });
        server.post(ADMIN, "/api/v1/holds", &body)
    };
    assert_eq!(hold("nothing:x", "events").status, 400);
    assert_eq!(hold(filter, "trail").status, 400);
    let held = hold(filter, "events");
    assert_eq!((held.status, &held.json()["filter"]), (201, &json!(filter)));
    let removed = |days: u32| server.json(&format!("{PATH}?events_days={days}"))["removed"].clone();
    // Two days without a call of acme, 11 events; two days stay for those they have.
    let told = removed(30);
    assert_eq!((&told["days"], &told["events"], &told["held_days"]), (&json!(2), &json!(11), &json!(2)));
    // It still does after a restart.
    server.stop();
    let server = Server::on(keep.path(), &[], true);
    let told = server.json(&format!("{PATH}?events_days=30"));
    assert_eq!((&told["removed"]["days"], &told["holds"][0]["filter"]), (&json!(2), &json!(filter)));
    let out = server.cli(ADMIN, &["retention", "--events", "30"]);
    assert!(String::from_utf8_lossy(&out.stdout).contains("with consumer:acme path:/orders*"), "{out:?}");
    let id = told["holds"][0]["id"].as_str().unwrap();
    assert_eq!(server.post(ADMIN, &format!("/api/v1/holds/{id}/release"), &json!({})).status, 204);
    assert_eq!(server.json(&format!("{PATH}?events_days=30"))["removed"]["days"], 4);
}

#[test]
fn what_is_set_holds_over_a_restart_and_is_in_the_trail() {
    let keep = tempfile::tempdir().unwrap();
    let server = Server::on(keep.path(), &[("GATELOG_RETAIN_DAYS", "90")], true);
    let set = json!({ "events_days": 366, "rollups_days": 730 });
    let reply = server.post(ADMIN, PATH, &set);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["days"], json!({ "events": 366, "rollups": 730, "trail": 400 }));
    let events = server.json("/api/v1/trail?from=1h&event=GL-RETENTION-SET");
    let id = events["events"][0]["id"].to_string();
    let event = server.json(&format!("/api/v1/trail/{}", id.trim_matches('"')));
    let text = event.to_string();
    assert!(text.contains("events_days") && text.contains("366") && text.contains("success"), "{text}");
    for wrong in [
        json!({ "events_days": 0 }),
        json!({ "events_days": 731 }),
        json!({ "trail_days": 399 }),
        json!({ "events_days": "many" }),
        json!({ "days": 3 }),
    ] {
        assert_eq!(server.post(ADMIN, PATH, &wrong).status, 400, "{wrong}");
    }
    assert_eq!(server.json(PATH)["set"]["events_days"], 366);
    for wrong in [
        json!({ "stream": "events", "reason": "" }),
        json!({ "stream": "all", "reason": "x" }),
        json!({ "stream": "trail", "reason": "x", "from": "yesterday" }),
    ] {
        assert_eq!(server.post(ADMIN, "/api/v1/holds", &wrong).status, 400, "{wrong}");
    }
    assert_eq!(
        server.post(ADMIN, "/api/v1/holds", &json!({ "stream": "trail", "reason": "all of it" })).status,
        201
    );
    server.stop();
    let server = Server::on(keep.path(), &[("GATELOG_RETAIN_DAYS", "90")], true);
    let told = server.json(PATH);
    assert_eq!((&told["days"]["events"], &told["settings"]["events"]), (&json!(366), &json!(90)));
    assert_eq!(told["holds"][0]["by"], "bootstrap");
    // Nobody who sees a part only says what is kept of the rest.
    let role = json!({ "permissions": ["settings:write", "account:own"], "rows": "status:200" });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/narrow", &role).status, 200);
    let narrow = server.person("nora", "narrow");
    assert_eq!(server.send_with(&narrow, "GET", PATH, &Value::Null).status, 403);
    assert_eq!(server.send_with(&narrow, "POST", PATH, &json!({})).status, 403);
}

#[test]
fn the_command_shows_tries_and_sets() {
    let server = Server::start();
    let run = |args: &[&str]| {
        let out = server.cli(ADMIN, &[&["retention"], args].concat());
        (
            out.status.success(),
            String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr),
        )
    };
    let (_, text) = run(&[]);
    assert!(
        text.starts_with("kept: events 180 days, roll-ups 730 days, operator trail 400 days\n"),
        "{text}"
    );
    assert!(run(&["--events", "90"]).1.starts_with("kept: events 90 days"));
    assert!(run(&[]).1.starts_with("kept: events 180 days"), "trying changes nothing");
    assert!(run(&["--preset", "hipaa", "--apply"]).1.starts_with("kept: events 2192 days, roll-ups 2192"));
    assert!(run(&["--events", "90", "--apply"]).1.starts_with("kept: events 90 days, roll-ups 2192"));
    assert!(run(&["--reset", "--apply"]).1.starts_with("kept: events 180 days, roll-ups 730"));
    let (good, text) = run(&["--preset", "sox"]);
    assert!(!good && text.contains("standard, pci, hipaa"), "{text}");
    let (good, text) = run(&["--trail", "1", "--apply"]);
    assert!(!good && text.contains("400 days"), "{text}");
}
