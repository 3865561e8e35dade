//! APISIX' Admin API: lists by page number, `{"list":[{"key","value"}],"total"}`.

use serde_json::Value;

use super::{Directory, Door, Lists, PAGES_MAX, taken};
use crate::egress::Fault;

pub(super) static APISIX: Directory = Directory {
    name: "apisix",
    doc: "The Admin API of APISIX 3: consumers, consumer groups, routes, services, plugin configs, global rules.",
    token_header: "X-API-KEY",
    importer: "apisix",
    fetch,
};

/// Entries of a page; APISIX allows 10 to 500.
const PAGE: usize = 500;

const LISTS: &[&str] =
    &["routes", "services", "consumers", "consumer_groups", "plugin_configs", "global_rules"];

fn fetch(door: &Door<'_>) -> Result<Vec<u8>, Fault> {
    let mut lists = Lists::default();
    for name in LISTS {
        pages(door, name, &mut lists)?;
    }
    Ok(lists.text())
}

fn pages(door: &Door<'_>, name: &str, lists: &mut Lists) -> Result<(), Fault> {
    let mut seen = 0;
    for number in 1..=PAGES_MAX {
        let path = format!("/apisix/admin/{name}?page={number}&page_size={PAGE}");
        let mut page = match door.json(APISIX.token_header, &path) {
            // A kind of thing that this version does not know.
            Err(fault) if fault.status() == Some(404) => return lists.add(door, name, Vec::new()),
            page => page?,
        };
        let mut entries = taken(&mut page, "list").ok_or_else(|| door.odd(&format!("no list of {name}")))?;
        entries.iter_mut().for_each(blank);
        let (count, total) = (entries.len(), page.get("total").and_then(Value::as_u64).unwrap_or(0));
        seen += count;
        lists.add(door, name, entries)?;
        if count == 0 || seen as u64 >= total {
            return Ok(());
        }
    }
    Err(door.odd(&format!("more than {PAGES_MAX} pages of {name}")))
}

/// Plugins whose settings hold what one calls with; their being there is all that is kept.
const SECRETIVE: &[&str] = &[
    "key-auth",
    "basic-auth",
    "jwt-auth",
    "hmac-auth",
    "wolf-rbac",
    "ldap-auth",
    "openid-connect",
    "jwe-decrypt",
];

/// Drops keys and passwords.
fn blank(entry: &mut Value) {
    let Some(Value::Object(plugins)) = entry.get_mut("value").and_then(|value| value.get_mut("plugins"))
    else {
        return;
    };
    for (name, settings) in plugins {
        if SECRETIVE.contains(&name.as_str()) {
            *settings = Value::Object(serde_json::Map::new());
        }
    }
}
