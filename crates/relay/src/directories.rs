//! What gateways know, fetched page by page and handed on as one JSON text: `{"consumers":[…],"routes":[…],…}`. A gateway
//! is one file and one line of [`DIRECTORIES`]. What it means is read elsewhere; key values and passwords are dropped here,
//! so that they never leave this room.

mod apisix;
mod aws;
mod document;
mod kong;

use event::Timestamp;
use serde_json::{Map, Value};

use crate::egress::{Egress, Fault};
use crate::sigv4::Credentials;

/// A page of a list is at most so large.
pub const PAGE_BYTES_MAX: usize = 32 << 20;
/// Pages of one list at most.
pub const PAGES_MAX: usize = 1_000;
/// Entries of everything that is fetched at once.
pub const ENTRIES_MAX: usize = 500_000;

/// Where to fetch from, and with what.
pub struct Door<'a> {
    /// The client.
    pub egress: &'a Egress,
    /// The base address, `http://kong:8001`; may be empty where the kind knows it.
    pub url: &'a str,
    /// The admin token, for kinds that take one.
    pub token: Option<&'a str>,
    /// The header the token goes into, when not the usual one.
    pub token_header: Option<&'a str>,
    /// Kong: one workspace, instead of all.
    pub workspace: Option<&'a str>,
    /// AWS: the region.
    pub region: &'a str,
    /// AWS: who signs.
    pub credentials: Option<&'a Credentials>,
    /// The clock.
    pub now: &'a dyn Fn() -> Timestamp,
}

/// One kind of directory that can be fetched.
pub struct Directory {
    /// Its name in the settings.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// The header the token goes into; empty when it takes none.
    pub token_header: &'static str,
    /// The importer that reads what is fetched; empty when it is told by its look.
    pub importer: &'static str,
    /// Fetches all of it.
    pub fetch: fn(&Door<'_>) -> Result<Vec<u8>, Fault>,
}

/// Every kind.
pub const DIRECTORIES: &[&Directory] = &[&kong::KONG, &apisix::APISIX, &aws::AWS, &document::DOCUMENT];

/// The kind of that name.
pub fn by_name(name: &str) -> Option<&'static Directory> {
    DIRECTORIES.iter().copied().find(|directory| directory.name == name)
}

impl Door<'_> {
    fn base(&self) -> &str {
        self.url.trim_end_matches('/')
    }

    /// Gets JSON with the token in its header.
    pub(crate) fn json(&self, usual_header: &str, path: &str) -> Result<Value, Fault> {
        let header = self.token_header.unwrap_or(usual_header);
        let headers: Vec<(&str, &str)> = self.token.map(|token| (header, token)).into_iter().collect();
        self.egress.json(&format!("{}{path}", self.base()), &headers, PAGE_BYTES_MAX)
    }

    pub(crate) fn odd(&self, reason: &str) -> Fault {
        let host = self.base().split("://").last().unwrap_or_default();
        Fault::Odd { host: host.to_owned(), reason: reason.to_owned() }
    }
}

/// Lists that grow page by page, within [`ENTRIES_MAX`].
#[derive(Default)]
struct Lists {
    lists: Map<String, Value>,
    entries: usize,
}

impl Lists {
    /// Adds entries to a list; makes it when there are none.
    fn add(&mut self, door: &Door<'_>, name: &str, entries: Vec<Value>) -> Result<(), Fault> {
        self.entries += entries.len();
        if self.entries > ENTRIES_MAX {
            return Err(door.odd(&format!("more than {ENTRIES_MAX} entries")));
        }
        match self.lists.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(list) => list.extend(entries),
            other => *other = Value::Array(entries),
        }
        Ok(())
    }

    fn of(&self, name: &str) -> &[Value] {
        self.lists.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn text(self) -> Vec<u8> {
        Value::Object(self.lists).to_string().into_bytes()
    }
}

/// Entries of a page, taken out of it.
pub(crate) fn taken(page: &mut Value, name: &str) -> Option<Vec<Value>> {
    match page.get_mut(name).map(Value::take) {
        Some(Value::Array(list)) => Some(list),
        // Lua writes an empty list as an empty object.
        Some(Value::Object(empty)) if empty.is_empty() => Some(Vec::new()),
        _ => None,
    }
}

/// A member that is a text and not empty.
pub(crate) fn text<'v>(entry: &'v Value, name: &str) -> Option<&'v str> {
    entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Keeps of an entry only members that are no secrets.
fn only(entry: &mut Value, names: &[&str]) {
    if let Value::Object(members) = entry {
        members.retain(|name, _| names.contains(&name.as_str()));
    }
}

#[cfg(test)]
#[path = "directories_tests.rs"]
mod tests;
