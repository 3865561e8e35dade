//! One access event together with its proof, as one JSON text that can be checked anywhere with the public key.
//!
//! ```text
//! { "bundle": "gatelog-event-1", "checkpoint": "a signed note", "block": "the leaf", "index": 3, "path": [ a hash, … ],
//!   "event": as in ledger::proof::single }
//! ```

use std::sync::atomic::Ordering;

use event::{Row, field};
use ledger::proof::Hash;
use ledger::proof::block::Leaf;
use ledger::proof::check;
use ledger::proof::note::{Checkpoint, Verifier};
use ledger::proof::single::Single;
use ledger::{Error, Proof};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::prover;
use crate::trail::bundle::Checked;

/// What it is.
pub(crate) const FORM: &str = "gatelog-event-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    bundle: String,
    checkpoint: String,
    /// The leaf of its block, which one it is, and the hashes beside its way to the root.
    block: String,
    index: u64,
    path: Vec<Hash>,
    event: Single,
}

/// Whether an event is proved.
pub(crate) enum Proved {
    /// With this.
    Yes(String),
    /// Not before it is sealed.
    Later,
    /// A version before sealed it.
    Never,
}

/// Proves an event, as the caller sees it: a text that is another one in the ledger is not told.
pub(crate) fn of(app: &App, seen: Row<'_>) -> Result<Proved, prover::Error> {
    let number = seen.int(field::SEQ).and_then(|seq| u64::try_from(seq).ok()).unwrap_or_default();
    let day = seen.int(field::TIME).unwrap_or_default().div_euclid(event::time::DAY);
    let tells = |field: event::FieldId, text: &str| seen.text(field) == Some(text);
    let (block, event) = match app.ledger.proof_of((number, day), &tells)? {
        Some(Proof::In(found)) => *found,
        Some(Proof::Unsealed) => return Ok(Proved::Later),
        Some(Proof::Before) => return Ok(Proved::Never),
        None => return Err(Error::Damaged { what: format!("the block of event {number}") }.into()),
    };
    let prover = &app.trail.prover;
    prover.access(&app.ledger, app.days_over.load(Ordering::Relaxed))?;
    let block = Leaf::Block(block).to_string();
    let (checkpoint, included) = prover.included(std::slice::from_ref(&block))?;
    let (index, path) = included.into_iter().next().unwrap_or_default();
    let bundle = Bundle { bundle: FORM.to_owned(), checkpoint, block, index, path, event };
    let text = serde_json::to_string(&bundle).map_err(|error| prover::Error::Wrong(error.to_string()))?;
    Ok(Proved::Yes(text + "\n"))
}

/// Checks one; an error when it is none.
pub(crate) fn checked(text: &str, keys: &[Verifier]) -> Result<Checked, String> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|error| format!("not a proof: {error}"))?;
    let Some(checkpoint) = Checkpoint::open(&bundle.checkpoint, keys) else {
        return Ok(Checked::unsigned());
    };
    let event = check::event(&checkpoint, (bundle.index, &bundle.block), &bundle.path, &bundle.event);
    let found: Vec<String> = event.err().into_iter().collect();
    Ok(Checked { checkpoint: Some(checkpoint), holds: u64::from(found.is_empty()), found })
}
