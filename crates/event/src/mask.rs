//! Secrets are masked before anything else happens to an event. [`Masked`] has one constructor, [`mask`], and the
//! log takes nothing but `Masked<Batch>`: unmasked data cannot reach the disk, it does not compile.
//!
//! A secret becomes `hmac:` and 12 hexadecimal digits of its HMAC under the tenant's key: equal secrets stay equal,
//! nothing can be turned back, and a value known to have leaked can be looked for ([`Rules::probe`]). What could be
//! guessed becomes `***`. What arrives masked stays as it is, so masking twice is masking once.

mod columns;
mod detectors;
mod docs;
mod edit;
mod free;
mod json;
mod lens;
mod names;
mod own;
mod patch;
mod rules;
mod scan;
mod url;
mod value;

use std::borrow::Cow;
use std::ops::Deref;

use crate::act::Act;
use crate::batch::Batch;
use crate::column::{Column, Texts};
use crate::field::{self, FIELDS, FieldId};
use value::Masker;

pub use detectors::{DETECTORS, Detector, Keep};
pub use docs::masking_markdown;
pub use lens::{Lens, Seen, holds_address};
pub use names::{FRAGMENTS, GUESSABLE, HARMLESS_ENDINGS, HEADERS, PARAMETERS, PATH_SEGMENTS};
pub use own::{How, KEPT, OWN_PATTERN_BYTES_MAX, OWN_RULES_MAX, OWN_TEXT_CHARS_MAX, Own, OwnRule, What};
pub use rules::{BODY_BYTES_MAX, ClientIp, Rules};

/// A value that has gone through [`mask`], or an act that has gone through [`Masked::act`].
#[derive(Clone, Debug)]
pub struct Masked<T>(T);

impl<T> Deref for Masked<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Masked<T> {
    /// The value, no longer provably masked.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl Masked<Act> {
    /// Wraps an act; for [`Masked::act`] only.
    pub(crate) fn of(act: Act) -> Masked<Act> {
        Masked(act)
    }
}

impl Masked<Batch> {
    /// The given rows, in the given order; a part of what is masked is masked.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Masked<Batch> {
        Masked(self.0.gather(rows))
    }

    /// Sets a number for every row; numbers hold no secrets. False when it is no number field or not one a row.
    pub fn set_numbers(&mut self, field: FieldId, numbers: Vec<i64>) -> bool {
        field.field().kind.storage() == field::Storage::Int
            && numbers.len() == self.0.len()
            && self.0.set_column(field, Column::Int(numbers))
    }
}

/// Masks every secret of a batch, and then what the installation's own rules speak of.
pub fn mask(mut batch: Batch, rules: &Rules) -> Masked<Batch> {
    let mut masker = Masker::new(rules);
    bodies(&mut batch, &mut masker);
    for field in FIELDS {
        if !columns::BODIES.contains(&field.id)
            && let Some(mut column) = batch.take_column(field.id)
        {
            masker.column(columns::class(field), &mut column);
            batch.set_column(field.id, column);
        }
    }
    own::apply(&mut batch, rules);
    Masked(batch)
}

/// Bodies are dropped unless switched on, for all routes or for some.
fn bodies(batch: &mut Batch, masker: &mut Masker<'_>) {
    let rules = masker.rules;
    for body in columns::BODIES {
        let Some(Column::Text(column)) = batch.take_column(body) else { continue };
        if rules.body_bytes == 0 && rules.route_body_bytes.is_empty() {
            continue;
        }
        let mut kept = Texts::default();
        for (row, text) in column.iter().enumerate() {
            let route = batch.row(row).text(field::ROUTE).unwrap_or("");
            let own = rules.route_body_bytes.iter().rev().find(|(name, _)| name == route);
            let bytes = own.map_or(rules.body_bytes, |(_, bytes)| *bytes);
            kept.push(&masker.body(text, bytes, |text| rules.own.body(batch.row(row), body, text, rules)));
        }
        if !kept.parts().0.is_empty() {
            batch.set_column(body, Column::Text(kept));
        }
    }
}

/// Masks a text of unknown form: our own log, messages to people.
pub fn mask_text<'t>(text: &'t str, rules: &Rules) -> Cow<'t, str> {
    match Masker::new(rules).any(text, 0) {
        Some(masked) => Cow::Owned(masked),
        None => Cow::Borrowed(text),
    }
}

/// The first bytes of a record that was refused, at most [`crate::EXCERPT_BYTES_MAX`], masked. A word at the cut is
/// left out: it may be the half of a secret that no detector knows.
pub fn mask_excerpt(record: &str, rules: &Rules) -> String {
    let bytes = crate::EXCERPT_BYTES_MAX;
    // Looks further than it keeps, so that most secrets are whole; a record already cut to the limit counts as cut.
    let (looked_at, cut) = head(record, bytes * 4);
    let masked = mask_text(looked_at, rules);
    let (kept, shortened) = head(&masked, bytes);
    if !cut && !shortened && record.len() + 4 <= bytes {
        return masked.into_owned();
    }
    let part = |c: char| !c.is_whitespace() && !"\"'&,;{}[]()<>\\".contains(c);
    let end = kept.trim_end_matches(part).len();
    let (whole, _) = head(kept.get(..end).unwrap_or(""), bytes - '…'.len_utf8());
    format!("{whole}…")
}

/// What is kept of a record of a source that was refused: why, and its first bytes. With a rule of the installation's own
/// that could speak of a part of it, no byte of it is kept.
pub fn mask_reject(reject: crate::Reject, source: &str, rules: &Rules) -> crate::Reject {
    let found = |text: &str| {
        let masked = mask_text(text, rules);
        rules.own.excerpt(source, &masked, rules).map(Cow::into_owned)
    };
    let excerpt = found(&reject.excerpt).map(|text| mask_excerpt(&text, rules));
    let reason = found(&reject.reason).unwrap_or_else(|| mask_text(&reject.reason, rules).into_owned());
    crate::Reject { line: reject.line, reason, excerpt: excerpt.unwrap_or_default() }
}

/// The first bytes of a text, and whether that is less than all of it.
fn head(text: &str, bytes: usize) -> (&str, bool) {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (text.get(..end).unwrap_or(""), end < text.len())
}
