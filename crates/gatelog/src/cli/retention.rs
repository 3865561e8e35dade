//! `gatelog retention`.

use anyhow::bail;
use serde_json::{Value, json};

use super::client::{Server, request_id, said};
use crate::config::Environment;
use crate::terminal::line;

/// Shows how long what is kept, and what another time would come to; changes it with --apply.
///
/// Needs a token with the permission settings:write.
///
/// Examples:
///   gatelog retention
///   gatelog retention --events 90
///   gatelog retention --events 90 --apply
///   gatelog retention --preset hipaa --apply
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Days that access events are kept
    #[arg(long, value_name = "DAYS")]
    events: Option<u32>,
    /// Days that roll-ups are kept
    #[arg(long, value_name = "DAYS")]
    rollups: Option<u32>,
    /// Days that the operator trail is kept
    #[arg(long, value_name = "DAYS")]
    trail: Option<u32>,
    /// The days of a preset: standard, pci or hipaa
    #[arg(long, conflicts_with_all = ["events", "rollups", "trail"])]
    preset: Option<String>,
    /// As the settings file says, whatever was set
    #[arg(long, conflicts_with_all = ["events", "rollups", "trail", "preset"], requires = "apply")]
    reset: bool,
    /// Changes it
    #[arg(long)]
    apply: bool,
    /// Approves what somebody else has asked for
    #[arg(long, value_name = "ID", conflicts_with_all = ["events", "rollups", "trail", "preset", "reset", "decline"])]
    approve: Option<String>,
    /// Declines it, or withdraws what you have asked for
    #[arg(long, value_name = "ID", conflicts_with_all = ["events", "rollups", "trail", "preset", "reset"])]
    decline: Option<String>,
    /// JSON, as the API answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const PATH: &str = "/api/v1/retention";
const NAMES: [&str; 3] = ["events_days", "rollups_days", "trail_days"];

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    for (id, verb) in [(&args.approve, "approve"), (&args.decline, "decline")] {
        let Some(id) = id.as_deref().map(request_id).transpose()? else { continue };
        let (status, text) = client.ask(&format!("/api/v1/requests/{id}/{verb}"), &[], &json!({}))?;
        if status != 204 {
            bail!(said(status, &serde_json::from_str(&text).unwrap_or(Value::Null)));
        }
    }
    let held = client.get_json(PATH, &[])?;
    let set = wanted(args, &held)?;
    let told = match args.apply {
        true => {
            let (status, text) = client.ask(PATH, &[], &set)?;
            let told: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            if let (202, Some(waiting)) = (status, told.get("waiting")) {
                println!("{}", wish(waiting));
                return Ok(());
            }
            if status != 200 {
                bail!(said(status, &told));
            }
            told
        }
        false => {
            let days: Vec<(&str, String)> = NAMES
                .iter()
                .filter_map(|name| Some((*name, set.get(*name)?.as_u64()?.to_string())))
                .collect();
            let params: Vec<(&str, &str)> = days.iter().map(|(name, days)| (*name, days.as_str())).collect();
            client.get_json(PATH, &params)?
        }
    };
    match args.json {
        true => println!("{told}"),
        false => print(&told, args.apply),
    }
    Ok(())
}

/// What is to be set: what was, but for what is given.
fn wanted(args: &Args, held: &Value) -> anyhow::Result<Value> {
    if args.reset {
        return Ok(json!({}));
    }
    if let Some(name) = &args.preset {
        let presets = held.get("presets").and_then(Value::as_array).into_iter().flatten();
        let found = presets.clone().find(|preset| preset.get("name").and_then(Value::as_str) == Some(name));
        let Some(set) = found.and_then(|preset| preset.get("set")) else {
            let names: Vec<&str> = presets.filter_map(|preset| preset.get("name")?.as_str()).collect();
            bail!("{name:?} is no preset; there are {}", names.join(", "));
        };
        return Ok(set.clone());
    }
    let of = |name: &str, given: Option<u32>| {
        given
            .map(Value::from)
            .unwrap_or_else(|| held.pointer(&format!("/set/{name}")).cloned().unwrap_or_default())
    };
    let [events, rollups, trail] = NAMES;
    Ok(
        json!({ events: of(events, args.events), rollups: of(rollups, args.rollups), trail: of(trail, args.trail) }),
    )
}

/// What waits for a second person.
pub(super) fn wish(waiting: &Value) -> String {
    let text = |path: &str| waiting.pointer(path).and_then(Value::as_str).map(line).unwrap_or_default();
    let what = match text("/wish/kind").as_str() {
        "release" => format!("releasing the hold: {}", text("/wish/reason")),
        "erase" => format!("erasing a person ({}) known as {}", text("/wish/subject"), text("/wish/mark")),
        _ => {
            let days = |name: &str| {
                let days = waiting.pointer(&format!("/wish/set/{name}")).and_then(Value::as_u64);
                days.map_or("as the settings file says".to_owned(), |days| format!("{days} days"))
            };
            let [events, rollups, trail] = NAMES;
            format!("events {}, roll-ups {}, operator trail {}", days(events), days(rollups), days(trail))
        }
    };
    let (id, by, expires) = (text("/id"), text("/by"), text("/expires"));
    // An erasure is approved by who names the same person.
    let how = match text("/wish/kind").as_str() {
        "erase" => "gatelog erase … --apply, of the same person".to_owned(),
        _ => format!("gatelog retention --approve {id}"),
    };
    format!("waits for somebody else, until {expires}, asked by {by}: {what}; {how}")
}

fn print(told: &Value, is_set: bool) {
    let number = |path: &str| told.pointer(path).and_then(Value::as_u64);
    let of = |path: &str| number(path).unwrap_or(0);
    let will = if is_set { "is" } else { "would be" };
    println!(
        "kept: events {} days, roll-ups {} days, operator trail {} days",
        of("/days/events"),
        of("/days/rollups"),
        of("/days/trail")
    );
    println!(
        "there are {} events of {} days, {} bytes; {} bytes are free",
        of("/use/events"),
        of("/use/days"),
        of("/use/bytes"),
        of("/use/free_bytes")
    );
    let (per_day, end) = (of("/forecast/bytes_per_day"), of("/forecast/bytes_at_end"));
    match (of("/forecast/measured_days"), number("/forecast/full_in_days")) {
        (0, _) => println!("no whole day yet that could be measured"),
        (_, Some(days)) => println!(
            "at {per_day} bytes a day the disk is full in {days} days, before it holds the {end} bytes of that time"
        ),
        (_, None) => println!("at {per_day} bytes a day it comes to {end} bytes, for which there is room"),
    }
    println!(
        "removed {will}: {} events of {} days, {} bytes; roll-ups of {} days; {} days are past their time and held",
        of("/removed/events"),
        of("/removed/days"),
        of("/removed/bytes"),
        of("/removed/rollup_days"),
        of("/removed/held_days")
    );
    for waiting in told.get("waiting").and_then(Value::as_array).into_iter().flatten() {
        println!("{}", wish(waiting));
    }
    if let Some(archive) = told.get("archive").filter(|archive| archive.is_object()) {
        let text = |name: &str| archive.get(name).and_then(Value::as_str).map(line);
        println!(
            "in the archive {}: {} events of {} days, {} to {}",
            text("to").unwrap_or_default(),
            of("/archive/events"),
            of("/archive/days"),
            text("oldest").unwrap_or_else(|| "-".to_owned()),
            text("newest").unwrap_or_else(|| "-".to_owned())
        );
        if let Some(day) = text("waiting") {
            println!("not removed before it is there: {day}");
        }
        if let Some(error) = text("error") {
            println!("it could not be copied, and is not removed: {error}");
        }
    }
    for hold in told.get("holds").and_then(Value::as_array).into_iter().flatten() {
        let text =
            |name: &str, otherwise: &str| line(hold.get(name).and_then(Value::as_str).unwrap_or(otherwise));
        println!(
            "held {}: {}{} from {} to {}: {}",
            text("id", ""),
            text("stream", ""),
            match hold.get("filter").and_then(Value::as_str) {
                Some(filter) => format!(" of days with {}", line(filter)),
                None => String::new(),
            },
            text("from", "the beginning"),
            text("to", "now and later"),
            text("reason", "")
        );
    }
}
