//! The list of formats, and their documentation.

use std::fmt::Write;

use crate::format::Format;

mod apache;
mod apisix;
mod aws;
mod azure;
mod caddy;
mod csv;
mod envoy;
mod flowgenx;
mod gravitee;
mod haproxy;
mod json;
mod kong;
mod logfmt;
mod mapped;
mod nginx;
mod otel;
mod traefik;
mod tyk;
mod webmethods;

pub use flowgenx::Flowgenx;
pub use json::Json;
pub use kong::Kong;
pub use mapped::Mapped;
pub use nginx::Nginx;

/// Every format, in the order in which a record is offered to them when no format is named: the particular ones
/// first.
pub static FORMATS: &[&dyn Format] = &[
    &Kong,
    &apisix::APISIX,
    &aws::AWS,
    &webmethods::WEBMETHODS,
    &caddy::CADDY,
    &traefik::TRAEFIK,
    &envoy::ENVOY,
    &haproxy::HAPROXY,
    &tyk::TYK,
    &gravitee::GRAVITEE,
    &azure::AZURE,
    &otel::Otel,
    &Flowgenx,
    &apache::Apache,
    &Nginx,
    &Json,
    &logfmt::Logfmt,
    &csv::Csv,
];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().find(|format| format.name() == name).copied()
}

/// The format that takes a record for its own.
pub fn recognise(record: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().find(|format| format.recognises(record)).copied()
}

/// The format that the first line of a body announces, made ready for it.
pub(crate) fn with_head(body: &str) -> Option<Box<dyn Format>> {
    // Objects, and lines of any other format, announce nothing.
    let first = body.as_bytes().first()?;
    if matches!(first, b'{' | b'[' | b'<' | b'0'..=b'9') { None } else { csv::Csv.for_body(body) }
}

/// `docs/formats.md`.
pub fn formats_markdown() -> String {
    let mut out = String::from(
        "# Log formats\n\n\
         Generated from the code; do not edit. A body may hold one object, an array of objects, objects one after the \
         other, or a record a line. Without a format in the address each record is recognised by itself. What a format \
         does not know is kept in the field `custom`; a record is refused only when it cannot be read at all or has no \
         time.\n",
    );
    for format in FORMATS {
        let _ = write!(out, "\n## {}\n\n{}\n", format.name(), format.doc());
    }
    out.push_str(&crate::operator::markdown());
    out
}
