//! `gatelog masks`.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::client::{Client, Server, said};
use crate::config::Environment;
use crate::terminal::line;

/// Shows the masking rules on top of the defaults, tries them on a record, and sets them.
///
/// A file of rules is a JSON array, as --json shows it under `rules`; setting replaces all of them by a new version. They
/// hold for events that come after. Needs a token with the permission settings:write.
///
/// Examples:
///   gatelog masks
///   gatelog masks --json | jq .rules > rules.json
///   gatelog masks --rules rules.json --try record.json
///   gatelog masks --rules rules.json --apply --note "staff numbers"
///   gatelog masks --versions
///   gatelog masks --restore 3
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// A file of rules to try or to set; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    rules: Option<String>,
    /// Sets the rules of --rules
    #[arg(long, requires = "rules", conflicts_with = "record")]
    apply: bool,
    /// Why, for --apply
    #[arg(long, requires = "apply", value_name = "TEXT")]
    note: Option<String>,
    /// Shows what would be kept of the record in this file; `-` reads standard input
    #[arg(long = "try", value_name = "FILE")]
    record: Option<String>,
    /// The format of that record; without, it is recognised
    #[arg(long, requires = "record")]
    format: Option<String>,
    /// As if it came from this source
    #[arg(long, requires = "record")]
    source: Option<String>,
    /// Which rules held since when
    #[arg(long, conflicts_with_all = ["rules", "record"])]
    versions: bool,
    /// Makes the rules of an earlier version hold again
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["rules", "record", "versions"])]
    restore: Option<u64>,
    /// JSON, as the API answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const PATH: &str = "/api/v1/masks";

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let rules = args.rules.as_deref().map(rules_of).transpose()?;
    let (told, print): (Value, fn(&Value)) = match (&args.record, rules) {
        (Some(record), rules) => {
            let mut trial = json!({ "record": text_of(record)? });
            for (name, value) in
                [("rules", rules), ("format", text(&args.format)), ("source", text(&args.source))]
            {
                if let (Some(value), Some(trial)) = (value, trial.as_object_mut()) {
                    trial.insert(name.to_owned(), value);
                }
            }
            (asked(&client, &format!("{PATH}/try"), &trial)?, print_tried)
        }
        (None, Some(rules)) if args.apply => {
            let held = client.get_json(PATH, &[])?;
            let version = held.get("version").cloned().unwrap_or_default();
            let note = args.note.as_deref().unwrap_or("");
            (asked(&client, PATH, &json!({ "rules": rules, "version": version, "note": note }))?, print_rules)
        }
        (None, Some(_)) => bail!("give --apply to set these rules, or --try FILE to see what they would do"),
        (None, None) if args.versions => (client.get_json(&format!("{PATH}/versions"), &[])?, print_versions),
        (None, None) => match args.restore {
            Some(version) => {
                (asked(&client, &format!("{PATH}/versions/{version}/restore"), &json!({}))?, print_rules)
            }
            None => (client.get_json(PATH, &[])?, print_rules),
        },
    };
    match args.json {
        true => println!("{told}"),
        false => print(&told),
    }
    Ok(())
}

fn text(given: &Option<String>) -> Option<Value> {
    given.clone().map(Value::String)
}

fn asked(client: &Client, path: &str, body: &Value) -> anyhow::Result<Value> {
    let (status, text) = client.ask(path, &[], body)?;
    let told: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    match status {
        200 => Ok(told),
        _ => bail!(said(status, &told)),
    }
}

fn text_of(file: &str) -> anyhow::Result<String> {
    if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(Path::new(file)).with_context(|| file.to_owned())
}

/// A list of rules, or an answer of the API that holds one.
fn rules_of(file: &str) -> anyhow::Result<Value> {
    let read: Value = serde_json::from_str(&text_of(file)?).with_context(|| format!("{file} is no JSON"))?;
    Ok(read.get("rules").cloned().unwrap_or(read))
}

fn word(value: &Value, name: &str) -> String {
    line(value.get(name).and_then(Value::as_str).unwrap_or(""))
}

/// One rule in words.
fn rule(rule: &Value) -> String {
    let scope: Vec<String> = ["gateway", "environment", "source"]
        .iter()
        .filter(|name| !word(rule, name).is_empty())
        .map(|name| format!("{name} {}", word(rule, name)))
        .collect();
    let scope = if scope.is_empty() { "everywhere".to_owned() } else { format!("only {}", scope.join(", ")) };
    let off = if rule.get("off").and_then(Value::as_bool) == Some(true) { ", off" } else { "" };
    format!(
        "{}: {} {} → {}, {scope}{off}",
        word(rule, "name"),
        word(rule, "what"),
        word(rule, "of"),
        word(rule, "how")
    )
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn print_rules(told: &Value) {
    match told.get("version").and_then(Value::as_u64).unwrap_or(0) {
        0 => println!("no rules on top of the defaults"),
        number => println!("version {number}, since {}, by {}", word(told, "at"), word(told, "by")),
    }
    list(told, "rules").for_each(|one| println!("{}", rule(one)));
}

fn print_versions(told: &Value) {
    for version in list(told, "versions") {
        let number = |name: &str| version.get(name).and_then(Value::as_u64).unwrap_or(0);
        let note = match word(version, "note") {
            note if note.is_empty() => note,
            note => format!(": {note}"),
        };
        println!(
            "version {}, {} rules, since {}, by {}{note}",
            number("version"),
            number("rules"),
            word(version, "at"),
            word(version, "by")
        );
        list(version, "added").for_each(|one| println!("  + {}", rule(one)));
        list(version, "removed").for_each(|one| println!("  - {}", rule(one)));
    }
}

fn print_tried(told: &Value) {
    match told.get("event") {
        Some(event) if !event.is_null() => println!("{event}"),
        _ => println!("nothing was understood"),
    }
    for mark in list(told, "marks") {
        let of = |name: &str| match word(mark, name) {
            text if text.is_empty() => "nothing".to_owned(),
            text => text,
        };
        match word(mark, "by").as_str() {
            "defaults" => println!("{}: {} (by the defaults)", of("path"), of("kept")),
            _ => println!("{}: {} → {}", of("path"), of("was"), of("kept")),
        }
    }
    list(told, "rejects").for_each(|reject| println!("not understood: {}", word(reject, "reason")));
}
