//! The trails that gateways keep of their own operators: bytes in, operator events out. A trail is one file in `operator/`
//! and one line in [`TRAILS`]. It never fails: what is not understood is a [`Reject`], and the rest is kept. Knows no disk,
//! no clock and not what is done with an event.

mod api7;
mod cloudtrail;
mod kong;
mod konnect;
mod kubernetes;
mod read;
mod split;
mod webmethods;
mod words;

use event::Act;
use serde_json::{Map, Value};

use crate::format::Reason;

pub use kong::{admin_calls, signed_text};
pub use read::{Options, Read, read, read_opened};

/// A trail that some gateway keeps of its operators.
#[derive(Debug)]
pub struct Trail {
    /// Its name: in addresses and in the settings of a source.
    pub name: &'static str,
    /// What writes it and what to know about it, in Markdown.
    pub doc: &'static str,
    /// Whether a record is one of it.
    recognises: fn(&Record<'_>) -> bool,
    /// Reads a record into an event.
    read: fn(&Record<'_>, &mut Act) -> Result<Kept, Reason>,
}

/// A record before it is understood.
enum Record<'a> {
    /// A JSON object.
    Object(&'a Map<String, Value>),
    /// A line of text.
    Line(&'a str),
}

/// What becomes of a record.
enum Kept {
    /// It is kept; a second delivery is recognised by this text, which no other record of the trail has.
    As(String),
    /// It is kept, and recognised by what it says.
    AsItIs,
    /// It is none of a gateway's operators; it is left out and is no reject.
    Not,
}

/// An operator event that was told by a gateway.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was done. Its origin is empty, and it is not masked yet.
    pub act: Act,
    /// Two deliveries of one record have the same.
    pub identity: String,
    /// The trail it is of.
    pub trail: &'static str,
}

/// Every trail. The first takes records of all of them.
pub static TRAILS: &[&Trail] = &[
    &ANY,
    &cloudtrail::CLOUDTRAIL,
    &konnect::KONNECT,
    &kong::KONG,
    &kubernetes::KUBERNETES,
    &webmethods::WEBMETHODS,
    &api7::API7,
];

/// Any of them.
static ANY: Trail = Trail {
    name: "trail",
    doc: "Any trail of operators: each record is recognised as one of those below.",
    recognises: |_| false,
    read: |_, _| Err(Reason::new("no record of a known trail of operators")),
};

/// The trail of that name.
pub fn by_name(name: &str) -> Option<&'static Trail> {
    TRAILS.iter().find(|trail| trail.name == name).copied()
}

impl Trail {
    /// This one, or for [`ANY`] the one a record is of.
    fn of(&'static self, record: &Record<'_>) -> &'static Trail {
        match std::ptr::eq(self, &raw const ANY) {
            true => TRAILS.iter().find(|trail| (trail.recognises)(record)).copied().unwrap_or(self),
            false => self,
        }
    }
}

impl Record<'_> {
    /// Whether it is an object with all of these members.
    fn has(&self, names: &[&str]) -> bool {
        match self {
            Record::Object(members) => names.iter().all(|name| members.contains_key(*name)),
            Record::Line(_) => false,
        }
    }

    /// Its members.
    fn object(&self) -> Result<&Map<String, Value>, Reason> {
        match self {
            Record::Object(members) => Ok(members),
            Record::Line(_) => Err(Reason::new("not a JSON object")),
        }
    }
}

/// What docs/formats.md says of them.
pub(crate) fn markdown() -> String {
    let mut out = String::from(
        "\n# Trails of operators\n\nA source that is set to one of these formats brings a gateway's own trail of its operators: its records go into the\n\
         operator trail (docs/audit.md) instead of among the calls. A body may hold one object, an array of objects, an object that\n\
         holds the array as `Records`, `records`, `data`, `items` or `list`, objects one after the other, or a record a line.\n",
    );
    for trail in TRAILS {
        out.push_str(&format!("\n## {}\n\n{}\n", trail.name, trail.doc));
    }
    out
}
