//! Rules of an installation on top of the defaults: each finds what it speaks of wherever that stands, none lets a secret
//! through, and a long text with a wicked pattern takes no longer than it is long.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::time::{Duration, Instant};

use event::mask::{How, Own, OwnRule, Rules, What, mask, mask_reject};
use event::{Batch, Event, FieldId, Reject, field};
use proptest::prelude::*;

const KEY: [u8; 32] = [42; 32];

fn rule(what: What, of: &str, how: How) -> OwnRule {
    OwnRule {
        name: "one".to_owned(),
        what,
        of: of.to_owned(),
        how,
        with: String::new(),
        gateway: None,
        environment: None,
        source: None,
        off: false,
    }
}

fn rules(own: &[OwnRule]) -> Rules {
    Rules::new(KEY).own(Own::new(own).unwrap())
}

fn batch(events: &[&[(FieldId, &str)]]) -> Batch {
    let mut batch = Batch::new();
    for cells in events {
        let mut event = Event::new();
        cells.iter().for_each(|(field, text)| event.text(*field, *text));
        batch.push(&event);
    }
    batch.finish();
    batch
}

/// What one rule leaves of one text.
fn left(own: OwnRule, field: FieldId, text: &str) -> Option<String> {
    let masked = mask(batch(&[&[(field, text)]]), &rules(&[own]));
    masked.row(0).text(field).map(str::to_owned)
}

#[test]
fn each_kind_finds_what_it_speaks_of() {
    let tag = |text: &str| Rules::new(KEY).probe(text);
    let with = |text: &str, rule: OwnRule| OwnRule { with: text.to_owned(), ..rule };
    let headers = r#"[["Accept","*/*"],["X-Staff","4711"],["x-staff","4712"]]"#;
    let cases: Vec<(OwnRule, FieldId, &str, Option<String>)> = vec![
        (rule(What::Field, "ip", How::Truncate), field::IP, "203.0.113.9", Some("203.0.113.0".into())),
        (rule(What::Field, "ip", How::Truncate), field::IP, "2001:db8:1:2::7", Some("2001:db8:1::".into())),
        (rule(What::Field, "ip", How::Truncate), field::IP, "unknown", Some("***".into())),
        (rule(What::Field, "ip", How::Truncate), field::IP, "redacted", Some("redacted".into())),
        (rule(What::Field, "ip", How::Hash), field::IP, "203.0.113.9", Some(tag("203.0.113.9"))),
        (rule(What::Field, "ip", How::Remove), field::IP, "203.0.113.9", None),
        (
            rule(What::Field, "ip", How::Truncate),
            field::REQUEST_HEADERS,
            r#"[["X-Forwarded-For","203.0.113.9, 10.1.2.3"],["Host","203.0.113.9"]]"#,
            Some(r#"[["X-Forwarded-For","203.0.113.0, 10.1.2.0"],["Host","203.0.113.9"]]"#.into()),
        ),
        (
            with("someone", rule(What::Field, "user_agent", How::Replace)),
            field::USER_AGENT,
            "curl/8",
            Some("someone".into()),
        ),
        (
            rule(What::Field, "user_agent", How::Replace),
            field::REQUEST_HEADERS,
            r#"[["User-Agent","curl/8"]]"#,
            Some(r#"[["User-Agent","***"]]"#.into()),
        ),
        (rule(What::Header, "USER-AGENT", How::Remove), field::USER_AGENT, "curl/8", None),
        (
            rule(What::Field, "consumer_groups", How::Hash),
            field::CONSUMER_GROUPS,
            r#"["gold","staff"]"#,
            Some(format!(r#"["{}","{}"]"#, tag("gold"), tag("staff"))),
        ),
        (
            rule(What::Header, "x-STAFF", How::Remove),
            field::REQUEST_HEADERS,
            headers,
            Some(r#"[["Accept","*/*"]]"#.into()),
        ),
        (
            rule(What::Header, "x-staff", How::Hash),
            field::NATIVE_RESPONSE_HEADERS,
            headers,
            Some(format!(
                r#"[["Accept","*/*"],["X-Staff","{}"],["x-staff","{}"]]"#,
                tag("4711"),
                tag("4712")
            )),
        ),
        (rule(What::Header, "x-staff", How::Remove), field::RESPONSE_HEADERS, r#"[["X-Staff","1"]]"#, None),
        (
            rule(What::Header, "x-staff", How::Remove),
            field::REQUEST_HEADERS,
            r#"[["X-Staff","47"#,
            Some("***".into()),
        ),
        (
            rule(What::Query, "staff", How::Remove),
            field::QUERY,
            "a=1&Staff=4711&b=2&%73taff=9",
            Some("a=1&b=2".into()),
        ),
        (
            rule(What::Query, "staff", How::Replace),
            field::QUERY,
            "staff=47%2011&b=2",
            Some("staff=***&b=2".into()),
        ),
        (
            rule(What::Query, "staff", How::Hash),
            field::QUERY,
            "staff=47%2011",
            Some(format!("staff={}", tag("47 11"))),
        ),
        (
            rule(What::Query, "staff", How::Remove),
            field::REFERER,
            "https://h/a?staff=1#staff=2",
            Some("https://h/a?#".into()),
        ),
        (
            rule(What::Query, "staff", How::Replace),
            field::QUERY_PARAMETERS,
            r#"[["staff","1"]]"#,
            Some(r#"[["staff","***"]]"#.into()),
        ),
        (
            rule(What::Query, "staff", How::Replace),
            field::REQUEST_HEADERS,
            r#"[["X-Original-URL","/a?staff=1"]]"#,
            Some(r#"[["X-Original-URL","/a?staff=***"]]"#.into()),
        ),
        (
            rule(What::Member, "staff", How::Hash),
            field::CUSTOM,
            r#"{"a":[{"Staff":4711}],"b":1}"#,
            Some(format!(r#"{{"a":[{{"Staff":"{}"}}],"b":1}}"#, tag("4711"))),
        ),
        (
            rule(What::Member, "staff", How::Remove),
            field::CUSTOM,
            r#"{"staff":{"id":1},"b":1}"#,
            Some(r#"{"b":1}"#.into()),
        ),
        (rule(What::Member, "staff", How::Remove), field::CUSTOM, r#"{"staff":{"id":1},"#, None),
        (
            rule(What::Pattern, r"EMP-\d{6}", How::Replace),
            field::PATH,
            "/staff/EMP-123456/x",
            Some("/staff/***/x".into()),
        ),
        (rule(What::Pattern, r"EMP-\d{6}", How::Remove), field::CONSUMER_NAME, "EMP-123456", None),
        (
            rule(What::Pattern, r"EMP-\d{6}", How::Hash),
            field::CUSTOM,
            r#"{"EMP-123456":"of \"EMP-123456\"","n":1.50}"#,
            Some(format!(r#"{{"{0}":"of \"{0}\"","n":1.5}}"#, tag("EMP-123456"))),
        ),
        (
            rule(What::Pattern, r"\b\d{9}\b", How::Replace),
            field::CUSTOM,
            r#"{"n":123456789}"#,
            Some(r#"{"n":"***"}"#.into()),
        ),
        (
            rule(What::Pattern, r"[\d.]+", How::Truncate),
            field::ERROR_MESSAGE,
            "refused 203.0.113.9 after 3.5 s",
            Some("refused 203.0.113.0 after 3.5 s".into()),
        ),
    ];
    for (own, field, text, want) in cases {
        let found = left(own.clone(), field, text);
        assert_eq!(found, want, "{own:?} on {} {text}", field.field().name);
        if let Some(found) = found.filter(|_| own.how != How::Hash || own.what != What::Pattern) {
            assert_eq!(left(own, field, &found).as_ref(), Some(&found), "{found} again");
        }
    }
}

#[test]
fn a_scope_bounds_a_rule_row_by_row() {
    let scoped = OwnRule {
        gateway: Some("kong".into()),
        environment: Some("prod".into()),
        source: Some("edge".into()),
        ..rule(What::Field, "ip", How::Truncate)
    };
    let off = OwnRule { off: true, ..rule(What::Field, "user_agent", How::Remove) };
    let from = |gateway: &'static str, environment: &'static str, source: &'static str| {
        [
            (field::GATEWAY, gateway),
            (field::ENVIRONMENT, environment),
            (field::SOURCE, source),
            (field::IP, "203.0.113.9"),
            (field::PATH, "/a/203.0.113.9"),
            (field::USER_AGENT, "curl/8"),
        ]
    };
    let events = [
        from("kong", "prod", "edge"),
        from("kong", "test", "edge"),
        from("kong", "prod", "edge"),
        from("aws", "prod", "edge"),
        from("kong", "prod", "other"),
    ];
    let everywhere = rule(What::Pattern, r"203\.0\.113\.9", How::Replace);
    let masked = mask(
        batch(&events.iter().map(|event| &event[..]).collect::<Vec<_>>()),
        &rules(&[scoped, off, everywhere]),
    );
    let column = |id: FieldId| (0..5).map(|row| masked.row(row).text(id).unwrap()).collect::<Vec<_>>();
    assert_eq!(column(field::IP), ["203.0.113.0", "***", "203.0.113.0", "***", "***"]);
    assert_eq!(column(field::PATH), ["/a/***"; 5]);
    assert_eq!(column(field::USER_AGENT), ["curl/8"; 5]);
}

#[test]
fn what_cannot_be_a_rule_is_said_to_be_none() {
    for (own, why) in [
        (rule(What::Field, "nothing", How::Remove), "no field"),
        (rule(What::Field, "status", How::Remove), "number"),
        (rule(What::Field, "source", How::Hash), "stays"),
        (rule(What::Field, "request_headers", How::Hash), "as a whole"),
        (rule(What::Pattern, "(", How::Hash), "unclosed"),
        (rule(What::Pattern, "a*", How::Hash), "nothing at all"),
        (rule(What::Pattern, r"(?:\w{1,900}){900}", How::Hash), "too large"),
        (rule(What::Pattern, &"a".repeat(513), How::Hash), "512"),
        (rule(What::Header, "", How::Hash), "512"),
        (OwnRule { name: " ".into(), ..rule(What::Field, "ip", How::Hash) }, "name"),
        (OwnRule { source: Some(String::new()), ..rule(What::Field, "ip", How::Hash) }, "empty"),
    ] {
        let wrong = Own::new(&[own]).err().unwrap();
        assert!(wrong.contains(why) && wrong.starts_with("rule 1 ("), "{wrong}");
    }
    assert!(Own::new(&vec![rule(What::Field, "ip", How::Hash); 101]).is_err());
}

#[test]
fn a_rule_brings_no_secret_past_the_defaults() {
    // Without the word before it, the token could not be told to be one.
    let own = rules(&[
        rule(What::Pattern, "(?i)bearer ", How::Remove),
        rule(What::Pattern, "(?i)authorization", How::Remove),
    ]);
    let cells = [
        (field::ERROR_MESSAGE, "bad Bearer canary-1234567"),
        (field::REQUEST_HEADERS, r#"[["Authorization","canary-1234567"]]"#),
    ];
    let masked = mask(batch(&[&cells]), &own);
    for (field, _) in cells {
        let text = masked.row(0).text(field).unwrap();
        assert!(!text.contains("canary") && text.contains("hmac:"), "{text}");
    }
}

#[test]
fn of_a_record_nobody_understood_no_byte_is_kept_that_a_rule_may_speak_of() {
    let reject = || Reject {
        line: 3,
        reason: "no time: EMP-123456".into(),
        excerpt: "id EMP-123456 ip 203.0.113.9".into(),
    };
    let kept = |own: &[OwnRule], source: &str| {
        let Reject { line, reason, excerpt } = mask_reject(reject(), source, &rules(own));
        assert_eq!(line, 3);
        (reason, excerpt)
    };
    let pattern = rule(What::Pattern, r"EMP-\d{6}", How::Replace);
    let named = OwnRule { source: Some("edge".into()), ..rule(What::Field, "ip", How::Truncate) };
    let (reason, excerpt) = kept(std::slice::from_ref(&pattern), "edge");
    assert_eq!((reason.as_str(), excerpt.as_str()), ("no time: ***", "id *** ip 203.0.113.9"));
    assert_eq!(kept(&[pattern, named.clone()], "edge").1, "");
    assert!(kept(&[named], "other").1.contains("203.0.113.9"));
}

#[test]
fn a_wicked_pattern_takes_time_by_length_only() {
    let own = || rules(&[rule(What::Pattern, r"x[^y]*y|x", How::Replace)]);
    let took = |chars: usize| {
        let text = "x".repeat(chars);
        let masked = batch(&[&[(field::ERROR_MESSAGE, &text)]]);
        let started = Instant::now();
        let masked = mask(masked, &own());
        assert_eq!(masked.row(0).text(field::ERROR_MESSAGE), Some("***"));
        started.elapsed()
    };
    took(1_000);
    // Each match looks to the end of the text: a million characters would be 10^12 steps if all were found one by one.
    assert!(took(1_000_000) < Duration::from_secs(20));
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in ".{0,200}", of in 0..FIELDS_TRIED.len(), how in 0..4_usize) {
        let how = [How::Remove, How::Replace, How::Hash, How::Truncate][how];
        let field = FIELDS_TRIED[of];
        for own in [
            rule(What::Header, "a", how),
            rule(What::Query, "a", how),
            rule(What::Member, "a", how),
            rule(What::Pattern, "[a-z]{2}", how),
        ] {
            let _ = left(own, field, &text);
        }
    }
}

const FIELDS_TRIED: [FieldId; 6] =
    [field::PATH, field::QUERY, field::CUSTOM, field::REQUEST_HEADERS, field::CONSUMER_GROUPS, field::IP];
