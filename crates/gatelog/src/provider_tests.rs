use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use event::time::SECOND;
use serde_json::{Value, json};

use super::*;

const TABLE: &str = "issuer = \"https://login.example.com\"\nclient_id = \"gatelog\"\n";
const MAP: &str =
    "[[map]]\ngroup = \"admins\"\nrole = \"admin\"\n[[map]]\ngroup = \"api-team\"\nrole = \"viewer\"\n";

fn oidc(more: &str) -> Oidc {
    toml::from_str(&format!("{TABLE}{more}")).unwrap()
}

fn provider() -> Provider {
    let config =
        Config { oidc: Some(oidc(MAP)), public_url: "https://g.example/".into(), ..Config::default() };
    Provider::new(&config).unwrap()
}

fn egress() -> Egress {
    Egress::new(relay::egress::Policy::default(), None, None).unwrap()
}

/// A sign-in that was begun, with the nonce of the tokens.
fn wait(provider: &Provider, state: &str, begun: i64) {
    let [cookie, nonce, verifier] = ["cookie", "n-0S6_WzA2Mj", "verifier"].map(str::to_owned);
    let pending = Pending { cookie, nonce, verifier, begun: Timestamp(begun) };
    provider.pending.lock().unwrap().insert(state.to_owned(), pending);
}

/// What the provider said of itself, with its doors at this address.
fn knows(provider: &Provider, at: &str, asked: Timestamp, keys: &Value, keys_asked: Timestamp) {
    let doors = json!({ "issuer": "https://login.example.com", "token_endpoint": format!("{at}/token"),
        "authorization_endpoint": "https://login.example.com/auth?tenant=1", "jwks_uri": format!("{at}/keys"),
        "authorization_response_iss_parameter_supported": true });
    let doors = serde_json::from_value(doors).unwrap();
    let keys = PublishedKeys::read(keys);
    *provider.known.lock().unwrap() = Some(Known { doors, asked, keys, keys_asked });
}

/// A provider's doors: what each answers, and what was asked of them.
fn doors(token: Value, keys: Value) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            let answer = if head.starts_with("POST /token ") { &token } else { &keys };
            told.lock().unwrap().push(format!("{head}{}", String::from_utf8(body).unwrap()));
            let text = answer.to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
            reader.get_mut().write_all(format!("{head}{text}").as_bytes()).unwrap();
        }
    });
    (at, asked)
}

fn returned(more: Value) -> Returned {
    let mut answer = json!({ "state": "a", "code": "c+1", "iss": "https://login.example.com" });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(answer).unwrap()
}

#[test]
fn the_first_entry_that_fits_gives_the_role_and_nothing_gives_none() {
    let of = |groups: &[&str]| oidc(MAP).role(groups).map(|role| role.to_string());
    assert_eq!(of(&["api-team", "admins"]).as_deref(), Some("admin"));
    assert_eq!(of(&["other", "api-team"]).as_deref(), Some("viewer"));
    assert_eq!(of(&["Admins", ""]), None);
    assert_eq!(oidc("").role(&["admins"]), None);
}

#[test]
fn what_cannot_be_is_refused_at_the_start() {
    assert_eq!(oidc("").check("https://gatelog.example.com"), Ok(()));
    assert!(oidc("").check("").unwrap_err().contains("public_url"));
    let wrong = [
        "scopes = [\"profile\"]",
        "scopes = [\"openid email\"]",
        "groups_claim = \"\"",
        "label = \"\"",
        "[[map]]\ngroup = \"\"\nrole = \"viewer\"",
        "[[map]]\ngroup = \"a\"\nrole = \"No Name\"",
    ];
    for more in wrong {
        assert!(oidc(more).check("https://g").is_err(), "{more}");
    }
    let plain: Oidc = toml::from_str("issuer = \"http://login.example.com\"\nclient_id = \"g\"").unwrap();
    assert!(plain.check("https://g").unwrap_err().contains("issuer"));
    assert!(toml::from_str::<Oidc>(&format!("{TABLE}admin = true")).is_err());
}

#[test]
fn a_sign_in_is_answered_once_in_its_browser_and_in_its_time() {
    let provider = provider();
    assert_eq!(provider.redirect_uri, "https://g.example/welcome");
    wait(&provider, "a", 0);
    let take = |state, cookie, at| provider.take(state, cookie, Timestamp(at)).is_some();
    assert!(!take("b", "cookie", 1));
    assert!(!take("a", "cookie of another", 1) && !take("a", "", 1));
    assert!(take("a", "cookie", 1));
    assert!(!take("a", "cookie", 1));
    wait(&provider, "late", 0);
    assert!(!take("late", "cookie", PENDING_LIVES));
}

#[test]
fn sign_ins_that_wait_have_a_bound() {
    let (provider, begun) = (provider(), Timestamp(1));
    knows(&provider, "http://127.0.0.1:9", Timestamp(0), &json!({}), Timestamp(0));
    let first = provider.begin(&egress(), begun).unwrap().location;
    let start = "https://login.example.com/auth?tenant=1&response_type=code&client_id=gatelog\
                 &redirect_uri=https%3A%2F%2Fg.example%2Fwelcome&scope=openid+profile+email&state=";
    assert!(first.starts_with(start) && first.ends_with("&code_challenge_method=S256"), "{first}");
    for n in 1..PENDING_MAX {
        wait(&provider, &n.to_string(), 1);
    }
    assert!(matches!(provider.begin(&egress(), Timestamp(2)), Err(Error::Busy)));
    assert!(provider.begin(&egress(), Timestamp(1 + PENDING_LIVES)).is_ok());
    assert_eq!(provider.pending.lock().unwrap().len(), 1);
}

#[test]
fn keys_are_asked_for_again_once_a_minute_and_no_more() {
    let fixture: Value =
        serde_json::from_str(include_str!("../../keys/tests/id_tokens/tokens.json")).unwrap();
    let now = Timestamp(fixture["now"].as_i64().unwrap() * SECOND);
    let (at, asked) = doors(json!({ "id_token": fixture["cases"][0]["token"] }), fixture["keys"].clone());
    let (provider, none) = (provider(), json!({ "keys": [] }));
    let finish = |more: Value| {
        wait(&provider, "a", now.0);
        provider.finish(&egress(), "cookie", returned(more), now)
    };
    // Keys that changed since a minute: they are fetched.
    knows(&provider, &at, now, &none, Timestamp(now.0 - KEYS_AGAIN));
    let (who, role) = finish(json!({})).unwrap();
    assert_eq!((who.subject().subject.as_str(), role.as_str()), ("f1c3", "viewer"));
    let sent = std::mem::take(&mut *asked.lock().unwrap());
    assert_eq!(sent.len(), 2, "{sent:?}");
    let form = "grant_type=authorization_code&code=c%2B1&redirect_uri=https%3A%2F%2Fg.example%2Fwelcome&code_verifier=verifier&client_id=gatelog";
    assert!(sent[0].ends_with(form), "{}", sent[0]);
    // They are known now.
    finish(json!({})).unwrap();
    assert_eq!(std::mem::take(&mut *asked.lock().unwrap()).len(), 1);
    // Keys that were fetched within the minute are not fetched again.
    knows(&provider, &at, now, &none, Timestamp(now.0 - KEYS_AGAIN + 1));
    assert!(matches!(finish(json!({})), Err(Error::BadToken(BadToken::UnknownKey))));
    assert_eq!(std::mem::take(&mut *asked.lock().unwrap()).len(), 1);
    // What is not of this provider, or says no, is not asked for a token.
    assert!(matches!(finish(json!({ "iss": "https://evil.example" })), Err(Error::Mixed)));
    assert!(matches!(finish(json!({ "iss": null })), Err(Error::Mixed)));
    assert!(matches!(finish(json!({ "error": "access_denied" })), Err(Error::Declined(_))));
    assert!(matches!(finish(json!({ "code": null })), Err(Error::Declined(_))));
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn what_stands_in_the_address_is_not_repeated_as_it_is() {
    assert_eq!(plain("access_denied"), "access_denied");
    assert_eq!(plain("<b>call 555 now"), "bcall555now");
    assert_eq!(plain(""), "it sent no code");
}
