//! The audit log of Kong Gateway Enterprise, fetched page by page: `/audit/requests` and `/audit/objects`. What an entry
//! means is read elsewhere.

use serde_json::Value;

use crate::directories::{Door, PAGES_MAX, taken, text};
use crate::egress::Fault;
use crate::sigv4::encoded;

/// Entries of one list that are fetched together; of more the caller asks for a shorter time.
pub const AUDIT_ENTRIES_MAX: usize = 20_000;
/// Entries of a page.
const PAGE: usize = 1_000;
/// The header of the token, when the settings name no other.
const TOKEN_HEADER: &str = "kong-admin-token";

/// The entries of a list (`requests` or `objects`) with `from <= request_timestamp < to`, in seconds since 1970, as Kong
/// orders them. Nothing when there are more than [`AUDIT_ENTRIES_MAX`].
pub fn entries(door: &Door<'_>, list: &str, from: i64, to: Option<i64>) -> Result<Option<Vec<Value>>, Fault> {
    let space = door.workspace.map(|space| format!("/{}", encoded(space, false))).unwrap_or_default();
    let before = to.map(|to| format!("&before={to}")).unwrap_or_default();
    let start = format!("{space}/audit/{list}?size={PAGE}&after={from}{before}");
    let (mut all, mut path) = (Vec::new(), start.clone());
    for _ in 0..PAGES_MAX {
        let mut page = door.json(TOKEN_HEADER, &path)?;
        let entries =
            taken(&mut page, "data").ok_or_else(|| door.odd(&format!("no list at /audit/{list}")))?;
        let is_empty = entries.is_empty();
        all.extend(entries);
        if all.len() > AUDIT_ENTRIES_MAX {
            return Ok(None);
        }
        let next = match text(&page, "offset") {
            Some(offset) => format!("{start}&offset={}", encoded(offset, false)),
            None => match text(&page, "next").filter(|next| next.starts_with('/')) {
                Some(next) => next.to_owned(),
                None => return Ok(Some(all)),
            },
        };
        if next == path || is_empty {
            return Err(door.odd(&format!("the same page of /audit/{list} twice")));
        }
        path = next;
    }
    Err(door.odd(&format!("more than {PAGES_MAX} pages of /audit/{list}")))
}
