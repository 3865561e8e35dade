//! Exports: any number of rows in flat memory. Rows are walked in windows of time, each read, ordered and written
//! before the next; the hash and the count are made on the way.

pub mod csv;
mod parquet;
mod windows;

use event::{Batch, FIELDS, json};
use keys::Scope;
use ledger::View;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::lang::{self, Filter};
use crate::range::{Range, Zone};
use crate::rows::Order;

use windows::Windows;

/// Columns of one export at most.
pub const COLUMNS_MAX: usize = FIELDS.len();

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RFC 4180, the columns of the access log first; cells cannot be formulas.
    Csv,
    /// One array of API events.
    Json,
    /// One API event a line.
    Ndjson,
    /// The ledger's columns.
    Parquet,
}

impl Format {
    /// Reads a format.
    pub fn parse(text: &str) -> Result<Format> {
        match text {
            "" | "csv" => Ok(Format::Csv),
            "json" => Ok(Format::Json),
            "ndjson" | "jsonl" => Ok(Format::Ndjson),
            "parquet" => Ok(Format::Parquet),
            other => {
                Err(Error::parameter("format", format!("{other:?} is not csv, json, ndjson or parquet")))
            }
        }
    }

    /// Its name, which is the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Parquet => "parquet",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Json => "application/json",
            Format::Ndjson => "application/x-ndjson",
            Format::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// The form of the file.
    pub format: Format,
    /// Which rows come first.
    pub order: Order,
    /// Names of fields beside the fixed columns of CSV.
    pub columns: Vec<String>,
    /// How times are written in CSV.
    pub times: Times,
}

/// How times are written in CSV; the other forms of file have their own.
#[derive(Clone, Debug, Default)]
pub enum Times {
    /// RFC 3339 in UTC, with microseconds.
    #[default]
    Utc,
    /// Milliseconds since 1970.
    EpochMillis,
    /// RFC 3339 in a zone, with its offset.
    Local(Zone),
}

impl Times {
    /// Reads `rfc3339`, `epoch_ms` or `local`.
    pub fn parse(text: &str, zone: Zone) -> Result<Times> {
        match text {
            "" | "rfc3339" => Ok(Times::Utc),
            "epoch_ms" => Ok(Times::EpochMillis),
            "local" => Ok(Times::Local(zone)),
            other => {
                Err(Error::parameter("time_format", format!("{other:?} is not rfc3339, epoch_ms or local")))
            }
        }
    }
}

/// How far an export is, and what it holds once it is done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// Rows written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// How much of the range is done, 0 to 1.
    pub progress: f64,
    /// Hash of the whole file, in hex, once it is done.
    pub sha256: Option<String>,
}

/// An export as it is made: an iterator over the bytes of the file. After an error there is nothing more, and the
/// file is not whole.
pub struct Export {
    windows: Windows,
    writer: Writer,
    hash: Sha256,
    progress: Progress,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Head,
    Rows,
    Done,
}

enum Writer {
    Csv(csv::Writer),
    Json { first: bool },
    Ndjson,
    Parquet(Box<parquet::Writer>),
}

/// Starts an export; nothing is read before the first bytes are asked for.
pub fn export(view: &View, scope: &Scope, ask: &Ask, budget: Budget) -> Result<Export> {
    let mut columns = Vec::new();
    for name in ask.columns.iter().filter(|name| !name.is_empty()) {
        let fields = lang::fields_of(name)
            .ok_or_else(|| Error::parameter("columns", format!("there is no field {name}")))?;
        columns.extend(fields);
    }
    columns.truncate(COLUMNS_MAX);
    let needed = match ask.format {
        Format::Csv => csv::needed(&columns),
        _ => FIELDS.iter().map(|f| f.id).collect(),
    };
    let writer = match ask.format {
        Format::Csv => Writer::Csv(csv::Writer { columns, times: ask.times.clone() }),
        Format::Json => Writer::Json { first: true },
        Format::Ndjson => Writer::Ndjson,
        Format::Parquet => Writer::Parquet(Box::new(parquet::Writer::new()?)),
    };
    Ok(Export {
        windows: Windows::new(view, scope, ask, budget, needed)?,
        writer,
        hash: Sha256::new(),
        progress: Progress { rows: 0, bytes: 0, progress: 0.0, sha256: None },
        state: State::Head,
    })
}

impl Export {
    /// How far it is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    fn step(&mut self) -> Result<Option<Vec<u8>>> {
        let mut out = Vec::new();
        match self.state {
            State::Done => return Ok(None),
            State::Head => {
                self.head(&mut out);
                self.state = State::Rows;
            }
            State::Rows => match self.windows.next()? {
                Some(batch) => {
                    self.rows(&batch, &mut out)?;
                    self.progress.rows += batch.len() as u64;
                    self.progress.progress = self.windows.progress();
                }
                None => {
                    self.foot(&mut out)?;
                    self.state = State::Done;
                    self.progress.progress = 1.0;
                }
            },
        }
        self.hash.update(&out);
        self.progress.bytes += out.len() as u64;
        if self.state == State::Done {
            let digest = std::mem::take(&mut self.hash).finalize();
            self.progress.sha256 = Some(digest.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        Ok(Some(out))
    }

    fn head(&self, out: &mut Vec<u8>) {
        match &self.writer {
            Writer::Csv(writer) => writer.head(out),
            Writer::Json { .. } => out.push(b'['),
            Writer::Ndjson | Writer::Parquet(_) => {}
        }
    }

    fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<()> {
        match &mut self.writer {
            Writer::Csv(writer) => writer.rows(batch, out),
            Writer::Parquet(writer) => writer.rows(batch, out)?,
            Writer::Ndjson => {
                let mut text = String::with_capacity(batch.len() * 512);
                for row in batch.rows() {
                    json::write(row, &mut text);
                    text.push('\n');
                }
                out.extend_from_slice(text.as_bytes());
            }
            Writer::Json { first } => {
                let mut text = String::with_capacity(batch.len() * 512);
                for row in batch.rows() {
                    text.push_str(if *first { "\n" } else { ",\n" });
                    *first = false;
                    json::write(row, &mut text);
                }
                out.extend_from_slice(text.as_bytes());
            }
        }
        Ok(())
    }

    fn foot(&mut self, out: &mut Vec<u8>) -> Result<()> {
        match &mut self.writer {
            Writer::Json { .. } => out.extend_from_slice(b"\n]\n"),
            Writer::Parquet(writer) => writer.finish(out)?,
            Writer::Csv(_) | Writer::Ndjson => {}
        }
        Ok(())
    }
}

impl Iterator for Export {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.step() {
                // What has no bytes yet is not worth sending.
                Ok(Some(bytes)) if bytes.is_empty() && self.state != State::Done => {}
                Ok(bytes) => return bytes.filter(|b| !b.is_empty()).map(Ok),
                Err(error) => {
                    self.state = State::Done;
                    return Some(Err(error));
                }
            }
        }
    }
}
