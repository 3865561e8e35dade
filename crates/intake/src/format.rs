//! What a log format is. A new one is one file in `formats/` and one line in [`crate::FORMATS`].

use event::Event;
use std::borrow::Cow;
use std::fmt;

use crate::denial::Judgement;
use crate::json;
use crate::records::Records;

/// One record is at most this long.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// A log format of a gateway.
pub trait Format: Sync {
    /// Its name: in addresses, in the `format` column, and the name of its folder under `samples/`.
    fn name(&self) -> &'static str;

    /// What writes it and what to know about it, in Markdown.
    fn doc(&self) -> &'static str;

    /// Whether a record is of this format. Asked when no format is named; the first that says yes is taken.
    fn recognises(&self, record: &str) -> bool;

    /// Reads one record into an event without fields. [`crate::normalise`] does afterwards what is the same for
    /// every gateway.
    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason>;

    /// Splits a body into records: one object, an array of objects, objects one after the other, or lines.
    fn records<'a>(&self, body: &'a str) -> Records<'a> {
        Records::new(body)
    }

    /// The format with what the head of a body tells of the rest, such as the names of columns.
    fn for_body(&self, _body: &str) -> Option<Box<dyn Format>> {
        None
    }

    /// How its records are judged: who refused a call, and why.
    fn judgement(&self) -> &Judgement;

    /// Whether the time of receipt stands in for a time that is missing.
    fn takes_received_time(&self) -> bool {
        false
    }
}

/// Why a record could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is not JSON.
    Json(json::Error),
    /// In words: lower case, naming the thing.
    Words(Cow<'static, str>),
}

impl Reason {
    /// It is longer than [`RECORD_BYTES_MAX`].
    pub(crate) const TOO_LONG: Reason = Reason::new("longer than 1 MiB");

    /// A reason in fixed words.
    pub const fn new(words: &'static str) -> Self {
        Reason::Words(Cow::Borrowed(words))
    }

    /// Whether the record may only have been cut off at the wrong place.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(
            self,
            Reason::Json(json::Error { fault: json::Fault::Unfinished | json::Fault::Trailing, .. })
        ) || *self == Reason::TOO_LONG
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Json(error) => error.fmt(f),
            Reason::Words(words) => f.write_str(words),
        }
    }
}

impl From<json::Error> for Reason {
    fn from(error: json::Error) -> Self {
        Reason::Json(error)
    }
}
