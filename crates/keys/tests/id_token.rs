//! ID tokens that another program signed, good ones and those of someone who wants in: `id_tokens/make.mjs`. And the
//! accounts of those who are believed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

use event::Timestamp;
use keys::{
    BadToken, Error, Expected, ID_TOKEN_BYTES_MAX, Identity, Keyring, PublishedKeys, Role, RoleName, Said,
    identity,
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("id_tokens/tokens.json")).unwrap()
}

fn checked(fixture: &Value, token: &str) -> Result<Identity, BadToken> {
    let now = Timestamp(fixture["now"].as_i64().unwrap() * 1_000_000);
    let (issuer, client_id, nonce) = ("https://login.example.com", "gatelog", "n-0S6_WzA2Mj");
    identity(token, &PublishedKeys::read(&fixture["keys"]), Expected { issuer, client_id, nonce, now })
}

fn named(error: &BadToken) -> &str {
    match error {
        BadToken::Malformed => "Malformed",
        BadToken::Algorithm(_) => "Algorithm",
        BadToken::UnknownKey => "UnknownKey",
        BadToken::Signature => "Signature",
        BadToken::Claim(name) => name,
        BadToken::Expired => "Expired",
    }
}

/// The first token of the fixture.
fn ada(fixture: &Value) -> Identity {
    checked(fixture, fixture["cases"][0]["token"].as_str().unwrap()).unwrap()
}

#[test]
fn tokens_of_another_program_are_believed_or_refused_as_they_should_be() {
    let fixture = fixture();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() >= 40);
    for case in cases {
        let got = checked(&fixture, case["token"].as_str().unwrap());
        let refused = got.as_ref().err().map(named).unwrap_or_default();
        assert_eq!(refused, case["refused"].as_str().unwrap(), "{}", case["name"]);
    }
    assert_eq!(checked(&fixture, &"a".repeat(ID_TOKEN_BYTES_MAX + 1)).unwrap_err(), BadToken::Malformed);
}

/// Whatever byte of a good token is another one, it is not believed.
#[test]
fn no_byte_of_a_token_can_be_changed() {
    let fixture = fixture();
    for case in fixture["cases"].as_array().unwrap().iter().take(2) {
        let token = case["token"].as_str().unwrap();
        for at in 0..token.len() - 1 {
            let mut changed = token.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(
                checked(&fixture, std::str::from_utf8(&changed).unwrap()).is_err(),
                "{} {at}",
                case["name"]
            );
        }
    }
}

#[test]
fn groups_stand_in_a_list_alone_or_inside_an_object() {
    let fixture = fixture();
    let who = ada(&fixture);
    assert_eq!((who.subject().subject.as_str(), who.texts("groups")), ("f1c3", vec!["api-team", "all"]));
    assert_eq!(who.texts("preferred_username"), ["Ada"]);
    assert!(who.texts("realm_access.roles").is_empty() && who.texts("exp").is_empty());
}

#[test]
fn an_account_is_made_renewed_and_never_taken_over() {
    let (fixture, now) = (fixture(), Timestamp(1_795_298_319_000_000));
    let (who, role) = (ada(&fixture), |role: Role| RoleName::from(role));
    let mut ring = Keyring::new();
    let first = ring.renewal(&who, role(Role::Viewer)).unwrap();
    assert_eq!((first.name.as_str(), first.is_new, first.is_change), ("ada", true, true));
    ring.renew_account(&who, first, now).unwrap();
    assert!(ring.password_of("ada").is_none() && !ring.has_passwords());
    let opened = ring.enter("ada", keys::Place::default(), now, &[7; 40]).unwrap();
    let secret = opened.secret.expose().clone();
    // The same again changes nothing; with another role the sessions end.
    let same = ring.renewal(&who, role(Role::Viewer)).unwrap();
    assert!(!same.is_new && !same.is_change);
    let more = ring.renewal(&who, role(Role::Analyst)).unwrap();
    assert!(!more.is_new && more.is_change);
    ring.renew_account(&who, more, now).unwrap();
    assert!(ring.authenticate(&secret, now).is_err());
    assert_eq!(ring.user("ada").unwrap().role, role(Role::Analyst));
    // An admin's filter and an admin's no stay.
    let said = Said {
        full_name: "ada".into(),
        role: role(Role::Analyst),
        rows: Some("status:200".into()),
        disabled: true,
    };
    ring.change_user("ada", said).unwrap();
    let again = ring.renewal(&who, role(Role::Viewer)).unwrap();
    ring.renew_account(&who, again, now).unwrap();
    let user = ring.user("ada").unwrap();
    assert!(user.disabled && user.rows.is_some());
    assert!(ring.enter("ada", keys::Place::default(), now, &[8; 40]).is_err());

    // A name that someone has already stays theirs.
    let mut ring = Keyring::new();
    let local = Said { full_name: "Ada".into(), role: role(Role::SuperAdmin), rows: None, disabled: false };
    ring.add_user("ada", local, None, None, now).unwrap();
    assert_eq!(ring.renewal(&who, role(Role::Viewer)).unwrap_err(), Error::NameTaken);
    assert!(ring.account_of(&who).is_none());
}
