//! Elasticsearch's `_bulk`: a line that says what to do, then the document. An audit log takes new documents; it changes
//! and deletes none. Knows no HTTP.

use std::borrow::Cow;

use super::{About, Fault, Members, Opened, Said, key_of, text, wrapped};
use crate::format::Reason;
use crate::json::{self, Scalar};

/// Actions of one request; each has a place in the answer.
const ACTIONS_MAX: usize = 100_000;

/// Why an action is refused that would change or delete a document.
pub const APPEND_ONLY: Reason = Reason::new("an audit log takes new documents only");

struct Action<'a> {
    verb: &'static str,
    index: Cow<'a, str>,
    id: Option<Cow<'a, str>>,
}

pub(super) fn open(body: &[u8], said: &Said, out: &mut Opened) {
    let body = text(body);
    let members = Members::of(said);
    let index = said.context.iter().find(|(name, _)| name == "index").map_or("", |(_, index)| index);
    let hash = xxhash_rust::xxh3::xxh3_64(body.as_bytes());
    let mut lines = body.split('\n').map(str::trim);
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let Some(action) = action(line) else {
            return out.broken(line, Reason::new("not an action: index, create, update or delete"));
        };
        if out.names.len() == ACTIONS_MAX {
            out.overflow = Some(Fault::TooMany(ACTIONS_MAX));
            return;
        }
        let index = if action.index.is_empty() { index } else { &action.index };
        let made = || format!("{:016x}", crate::key::of_place(hash, out.names.len() as u64)).into();
        let id = action.id.clone().unwrap_or_else(made);
        out.names.push(name(action.verb, index, &id));
        let document = if action.verb == "delete" { "" } else { lines.next().unwrap_or("") };
        match action.verb {
            "delete" | "update" => out.refuse(line, APPEND_ONLY),
            _ if document.is_empty() => out.refuse(line, Reason::new("an action without a document")),
            _ => {
                let mut members = members.clone();
                if !action.index.is_empty() {
                    members = Members::default();
                    members.text("index", &action.index);
                }
                let key = action.id.as_deref().map(|id| key_of(&["bulk", index, id]));
                wrapped::add(out, document, About { key, ..About::default() }, &members);
            }
        }
    }
}

/// The member that says what to do; some clients write others beside it.
fn action(line: &str) -> Option<Action<'_>> {
    let mut found = None;
    let read = json::object(line, |name, reader| {
        let verbs = ["index", "create", "update", "delete"];
        let Some(verb) = verbs.into_iter().find(|verb| found.is_none() && *verb == name) else {
            return Ok(());
        };
        let mut action = Action { verb, index: Cow::Borrowed(""), id: None };
        reader.object(|name, reader| {
            match (name, reader.scalar()?) {
                ("_index", Scalar::Text(index)) => action.index = index,
                ("_id", Scalar::Text(id)) => action.id = Some(id),
                ("_id", Scalar::Number(id)) => action.id = Some(id.into()),
                _ => {}
            }
            Ok(())
        })?;
        found = Some(action);
        Ok(())
    });
    read.ok().and(found)
}

/// The beginning of the item in the answer: `{"create":{"_index":"i","_id":"1"`.
fn name(verb: &str, index: &str, id: &str) -> String {
    let mut name = format!("{{\"{verb}\":{{\"_index\":");
    event::json::string(&mut name, index);
    name.push_str(",\"_id\":");
    event::json::string(&mut name, id);
    name
}
