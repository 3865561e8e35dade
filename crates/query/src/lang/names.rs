//! The names a filter may use: every field, and short names for those one asks for most.

use event::field::{self, FIELDS, FieldId};

use super::Target;
use crate::text::nearest;

/// A short name for one or several fields.
#[derive(Debug, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub name: &'static str,
    /// The fields it stands for.
    pub fields: &'static [FieldId],
}

macro_rules! aliases {
    ($($name:literal $($field:ident),+;)*) => {
        /// Every short name.
        pub const ALIASES: &[Alias] = &[$(Alias { name: $name, fields: &[$(field::$field),+] }),*];
    };
}

aliases! {
    "consumer" CONSUMER_NAME, CONSUMER_ID;
    "key" API_KEY_ID, API_KEY_NAME;
    "group" CONSUMER_GROUPS;
    "groups" CONSUMER_GROUPS;
    "plan" USAGE_PLAN;
    "host" DOMAIN;
    "ua" USER_AGENT;
    "env" ENVIRONMENT;
    "status_class" STATUS;
    "id" SEQ;
    "latency" DURATION;
    "response_time" DURATION;
    "upstream_time" UPSTREAM_DURATION;
    "gateway_time" GATEWAY_DURATION;
    "size" RESPONSE_BYTES;
    "trace" TRACE_ID;
    "correlation" CORRELATION_ID;
    "request" REQUEST_ID;
    "denial_reason" REASON;
    "client_ip" IP;
    "version" API_VERSION;
    "headers" REQUEST_HEADERS;
    "error" ERROR_MESSAGE;
    "upstream" UPSTREAM_ADDRESS;
}

/// Where a word without a field is looked for.
pub const FREE: &[FieldId] = &[
    field::PATH,
    field::QUERY,
    field::USER_AGENT,
    field::CONSUMER_NAME,
    field::CONSUMER_ID,
    field::ROUTE,
    field::API,
    field::REQUEST_ID,
    field::CORRELATION_ID,
    field::TRACE_ID,
    field::ERROR_MESSAGE,
];

/// What a name stands for.
pub(crate) fn resolve(name: &str) -> Option<Target> {
    let lower = name.to_ascii_lowercase();
    if let Some(field) = field::by_name(&lower) {
        return Some(Target::Field(field.id));
    }
    if let Some(field) = FIELDS.iter().find(|f| f.path == lower && f.path.contains('.')) {
        return Some(Target::Field(field.id));
    }
    let alias = ALIASES.iter().find(|alias| alias.name == lower)?;
    Some(match alias.fields {
        [one] => Target::Field(*one),
        _ => Target::Several(alias),
    })
}

/// Every name there is.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|f| f.name).chain(ALIASES.iter().map(|alias| alias.name))
}

/// The names nearest to one that is not known.
pub fn near(name: &str) -> Vec<String> {
    nearest(name, names(), 3)
}
