//! Every form in which a directory can be handed in, as one list: an importer is one file and one line here. Knows no
//! disk and no network: it turns a text into a [`Snapshot`], or says where it is wrong.

use std::fmt;

use super::document::Document;
use super::model::Snapshot;
use super::{adc, apisix, aws, deck, kong, native, openapi, sheet};

/// One form of a directory.
pub struct Importer {
    /// Its name, as `--format` and the API take it.
    pub name: &'static str,
    /// What it reads, in one sentence.
    pub doc: &'static str,
    /// Whether a document is of this form; the first that says so reads it.
    pub recognises: fn(&Document) -> bool,
    /// Reads it. All or nothing: what it cannot understand is a fault, what it leaves out on purpose is a note.
    pub read: fn(&Document) -> Result<Read, Fault>,
}

/// Every importer, in the order in which they are asked.
pub const IMPORTERS: &[&Importer] = &[
    &deck::DECK,
    &openapi::OPENAPI,
    &kong::KONG,
    &apisix::APISIX,
    &aws::AWS,
    &adc::ADC,
    &native::GATELOG,
    &sheet::CSV,
];

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// What it says.
    pub snapshot: Snapshot,
    /// What was left out on purpose, in sentences: secrets, plugins that say nothing of who may call.
    pub notes: Vec<String>,
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1, or the path in the document and the entity (`consumers[3] mobile-app`).
    pub place: String,
    /// Why, in lower case.
    pub reason: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(place: impl Into<String>, reason: impl fmt::Display) -> Fault {
        Fault { place: place.into(), reason: reason.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl std::error::Error for Fault {}

/// The importer of that name.
pub fn by_name(name: &str) -> Option<&'static Importer> {
    IMPORTERS.iter().copied().find(|importer| importer.name == name)
}
