//! A document somewhere: a decK or ADC file, an OpenAPI description, a directory in our own form.

use super::{Directory, Door, PAGE_BYTES_MAX};
use crate::egress::Fault;

pub(super) static DOCUMENT: Directory = Directory {
    name: "document",
    doc: "A document at an address: a decK or ADC file, an OpenAPI description, a directory of our own form.",
    token_header: "Authorization",
    importer: "",
    fetch,
};

fn fetch(door: &Door<'_>) -> Result<Vec<u8>, Fault> {
    let header = door.token_header.unwrap_or(DOCUMENT.token_header);
    // A bare token in the usual header is a bearer token.
    let bearer = door.token.map(|token| match header == DOCUMENT.token_header && !token.contains(' ') {
        true => format!("Bearer {token}"),
        false => token.to_owned(),
    });
    let headers: Vec<(&str, &str)> = bearer.as_deref().map(|token| (header, token)).into_iter().collect();
    door.egress.page(door.url, &headers, PAGE_BYTES_MAX)
}
