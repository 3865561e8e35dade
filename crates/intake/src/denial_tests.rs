//! Tests of the one order in which the signs of a refusal count.

use super::*;

fn judged(fill: impl FnOnce(&mut Event<'_>), told: Told<'_>) -> (bool, String, String) {
    let mut event = Event::new();
    fill(&mut event);
    decide(&mut event, told);
    let text = |field| event.get_text(field).unwrap_or("").to_owned();
    (event.get_int(f::GRANTED) == Some(1), text(f::REASON), text(f::EVIDENCE))
}

fn refused(reason: &str, evidence: &str) -> (bool, String, String) {
    (false, reason.to_owned(), evidence.to_owned())
}

fn granted(evidence: &str) -> (bool, String, String) {
    (true, String::new(), evidence.to_owned())
}

const QUOTA: Words =
    Words { field: "error", by: Match::Whole, list: &[("QUOTA", "quota_exceeded"), ("NO", "policy_denied")] };

#[test]
fn every_code_that_is_inferred_is_on_the_list() {
    for status in [None, Some(401), Some(403), Some(404), Some(407), Some(413), Some(429), Some(500)] {
        assert!(reason::by_code(by_status(status)).is_some());
    }
    for format in crate::FORMATS {
        let judgement = format.judgement();
        let words = judgement.words.iter().flat_map(|words| words.list.iter().map(|(_, code)| *code));
        for code in words.chain(judgement.signs.iter().map(|(_, code)| *code)) {
            let told_later = ["by the status", "the reason"].contains(&code);
            assert!(told_later || reason::by_code(code).is_some(), "{}: {code}", format.name());
        }
        for words in judgement.words.iter().filter(|words| words.by == Match::Part) {
            assert!(words.list.iter().all(|(word, _)| *word == word.to_lowercase()), "{words:?}");
        }
    }
    assert_eq!(code(" Invalid credentials"), Some("invalid_credentials"));
    assert_eq!(code("quota-exceeded"), Some("quota_exceeded"));
    assert_eq!(code("because"), None);
}

#[test]
fn the_gateway_counts_before_ones_own_words_and_these_before_headers_and_status() {
    let own = |words: &'static str| move |event: &mut Event<'_>| event.text(f::REASON, words);
    let word = |word: &'static str| Told { word: QUOTA.find(word), ..Told::default() };
    assert_eq!(judged(own("ip_restricted"), word("QUOTA")), refused("quota_exceeded", "error=QUOTA"));
    // A general word of the gateway leaves it to a more exact one.
    assert_eq!(
        judged(own("IP restriction violation"), word("NO")),
        refused("ip_restricted", "denial_reason=ip_restricted")
    );
    assert_eq!(judged(own("the moon"), word("NO")), refused("policy_denied", "error=NO"));
    assert_eq!(judged(own("the moon"), word("")), refused("other", "denial_reason in words of its own"));
    let behind = Told { backend: Some("upstream"), ..Told::default() };
    assert_eq!(
        judged(own("time_restricted"), behind),
        refused("time_restricted", "denial_reason=time_restricted")
    );
}

#[test]
fn a_backend_refuses_nobody_and_a_status_only_as_far_as_it_goes() {
    let status = |status: i64| move |event: &mut Event<'_>| event.int(f::STATUS, status);
    let behind = || Told { backend: Some("upstream_status"), ..Told::default() };
    let alone = || Told { gateway: "no upstream", credentials: Some(false), ..Told::default() };
    for code in [401, 403, 429] {
        assert_eq!(judged(status(code), behind()), granted("upstream_status"));
    }
    assert_eq!(judged(status(200), behind()), granted(""));
    assert_eq!(
        judged(status(401), alone()),
        refused("missing_credentials", "no upstream, no credentials, status=401")
    );
    assert_eq!(judged(status(429), alone()), refused("rate_limited", "no upstream, status=429"));
    assert_eq!(judged(status(413), alone()), refused("request_too_large", "no upstream, status=413"));
    // Where the log does not tell who answered, a body that is too large may be the backend's.
    assert_eq!(judged(status(413), Told::default()), granted(""));
    assert_eq!(judged(status(503), alone()), granted(""));
    let limited = Told { hint: Some(sign("rate_limited", "limited")), ..alone() };
    assert_eq!(judged(status(503), limited), refused("rate_limited", "no upstream, limited, status=503"));
}

#[test]
fn what_the_record_says_itself_stands() {
    let says = |granted: bool, status: i64| {
        move |event: &mut Event<'_>| {
            event.flag(f::GRANTED, granted);
            event.int(f::STATUS, status);
        }
    };
    assert_eq!(judged(says(true, 403), Told::default()), granted("granted=true"));
    assert_eq!(judged(says(false, 500), Told::default()), refused("other", "granted=false, status=500"));
    let behind = Told { backend: Some("upstream"), ..Told::default() };
    assert_eq!(judged(says(false, 403), behind), refused("policy_denied", "granted=false, status=403"));
}

#[test]
fn a_refused_login_names_nobody() {
    let names = |status: i64, told: Told<'_>| {
        let mut event = Event::new();
        event.int(f::STATUS, status);
        event.text(f::CONSUMER_NAME, "alice");
        event.text(f::CONSUMER_ID, "c-1");
        decide(&mut event, told);
        let text = |field| event.get_text(field).map(str::to_owned);
        (text(f::CONSUMER_NAME), text(f::CONSUMER_ID), text(f::CLAIMED_CONSUMER))
    };
    let alice = || Some("alice".to_owned());
    let known = (alice(), Some("c-1".to_owned()), None);
    let claimed = (None, None, alice());
    assert_eq!(names(401, Told::default()), claimed);
    assert_eq!(names(403, Told::default()), known);
    assert_eq!(names(401, Told { identified: true, ..Told::default() }), known);
    // The backend's own 401: the gateway may have known the caller, or only repeat what the caller said.
    assert_eq!(names(401, Told { backend: Some("upstream"), ..Told::default() }), known);
    assert_eq!(names(401, Told { backend: Some("upstream"), claimed: true, ..Told::default() }), claimed);
}

#[test]
fn evidence_has_a_bound() {
    let word = Sign { reason: "policy_denied", name: "details", value: "ü".repeat(500).into() };
    let (_, _, evidence) = judged(|_| (), Told { word: Some(word), ..Told::default() });
    assert!(evidence.len() <= EVIDENCE_BYTES_MAX && evidence.starts_with("details=ü"));
}
