//! Usage plans and API keys of AWS API Gateway, signed, all pages. The values of keys are never asked for, and dropped
//! where AWS gives them without being asked.

use serde_json::Value;

use super::{Directory, Door, Lists, PAGE_BYTES_MAX, PAGES_MAX, only, taken, text};
use crate::egress::Fault;
use crate::sigv4::{Act, Request, encoded};

pub(super) static AWS: Directory = Directory {
    name: "aws",
    doc: "AWS API Gateway: usage plans, who is on them, and the names of API keys, never their values.",
    token_header: "",
    importer: "aws",
    fetch,
};

/// Entries of a page; AWS allows no more, and gives 25 when not told.
const PAGE: &str = "500";
/// What is kept of a key.
const OF_KEY: &[&str] = &["id", "name", "customerId", "description", "enabled", "tags"];

fn fetch(door: &Door<'_>) -> Result<Vec<u8>, Fault> {
    let mut lists = Lists::default();
    let mut plans = pages(door, "/usageplans", &[])?;
    for plan in &mut plans {
        let Some(id) = text(plan, "id") else { continue };
        let mut keys = pages(door, &format!("/usageplans/{}/keys", encoded(id, false)), &[])?;
        keys.iter_mut().for_each(|key| only(key, OF_KEY));
        if let Value::Object(members) = plan {
            members.insert("keys".to_owned(), Value::Array(keys));
        }
    }
    lists.add(door, "usage_plans", plans)?;
    let mut keys = pages(door, "/apikeys", &[("includeValues", "false")])?;
    keys.iter_mut().for_each(|key| only(key, OF_KEY));
    lists.add(door, "api_keys", keys)?;
    // Only for names; who may read the plans need not be allowed to read the APIs.
    let mut apis = match pages(door, "/restapis", &[]) {
        Err(fault) if fault.status() == Some(403) => Vec::new(),
        apis => apis?,
    };
    apis.iter_mut().for_each(|api| only(api, &["id", "name", "version", "description", "tags"]));
    lists.add(door, "rest_apis", apis)?;
    Ok(lists.text())
}

fn pages(door: &Door<'_>, path: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, Fault> {
    let usual = format!("https://apigateway.{}.amazonaws.com", door.region);
    let origin = if door.base().is_empty() { usual.as_str() } else { door.base() };
    let mut all = Vec::new();
    let mut position = None::<String>;
    for _ in 0..PAGES_MAX {
        let mut query = query.to_vec();
        query.push(("limit", PAGE));
        if let Some(position) = &position {
            query.push(("position", position));
        }
        let request = Request { origin, path, query: &query, region: door.region, service: "apigateway" };
        let signed = match door.credentials {
            Some(credentials) => request.signed(&Act::GET, credentials, (door.now)()),
            None => request.unsigned(),
        };
        let mut headers = signed.headers();
        headers.push(("accept", "application/json"));
        let mut page = door.egress.json(&signed.url, &headers, PAGE_BYTES_MAX)?;
        let entries = ["item", "items"].iter().find_map(|name| taken(&mut page, name));
        // A list without entries may have no member for them.
        all.extend(entries.unwrap_or_default());
        let next = text(&page, "position").map(str::to_owned);
        if next.is_none() {
            return Ok(all);
        }
        if next == position {
            return Err(door.odd(&format!("the same page of {path} twice")));
        }
        position = next;
    }
    Err(door.odd(&format!("more than {PAGES_MAX} pages of {path}")))
}
