//! People, roles, tokens and sessions, as an admin and as a thief of credentials would have it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{ADMIN, PASSWORD, Server, cookie};

const NONE: Value = Value::Null;

/// The one-time link a server printed.
fn link(text: &str) -> String {
    text.split("/welcome#").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned()
}

/// Opens a session with a link.
fn enter(server: &Server, link: &str) -> String {
    let headers = [("Content-Type", "application/json")];
    let body = json!({ "token": link }).to_string();
    let reply = server.send("POST", "/api/v1/session", &headers, body.as_bytes());
    assert_eq!((reply.status, &reply.json()["role"]), (200, &json!("super_admin")));
    cookie(&reply)
}

/// Waits until an address answers with that status. Five seconds are promised; a machine that does much else has more.
fn soon(what: &str, mut status: impl FnMut() -> u16, wanted: u16) {
    let until = Instant::now() + Duration::from_secs(30);
    while status() != wanted {
        assert!(Instant::now() < until, "{what}");
        // Not more often than someone without a credential may try.
        std::thread::sleep(Duration::from_millis(1_000));
    }
}

#[test]
fn the_first_link_leads_to_the_first_account() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], false);
    server.until_logged("/welcome#");
    let session = enter(&server, &link(&server.log()));
    let ann = json!({ "name": "ann", "full_name": "Ann Smith", "role": "super_admin", "password": PASSWORD });
    let made = server.send_with(&session, "POST", "/api/v1/users", &ann);
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["full_name"], "Ann Smith");
    assert_eq!(server.send_with(&session, "GET", "/api/v1/account", &NONE).status, 409);

    let reply = server.sign_in("ann", PASSWORD);
    let own = cookie(&reply);
    let me = reply.json();
    assert_eq!((&me["user"], &me["role"], &me["rows"]), (&json!("ann"), &json!("super_admin"), &json!([])));
    let account = server.send_with(&own, "GET", "/api/v1/account", &NONE).json();
    assert_eq!(account["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(account["sessions"][0]["address"], "127.0.0.1");
    // Nobody can lock everyone out, and what is refused changes nothing: not the password, no session.
    let less = json!({ "full_name": "Ann", "role": "viewer", "password": "another long one" });
    assert_eq!(server.send_with(&own, "PUT", "/api/v1/users/ann", &less).status, 409);
    assert_eq!(server.send_with(&own, "GET", "/api/v1/account", &NONE).status, 200);
    assert_eq!(server.send_with(&own, "DELETE", "/api/v1/users/ann", &NONE).status, 409);
    // No link is printed when someone can sign in, and what was saved holds no password.
    let saved = std::fs::read_to_string(dir.path().join("catalog.json")).unwrap();
    assert!(!saved.contains(PASSWORD) && !server.log().contains(PASSWORD));
    server.stop();
    let server = Server::on(dir.path(), &[], false);
    assert_eq!(server.sign_in("ann", PASSWORD).status, 200);
    assert!(!server.log().contains("/welcome#"));
}

#[test]
fn nobody_gives_what_they_do_not_have() {
    let server = Server::start();
    let role = |permissions: &[&str]| json!({ "permissions": permissions });
    let keeper = ["members:read", "members:write", "tokens:write", "panels:read", "account:own"];
    assert_eq!(server.put(ADMIN, "/api/v1/roles/keeper", &role(&keeper)).status, 200);
    let keeper = server.person("kim", "keeper");
    let admin = server.person("adam", "admin");
    let user = |role: &str| json!({ "name": "bob", "role": role, "password": PASSWORD });
    let token = |role: &str| json!({ "name": "bob", "role": role });
    let status =
        |who: &str, method: &str, path: &str, body: &Value| server.send_with(who, method, path, body).status;
    for role in ["analyst", "admin", "super_admin"] {
        assert_eq!(status(&keeper, "POST", "/api/v1/users", &user(role)), 403, "{role}");
        assert_eq!(status(&keeper, "POST", "/api/v1/tokens", &token(role)), 403, "{role}");
    }
    assert_eq!(status(&admin, "POST", "/api/v1/users", &user("super_admin")), 403);
    assert_eq!(status(&admin, "POST", "/api/v1/tokens", &token("super_admin")), 403);
    assert_eq!(status(&keeper, "PUT", "/api/v1/roles/more", &role(&["events:read"])), 403);
    assert_eq!(status(&keeper, "PUT", "/api/v1/roles/less", &role(&["panels:read"])), 200);
    // Not by way of another account either: its password, its role, its removal.
    let taken = json!({ "full_name": "Adam", "role": "keeper", "password": "another long one" });
    assert_eq!(status(&keeper, "PUT", "/api/v1/users/adam", &taken), 403);
    assert_eq!(status(&keeper, "DELETE", "/api/v1/users/adam", &NONE), 403);
    // Not by way of a role that someone has, nor of a token that may more.
    assert_eq!(status(&keeper, "PUT", "/api/v1/roles/keeper", &role(&["events:read"])), 403);
    let strong = server.token(&["--role", "admin"]);
    let id = strong.split('_').nth(2).unwrap();
    let path = format!("/api/v1/tokens/{id}/rotate");
    assert_eq!(status(&keeper, "POST", &path, &json!({})), 403);
    assert_eq!(status(&admin, "POST", &path, &json!({})), 201);
    // Who sees a part only gives nothing.
    let narrow = json!({ "full_name": "Adam", "role": "admin", "rows": "status:200" });
    assert_eq!(server.put(ADMIN, "/api/v1/users/adam", &narrow).status, 200);
    let admin = cookie(&server.sign_in("adam", PASSWORD));
    assert_eq!(status(&admin, "POST", "/api/v1/users", &user("viewer")), 403);
    for (path, body, wanted) in [
        ("/api/v1/roles/admin", role(&["panels:read"]), 409),
        ("/api/v1/roles/x", role(&["panels:read"]), 400),
        ("/api/v1/roles/empty", role(&[]), 400),
        ("/api/v1/roles/sender", role(&["events:append"]), 403),
        ("/api/v1/roles/wrong", json!({ "permissions": ["panels:read"], "rows": "statsu:1" }), 400),
    ] {
        assert_eq!(server.put(ADMIN, path, &body).status, wanted, "{path}");
    }
    assert_eq!(server.delete(ADMIN, "/api/v1/roles/keeper").status, 409, "kim has it");
    assert_eq!(server.delete(ADMIN, "/api/v1/roles/less").status, 204);
}

#[test]
fn a_change_of_rights_counts_at_once() {
    let server = Server::start();
    server.ingest("/ingest", server::lines(0..70));
    let ann = server.person("ann", "analyst");
    let own = json!({ "name": "mine", "days": 7 });
    let made = server.send_with(&ann, "POST", "/api/v1/account/tokens", &own).json();
    let (token, id) = (made["token"].as_str().unwrap(), made["entry"]["id"].as_str().unwrap());
    let events = "/api/v1/events?from=2000-01-01&to=2100-01-01&limit=1000";
    let count = |token: &str| server.get_as(token, events).json()["events"].as_array().unwrap().len();
    assert_eq!(count(token), 70);
    // A token has no right to the account: a stolen one makes no other.
    assert_eq!(server.post(token, "/api/v1/account/tokens", &own).status, 403);
    let nobodys = json!({ "name": "mine", "role": "no-such-role" });
    assert_eq!(server.send_with(&ann, "POST", "/api/v1/account/tokens", &nobodys).status, 404);

    let said = |role: &str, rows: Value, disabled: bool| json!({ "full_name": "Ann", "role": role, "rows": rows, "disabled": disabled });
    let change = |body: Value| assert_eq!(server.put(ADMIN, "/api/v1/users/ann", &body).status, 200);
    change(said("analyst", json!("consumer_id:app-1"), false));
    assert_eq!(count(token), 10);
    assert_eq!(server.send_with(&ann, "GET", events, &NONE).status, 401, "the session ended");
    let ann = cookie(&server.sign_in("ann", PASSWORD));
    assert_eq!(server.send_with(&ann, "GET", events, &NONE).json()["events"].as_array().unwrap().len(), 10);
    change(said("viewer", NONE, false));
    assert_eq!(server.get_as(token, events).status, 403);
    change(said("viewer", NONE, true));
    assert_eq!(server.get_as(token, events).status, 401);
    assert_eq!(server.sign_in("ann", PASSWORD).status, 401);
    change(said("analyst", NONE, false));
    assert_eq!(count(token), 70);

    // A role of one's own: what it says holds for who has it, with the filters of all.
    let team = json!({ "permissions": ["events:read", "account:own"], "rows": "consumer_id:app-1,app-2" });
    assert_eq!(server.put(ADMIN, "/api/v1/roles/team", &team).status, 200);
    change(said("team", json!("consumer_id:app-2,app-3"), false));
    assert_eq!(count(token), 10);

    // Taken back on the command line while the server runs.
    assert!(server.cli("", &["token", "revoke", id]).status.success());
    soon("revoked by the command line", || server.get_as(token, events).status, 401);
    let other = server.token(&["--role", "analyst"]);
    let id = other.split('_').nth(2).unwrap();
    assert_eq!(server.delete(ADMIN, &format!("/api/v1/tokens/{id}")).status, 204);
    assert_eq!(server.get_as(&other, events).status, 401);
}

#[test]
fn sessions_are_listed_and_ended() {
    let server = Server::start();
    let first = server.person("ann", "analyst");
    let second = cookie(&server.sign_in("ann", PASSWORD));
    let bob = server.person("bob", "viewer");
    let mine = server.send_with(&second, "GET", "/api/v1/account", &NONE).json();
    let sessions = mine["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|s| s["current"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/account/sessions/{other}");
    assert_eq!(server.send_with(&bob, "DELETE", &path, &NONE).status, 404, "not his");
    assert_eq!(server.send_with(&second, "DELETE", &path, &NONE).status, 204);
    assert_eq!(server.send_with(&first, "GET", "/api/v1/account", &NONE).status, 401);

    // A new password ends the other sessions; the old one is asked for.
    let third = cookie(&server.sign_in("ann", PASSWORD));
    let new = |old: &str, new: &str| json!({ "old": old, "new": new });
    let change = |body: &Value| server.send_with(&third, "PUT", "/api/v1/account/password", body);
    assert_eq!(change(&new("not this one", "another long one")).status, 401);
    assert_eq!(change(&new(PASSWORD, "password1234")).status, 422);
    assert_eq!(change(&new(PASSWORD, "another long one")).status, 204);
    assert_eq!(server.send_with(&third, "GET", "/api/v1/account", &NONE).status, 200);
    assert_eq!(server.send_with(&second, "GET", "/api/v1/account", &NONE).status, 401);
    assert_eq!(server.sign_in("ann", PASSWORD).status, 401);

    let all = server.json("/api/v1/sessions");
    let bobs = all["sessions"].as_array().unwrap().iter().find(|s| s["user"] == "bob").unwrap().clone();
    assert_eq!(
        server.delete(ADMIN, &format!("/api/v1/sessions/{}", bobs["id"].as_str().unwrap())).status,
        204
    );
    assert_eq!(server.send_with(&bob, "GET", "/api/v1/panels", &NONE).status, 401);
    // Signing in again leaves the session of before behind.
    let fourth = server.send(
        "POST",
        "/api/v1/session",
        &[("Content-Type", "application/json"), ("Cookie", &third)],
        json!({ "name": "ann", "password": "another long one" }).to_string().as_bytes(),
    );
    assert_eq!(fourth.status, 200);
    assert_eq!(server.send_with(&third, "GET", "/api/v1/account", &NONE).status, 401);
    // Another site changes nothing with a cookie.
    let cookie = cookie(&fourth);
    let foreign =
        [("Cookie", cookie.as_str()), ("Content-Type", "application/json"), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(server.send("POST", "/api/v1/account/tokens", &foreign, b"{\"name\":\"x\"}").status, 403);
    let form = [("Cookie", cookie.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(server.send("POST", "/api/v1/account/tokens", &form, b"name=x").status, 415);
}

#[test]
fn wrong_passwords_cost_time_and_tell_nothing() {
    let server = Server::start();
    server.person("ann", "viewer");
    let words = |name: &str| server.sign_in(name, "not the password").json();
    assert_eq!(words("ann"), words("nobody"), "who exists is not told");
    let mut fifth = Instant::now();
    for _ in 0..4 {
        fifth = Instant::now();
        assert_eq!(server.sign_in("ann", "not the password").status, 401);
    }
    let reply = server.sign_in("ann", PASSWORD);
    // The first wait is a second; on a machine that was slower than that it is over.
    if fifth.elapsed() < Duration::from_secs(1) {
        assert_eq!(reply.status, 429, "{}", reply.text());
        assert!(reply.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    }
    assert_eq!(server.sign_in("bob", "not the password").status, 401, "others need not wait");
    // Whoever looks after it sees which account was tried; a name nobody has may be a password, so it is masked.
    let trail = server.json("/api/v1/trail?event=GL-SESSION-START&outcome=denied&from=2000-01-01&limit=100");
    let told = |event: &Value| server.json(&format!("/api/v1/trail/{}", event["id"].as_str().unwrap()));
    let tried: Vec<Value> = trail["events"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(tried.iter().filter(|event| event["resource_name"] == "ann").count(), 5);
    let masked = |event: &&Value| event["request"]["body"]["credential"].to_string().contains("hmac:");
    assert_eq!(tried.iter().filter(masked).count(), 2, "{tried:?}");
    let text = json!(tried).to_string();
    assert!(
        !text.contains("nobody") && !text.contains("bob") && !text.contains("not the password"),
        "{text}"
    );
    let both = json!({ "name": "ann", "password": PASSWORD, "token": ADMIN }).to_string();
    let json = [("Content-Type", "application/json")];
    assert_eq!(server.send("POST", "/api/v1/session", &json, both.as_bytes()).status, 400);
    assert_eq!(server.send("POST", "/api/v1/session", &json, b"{}").status, 400);
    for password in ["short", "password1234", "ann is my name"] {
        let user = json!({ "name": "ann", "role": "viewer", "password": password });
        assert_eq!(server.post(ADMIN, "/api/v1/users", &user).status, 422, "{password}");
    }
    for (name, status) in [("Ann", 400), ("a b", 400), ("", 400), ("ann", 409)] {
        let user = json!({ "name": name, "role": "viewer", "password": PASSWORD });
        assert_eq!(server.post(ADMIN, "/api/v1/users", &user).status, status, "{name:?}");
    }
}

#[test]
fn whoever_has_the_machine_gets_in_for_a_quarter_of_an_hour() {
    let server = Server::start();
    let printed = server.cli("", &["admin", "rescue"]);
    assert!(printed.status.success());
    let link = link(&String::from_utf8(printed.stdout).unwrap());
    let body = json!({ "token": link }).to_string();
    let open =
        || server.send("POST", "/api/v1/session", &[("Content-Type", "application/json")], body.as_bytes());
    let mut opened = None;
    soon(
        "the server takes the link",
        || {
            let reply = open();
            let status = reply.status;
            opened = opened.take().or((status == 200).then(|| cookie(&reply)));
            status
        },
        200,
    );
    assert_eq!(open().status, 401, "once");
    let all = server.send_with(&opened.unwrap(), "GET", "/api/v1/sessions", &NONE).json();
    let session = &all["sessions"][0];
    let time = |name: &str| event::Timestamp::parse(session[name].as_str().unwrap()).unwrap().0;
    assert_eq!((time("ends") - time("created")) / event::time::MINUTE, 15);
    assert_eq!((&session["name"], &session["role"]), (&json!("rescue"), &json!("super_admin")));
}
