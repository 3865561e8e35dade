//! One access event proved without the others of its block: what proves it holds, whatever of it is changed is found, what the caller may not
//! see and what was erased is not in it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::sync::Arc;

use event::mask::{Rules, mask};
use event::time::{DAY, SECOND};
use event::{Batch, Event, FieldId, Timestamp, field};
use ledger::disk::sim::SimDisk;
use ledger::proof::block::{Block, Leaf};
use ledger::proof::check;
use ledger::proof::note::Checkpoint;
use ledger::proof::single::{Personal, Single};
use ledger::proof::{Hash, leaf, tree};
use ledger::{Ledger, Options, Proof, Whom};
use serde_json::Value;

const START: i64 = 20_780 * DAY + 40_000 * SECOND;
const EVENTS: u64 = 60;

type Tells<'t> = &'t dyn Fn(FieldId, &str) -> bool;
const ALL: Tells<'_> = &|_, _| true;

/// Events of two days, of four consumers, with numbers and texts that some of them do not have.
fn ledger() -> Ledger {
    let options = Options { free_bytes_min: 0, ..Options::default() };
    let ledger = Ledger::open(Arc::new(SimDisk::new(1)), options, Timestamp(START)).unwrap();
    let mut batch = Batch::new();
    for n in 0..EVENTS {
        let mut event = Event::new();
        event.int(field::TIME, START - (n % 3 / 2) as i64 * DAY + n as i64 * SECOND);
        event.text(field::PATH, format!("/users/c{}/{n}", n % 4));
        event.text(field::CONSUMER_NAME, format!("c{}", n % 4));
        event.text(field::ROUTE, format!("/users/{{id}}/{}", n % 5));
        event.text(field::METHOD, if n % 2 == 0 { "GET" } else { "POST" });
        if n % 2 == 0 {
            event.text(field::IP, format!("192.0.2.{n}"));
            event.int(field::STATUS, 200 + n as i64);
            event.flag(field::GRANTED, n % 4 == 0);
        }
        batch.push(&event);
    }
    batch.finish();
    let keys = (1..=EVENTS).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    ledger.append_blocking(mask(batch, &Rules::new([1; 32])), keys, Timestamp(START)).unwrap();
    ledger
}

fn day(number: u64) -> i64 {
    (START - ((number - 1) % 3 / 2) as i64 * DAY).div_euclid(DAY)
}

fn proof(ledger: &Ledger, number: u64, tells: Tells<'_>) -> (Block, Single) {
    match ledger.proof_of((number, day(number)), tells).unwrap() {
        Some(Proof::In(found)) => *found,
        other => panic!("{number}: {other:?}"),
    }
}

/// The first event has this number.
fn first(ledger: &Ledger) -> u64 {
    ledger.blocks(0).iter().map(|block| block.first).min().unwrap()
}

#[test]
fn every_event_is_proved_with_its_values_and_none_of_the_others() {
    let ledger = ledger();
    assert!(matches!(ledger.proof_of((1, day(1)), ALL).unwrap(), Some(Proof::Unsealed)));
    ledger.seal(Timestamp(START)).unwrap();
    assert_eq!(first(&ledger), 1);
    for number in 1..=EVENTS {
        let (block, event) = proof(&ledger, number, ALL);
        let n = number - 1;
        assert_eq!(event.check(&block), Ok(()), "{number}");
        assert_eq!(event.number(), Some(number));
        assert_eq!(event.numbers.get("status").copied(), (n % 2 == 0).then_some(200 + n as i64));
        assert_eq!(event.texts["route"].said.as_ref().unwrap().text, format!("/users/{{id}}/{}", n % 5));
        let Personal::Told { texts, .. } = &event.personal else { panic!("{event:?}") };
        assert_eq!(texts["path"], format!("/users/c{}/{n}", n % 4));
        assert_eq!(texts.contains_key("ip"), n % 2 == 0);
        let text = serde_json::to_string(&event).unwrap();
        for other in (0..EVENTS).filter(|other| *other != n) {
            assert!(!text.contains(&format!("/users/c{}/{other}\"", other % 4)), "{number}: {text}");
        }
        assert!(
            (0..5).filter(|route| *route != n % 5).all(|r| !text.contains(&format!("/users/{{id}}/{r}")))
        );
    }
    assert!(ledger.proof_of((EVENTS + 1, day(1)), ALL).unwrap().is_none());
}

#[test]
fn what_the_caller_may_not_see_is_not_told_and_the_proof_holds() {
    let ledger = ledger();
    ledger.seal(Timestamp(START)).unwrap();
    let (block, event) = proof(&ledger, 1, &|field, _| field != field::IP && field != field::ROUTE);
    assert_eq!(event.check(&block), Ok(()));
    assert!(matches!(event.personal, Personal::Withheld(_)) && event.texts["route"].said.is_none());
    assert_eq!(event.texts["method"].said.as_ref().unwrap().text, "GET");
    let text = serde_json::to_string(&event).unwrap();
    for gone in ["192.0.2.", "/users/", "c0"] {
        assert!(!text.contains(&format!("\"{gone}")), "{text}");
    }
}

#[test]
fn the_proofs_of_who_was_erased_and_of_all_others_hold_under_the_same_leaf() {
    let ledger = ledger();
    ledger.seal(Timestamp(START)).unwrap();
    let before = ledger.blocks(0);
    let whom = Whom { fields: &[field::CONSUMER_NAME], value: "c1" };
    assert_eq!(ledger.erase(whom, Timestamp(START), &mut |_| {}).unwrap(), 15);
    assert_eq!(ledger.blocks(0), before);
    for number in 1..=EVENTS {
        let (block, event) = proof(&ledger, number, ALL);
        assert_eq!(event.check(&block), Ok(()), "{number}");
        let is_erased = (number - 1) % 4 == 1;
        assert_eq!(matches!(event.personal, Personal::Withheld(_)), is_erased, "{number}");
        let text = serde_json::to_string(&event).unwrap();
        assert!(!text.contains("/users/c1") && !text.contains("\"c1\""), "{text}");
    }
}

/// The value with one of its strings or numbers changed, in every way: each character to another one, each number to the next.
fn changed(value: &Value, each: &mut dyn FnMut(Value)) {
    match value {
        Value::Number(number) => each(Value::from(number.as_i64().unwrap() + 1)),
        Value::String(text) => {
            for (at, old) in text.char_indices() {
                let new = if old == '0' { "1" } else { "0" };
                each(format!("{}{new}{}", &text[..at], &text[at + old.len_utf8()..]).into());
            }
        }
        Value::Array(values) => {
            for (at, one) in values.iter().enumerate() {
                let mut other = |one: Value| {
                    let mut values = values.clone();
                    values[at] = one;
                    each(Value::Array(values));
                };
                changed(one, &mut other);
                let mut fewer = values.clone();
                fewer.remove(at);
                each(Value::Array(fewer));
            }
        }
        Value::Object(values) => {
            for (name, one) in values {
                let mut other = |one: Value| {
                    let mut values = values.clone();
                    values.insert(name.clone(), one);
                    each(Value::Object(values));
                };
                changed(one, &mut other);
                let mut renamed = values.clone();
                let one = renamed.remove(name).unwrap();
                // A text may be kept back: what is left is still so.
                if name != "said" {
                    each(Value::Object(renamed.clone()));
                }
                renamed.insert(format!("{name}x"), one);
                each(Value::Object(renamed));
            }
        }
        Value::Null | Value::Bool(_) => panic!("{value}"),
    }
}

#[test]
fn whatever_is_changed_is_found() {
    let ledger = ledger();
    ledger.seal(Timestamp(START)).unwrap();
    let leaves: Vec<String> =
        ledger.blocks(0).into_iter().map(|block| Leaf::Block(block).to_string()).collect();
    let hashes: Vec<Hash> = leaves.iter().map(|text| leaf(text.as_bytes())).collect();
    let checkpoint = Checkpoint { origin: "gatelog-test/access".into(), size: 2, root: tree::root(&hashes) };
    for withheld in [false, true] {
        let (block, event) = proof(&ledger, 31, &|field, _| !withheld || field != field::IP);
        let text = Leaf::Block(block).to_string();
        let index = leaves.iter().position(|leaf| *leaf == text).unwrap() as u64;
        let path = tree::inclusion(&hashes.as_slice(), index, 2).unwrap();
        let whole = serde_json::json!({ "block": text, "index": index, "path": path, "event": event });
        let holds = |value: &Value| {
            let of = |name: &str| value.get(name).cloned().unwrap_or_default();
            let event = serde_json::from_value::<Single>(of("event")).ok()?;
            let path: Vec<Hash> = serde_json::from_value(of("path")).ok()?;
            let (block, index) = (of("block"), of("index").as_u64()?);
            check::event(&checkpoint, (index, block.as_str()?), &path, &event).ok()
        };
        assert_eq!(holds(&whole), Some(31));
        let mut tried = 0;
        changed(&whole, &mut |other| {
            tried += 1;
            assert_eq!(holds(&other), None, "{other:#}");
        });
        assert!(tried > 1_000, "{tried}");
        let other = Checkpoint { root: Hash([1; 32]), ..checkpoint.clone() };
        let index = (index, text.as_str());
        assert!(check::event(&other, index, &path, &event).is_err());
    }
}
