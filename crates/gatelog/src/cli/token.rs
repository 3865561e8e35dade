//! `gatelog token`.

use anyhow::{Context as _, bail};
use event::Timestamp;
use event::time::{DAY, HOUR};
use keys::{Entry, Grant, May, Minted, Permission, RoleName, TokenId};
use serde_json::{Value, json};

use super::data_place::DataPlace;
use crate::catalog::random;
use crate::clock;
use crate::config::Environment;
use crate::sources::check_name;
use crate::terminal::{fit, line};
use crate::trail::HostAct;
use crate::trail::actions::{TOKEN_CREATE, TOKEN_REVOKE, TOKEN_ROTATE};

/// Makes, lists and revokes tokens, on the machine of the server.
///
/// Works on the data directory; a running server notices within two seconds.
///
/// Examples:
///   gatelog token create --ingest edge
///   gatelog token create --role analyst --name grafana --days 365
///   gatelog token list
///   gatelog token rotate 4fK09sQz --overlap-hours 24
///   gatelog token revoke 4fK09sQz
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    place: DataPlace,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Makes a token and prints it, the only time it can be seen
    Create {
        /// For sending events in, as this source
        #[arg(long, value_name = "SOURCE", conflicts_with = "role", required_unless_present = "role")]
        ingest: Option<String>,
        /// For calling the API: viewer, analyst, editor, auditor, admin, super_admin or a role of your own
        #[arg(long, value_parser = role)]
        role: Option<RoleName>,
        /// Of what the role may, only this: events:read,panels:read
        #[arg(long, value_name = "PERMISSIONS", value_delimiter = ',', value_parser = permission, requires = "role")]
        only: Option<Vec<Permission>>,
        /// A name for people
        #[arg(long)]
        name: Option<String>,
        /// Good for so many days (90, for --ingest 365)
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=3_650))]
        days: Option<i64>,
        /// Sees only what matches this filter
        #[arg(long, value_name = "FILTER", conflicts_with = "ingest")]
        rows: Option<String>,
    },
    /// Lists the tokens, never their text
    List,
    /// Takes a token back, at once
    Revoke {
        /// Its id, the eight characters after gl_in_ or gl_ap_
        id: String,
    },
    /// Makes a new token that may do the same; the old one goes on for a while
    Rotate {
        /// Its id
        id: String,
        /// How long the old one stays good
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=8_760))]
        overlap_hours: i64,
    },
}

fn role(text: &str) -> Result<RoleName, String> {
    RoleName::parse(text).ok_or_else(|| "not the name of a role".to_owned())
}

fn permission(text: &str) -> Result<Permission, String> {
    Permission::parse(text).ok_or_else(|| {
        let names: Vec<&str> = Permission::ALL.iter().map(|permission| permission.text()).collect();
        format!("one of {}", names.join(", "))
    })
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    let now = clock::now();
    let catalog = args.place.open(environment, now)?;
    match args.what {
        What::Create { ingest, role, only, name, days, rows } => {
            let mut grant = match (ingest, role) {
                (Some(source), _) => {
                    check_name(&source)?;
                    Grant::ingest(source)
                }
                (None, Some(role)) if !catalog.with(|content| content.keyring.has_role(&role)) => {
                    bail!("there is no role {role}; docs/access.md lists them")
                }
                (None, Some(role)) => Grant::api(role.as_str(), role.clone()),
                (None, None) => bail!("say --ingest SOURCE or --role ROLE"),
            };
            if let Some(only) = only {
                grant = grant.only(only);
            }
            if let Some(name) = name {
                grant = grant.named(name);
            }
            if let Some(days) = days {
                grant = grant.until(Timestamp(now.0 + days * DAY));
            }
            if let Some(filter) = rows {
                query::Filter::parse(&filter).map_err(|fault| anyhow::anyhow!("--rows: {fault}"))?;
                grant = grant.rows(filter);
            }
            let random = random()?;
            let act = HostAct::on(TOKEN_CREATE, grant.name(), json!(grant.shown()));
            show(catalog.change(act, now, |content| content.keyring.mint(grant, now, &random))?);
        }
        What::List => catalog.with(|content| list(content.keyring.tokens(), now)),
        What::Revoke { id } => {
            let id = parse(&id)?;
            let act = HostAct::on(TOKEN_REVOKE, &id, Value::Null);
            catalog.change(act, now, |content| content.keyring.revoke(&id, now))?;
            eprintln!("revoked {id}; a running server refuses it within two seconds");
        }
        What::Rotate { id, overlap_hours } => {
            let (id, random) = (parse(&id)?, random()?);
            let act = HostAct::on(TOKEN_ROTATE, &id, json!({ "overlap_hours": overlap_hours }));
            let minted = catalog.change(act, now, |content| {
                content.keyring.rotate(&id, overlap_hours * HOUR, now, &random)
            })?;
            eprintln!("{id} stays good for {overlap_hours} more hours");
            show(minted);
        }
    }
    Ok(())
}

fn parse(id: &str) -> anyhow::Result<TokenId> {
    // The whole token is taken too; nobody should have to count letters.
    let id = id.strip_prefix("gl_").and_then(|rest| rest.split('_').nth(1)).unwrap_or(id);
    TokenId::parse(id).context("an id is eight letters and digits, as `gatelog token list` shows it")
}

/// The token on standard output, the rest on standard error: `TOKEN=$(gatelog token create …)` works.
fn show(minted: Minted) {
    eprintln!("{} - keep it now, it is not shown again:", minted.id);
    println!("{}", minted.token.expose());
}

fn list<'a>(entries: impl Iterator<Item = &'a Entry>, now: Timestamp) {
    println!(
        "{} {} {} {} {} STATE",
        fit("ID", 8),
        fit("NAME", 20),
        fit("MAY", 24),
        fit("EXPIRES", 10),
        fit("LAST USED", 20)
    );
    for entry in entries {
        let may = match &entry.may {
            May::Append { source } => format!("ingest {source}"),
            May::Act { role, .. } => format!("api {role}"),
        };
        let date = |time: Option<Timestamp>, chars: usize| {
            time.map_or("-".to_owned(), |t| t.to_string().chars().take(chars).collect())
        };
        let state = match () {
            () if entry.revoked.is_some() => "revoked",
            () if entry.expires.is_some_and(|t| t <= now) => "expired",
            () => "good",
        };
        println!(
            "{} {} {} {} {} {state}",
            entry.id,
            fit(&line(&entry.name), 20),
            fit(&line(&may), 24),
            fit(&date(entry.expires, 10), 10),
            fit(&date(entry.last_used.get(), 19), 20),
        );
    }
}
