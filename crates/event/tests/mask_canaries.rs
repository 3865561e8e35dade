//! A thousand made-up secrets of every kind, put everywhere a secret can stand: none is left after masking, equal
//! ones stay equal, masking twice is masking once, and what is no secret stays.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by it")]

use event::mask::{ClientIp, Masked, Rules, mask, mask_excerpt, mask_text};
use event::{Batch, Event, FieldId, canonical, codec, field, json};
use proptest::prelude::*;

const KEY: [u8; 32] = [42; 32];

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    fn text(&mut self, letters: &str, long: usize) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..long).map(|_| letters[self.roll() as usize % letters.len()]).collect()
    }
}

const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX: &str = "0123456789abcdef";
const UPPER: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(n >> (18 - 6 * place) & 63) as usize] as char;
            out.push(if place > chunk.len() { '=' } else { digit });
        }
    }
    out
}

fn card(dice: &mut Dice) -> String {
    let head = format!("4{}", dice.text("0123456789", 14));
    (0..10)
        .map(|check| format!("{head}{check}"))
        .find(|number| {
            let sum: u32 = number
                .bytes()
                .rev()
                .enumerate()
                .map(|(at, b)| {
                    let digit = u32::from(b - b'0') * if at % 2 == 1 { 2 } else { 1 };
                    digit / 10 + digit % 10
                })
                .sum();
            sum.is_multiple_of(10)
        })
        .unwrap()
}

/// Secrets known by their looks: the text that stands there, and the part that must not be left of it.
fn looks(dice: &mut Dice, kind: usize) -> (String, String) {
    let id = |dice: &mut Dice| dice.text(BASE62, 24);
    match kind {
        0 => {
            let body = dice.text(BASE62, 40);
            let secret = format!("eyJhbGciOiJIUzI1NiJ9.{body}.{}", id(dice));
            (secret, body)
        }
        1 => same(format!("AKIA{}", dice.text(UPPER, 16))),
        2 => same(format!("ghp_{}", dice.text(BASE62, 36))),
        3 => same(format!("xoxb-{}-{}", dice.text("0123456789", 11), id(dice))),
        4 => same(format!("sk_live_{}", id(dice))),
        5 => {
            same(format!("gl_in_{}_{}_{}", dice.text(BASE62, 8), dice.text(BASE62, 43), dice.text(BASE62, 6)))
        }
        6 => same(card(dice)),
        7 => {
            let body = dice.text(BASE62, 48);
            (format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"), body)
        }
        8 => {
            let token = dice.text(BASE62, 24);
            (format!("Bearer {token}"), token)
        }
        _ => {
            let blob = base64(format!("user:{}", id(dice)).as_bytes());
            (format!("Basic {blob}"), blob)
        }
    }
}

fn same(text: String) -> (String, String) {
    (text.clone(), text)
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    json::string(&mut out, text);
    out
}

/// A secret whose name gives it away, and the field it stands in.
fn named_place(n: usize, secret: String, hex: String) -> (FieldId, String, String) {
    let (field, text) = match n {
        0 => (field::REQUEST_HEADERS, format!(r#"[["Host","h"],["AUTHORIZATION","Bearer {secret}"]]"#)),
        1 => (
            field::RESPONSE_HEADERS,
            format!(r#"[["Set-Cookie","a=1"],["set-cookie","sid={secret}; Path=/"]]"#),
        ),
        2 => (
            field::REQUEST_HEADERS,
            format!(r#"[["Cookie","theme=dark; sid={secret}"],["x-my-secret","1"]]"#),
        ),
        3 => (field::NATIVE_REQUEST_HEADERS, format!(r#"[["X-Api-Key",{}]]"#, quoted(&secret))),
        4 => (field::NATIVE_RESPONSE_HEADERS, format!(r#"[["x-refresh-token","{secret}"]]"#)),
        5 => (field::QUERY, format!("page=1&access_token={secret}&x=2")),
        6 => (field::QUERY, format!("a=1&pa%73sword={secret}")),
        7 => (field::QUERY, format!("key={secret}")),
        8 => (field::QUERY, format!("next=https%3A%2F%2Fh%2Fcb%3Fcode%3D{secret}")),
        9 => (field::QUERY_PARAMETERS, format!(r#"[["code","{secret}"],["page","1"]]"#)),
        10 => (field::REFERER, format!("https://h/a?sid={secret}#top")),
        11 => (field::REFERER, format!("https://ann:{secret}@h/a")),
        12 => (field::REFERER, format!("https://h/cb#id_token={secret}&state=1")),
        13 => (field::NATIVE_URL, format!("http://svc:8080/x?X-Amz-Signature={secret}")),
        14 => (field::PATH, format!("/a;jsessionid={secret}/b")),
        15 => (field::PATH, format!("/a?token={secret}")),
        16 => return (field::PATH, format!("/password/reset/{hex}"), hex),
        17 => return (field::PATH, format!("/v1/token/{hex}/use"), hex),
        18 => (field::SESSION_ID, secret.clone()),
        19 => (field::CUSTOM, format!(r#"{{"a":{{"client_secret":"{secret}"}}}}"#)),
        20 => (field::CUSTOM, format!(r#"{{"headers":{{"cookie":["x={secret}"]}}}}"#)),
        21 => (field::CUSTOM, format!(r#"{{"h":[{{"name":"X-Api-Key","value":"{secret}"}}]}}"#)),
        22 => (field::CUSTOM, format!(r#"{{"raw":"{{\"password\":\"{secret}\"}}"}}"#)),
        23 => (field::EXTERNAL_CALLS, format!(r#"[{{"url":"https://u:{secret}@h/"}}]"#)),
        24 => (field::ERROR_MESSAGE, format!("upstream said password={secret}, giving up")),
        25 => (field::REQUEST_BODY, format!(r#"{{"user":"ann","password":"{secret}"}}"#)),
        26 => (field::RESPONSE_BODY, format!("grant_type=password&password={secret}")),
        _ => (field::NATIVE_REQUEST_BODY, format!(r#"{{"token":"{secret}"#)),
    };
    (field, text, secret)
}

/// A text with a secret known by its looks, and the field it stands in.
fn looking_place(n: usize, look: &str, is_card: bool) -> (FieldId, String) {
    let q = quoted(look);
    match n {
        28 => (field::QUERY, format!("q={}", percent(look))),
        29 => (field::PATH, format!("/x/{}", percent(look))),
        30 => (field::REFERER, format!("https://h/x?q={}", percent(look))),
        31 => (field::USER_AGENT, format!("agent/1.0 ({look})")),
        32 => (field::ERROR_MESSAGE, format!("refused: {look}")),
        33 => (field::CUSTOM, format!(r#"{{"note":{q},{q}:1}}"#)),
        34 => (field::REQUEST_HEADERS, format!(r#"[["x-note",{q}]]"#)),
        35 => (field::CLAIMED_CONSUMER, look.to_owned()),
        36 => (field::CONSUMER_GROUPS, format!("[\"gold\",{q}]")),
        37 => (field::REQUEST_BODY, format!("text with {look}")),
        38 if !is_card => (field::CORRELATION_ID, look.to_owned()),
        38 => (field::API_KEY_ID, look.to_owned()),
        _ => (field::NATIVE_URL, format!("http://svc/x?note={}", percent(look))),
    }
}

/// One event with one secret in one place.
fn place(n: usize, dice: &mut Dice) -> (Event<'static>, String) {
    let (named, hex) = (dice.text(BASE62, 20), dice.text(HEX, 40));
    let (look, core) = looks(dice, n % 10);
    let (field, text, secret) = if n / 10 % 40 < 28 {
        named_place(n / 10 % 40, named, hex)
    } else {
        let (field, text) = looking_place(n / 10 % 40, &look, n % 10 == 6);
        (field, text, core)
    };
    let mut event = Event::new();
    event.int(field::TIME, 1_795_298_319_000_000 + n as i64);
    event.text(field::ROUTE, "/orders/{id}");
    event.text(field, text);
    (event, secret)
}

fn masked(events: &[Event<'_>], rules: &Rules) -> Masked<Batch> {
    let mut batch = Batch::new();
    events.iter().for_each(|event| batch.push(event));
    batch.finish();
    mask(batch, rules)
}

fn everything(batch: &Batch) -> String {
    let mut bytes = Vec::new();
    codec::encode(batch, &mut bytes);
    let mut all = String::from_utf8_lossy(&bytes).into_owned();
    batch.rows().for_each(|row| json::write(row, &mut all));
    all
}

/// The secret, or the part of it that would still be worth something.
fn left(all: &str, secret: &str) -> bool {
    let half = secret.get(..secret.len().min(12)).unwrap();
    all.contains(secret) || all.contains(half) || all.contains(&percent(secret))
}

fn a_thousand() -> (Vec<Event<'static>>, Vec<String>) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..1_200).map(|n| place(n, &mut dice)).unzip()
}

#[test]
fn no_secret_is_left() {
    let (events, secrets) = a_thousand();
    let distinct: std::collections::HashSet<&String> = secrets.iter().collect();
    assert!(distinct.len() > 1_000);
    // With bodies dropped, with bodies kept, and each event in a batch of its own.
    for rules in [Rules::new(KEY), Rules::new(KEY).keep_bodies(16 << 10)] {
        let all = everything(&masked(&events, &rules));
        for (n, secret) in secrets.iter().enumerate() {
            assert!(!left(&all, secret), "{n}: {:?}", events[n].cells().last());
        }
        for (n, (event, secret)) in events.iter().zip(&secrets).enumerate() {
            let alone = everything(&masked(std::slice::from_ref(event), &rules));
            assert!(!left(&alone, secret), "{n}: {:?}\n{alone}", event.cells().last());
        }
    }
}

#[test]
fn a_batch_masks_each_event_as_if_it_were_alone() {
    let (events, _) = a_thousand();
    let rules = Rules::new(KEY).keep_bodies(1 << 10);
    let together = masked(&events, &rules);
    for (row, event) in events.iter().enumerate() {
        let alone = masked(std::slice::from_ref(event), &rules);
        assert_eq!(json::to_string(together.row(row)), json::to_string(alone.row(0)));
    }
}

#[test]
fn masking_twice_is_masking_once() {
    let (events, _) = a_thousand();
    let rules = Rules::new(KEY).keep_bodies(16 << 10);
    let once = masked(&events, &rules);
    let twice = mask(once.clone().into_inner(), &rules);
    for (a, b) in once.rows().zip(twice.rows()) {
        assert_eq!(json::to_string(a), json::to_string(b));
    }
    assert_eq!(canonical::all(&once), canonical::all(&twice));
}

#[test]
fn excerpts_and_log_lines_hold_no_secret() {
    let (events, secrets) = a_thousand();
    let rules = Rules::new(KEY);
    let mut batch = Batch::new();
    events.iter().for_each(|event| batch.push(event));
    batch.finish();
    for (row, secret) in batch.rows().zip(&secrets) {
        let line = json::to_string(row);
        // A session id in a record that could not be read has no name that tells.
        for text in [line.clone(), format!("bad record {line}"), line.get(1..).unwrap().to_owned()] {
            let masked = mask_text(&text, &rules);
            assert!(!left(&masked, secret), "{text}\n{masked}");
            assert_eq!(mask_text(&masked, &rules), masked, "again");
            let excerpt = mask_excerpt(&text, &rules);
            assert!(!left(&excerpt, secret) && excerpt.len() <= 200, "{text}\n{excerpt}");
            // Cut before it was masked, anywhere.
            for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)).step_by(7) {
                let padded = format!("{}{}", " ".repeat(200_usize.saturating_sub(cut)), &text[..cut]);
                let excerpt = mask_excerpt(&padded, &rules);
                assert!(!excerpt.contains(secret.as_str()), "{text}\n{excerpt}");
            }
        }
    }
}

#[test]
fn equal_secrets_have_equal_tags_wherever_they_stand() {
    let rules = Rules::new(KEY);
    let tag = rules.probe("s3cr3t-Value+1");
    let mut event = Event::new();
    event.text(
        field::REQUEST_HEADERS,
        r#"[["authorization","Bearer s3cr3t-Value+1"],["x-api-key","s3cr3t-Value+1"]]"#,
    );
    event.text(field::QUERY, "token=s3cr3t-Value%2B1");
    event.text(field::PATH, "/a?sig=s3cr3t-Value+1");
    event.text(field::CUSTOM, r#"{"secret":"s3cr3t-Value+1"}"#);
    event.text(field::SESSION_ID, "s3cr3t-Value+1");
    let batch = masked(&[event], &rules);
    assert_eq!(everything(&batch).matches(&tag).count(), 12);
    assert_ne!(tag, Rules::new([1; 32]).probe("s3cr3t-Value+1"), "another tenant");
}

#[test]
fn what_is_no_secret_stays() {
    let rules = Rules::new(KEY);
    let hex = "0123456789abcdef0123456789abcdef";
    let cells: &[(FieldId, &str)] = &[
        (field::REQUEST_ID, hex),
        (field::TRACE_ID, hex),
        (field::CORRELATION_ID, "4111111111111111"),
        (field::EVENT_PK, "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"),
        (field::API_KEY_ID, "c0ffee00-0a1b-0a1b-0a1b-0a1b2c3d4e5f"),
        (field::PATH, "/api/orders/0123456789abcdef0123456789abcdef"),
        (field::QUERY, "page=2&q=caf%C3%A9&_=1795298319952&from=2026-11-21T00:00:00Z"),
        (field::ROUTE, "/tokens/{id}"),
        (field::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"),
        (field::IP, "2001:db8::1"),
        (field::USAGE_PLAN, "Basic"),
        (field::CONSUMER_GROUPS, r#"["gold","a:b"]"#),
        (
            field::REQUEST_HEADERS,
            r#"[["host","h:8080"],["x-request-id","0123456789abcdef0123456789abcdef"],["accept","*/*;q=0.8"]]"#,
        ),
        (
            field::CUSTOM,
            r#"{"tries":[{"ip":"10.0.0.1","port":80,"at":1795298319952}],"code":404,"upstream_uri":"/a?page=1"}"#,
        ),
        (field::ERROR_MESSAGE, "invalid token: expired"),
    ];
    let mut event = Event::new();
    cells.iter().for_each(|(field, text)| event.text(*field, *text));
    let batch = masked(&[event], &rules);
    for (field, text) in cells {
        assert_eq!(batch.row(0).text(*field), Some(*text));
    }
}

#[test]
fn bodies_are_dropped_unless_switched_on() {
    let mut event = Event::new();
    event.text(field::ROUTE, "a");
    event.text(field::REQUEST_BODY, "x".repeat(40_000));
    let body = |rules: &Rules| {
        masked(std::slice::from_ref(&event), rules).row(0).text(field::REQUEST_BODY).map_or(0, str::len)
    };
    assert_eq!(body(&Rules::new(KEY)), 0);
    assert_eq!(body(&Rules::new(KEY).keep_bodies(100)), 100);
    assert_eq!(body(&Rules::new(KEY).keep_bodies(1 << 20)), 16 << 10);
    assert_eq!(body(&Rules::new(KEY).keep_bodies_of("a", 50)), 50);
    assert_eq!(body(&Rules::new(KEY).keep_bodies_of("b", 50)), 0);
    assert_eq!(body(&Rules::new(KEY).keep_bodies(100).keep_bodies_of("a", 0)), 0);
}

#[test]
fn the_client_address_as_the_tenant_chose() {
    let ip = |choice, ip: &str| {
        let mut event = Event::new();
        event.text(field::IP, ip);
        masked(&[event], &Rules::new(KEY).client_ip(choice)).row(0).text(field::IP).unwrap_or("").to_owned()
    };
    assert_eq!(ip(ClientIp::Keep, "10.1.2.3"), "10.1.2.3");
    assert_eq!(ip(ClientIp::Truncate, "10.1.2.3"), "10.1.2.0");
    assert_eq!(ip(ClientIp::Truncate, "2001:db8:1:2::3"), "2001:db8:1::");
    assert_eq!(ip(ClientIp::Tag, "10.1.2.3"), Rules::new(KEY).probe("10.1.2.3"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_masked_without_panic_and_the_same_again(
        text in r#"([a-z]{0,4}|token|password|key|cookie|authorization|Bearer |Basic |eyJ|AKIA|ghp_|://|%2[0-9A-F]|["'\\{}\[\]=:;&?#/@, *.-]|[0-9A-Za-z]{20,40}|41111111|\PC){0,14}"#
    ) {
        let rules = Rules::new(KEY).keep_bodies(1 << 10);
        let once = mask_text(&text, &rules);
        let twice = mask_text(&once, &rules);
        prop_assert_eq!(&once, &twice, "{}", text);
        prop_assert!(mask_excerpt(&text, &rules).len() <= 200);
        for field in [field::PATH, field::QUERY, field::REFERER, field::CUSTOM, field::REQUEST_HEADERS, field::USER_AGENT,
            field::REQUEST_BODY, field::CORRELATION_ID, field::SESSION_ID, field::IP]
        {
            let mut event = Event::new();
            event.text(field, text.as_str());
            let once = masked(&[event], &rules);
            let twice = mask(once.clone().into_inner(), &rules);
            prop_assert_eq!(once.row(0).text(field), twice.row(0).text(field), "{}", text);
        }
    }
}
