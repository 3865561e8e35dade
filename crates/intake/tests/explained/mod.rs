//! Whether an explanation names the right rule and the right object. `labels.jsonl` has a line for each refused case of
//! `tests/denials`, in their order: the kind of rule that follows from the case's label, and the object that its raw record
//! names, read without this code. `directory.yaml` has cases in which the directory knows the rule.

use std::collections::BTreeMap;
use std::fmt::Write;

use event::{Batch, Event, Timestamp, field};
use intake::directory::{Directory, Document, IMPORTERS, Origin, Request};
use intake::explain::{Confidence, Kind, Object, Verdict};
use intake::{by_name, decode, explain};
use serde::Deserialize;

use super::{Case, cases};

#[derive(Deserialize)]
struct Label {
    gateway: String,
    kind: String,
    #[serde(rename = "type")]
    object: String,
    name: String,
}

/// What became of the cases of a gateway.
#[derive(Default)]
struct Tally {
    cases: u64,
    rule: u64,
    object: u64,
    both: u64,
}

fn labels() -> Vec<Label> {
    include_str!("labels.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kind(kind: Kind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

/// Whether a name is that of the label: the same, or the template of a path.
fn is_name(found: &str, label: &str) -> bool {
    let path = label.split('?').next().unwrap();
    let parts = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (found_parts, parts) = (parts(found), parts(path));
    found == label
        || path.starts_with('/')
            && found_parts.len() == parts.len()
            && found_parts.iter().zip(&parts).all(|(found, part)| found == part || found.starts_with('{'))
}

fn is_object(found: &Object, label: &Label) -> bool {
    found.kind == label.object && is_name(&found.name, &label.name)
}

fn explained(case: &Case) -> intake::Explanation {
    let decoded = decode(by_name(&case.gateway), case.raw.as_bytes());
    let mut batch = decoded.batch;
    batch.fill_text(field::FORMAT, &case.gateway);
    explain(&batch, &Directory::default())
}

/// The table for docs/denials.md; it asserts what the page promises.
pub(crate) fn table() -> String {
    let cases: Vec<Case> = cases().into_iter().filter(|case| !case.granted).collect();
    let labels = labels();
    assert_eq!(cases.len(), labels.len());
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong = String::new();
    for (case, label) in cases.iter().zip(&labels) {
        assert_eq!(case.gateway, label.gateway);
        let found = explained(case);
        assert_eq!(found.verdict, Verdict::Denied);
        assert!(!found.evidence.is_empty() && found.summary.ends_with('.'), "{found:?}");
        let none = Object::default();
        let (rule, object) = match &found.rule {
            Some(rule) => (kind(rule.kind), &rule.object),
            None => ("unknown".to_owned(), &none),
        };
        let (is_rule, is_object) = (rule == label.kind, is_object(object, label));
        if !is_rule || !is_object {
            let _ = writeln!(
                wrong,
                "{} {}: {rule} on {} {:?} instead of {} on {} {:?}",
                case.gateway, case.why, object.kind, object.name, label.kind, label.object, label.name
            );
        }
        let tally = tallies.entry(&label.gateway).or_default();
        tally.cases += 1;
        tally.rule += u64::from(is_rule);
        tally.object += u64::from(is_object);
        tally.both += u64::from(is_rule && is_object);
    }
    let known = with_directory();
    tallies.insert("with a directory", known);
    let table = markdown(&tallies);
    println!("{table}\n{wrong}");
    let all: (u64, u64) = tallies.values().fold((0, 0), |(n, both), t| (n + t.cases, both + t.both));
    assert!(all.1 as f64 / all.0 as f64 >= 0.95, "fewer than 95 of 100 are right:\n{table}\n{wrong}");
    table
}

fn markdown(tallies: &BTreeMap<&str, Tally>) -> String {
    let mut out =
        String::from("| gateway | refused | right rule | right object | both |\n|---|---|---|---|---|\n");
    let mut all = Tally::default();
    for (name, tally) in tallies {
        let Tally { cases, rule, object, both } = tally;
        let _ = writeln!(out, "| {name} | {cases} | {rule} | {object} | {both} |");
        all.cases += cases;
        all.rule += rule;
        all.object += object;
        all.both += both;
    }
    let Tally { cases, rule, object, both } = &all;
    let _ = writeln!(out, "| **all** | {cases} | {rule} | {object} | {both} |");
    let share = *both as f64 * 100.0 / *cases as f64;
    let _ = writeln!(out, "\nIn {share:.1} % of them both the rule and the object are the right ones.");
    out
}

#[derive(Deserialize)]
struct Told {
    why: String,
    event: BTreeMap<String, serde_json::Value>,
    kind: String,
    #[serde(rename = "type")]
    object: String,
    name: String,
    origin: String,
    confidence: String,
    version: Option<usize>,
    fix: Option<String>,
}

#[derive(Deserialize)]
struct Cases {
    origins: Vec<Said>,
    cases: Vec<Told>,
}

#[derive(Deserialize)]
struct Said {
    origin: String,
    importer: String,
    at: String,
    file: String,
}

fn directory(said: &[Said]) -> Directory {
    let mut origins: BTreeMap<&str, Origin> = BTreeMap::new();
    for one in said {
        let importer = IMPORTERS.iter().find(|importer| importer.name == one.importer).unwrap();
        let read = (importer.read)(&Document::parse(one.file.clone()).unwrap()).unwrap();
        let origin = origins
            .entry(&one.origin)
            .or_insert_with(|| Origin { name: one.origin.clone(), ..Origin::default() });
        let now = Timestamp::parse(&one.at).unwrap().0;
        let request = Request { snapshot: read.snapshot, importer: importer.name, ..Request::default() };
        *origin = origin.import(request, now, 0).unwrap().0;
    }
    Directory::new(origins.into_values())
}

fn event(fields: &BTreeMap<String, serde_json::Value>) -> Batch {
    let mut event = Event::new();
    for (name, value) in fields {
        let field = field::by_name(name).unwrap().id;
        match (value.as_i64(), value.as_str()) {
            (Some(number), _) => event.int(field, number),
            (None, Some(text)) if name == "time" => event.time(field, Timestamp::parse(text).unwrap()),
            (None, Some(text)) => event.text(field, text.to_owned()),
            _ => panic!("{name}"),
        }
    }
    let mut batch = Batch::new();
    batch.push(&event);
    batch.finish();
    batch
}

/// Cases in which the directory knows the rule: here everything must be right.
fn with_directory() -> Tally {
    let Cases { origins, cases } = serde_saphyr::from_str(include_str!("directory.yaml")).unwrap();
    let directory = directory(&origins);
    let mut tally = Tally::default();
    for case in cases {
        let found = explain(&event(&case.event), &directory);
        let why = &case.why;
        let rule = found.rule.as_ref().unwrap_or_else(|| panic!("{why}: {found:#?}"));
        assert_eq!(
            (kind(rule.kind).as_str(), rule.object.kind, rule.object.name.as_str()),
            (case.kind.as_str(), case.object.as_str(), case.name.as_str()),
            "{why}: {found:#?}"
        );
        assert_eq!(rule.object.origin.as_deref().unwrap_or(""), case.origin, "{why}");
        let confidence = serde_json::to_value(found.confidence).unwrap();
        assert_eq!(confidence.as_str().unwrap(), case.confidence, "{why}: {found:#?}");
        assert_eq!(found.changed.as_ref().map(|changed| changed.version), case.version, "{why}");
        if let Some(fix) = &case.fix {
            let code: Vec<&str> = found.fixes.iter().map(|fix| fix.code.as_str()).collect();
            assert!(
                code.iter().any(|code| code.contains(fix.as_str())),
                "{why}: {fix} in\n{}",
                code.join("\n")
            );
        }
        tally.cases += 1;
        tally.rule += 1;
        tally.object += 1;
        tally.both += 1;
    }
    tally
}

#[test]
fn the_right_rule_and_object_are_named() {
    table();
}

#[test]
fn what_was_not_refused_is_not_explained_as_if_it_were() {
    for case in cases().into_iter().filter(|case| case.granted) {
        let found = explained(&case);
        assert_ne!(found.verdict, Verdict::Denied, "{}", case.why);
        assert!(found.rule.is_none() && found.fixes.is_empty() && found.reason.is_none());
        assert_eq!(found.confidence, Confidence::Exact);
    }
    let nothing = explain(&Batch::new(), &Directory::default());
    assert_eq!(nothing.verdict, Verdict::Granted);
}

#[test]
fn explanations_hold_no_secret() {
    for case in cases() {
        let text = serde_json::to_string(&explained(&case)).unwrap();
        for secret in ["Bearer e30", "sekret", "key-bogus", "key-bob-0002", "Ym9iOndyb25n"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
