//! `gatelog erase`.

use std::time::Duration;

use anyhow::bail;
use serde_json::{Value, json};

use super::client::{Client, Server, request_id, said};
use super::retention::wish;
use crate::config::Environment;
use crate::terminal::line;

/// Shows what is kept of a person; with --apply it is erased.
///
/// Their name, addresses, agents, paths, headers and the like leave events, roll-ups, the log and the operator trail; the
/// calls still count, and every checkpoint still holds. It cannot be undone. With two_person_rule it waits until somebody
/// else erases the same person. Needs a token with the permission persons:erase.
///
/// Examples:
///   gatelog erase consumer alice
///   gatelog erase ip 203.0.113.7 --apply
///   gatelog erase operator bob --apply
///   gatelog erase --decline 3f0c8d5e7a41
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What the value is: consumer, user, iam_user, ip, api_key, customer or operator
    #[arg(required_unless_present = "decline")]
    subject: Option<String>,
    /// The value, as it stands in events
    #[arg(required_unless_present = "decline")]
    value: Option<String>,
    /// Erases it
    #[arg(long)]
    apply: bool,
    /// Declines an erasure that waits for a second person, or withdraws your own
    #[arg(long, value_name = "ID", conflicts_with_all = ["subject", "value", "apply"])]
    decline: Option<String>,
    /// JSON, as the API answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const PATH: &str = "/api/v1/erasures";
/// How often it is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    if let Some(id) = &args.decline {
        asked(&client, &format!("{PATH}/requests/{}/decline", request_id(id)?), &json!({}))?;
        eprintln!("it is declined: nobody is erased");
        return Ok(());
    }
    let person = json!({ "subject": args.subject, "value": args.value });
    let trial = asked(&client, "/api/v1/erasures/try", &person)?;
    if !args.json {
        print(&trial);
    }
    if !args.apply {
        if args.json {
            println!("{trial}");
        }
        return Ok(());
    }
    let begun = asked(&client, PATH, &person)?;
    if let Some(waiting) = begun.get("waiting") {
        match args.json {
            true => println!("{begun}"),
            false => println!("{}", wish(waiting)),
        }
        return Ok(());
    }
    let done = until_done(&client, begun)?;
    match args.json {
        true => println!("{done}"),
        false => println!(
            "erased: {} access events, {} operator records; known from now on as {}",
            done.get("events").unwrap_or(&Value::Null),
            done.get("operator_records").unwrap_or(&Value::Null),
            line(done.get("mark").and_then(Value::as_str).unwrap_or_default())
        ),
    }
    Ok(())
}

fn asked(client: &Client, path: &str, body: &Value) -> anyhow::Result<Value> {
    let (status, text) = client.ask(path, &[], body)?;
    let told: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    if !(200..300).contains(&status) {
        bail!(said(status, &told));
    }
    Ok(told)
}

/// The erasure once it has ended; an error when it failed.
fn until_done(client: &Client, begun: Value) -> anyhow::Result<Value> {
    let mut one = begun;
    while one.get("state").and_then(Value::as_str) == Some("running") {
        std::thread::sleep(LOOK_EVERY);
        let all = client.get_json(PATH, &[])?;
        let is_it = |other: &&Value| other.get("id") == one.get("id");
        let found = all.get("erasures").and_then(Value::as_array).and_then(|all| all.iter().find(is_it));
        let Some(found) = found.cloned() else { bail!("the erasure is not listed any more") };
        one = found;
    }
    match one.get("error").and_then(Value::as_str) {
        Some(error) => bail!("not all was erased: {}", line(error)),
        None => Ok(one),
    }
}

fn print(trial: &Value) {
    let number = |name: &str| trial.get(name).and_then(Value::as_u64).unwrap_or(0);
    let list = |name: &str| trial.get(name).and_then(Value::as_array).into_iter().flatten();
    println!(
        "{} access events on {} days, roll-ups of {} more days, {} operator records",
        number("events"),
        list("days").count(),
        number("rollup_days"),
        number("operator_records")
    );
    for day in list("days") {
        let date = day.get("day").and_then(Value::as_str).unwrap_or_default();
        println!("  {} {}", line(date), day.get("events").unwrap_or(&Value::Null));
    }
    if number("operator_open") > 0 {
        let count = number("operator_open");
        println!("{count} operator records have it where nothing is erased, as in the name of a source");
    }
    for file in list("left").filter_map(Value::as_str) {
        println!("it also stands in {}, which is kept for something else", line(file));
    }
    if let Some(by) = trial.get("asked_by").and_then(Value::as_str) {
        println!("{} has asked to erase it", line(by));
    }
    if let Some(refusal) = trial.get("refusal").and_then(Value::as_str) {
        println!("it cannot be erased: {}", line(refusal));
    }
}
