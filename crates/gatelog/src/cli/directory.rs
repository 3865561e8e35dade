//! `gatelog directory`.

use std::io::{Read as _, Write as _, stdin, stdout};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::client::{Client, Reply, Server, said};
use crate::config::Environment;
use crate::terminal::{fit, line};

/// Imports and shows what is known besides the logs: consumers, groups, keys, plans, customers, routes and their rules.
///
/// What is imported holds from now on; events are completed with what was true at their time. docs/directory.md says how
/// to write a directory by hand and which gateways' files are read. Needs a token with the permission directory:write.
///
/// Examples:
///   gatelog directory import team.yaml --dry-run
///   gatelog directory import team.yaml --origin team
///   gatelog directory pull kong --dry-run
///   gatelog directory show consumers --search mobile
///   gatelog directory history --kind consumers --from 7d
///   gatelog directory export --origin team > team.json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    server: Server,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Imports a file: all that its origin says from now on
    Import {
        /// The file; `-` is standard input
        file: PathBuf,
        /// Tells what would change, and changes nothing
        #[arg(long)]
        dry_run: bool,
        /// Who says it; without it the file's name counts
        #[arg(long, value_name = "NAME")]
        origin: Option<String>,
        /// The form of the file; without it, it is recognised
        #[arg(long)]
        format: Option<String>,
        /// From when on it holds, not before what was said last; without it from now on
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
    },
    /// Pulls a directory of the settings (`[directory.NAME]`) at once
    Pull {
        /// Its name
        name: String,
        /// Tells what would change, and changes nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Shows the origins, or the entities of a kind
    Show {
        /// consumers, groups, keys, plans, customers, environments, apis, services or routes
        kind: Option<String>,
        /// As it was at that moment
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// Only what holds this text
        #[arg(long)]
        search: Option<String>,
    },
    /// Shows what changed, the newest first
    History {
        /// Only entities of this kind
        #[arg(long)]
        kind: Option<String>,
        /// Only the entity of this id or name
        #[arg(long)]
        key: Option<String>,
        /// From when
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Changes at most
        #[arg(long, short = 'n', default_value_t = 100)]
        limit: usize,
    },
    /// Prints all that one origin says, as it can be imported
    Export {
        /// The origin, when there are several
        #[arg(long, value_name = "NAME")]
        origin: Option<String>,
        /// As it was at that moment
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    let client = args.server.client(environment)?;
    match args.what {
        What::Import { file, dry_run, origin, format, since } => {
            let text = read(&file)?;
            let origin = origin.unwrap_or_else(|| named(&file));
            let params = [("format", format), ("since", since)];
            import(&client, &origin, dry_run, &params, &text)
        }
        What::Pull { name, dry_run } => {
            let end = if dry_run { "/dry-run" } else { "" };
            brought(
                &name,
                dry_run,
                &client.send("POST", &format!("/api/v1/directory/{name}/pull{end}"), &[], b"")?,
            )
        }
        What::Show { kind: None, .. } => origins(&client),
        What::Show { kind: Some(kind), at, search } => {
            let params = [("at", at), ("search", search)];
            pages(&client, &format!("/api/v1/directory/{kind}"), &params, "items", usize::MAX, entity)
        }
        What::History { kind, key, from, limit } => {
            let params = [("kind", kind), ("key", key), ("from", from)];
            pages(&client, "/api/v1/directory/history", &params, "changes", limit, dated)
        }
        What::Export { origin, at } => {
            let params = given(&[("origin", origin), ("at", at)]);
            let params: Vec<(&str, &str)> =
                params.iter().map(|(name, value)| (*name, value.as_str())).collect();
            std::io::copy(
                &mut client.get("/api/v1/directory/export", &params)?.into_reader(),
                &mut stdout(),
            )?;
            println!();
            Ok(())
        }
    }
}

/// The parameters that were given.
fn given<'a>(params: &[(&'a str, Option<String>)]) -> Vec<(&'a str, String)> {
    params.iter().filter_map(|(name, value)| Some((*name, value.clone()?))).collect()
}

fn read(file: &PathBuf) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    if file.as_os_str() == "-" {
        stdin().lock().read_to_end(&mut text)?;
    } else {
        text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(text)
}

/// The origin of a file: its name without its end, in letters an origin may have.
fn named(file: &std::path::Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    if name.trim_matches('-').is_empty() { "hand".to_owned() } else { name }
}

fn import(
    client: &Client,
    origin: &str,
    is_dry: bool,
    params: &[(&str, Option<String>)],
    text: &[u8],
) -> anyhow::Result<()> {
    let path = format!("/api/v1/directory/{origin}");
    let params = given(params);
    let reply = match is_dry {
        true => client.send("POST", &format!("{path}/dry-run"), &params, text)?,
        false => client.send("PUT", &path, &params, text)?,
    };
    brought(origin, is_dry, &reply)
}

/// Prints what an import changed, or would.
fn brought(origin: &str, is_dry: bool, reply: &Reply) -> anyhow::Result<()> {
    if reply.status != 200 {
        bail!(said(reply.status, &reply.body));
    }
    let list = |name: &str| reply.body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    for change in list("changes") {
        println!("{}", told(&change));
    }
    for note in list("notes") {
        eprintln!("note: {}", line(note.as_str().unwrap_or_default()));
    }
    let total = reply.body.get("total").and_then(Value::as_u64).unwrap_or(0);
    let importer = reply.body.get("importer").and_then(Value::as_str).unwrap_or_default();
    let end = if is_dry { "; nothing was changed" } else { "" };
    eprintln!("{origin}: {total} changes, read as {importer}{end}");
    Ok(())
}

/// `~ consumers mobile-app: groups +gold -silver`.
fn told(change: &Value) -> String {
    let text = |name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default();
    let sign = match text("what") {
        "added" => "+",
        "removed" => "-",
        _ => "~",
    };
    let fields = change.get("fields").and_then(Value::as_array).into_iter().flatten().map(field);
    let fields: Vec<String> = fields.collect();
    let colon = if fields.is_empty() { "" } else { ": " };
    line(&format!("{sign} {} {}{colon}{}", text("kind"), text("name"), fields.join(", ")))
}

fn field(field: &Value) -> String {
    let name = field.get("field").and_then(Value::as_str).unwrap_or_default();
    let list = |member: &str, sign: &str| -> Vec<String> {
        let texts = field.get(member).and_then(Value::as_array).into_iter().flatten();
        texts.filter_map(Value::as_str).map(|text| format!("{sign}{text}")).collect()
    };
    let moved = [list("joined", "+"), list("left", "-")].concat();
    if moved.is_empty() {
        let value = |name: &str| field.get(name).map(ToString::to_string).unwrap_or_default();
        format!("{name} {} → {}", value("before"), value("after"))
    } else {
        format!("{name} {}", moved.join(" "))
    }
}

fn origins(client: &Client) -> anyhow::Result<()> {
    let shown = client.get_json("/api/v1/directory", &[])?;
    println!("{} {} {} WHAT", fit("ORIGIN", 20), fit("FORM", 10), fit("CHANGED", 28));
    for origin in shown.get("origins").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| origin.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        let counts = origin.get("counts").and_then(Value::as_object).into_iter().flatten();
        let counts = counts.filter(|(_, count)| count.as_u64() != Some(0));
        let counts: Vec<String> = counts.map(|(kind, count)| format!("{count} {kind}")).collect();
        let (name, importer, changed) = (line(&text("name")), text("importer"), text("changed"));
        println!("{} {} {} {}", fit(&name, 20), fit(&importer, 10), fit(&changed, 28), counts.join(", "));
    }
    for file in shown.get("files").and_then(Value::as_array).into_iter().flatten() {
        if let Some(problem) = file.get("problem").and_then(Value::as_str) {
            let path = file.get("path").and_then(Value::as_str).unwrap_or_default();
            eprintln!("{}: {}", line(path), line(problem));
        }
    }
    Ok(())
}

fn entity(item: &Value) -> String {
    item.get("entity").unwrap_or(item).to_string()
}

fn dated(change: &Value) -> String {
    let text = |name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default();
    format!("{} {} {}", text("time"), fit(text("origin"), 16), told(change))
}

/// Prints the rows of a list, page by page.
fn pages(
    client: &Client,
    path: &str,
    params: &[(&str, Option<String>)],
    rows: &str,
    limit: usize,
    print: fn(&Value) -> String,
) -> anyhow::Result<()> {
    let (mut left, mut cursor) = (limit, String::new());
    let params = given(params);
    let mut out = stdout().lock();
    while left > 0 {
        let count = left.min(1_000).to_string();
        let mut params: Vec<(&str, &str)> =
            params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        params.push(("limit", &count));
        if !cursor.is_empty() {
            params.push(("cursor", &cursor));
        }
        let page = client.get_json(path, &params)?;
        let rows = page.get(rows).and_then(Value::as_array).cloned().unwrap_or_default();
        for row in &rows {
            writeln!(out, "{}", print(row))?;
        }
        left = left.saturating_sub(rows.len().max(1));
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    Ok(())
}
