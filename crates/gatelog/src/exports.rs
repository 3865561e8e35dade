//! The last exports and how they ended: what an auditor compares a file with.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Exports remembered; older ones are forgotten.
pub(crate) const EXPORTS_MAX: usize = 100;

/// How an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Rows are being sent.
    Running,
    /// All rows were sent.
    Done,
    /// It broke off on our side.
    Failed,
    /// The reader went away.
    Cancelled,
}

/// One export: its manifest once it is done.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Manifest {
    pub(crate) id: String,
    pub(crate) state: State,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) progress: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    pub(crate) filter: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) format: String,
    pub(crate) columns: Vec<String>,
    pub(crate) started: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) finished: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Who asked for it; only they and admins see it.
    #[serde(skip)]
    pub(crate) owner: String,
}

/// The last exports.
#[derive(Default)]
pub(crate) struct Exports {
    kept: Mutex<VecDeque<Manifest>>,
}

impl Exports {
    /// Remembers a new export.
    pub(crate) fn start(&self, manifest: Manifest) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while kept.len() >= EXPORTS_MAX {
            kept.pop_front();
        }
        kept.push_back(manifest);
    }

    /// Changes what is remembered of an export.
    pub(crate) fn note(&self, id: &str, change: impl FnOnce(&mut Manifest)) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(manifest) = kept.iter_mut().rev().find(|manifest| manifest.id == id) {
            change(manifest);
        }
    }

    /// The exports someone may see, newest first.
    pub(crate) fn list(&self, sees: impl Fn(&Manifest) -> bool) -> Vec<Manifest> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().filter(|manifest| sees(manifest)).cloned().collect()
    }
}
