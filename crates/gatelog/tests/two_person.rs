//! What would remove something waits for somebody else, and only for somebody else.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use serde_json::{Value, json};
use server::{ADMIN, Reply, Server};

const PATH: &str = "/api/v1/retention";

fn days(server: &Server) -> u64 {
    server.json(PATH)["days"]["events"].as_u64().unwrap()
}

fn waiting(server: &Server) -> Vec<Value> {
    server.json(PATH)["waiting"].as_array().unwrap().clone()
}

/// The token of an account of its own.
fn token_of(server: &Server, cookie: &str) -> String {
    let made = server.send_with(cookie, "POST", "/api/v1/account/tokens", &json!({ "name": "mine" }));
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["token"].as_str().unwrap().to_owned()
}

#[test]
fn what_would_remove_something_waits_for_somebody_else() {
    let server = Server::with(&[("GATELOG_TWO_PERSON_RULE", "true")]);
    let (ada, bob) = (server.person("ada", "admin"), server.person("bob", "admin"));
    let adas_token = token_of(&server, &ada);
    let post = |cookie: &str, path: &str, body: &Value| server.send_with(cookie, "POST", path, body);
    // Longer is done at once; an application does not even ask for less.
    assert_eq!(post(&ada, PATH, &json!({ "events_days": 366 })).status, 200);
    assert_eq!((server.post(ADMIN, PATH, &json!({ "events_days": 30 })).status, days(&server)), (409, 366));
    let asked = post(&ada, PATH, &json!({ "events_days": 30 }));
    assert_eq!((asked.status, days(&server)), (202, 366), "{}", asked.text());
    let told = &asked.json()["waiting"];
    assert_eq!(
        (&told["by"], &told["is_own"], &told["wish"]["set"]["events_days"]),
        (&json!("ada"), &json!(true), &json!(30))
    );
    let id = told["id"].as_str().unwrap().to_owned();
    assert_eq!(waiting(&server).len(), 1);
    // Taking the set time back would be less, too.
    assert_eq!(post(&ada, PATH, &json!({})).status, 202);
    let end = |verb: &str| format!("/api/v1/requests/{id}/{verb}");
    // Neither she herself, nor her token, nor an application.
    let refused = |reply: Reply| assert_eq!((reply.status, days(&server)), (409, 366), "{}", reply.text());
    refused(post(&ada, &end("approve"), &json!({})));
    refused(server.post(&adas_token, &end("approve"), &json!({})));
    refused(server.post(ADMIN, &end("approve"), &json!({})));
    refused(server.post(ADMIN, &end("decline"), &json!({})));
    let eve = server.person("eve", "editor");
    assert_eq!(post(&eve, &end("approve"), &json!({})).status, 403);
    assert_eq!(post(&bob, "/api/v1/requests/0/approve", &json!({})).status, 404);
    let done = post(&bob, &end("approve"), &json!({}));
    assert_eq!((done.status, days(&server)), (204, 30), "{}", done.text());
    assert_eq!(post(&bob, &end("approve"), &json!({})).status, 404, "once");

    // A token of hers asks as she does, and the other approves with a token of his on the command line.
    let held = post(&ada, "/api/v1/holds", &json!({ "stream": "events", "reason": "case 9" })).json();
    let release = format!("/api/v1/holds/{}/release", held["id"].as_str().unwrap());
    let asked = server.post(&adas_token, &release, &json!({}));
    assert_eq!(asked.status, 202, "{}", asked.text());
    let id = asked.json()["waiting"]["id"].as_str().unwrap().to_owned();
    assert_eq!(post(&ada, &format!("/api/v1/requests/{id}/approve"), &json!({})).status, 409);
    let bobs_token = token_of(&server, &bob);
    let out = server.cli(&bobs_token, &["retention"]);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(text.contains("asked by ada: releasing the hold: case 9"), "{text}");
    assert!(!server.cli(&adas_token, &["retention", "--approve", &id]).status.success());
    assert!(server.cli(&bobs_token, &["retention", "--approve", &id]).status.success());
    assert_eq!(server.json(PATH)["holds"], json!([]));

    // Declined, nothing is done.
    let left = waiting(&server);
    assert_eq!(left.len(), 1, "{left:?}");
    let id = left[0]["id"].as_str().unwrap();
    assert!(server.cli(&bobs_token, &["retention", "--decline", id]).status.success());
    assert_eq!((waiting(&server).len(), days(&server)), (0, 30));

    // The trail has both of them.
    let found = server.json("/api/v1/trail?from=1h&event=GL-REQUEST-APPROVE&operator=bob&outcome=success");
    let event = &found["events"][0];
    let whole =
        server.json(&format!("/api/v1/trail/{}", event["id"].to_string().trim_matches('"'))).to_string();
    assert!(whole.contains("ada") && whole.contains("bob"), "{whole}");
    let asked = server.json("/api/v1/trail?from=1h&event=GL-RETENTION-SET&operator=ada");
    assert!(asked["events"].as_array().unwrap().len() >= 3, "{asked}");
}

#[test]
fn an_erasure_waits_until_somebody_else_names_the_same_person() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[("GATELOG_TWO_PERSON_RULE", "true")], true);
    let line = r#"{"timestamp":"2026-11-21T10:00:00Z","method":"GET","path":"/a","status":200,"consumer_name":"alice-of-sales"}"#;
    assert_eq!(server.ingest("/ingest/json", line).json()["accepted"], 1);
    let (ada, bob) = (server.person("ada", "admin"), server.person("bob", "admin"));
    let post = |cookie: &str, path: &str, body: &Value| server.send_with(cookie, "POST", path, body);
    let (path, person) = ("/api/v1/erasures", json!({ "subject": "consumer", "value": "alice-of-sales" }));
    let others = json!({ "subject": "consumer", "value": "nobody" });
    assert_eq!(server.post(ADMIN, path, &person).status, 409, "an application");
    let asked = post(&ada, path, &person);
    let told = asked.json()["waiting"].clone();
    assert_eq!((asked.status, &told["wish"]["kind"]), (202, &json!("erase")), "{}", asked.text());
    // Once more by her, and another one by him: nothing is done.
    assert_eq!(post(&ada, path, &person).json()["waiting"]["is_own"], true);
    assert!(post(&bob, path, &others).json()["waiting"].is_object());
    assert_eq!((waiting(&server).len(), server.total("consumer:alice-of-sales")), (2, 1));
    assert_eq!(server.json(path)["erasures"], json!([]));
    // Who it is, waits nowhere.
    let catalog = std::fs::read_to_string(dir.path().join("catalog.json")).unwrap();
    assert!(catalog.contains("\"erase\"") && !catalog.contains("alice-of-sales"));
    let id =
        waiting(&server).iter().find(|one| one["by"] == "ada").unwrap()["id"].as_str().unwrap().to_owned();
    let approved = post(&bob, &format!("/api/v1/requests/{id}/approve"), &json!({}));
    assert!(approved.status == 409 && approved.text().contains("names the person"), "{}", approved.text());

    let trial = post(&bob, "/api/v1/erasures/try", &person).json();
    assert_eq!((&trial["asked_by"], &trial["two_person_rule"]), (&json!("ada"), &json!(true)), "{trial}");
    let bobs_token = token_of(&server, &bob);
    let done = server.cli(&bobs_token, &["erase", "consumer", "alice-of-sales", "--apply"]);
    assert!(done.status.success(), "{done:?}");
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.contains("ada has asked") && text.contains("erased: 1 access events"), "{text}");
    assert_eq!((waiting(&server).len(), server.total("consumer:alice-of-sales")), (1, 0));
    // Once: the next one waits again.
    assert!(post(&bob, path, &person).json()["waiting"].is_object());
    // Who may not erase does not decline it either.
    let keeps = json!({ "permissions": ["settings:write"] });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/keeper", &keeps).status, 200);
    let (eve, all) = (server.person("eve", "keeper"), waiting(&server));
    let decline = |who: &str| {
        let path = format!("/api/v1/requests/{}/decline", all[0]["id"].as_str().unwrap());
        post(who, &path, &json!({})).status
    };
    assert_eq!((decline(&eve), waiting(&server).len()), (403, 2));
    assert_eq!((decline(&ada), waiting(&server).len()), (204, 1));
    let asked = server.cli(&bobs_token, &["retention"]);
    let text = String::from_utf8_lossy(&asked.stdout).into_owned();
    assert!(text.contains("erasing a person (consumer) known as"), "{text}");
    for who in ["ada", "bob"] {
        let found = server.json(&format!("/api/v1/trail?from=1h&event=GL-ERASURE-RUN&operator={who}"));
        assert!(!found["events"].as_array().unwrap().is_empty(), "{who}");
    }
}

#[test]
fn whoever_could_approve_an_erasure_may_decline_it() {
    let server = Server::with(&[("GATELOG_TWO_PERSON_RULE", "true")]);
    for (role, permission) in [("eraser", "persons:erase"), ("keeper", "settings:write")] {
        let role = format!("/api/v1/roles/{role}");
        assert_eq!(
            server.put(ADMIN, &role, &json!({ "permissions": [permission, "account:own"] })).status,
            200
        );
    }
    let [ada, bob, eve] = [("ada", "eraser"), ("bob", "eraser"), ("eve", "keeper")]
        .map(|(name, role)| server.person(name, role));
    let post = |cookie: &str, path: &str, body: &Value| server.send_with(cookie, "POST", path, body);
    let person = json!({ "subject": "consumer", "value": "alice-of-sales" });
    let ask = || {
        let asked = post(&ada, "/api/v1/erasures", &person);
        assert_eq!(asked.status, 202, "{}", asked.text());
        asked.json()["waiting"]["id"].as_str().unwrap().to_owned()
    };
    let decline = |who: &str, id: &str| {
        post(who, &format!("/api/v1/erasures/requests/{id}/decline"), &json!({})).status
    };
    let seen = || server.json("/api/v1/erasures")["waiting"].as_array().unwrap().len();
    // Those who could approve it see it, and decline it; who asked withdraws it.
    for who in [&bob, &ada] {
        let id = ask();
        let told = server.send("GET", "/api/v1/erasures", &[("Cookie", who)], b"").json();
        assert_eq!((&told["waiting"][0]["id"], &told["waiting"][0]["by"]), (&json!(id), &json!("ada")));
        assert_eq!(
            (
                decline(&eve, &id),
                server.post(ADMIN, &format!("/api/v1/erasures/requests/{id}/decline"), &json!({})).status,
                seen()
            ),
            (403, 409, 1)
        );
        assert_eq!((decline(who, &id), seen(), decline(who, &id)), (204, 0, 404));
    }
    // And nothing else that waits.
    let asked = post(&eve, PATH, &json!({ "events_days": 30 })).json();
    let id = asked["waiting"]["id"].as_str().unwrap();
    assert_eq!((seen(), decline(&bob, id), waiting(&server).len()), (0, 404, 1));
    assert_eq!(post(&bob, &format!("/api/v1/requests/{id}/decline"), &json!({})).status, 403);
    // On the command line, where what is no id is refused and not passed over.
    for args in
        [["erase", "--decline", ""], ["retention", "--decline", "a/b"], ["retention", "--approve", "a b"]]
    {
        let out = server.cli(ADMIN, &args);
        assert!(
            !out.status.success() && String::from_utf8_lossy(&out.stderr).contains("is no id"),
            "{out:?}"
        );
    }
    let id = ask();
    let bobs_token = token_of(&server, &bob);
    let out = server.cli(&bobs_token, &["erase", "--decline", &id]);
    assert!(out.status.success(), "{out:?}");
    assert_eq!(seen(), 0);
}

#[test]
fn without_the_rule_one_is_enough() {
    let server = Server::start();
    assert_eq!((server.post(ADMIN, PATH, &json!({ "events_days": 30 })).status, days(&server)), (200, 30));
    assert_eq!(server.json(PATH)["two_person_rule"], false);
}
