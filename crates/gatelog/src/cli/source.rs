//! `gatelog source`.

use std::path::PathBuf;

use anyhow::Context as _;
use intake::FieldMap;
use serde_json::{Value, json};

use super::data_place::DataPlace;
use crate::clock;
use crate::config::Environment;
use crate::reading::Reading;
use crate::terminal::{fit, line};
use crate::trail::HostAct;
use crate::trail::actions::{SOURCE_DELETE, SOURCE_PAUSE, SOURCE_RESUME, SOURCE_UPDATE};

/// Says how the deliveries of a source are read, on the machine of the server.
///
/// Works on the data directory; a running server notices within two seconds. A field map is a JSON file that says where
/// each field is found in the records of a source: {"status": "res.code", "duration": {"from": ["took"], "unit": "micros"}}.
///
/// Examples:
///   gatelog source list
///   gatelog source set edge --field-map map.json
///   gatelog source set edge --format kong
///   gatelog source set edge
///   gatelog source pause edge
///   gatelog source delete edge
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
    /// Lists the sources and how they are read
    List,
    /// Sets how a source is read; without options each record is recognised
    Set {
        /// The source
        name: String,
        /// The format; see `gatelog formats`
        #[arg(long)]
        format: Option<String>,
        /// A file that says where each field is found
        #[arg(long, value_name = "FILE")]
        field_map: Option<PathBuf>,
    },
    /// Refuses what a source sends, until it may go on
    Pause {
        /// The source
        name: String,
    },
    /// Lets a paused source go on
    Resume {
        /// The source
        name: String,
    },
    /// Forgets a source and ends its tokens; its events stay
    Delete {
        /// The source
        name: String,
    },
}

pub(super) fn run(args: Args, environment: &Environment) -> anyhow::Result<()> {
    let now = clock::now();
    let catalog = args.place.open(environment, now)?;
    match args.what {
        What::List => {
            println!("{} {} {} FIELDS OF ITS OWN", fit("SOURCE", 24), fit("FORMAT", 12), fit("EVENTS", 12));
            catalog.with(|content| {
                for (name, source) in &content.sources {
                    let fields = source.reading.field_map.iter().flat_map(|map| map.0.keys());
                    let fields: Vec<&str> = fields.map(String::as_str).collect();
                    println!(
                        "{} {} {} {}",
                        fit(&line(name), 24),
                        fit(source.reading.format.as_deref().unwrap_or("(recognised)"), 12),
                        fit(&source.counters.accepted.to_string(), 12),
                        fields.join(" "),
                    );
                }
            });
        }
        What::Set { name, format, field_map } => {
            let map = field_map.map(read).transpose()?;
            let reading = Reading::new(format, map).map_err(anyhow::Error::msg)?;
            let request = json!({ "format": reading.format, "field_map": reading.field_map });
            let act = HostAct::on(SOURCE_UPDATE, &name, request);
            catalog.change(act, now, |content| content.declare(&name, reading, now))?;
        }
        What::Pause { name } => {
            let act = HostAct::on(SOURCE_PAUSE, &name, Value::Null);
            catalog.change(act, now, |content| content.set_paused(&name, true, now))?;
            eprintln!("paused {name}; a running server refuses its deliveries within two seconds");
        }
        What::Resume { name } => {
            let act = HostAct::on(SOURCE_RESUME, &name, Value::Null);
            catalog.change(act, now, |content| content.set_paused(&name, false, now))?;
        }
        What::Delete { name } => {
            let act = HostAct::on(SOURCE_DELETE, &name, Value::Null);
            catalog.change(act, now, |content| content.forget_source(&name, now))?;
            eprintln!("forgot {name}; a running server refuses its tokens within two seconds");
        }
    }
    Ok(())
}

fn read(file: PathBuf) -> anyhow::Result<FieldMap> {
    let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not a field map", file.display()))
}
