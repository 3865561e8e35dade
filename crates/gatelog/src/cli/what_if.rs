//! `gatelog what-if`.

use anyhow::bail;
use serde_json::{Map, Value, json};

use super::client::{Server, said};
use crate::config::Environment;
use crate::terminal::{fit, line};

/// Tries a change out on what was: which calls of a range would be let pass or be refused.
///
/// Nothing is changed, neither here nor in the gateway. Every call of the range is judged anew by the rules of the directory
/// with the change in them; limits are counted for each consumer in the order of time.
///
/// Changes (KIND):
///   allow_group, deny_group       --group and one of --route, --service, --api, --environment
///   add_group, remove_group       --group and --consumer
///   allow_address, deny_address   --address (more than once), and one of --route … or --consumer
///   time_window                   --window 'mon-fri 08:00-18:00 Europe/Berlin', and one of --route … or --consumer
///   rate_limit, quota             --limit and --period; of each consumer, or of the --route … or --consumer given
///
/// Examples:
///   gatelog what-if allow_group --group silver --route orders --from 30d
///   gatelog what-if remove_group --group gold --consumer batch --from 90d --json
///   gatelog what-if deny_address --address 203.0.113.0/24 --route login
///   gatelog what-if time_window --window 'mon-fri 08:00-18:00 Europe/Berlin' --route admin
///   gatelog what-if rate_limit --limit 100 --period minute --csv > flips.csv
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What is done
    #[arg(value_name = "KIND")]
    kind: String,
    /// The group
    #[arg(long)]
    group: Option<String>,
    /// The consumer, by name or id
    #[arg(long)]
    consumer: Option<String>,
    /// The route, by name or id
    #[arg(long)]
    route: Option<String>,
    /// The service
    #[arg(long)]
    service: Option<String>,
    /// The API
    #[arg(long)]
    api: Option<String>,
    /// The environment
    #[arg(long)]
    environment: Option<String>,
    /// An address or network
    #[arg(long, value_name = "NETWORK")]
    address: Vec<String>,
    /// Days, hours and zone in which it is open: `mon-fri 08:00-18:00 Europe/Berlin`; days and zone may be left out
    #[arg(long, value_name = "WINDOW")]
    window: Vec<String>,
    /// Calls of each consumer
    #[arg(long)]
    limit: Option<u64>,
    /// second, minute, hour, day, week, month or year
    #[arg(long)]
    period: Option<String>,
    /// Which calls; all without one
    #[arg(long, default_value = "")]
    filter: String,
    /// From when
    #[arg(long, default_value = "30d")]
    from: String,
    /// To when, exclusive
    #[arg(long, default_value = "now")]
    to: String,
    /// JSON, as the API answers
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// The calls that would flip, as CSV: id, time and what would become of them
    #[arg(long)]
    csv: bool,
    #[command(flatten)]
    server: Server,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn run(args: &Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    let body = json!({ "from": args.from, "to": args.to, "filter": args.filter, "change": change(args)? });
    let format = if args.csv { "csv" } else { "json" };
    let (status, text) = client.ask("/api/v1/what-if", &[("format", format)], &body)?;
    let told: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    if status != 200 {
        bail!(said(status, &told));
    }
    if args.csv || args.json {
        print!("{text}");
        return Ok(());
    }
    let count = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or(0);
    println!("{} calls looked at", count("scanned"));
    println!("{} refused calls would be let pass", count("would_allow"));
    println!("{} calls that passed would be refused", count("would_deny"));
    if count("unknown") > 0 {
        println!("{} calls of callers whose groups nobody knows cannot be judged", count("unknown"));
    }
    for (list, head) in [("by_consumer", "CONSUMER"), ("by_route", "ROUTE")] {
        let rows: Vec<&Value> =
            told.get(list).and_then(Value::as_array).into_iter().flatten().take(20).collect();
        if rows.is_empty() {
            continue;
        }
        println!("\n{} {:>12} {:>12}", fit(head, 40), "LET PASS", "REFUSED");
        for row in rows {
            let key =
                row.get("key").and_then(Value::as_str).filter(|key| !key.is_empty()).unwrap_or("(none)");
            let n = |name: &str| row.get(name).and_then(Value::as_u64).unwrap_or(0);
            println!("{} {:>12} {:>12}", fit(&line(key), 40), n("would_allow"), n("would_deny"));
        }
    }
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    if let Some(filter) = text("filter") {
        println!("\nthese calls: gatelog query {} --from {} --to {}", shell(filter), args.from, args.to);
    }
    for note in ["note", "partial_reason"].into_iter().filter_map(text) {
        eprintln!("note: {}", line(note));
    }
    Ok(())
}

fn shell(text: &str) -> String {
    format!("'{}'", line(text).replace('\'', r"'\''"))
}

fn change(args: &Args) -> anyhow::Result<Value> {
    let mut change = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        change.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("kind", Some(json!(args.kind)));
    for (name, value) in [
        ("group", &args.group),
        ("consumer", &args.consumer),
        ("route", &args.route),
        ("service", &args.service),
        ("api", &args.api),
        ("environment", &args.environment),
        ("period", &args.period),
    ] {
        set(name, value.as_ref().map(|text| json!(text)));
    }
    set("limit", args.limit.map(|limit| json!(limit)));
    set("addresses", (!args.address.is_empty()).then(|| json!(args.address)));
    let windows = args.window.iter().map(|text| window(text)).collect::<anyhow::Result<Vec<Value>>>()?;
    set("windows", (!windows.is_empty()).then(|| json!(windows)));
    Ok(Value::Object(change))
}

/// `mon-fri 08:00-18:00 Europe/Berlin`.
fn window(text: &str) -> anyhow::Result<Value> {
    let mut window = Map::new();
    for word in text.split_whitespace() {
        if let Some((from, to)) = word.split_once('-').filter(|(from, _)| from.contains(':')) {
            window.insert("from".to_owned(), json!(from));
            window.insert("to".to_owned(), json!(to));
        } else if let Some(days) = days(&word.to_ascii_lowercase()) {
            window.insert("days".to_owned(), json!(days));
        } else if window.insert("zone".to_owned(), json!(word)).is_some() {
            bail!("{text:?} is no window such as 'mon-fri 08:00-18:00 Europe/Berlin'");
        }
    }
    Ok(Value::Object(window))
}

/// `mon-fri`, `sat,sun`; nothing for what is no day.
fn days(word: &str) -> Option<Vec<&'static str>> {
    let place = |day: &str| DAYS.iter().position(|known| *known == day);
    let mut days = Vec::new();
    for part in word.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (place(first)?, place(last)?);
        let end = if last < first { last + DAYS.len() } else { last };
        days.extend((first..=end).filter_map(|day| DAYS.get(day % DAYS.len()).copied()));
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_they_are_said() {
        assert_eq!(
            window("mon-wed,sun 08:00-18:00 Europe/Berlin").unwrap(),
            json!({"days": ["mon", "tue", "wed", "sun"], "from": "08:00", "to": "18:00", "zone": "Europe/Berlin"})
        );
        assert_eq!(window("22:00-06:00").unwrap(), json!({"from": "22:00", "to": "06:00"}));
        assert_eq!(window("fri-mon").unwrap(), json!({"days": ["fri", "sat", "sun", "mon"]}));
        assert!(window("on sundays").is_err());
    }
}
