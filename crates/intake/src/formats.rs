//! The list of formats, and their documentation.

use std::fmt::Write;

use crate::format::Format;

mod apache;
mod apisix;
mod aws;
mod caddy;
mod envoy;
mod flowgenx;
mod haproxy;
mod json;
mod kong;
mod nginx;
mod traefik;
mod webmethods;

pub use flowgenx::Flowgenx;
pub use json::{Json, Mapped};
pub use kong::Kong;
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
    &envoy::Envoy,
    &haproxy::Haproxy,
    &Flowgenx,
    &apache::Apache,
    &Nginx,
    &Json,
];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().find(|format| format.name() == name).copied()
}

/// The format that takes a record for its own.
pub fn recognise(record: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().find(|format| format.recognises(record)).copied()
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
    out
}
