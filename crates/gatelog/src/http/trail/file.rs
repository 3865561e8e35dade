//! The operator trail as a file, piece by piece as it is taken. Knows no routes.

use std::io;
use std::ops::ControlFlow;

use bytes::Bytes;
use event::mask::Lens;
use ledger::trail::{Entry, Range};
use query::export::csv;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::app::App;
use crate::http::error::Problem;
use crate::trail::ask::{COLUMNS, Wanted, whole};
use crate::trail::bundle;
use crate::trail::seen::entry_seen;

/// A piece of a file.
const PIECE_BYTES: usize = 64 << 10;

/// The forms of a file.
#[derive(Clone, Copy)]
pub(super) enum File {
    Json,
    Csv,
    Bundle,
}

/// Which events, and as whom.
pub(super) struct Question {
    pub(super) range: Range,
    pub(super) wanted: Wanted,
    pub(super) lens: Option<Lens>,
}

pub(super) type Pieces = mpsc::Sender<Result<Bytes, io::Error>>;

impl File {
    /// By its name in the address.
    pub(super) fn named(name: &str) -> Result<File, Problem> {
        match name {
            "json" => Ok(File::Json),
            "csv" => Ok(File::Csv),
            "bundle" => Ok(File::Bundle),
            other => Err(Problem::bad(format!("format={other:?} is not json, csv or bundle"))),
        }
    }

    /// Sends the pieces as fast as they are taken; the last one. The error is for people.
    pub(super) fn write(self, app: &App, question: &Question, pieces: &Pieces) -> Result<Bytes, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let (checkpoint, note) = match self {
            // What is exported is proved first.
            File::Bundle => app.trail.prove().map(Some).map_err(|e| said(&e))?.unzip(),
            File::Json | File::Csv => (None, None),
        };
        let tiles = checkpoint.map(|checkpoint| app.trail.prover.tiles(checkpoint.size));
        let mut out = match self {
            File::Json => b"[".to_vec(),
            File::Csv => heads(),
            File::Bundle => bundle::head(app.trail.prover.public(), &note.unwrap_or_default()).into_bytes(),
        };
        let (mut is_first, mut failed) = (true, None);
        let read = app.trail.trail().newest(question.range, &mut |entry| {
            let entry = entry_seen(entry, question.lens.as_ref());
            if question.wanted.takes(&entry.act) {
                let items = match (self, &tiles) {
                    (File::Bundle, Some(tiles)) => bundle::records(&entry, tiles),
                    (File::Csv, _) => {
                        row_of(&entry, &mut out);
                        Ok(Vec::new())
                    }
                    _ => Ok(vec![Value::Object(whole(&entry)).to_string()]),
                };
                for item in items.unwrap_or_else(|error| {
                    failed = Some(error.to_string());
                    Vec::new()
                }) {
                    out.extend_from_slice(if std::mem::take(&mut is_first) { b"\n" } else { b",\n" });
                    out.extend_from_slice(item.as_bytes());
                }
            }
            let is_full = out.len() >= PIECE_BYTES;
            let is_gone = is_full && pieces.blocking_send(Ok(std::mem::take(&mut out).into())).is_err();
            if is_gone || failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        read.map_err(|error| said(&error))?;
        out.extend_from_slice(match self {
            File::Json => b"\n]\n",
            File::Csv => b"",
            File::Bundle => bundle::END.as_bytes(),
        });
        failed.map_or(Ok(out.into()), Err)
    }
}

fn heads() -> Vec<u8> {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    format!("{}\r\n", names.join(",")).into_bytes()
}

fn row_of(entry: &Entry, out: &mut Vec<u8>) {
    for (at, (_, cell)) in COLUMNS.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        csv::text(&cell(&entry.act), out);
    }
    out.extend_from_slice(b"\r\n");
}
