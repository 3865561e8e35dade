//! Operator events together with their proofs, as one JSON text that can be checked anywhere with the public key.
//!
//! ```text
//! { "bundle": "gatelog-1", "key": "name+id+…", "checkpoint": "a signed note",
//!   "records": [ { "seq": 7, "kind": 1, "record": base64 of event::act, "proof": [ base64 of a hash, … ] }, … ] }
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ledger::proof::check;
use ledger::proof::note::{Checkpoint, Verifier};
use ledger::proof::tiles::Tiles;
use ledger::proof::{Hash, tree};
use ledger::trail::{Entry, Record};
use serde::Deserialize;
use serde_json::json;

/// What it is.
const BUNDLE: &str = "gatelog-1";

/// The beginning of a bundle.
pub(crate) fn head(key: &Verifier, note: &str) -> String {
    format!(
        "{{\"bundle\":{},\"key\":{},\"checkpoint\":{},\"records\":[",
        json!(BUNDLE),
        json!(key.text()),
        json!(note)
    )
}

/// Its end.
pub(crate) const END: &str = "\n]}\n";

/// The records of an event with their proofs. Those newer than the log's size have none and are left out.
pub(crate) fn records(entry: &Entry, tiles: &Tiles<'_>) -> ledger::Result<Vec<String>> {
    let proved = entry.records.iter().filter(|record| record.seq < tiles.size);
    proved.map(|record| one(record, tiles)).collect()
}

fn one(record: &Record, tiles: &Tiles<'_>) -> ledger::Result<String> {
    let proof = tree::inclusion(tiles, record.seq, tiles.size)?;
    let proof: Vec<String> = proof.iter().map(|hash| BASE64.encode(hash.0)).collect();
    let bytes = BASE64.encode(record.act.encode());
    Ok(json!({ "seq": record.seq, "kind": record.kind, "record": bytes, "proof": proof }).to_string())
}

#[derive(Deserialize)]
struct Bundle {
    bundle: String,
    checkpoint: String,
    records: Vec<Proved>,
}

#[derive(Deserialize)]
struct Proved {
    seq: u64,
    kind: u8,
    record: String,
    proof: Vec<String>,
}

/// What a bundle came to: how many records hold, and what does not.
pub(crate) struct Checked {
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) holds: u64,
    pub(crate) found: Vec<String>,
}

impl Checked {
    /// Of one whose checkpoint says nothing.
    pub(crate) fn unsigned() -> Checked {
        let found = vec!["the checkpoint is signed by none of the keys, or was altered".to_owned()];
        Checked { checkpoint: None, holds: 0, found }
    }
}

/// Which kind of bundle a text is; nothing when it is none.
pub(crate) fn form(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Form {
        bundle: String,
    }
    serde_json::from_str(text).ok().map(|Form { bundle }| bundle)
}

/// Checks a bundle; an error when it is none.
pub(crate) fn checked(text: &str, keys: &[Verifier]) -> Result<Checked, String> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|error| format!("not a bundle: {error}"))?;
    if bundle.bundle != BUNDLE {
        return Err(format!("a bundle of the form {:?}, this program knows {BUNDLE:?}", bundle.bundle));
    }
    let Some(checkpoint) = Checkpoint::open(&bundle.checkpoint, keys) else {
        return Ok(Checked::unsigned());
    };
    let (mut holds, mut found, mut seen) = (0, Vec::new(), std::collections::BTreeSet::new());
    for record in &bundle.records {
        let held = BASE64.decode(&record.record).map_err(|error| error.to_string()).and_then(|bytes| {
            let hash = |text: &String| Some(Hash(BASE64.decode(text).ok()?.try_into().ok()?));
            let proof: Option<Vec<Hash>> = record.proof.iter().map(hash).collect();
            check::record(&checkpoint, (record.seq, record.kind, &bytes), &proof.unwrap_or_default())
        });
        match held {
            Ok(_) if seen.insert(record.seq) => holds += 1,
            Ok(_) => found.push(format!("operator event {} is there twice", record.seq)),
            Err(why) => found.push(why),
        }
    }
    Ok(Checked { checkpoint: Some(checkpoint), holds, found })
}
