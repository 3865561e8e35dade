//! The quick look: which rows of a column may hold a secret. Most hold none; this is all they cost.

use aho_corasick::{AhoCorasick, Span, packed};
use std::sync::LazyLock;

use super::detectors::DETECTORS;
use crate::column::Texts;

/// Digits a card number has at least.
const DIGITS_MIN: usize = 13;
/// Characters a secret path segment has at least.
pub(crate) const SEGMENT_CHARS_MIN: usize = 32;

enum Searcher {
    /// Vector instructions over all triggers at once.
    Packed(packed::Searcher),
    /// Machines without them.
    Automaton(Option<AhoCorasick>),
}

static TRIGGERS: LazyLock<Searcher> = LazyLock::new(|| {
    // An address with a user in it has no entry in the list.
    let all = || DETECTORS.iter().flat_map(|d| d.triggers).copied().chain(["://"]);
    match packed::Config::new().builder().extend(all()).build() {
        Some(searcher) => Searcher::Packed(searcher),
        None => Searcher::Automaton(AhoCorasick::new(all()).ok()),
    }
});

/// Where the next trigger of a detector, or `://`, stands.
pub(crate) fn trigger(bytes: &[u8], from: usize) -> Option<usize> {
    let span = Span { start: from.min(bytes.len()), end: bytes.len() };
    match &*TRIGGERS {
        Searcher::Packed(searcher) => searcher.find_in(bytes, span).map(|m| m.start()),
        Searcher::Automaton(searcher) => {
            let input = aho_corasick::Input::new(bytes).span(span);
            searcher.as_ref()?.find(input).map(|m| m.start())
        }
    }
}

/// Where the next run of digits, parted by blanks, dashes or plus signs or not, stands that could be a card.
pub(crate) fn digit_run(bytes: &[u8], from: usize) -> Option<usize> {
    run(bytes, from, DIGITS_MIN, is_card_byte)
}

/// Where the next run stands that is long enough for a secret path segment.
pub(crate) fn segment_run(bytes: &[u8], from: usize) -> Option<usize> {
    run(bytes, from, SEGMENT_CHARS_MIN, is_segment_byte)
}

/// Classes of bytes, a bit each: one look instead of many comparisons.
#[expect(clippy::indexing_slicing, reason = "worked out by the compiler, which would refuse it")]
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        let segment = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'+' | b'.' | b'~');
        let card = b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'+');
        classes[byte] = segment as u8 | (card as u8) << 1;
        byte += 1;
    }
    classes
};

/// What base 64 and hexadecimal digits are made of.
#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
pub(crate) fn is_segment_byte(b: u8) -> bool {
    CLASSES[usize::from(b)] & 1 != 0
}

/// What card numbers are written with.
#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
pub(crate) fn is_card_byte(b: u8) -> bool {
    CLASSES[usize::from(b)] & 2 != 0
}

/// The start, at `from` or later, of `long` bytes of a class. Looks at every `long`-th byte only, and back from
/// there, so it passes over other text quickly.
fn run(bytes: &[u8], from: usize, long: usize, class: impl Fn(u8) -> bool) -> Option<usize> {
    let mut end = from + long;
    while let Some(window) = bytes.get(end - long..end) {
        match window.iter().rposition(|b| !class(*b)) {
            Some(at) => end += at + 1,
            None => return Some(end - long),
        }
    }
    None
}

/// The rows that one or more searches point at.
#[derive(Default)]
pub(crate) struct Rows {
    flags: Vec<bool>,
    any: bool,
}

impl Rows {
    /// Whether the row was pointed at.
    pub(crate) fn has(&self, row: usize) -> bool {
        self.flags.get(row).copied().unwrap_or(false)
    }

    /// Whether any row was.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// Adds the rows in which `next(bytes, from)` finds something. It is asked over all rows at once, because that
    /// is fast; what it finds may reach into the next row, which is then looked at for itself.
    pub(crate) fn add(&mut self, texts: &Texts, next: impl FnMut(&[u8], usize) -> Option<usize>) {
        self.add_if(texts, next, |_, _| true);
    }

    /// As [`Rows::add`], of those rows the ones for which `check` of the row and the place in it holds.
    pub(crate) fn add_if(
        &mut self,
        texts: &Texts,
        mut next: impl FnMut(&[u8], usize) -> Option<usize>,
        mut check: impl FnMut(&str, usize) -> bool,
    ) {
        let (text, ends) = texts.parts();
        let (mut from, mut row) = (0, 0);
        while let Some(at) = next(text.as_bytes(), from) {
            while ends.get(row).is_some_and(|end| *end as usize <= at) {
                row += 1;
            }
            let Some(end) = ends.get(row) else { return };
            let row_text = texts.get(row);
            if check(row_text, (at + row_text.len()).saturating_sub(*end as usize)) {
                self.flag(row, ends.len());
            }
            from = *end as usize;
        }
    }

    /// Adds the rows for which `check` holds.
    pub(crate) fn add_each(&mut self, texts: &Texts, mut check: impl FnMut(&str) -> bool) {
        for (row, text) in texts.iter().enumerate() {
            if !text.is_empty() && check(text) {
                self.flag(row, texts.len());
            }
        }
    }

    fn flag(&mut self, row: usize, rows: usize) {
        self.any = true;
        self.flags.resize(rows, false);
        if let Some(flag) = self.flags.get_mut(row) {
            *flag = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_are_pointed_at() {
        let mut texts = Texts::default();
        ["", "/a", "x eyJ", "", "https://h", "4111 1111 1111 1111", "/token"]
            .iter()
            .for_each(|t| texts.push(t));
        let mut rows = Rows::default();
        rows.add(&texts, trigger);
        rows.add(&texts, digit_run);
        let flagged: Vec<usize> = (0..texts.len()).filter(|row| rows.has(*row)).collect();
        assert_eq!(flagged, [2, 4, 5]);
    }

    proptest! {
        #[test]
        fn runs_are_found_where_they_are(text in "[0-9]{0,20}[a-z/]{0,3}[0-9]{0,20}[a-z]{0,2}[0-9]{0,20}") {
            let bytes = text.as_bytes();
            let plain = (0..bytes.len()).find(|at| {
                bytes.get(*at..at + DIGITS_MIN).is_some_and(|w| w.iter().all(u8::is_ascii_digit))
            });
            prop_assert_eq!(digit_run(bytes, 0), plain);
        }
    }
}
