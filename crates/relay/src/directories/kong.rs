//! Kong's Admin API: lists of 1,000 with an `offset`, in each workspace. What an edition does not have answers 404 and is
//! left out.

use serde_json::{Value, json};

use super::{Directory, Door, Lists, PAGES_MAX, only, taken, text};
use crate::egress::Fault;
use crate::sigv4::encoded;

pub(super) static KONG: Directory = Directory {
    name: "kong",
    doc: "Kong's Admin API: consumers, groups, ACLs, plugins, services, routes, ids of credentials, of every workspace.",
    token_header: "Kong-Admin-Token",
    importer: "kong",
    fetch,
};

/// Entries of a page; Kong allows no more.
const PAGE: usize = 1_000;

/// A list of the API.
struct List {
    path: &'static str,
    /// Whether an edition may lack it.
    is_optional: bool,
    /// The members that are kept; empty for all. Credentials keep nothing one could call with.
    keep: &'static [&'static str],
}

const fn all(path: &'static str, is_optional: bool) -> List {
    List { path, is_optional, keep: &[] }
}

const fn credential(path: &'static str) -> List {
    List { path, is_optional: true, keep: &["id", "consumer", "tags", "username", "name"] }
}

const LISTS: &[List] = &[
    all("services", false),
    all("routes", false),
    all("consumers", false),
    all("plugins", false),
    all("consumer_groups", true),
    all("acls", true),
    credential("key-auths"),
    credential("basic-auths"),
    credential("jwts"),
    credential("hmac-auths"),
    credential("oauth2"),
];

fn fetch(door: &Door<'_>) -> Result<Vec<u8>, Fault> {
    let mut lists = Lists::default();
    let spaces = match door.workspace {
        Some(name) => vec![name.to_owned()],
        None => workspaces(door)?,
    };
    for space in &spaces {
        // The default workspace is the one without a name in the path, and the only one of the open-source edition.
        let base = if space.is_empty() { String::new() } else { format!("/{}", encoded(space, false)) };
        for list in LISTS {
            let entries = pages(door, &format!("{base}/{}", list.path), list.is_optional)?;
            let marked = entries.into_iter().map(|entry| marked(entry, list, space)).collect();
            lists.add(door, list.path, marked)?;
        }
        members(door, &mut lists, &base, space)?;
    }
    Ok(lists.text())
}

/// The names of the workspaces; one empty name where there are none.
fn workspaces(door: &Door<'_>) -> Result<Vec<String>, Fault> {
    let found = pages(door, "/workspaces", true)?;
    let names: Vec<String> =
        found.iter().filter_map(|space| text(space, "name")).map(str::to_owned).collect();
    Ok(if names.is_empty() { vec![String::new()] } else { names })
}

fn marked(mut entry: Value, list: &List, space: &str) -> Value {
    if !list.keep.is_empty() {
        only(&mut entry, list.keep);
    }
    if let (Value::Object(members), false) = (&mut entry, space.is_empty()) {
        members.insert("workspace".to_owned(), space.into());
    }
    entry
}

/// Who is in the consumer groups.
fn members(door: &Door<'_>, lists: &mut Lists, base: &str, space: &str) -> Result<(), Fault> {
    let of_space = |group: &&Value| text(group, "workspace").unwrap_or_default() == space;
    let groups: Vec<String> = lists
        .of("consumer_groups")
        .iter()
        .filter(of_space)
        .filter_map(|group| text(group, "id"))
        .map(str::to_owned)
        .collect();
    for group in groups {
        let path = format!("{base}/consumer_groups/{}/consumers", encoded(&group, false));
        let found = pages(door, &path, true)?;
        let id = |consumer: &Value| text(consumer, "id").map(str::to_owned);
        let pairs = found
            .iter()
            .filter_map(id)
            .map(|id| json!({"consumer": {"id": id}, "consumer_group": {"id": group}}));
        lists.add(door, "consumer_group_members", pairs.collect())?;
    }
    Ok(())
}

/// A whole list. The entries are under `data`; of members of a group, in older versions, under `consumers`.
fn pages(door: &Door<'_>, path: &str, is_optional: bool) -> Result<Vec<Value>, Fault> {
    let mut all = Vec::new();
    let mut offset = None::<String>;
    for _ in 0..PAGES_MAX {
        let more =
            offset.as_ref().map(|offset| format!("&offset={}", encoded(offset, false))).unwrap_or_default();
        let mut page = match door.json(KONG.token_header, &format!("{path}?size={PAGE}{more}")) {
            Err(fault) if is_optional && fault.status() == Some(404) => return Ok(all),
            page => page?,
        };
        let entries = taken(&mut page, "data").or_else(|| taken(&mut page, "consumers"));
        all.extend(entries.ok_or_else(|| door.odd(&format!("no list at {path}")))?);
        let next = text(&page, "offset").map(str::to_owned);
        if next.is_none() {
            return Ok(all);
        }
        if next == offset {
            return Err(door.odd(&format!("the same page of {path} twice")));
        }
        offset = next;
    }
    Err(door.odd(&format!("more than {PAGES_MAX} pages of {path}")))
}
