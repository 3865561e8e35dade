//! Columns: what kind of text each field holds, and the shortest way over it. A text that many events share is
//! looked at once a batch, and a row without a sign of a secret only passed over.

use std::net::IpAddr;

use super::detectors::may_hold_card;
use super::edit::network;
use super::names::Verdict;
use super::rules::ClientIp;
use super::scan::{self, Rows};
use super::value::Masker;
use crate::column::{Column, DictColumn, Texts};
use crate::field::{self, Field, FieldId, Kind};

/// Bodies longer than this are cut before they are looked at.
const BODY_BYTES_LOOKED_AT: usize = 64 << 10;

/// The fields that hold bodies.
pub(crate) const BODIES: [FieldId; 4] =
    [field::REQUEST_BODY, field::RESPONSE_BODY, field::NATIVE_REQUEST_BODY, field::NATIVE_RESPONSE_BODY];

/// What kind of text a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Ids of requests: long numbers and long hexadecimal are what they are.
    Id,
    /// The client's address.
    Address,
    /// A path or address, perhaps with a query.
    Url,
    /// A query string.
    Query,
    /// `[["name","value"],…]`
    Pairs,
    /// JSON.
    Json,
    /// A secret in itself.
    Secret,
    /// Anything else.
    Free,
}

pub(crate) fn class(field: &Field) -> Class {
    match field.id {
        field::REQUEST_ID
        | field::CORRELATION_ID
        | field::TRACE_ID
        | field::EVENT_PK
        | field::CONTEXT_ID
        | field::ROOT_CONTEXT_ID
        | field::MESSAGE_ID => Class::Id,
        field::IP => Class::Address,
        field::PATH | field::REFERER | field::NATIVE_URL | field::NATIVE_ENDPOINT => Class::Url,
        field::QUERY => Class::Query,
        field::SESSION_ID => Class::Secret,
        _ => match field.kind {
            Kind::Pairs => Class::Pairs,
            Kind::Json | Kind::List => Class::Json,
            _ => Class::Free,
        },
    }
}

impl Masker<'_> {
    /// Masks a column of that class.
    pub(crate) fn column(&mut self, class: Class, column: &mut Column) {
        match column {
            Column::Int(_) => {}
            Column::Dict(column) => self.dict(class, column),
            Column::Text(texts) => self.texts(class, texts),
        }
    }

    fn dict(&mut self, class: Class, column: &mut DictColumn) {
        let rows = self.suspects(class, column.dict.texts());
        let mut number = 0;
        let mut next = |_: &str| {
            number += 1;
            rows.has(number)
        };
        if rows.any() {
            column.rewrite(|text| if next(text) { self.text(class, text) } else { None });
        }
    }

    fn texts(&mut self, class: Class, texts: &mut Texts) {
        let rows = self.suspects(class, texts);
        if !rows.any() {
            return;
        }
        let mut out: Option<Texts> = None;
        for row in 0..texts.len() {
            let text = texts.get(row);
            let new = if rows.has(row) { self.text(class, text) } else { None };
            if new.is_some() && out.is_none() {
                let mut before = Texts::default();
                (0..row).for_each(|row| before.push(texts.get(row)));
                out = Some(before);
            }
            if let Some(out) = &mut out {
                out.push(new.as_deref().unwrap_or(text));
            }
        }
        if let Some(out) = out {
            *texts = out;
        }
    }

    /// The rows that may hold a secret.
    fn suspects(&mut self, class: Class, texts: &Texts) -> Rows {
        let mut rows = Rows::default();
        if matches!(class, Class::Pairs | Class::Json | Class::Secret)
            || class == Class::Address && self.rules.client_ip != ClientIp::Keep
        {
            rows.add_each(texts, |_| true);
            return rows;
        }
        rows.add(texts, scan::trigger);
        if class == Class::Id || class == Class::Address {
            return rows;
        }
        rows.add_if(texts, scan::digit_run, |text, _| may_hold_card(text));
        rows.add_if(texts, scan::segment_run, |text, at| {
            self.next_secret_segment(text.as_bytes(), at).is_some()
        });
        match class {
            Class::Url => {
                rows.add(texts, |bytes, from| {
                    after(from, bytes, |rest| memchr::memchr3(b'?', b'%', b';', rest))
                });
                rows.add(texts, |bytes, from| after(from, bytes, |rest| memchr::memchr(b'#', rest)));
            }
            Class::Query => {
                rows.add(texts, |bytes, from| after(from, bytes, |rest| memchr::memchr2(b'%', b':', rest)));
                rows.add_each(texts, |text| self.has_telling_parameter(text));
            }
            _ => rows.add(texts, |bytes, from| after(from, bytes, |rest| memchr::memchr2(b'=', b':', rest))),
        }
        rows
    }

    /// Whether a name in the query announces a secret.
    fn has_telling_parameter(&mut self, query: &str) -> bool {
        let mut name_start = 0;
        for at in memchr::memchr3_iter(b'=', b'&', b';', query.as_bytes()) {
            if query.as_bytes().get(at) != Some(&b'=') {
                name_start = at + 1;
            } else if let Some(name) = query.get(name_start..at) {
                // Only the first `=` ends a name; `a=b=c` gives an odd second one, judged for nothing.
                if self.verdict(name) != Verdict::Plain {
                    return true;
                }
            }
        }
        false
    }

    /// One text of that class.
    fn text(&mut self, class: Class, text: &str) -> Option<String> {
        match class {
            Class::Id => self.ids(text),
            Class::Address => self.address(text),
            Class::Url => self.settled(text, |m, t| m.url(t, 0)),
            Class::Query => self.settled(text, |m, t| m.query(t, 0)),
            Class::Pairs => self.json_or_free(text, true),
            Class::Json => self.json_or_free(text, false),
            Class::Secret => self.secret(Verdict::Secret, text),
            Class::Free => self.settled(text, |m, t| m.free(t)),
        }
    }

    /// An id keeps its digits; a token in its place does not.
    fn ids(&mut self, text: &str) -> Option<String> {
        let digits = text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        if digits { None } else { self.detect(text) }
    }

    fn address(&mut self, text: &str) -> Option<String> {
        match (self.rules.client_ip, text.trim().parse::<IpAddr>()) {
            (ClientIp::Keep, _) | (ClientIp::Truncate, Err(_)) => self.detect(text),
            (ClientIp::Tag, _) => self.secret(Verdict::Secret, text),
            (ClientIp::Truncate, Ok(ip)) => Some(network(ip).to_string()).filter(|new| new != text),
        }
    }

    /// A body: masked first, by `own` as well, cut to `bytes` then, so that no half of a secret is left at the cut.
    pub(crate) fn body(&mut self, text: &str, bytes: usize, own: impl FnOnce(String) -> String) -> String {
        if bytes == 0 {
            return String::new();
        }
        let mut end = text.len().min(BODY_BYTES_LOOKED_AT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or("");
        let start = text.trim_start();
        let masked = self.settled(start, |m, t| m.body_once(t));
        let masked = own(masked.unwrap_or_else(|| start.to_owned()));
        let mut end = masked.len().min(bytes);
        while !masked.is_char_boundary(end) {
            end -= 1;
        }
        masked.get(..end).unwrap_or("").to_owned()
    }

    fn body_once(&mut self, text: &str) -> Option<String> {
        let name = text.split_once('=').map_or("", |(name, _)| name);
        let part = |b: u8| b.is_ascii_alphanumeric() || b"_-.%+[]".contains(&b);
        if text.starts_with(['{', '[', '"']) {
            self.json_or_free(text, false)
        } else if !name.is_empty() && name.bytes().all(part) && !text.contains([' ', '\n']) {
            self.query(text, 0)
        } else {
            self.free(text)
        }
    }

    /// JSON; what is none, because it was cut or never was, as free text.
    fn json_or_free(&mut self, text: &str, strict: bool) -> Option<String> {
        self.json(text, 0, strict).unwrap_or_else(|()| {
            self.settled(text, |m, t| m.json(t, 0, strict).unwrap_or_else(|()| m.free(t)))
        })
    }
}

fn after(from: usize, bytes: &[u8], find: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
    find(bytes.get(from..)?).map(|at| from + at)
}
