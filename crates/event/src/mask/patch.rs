//! A text with some ranges replaced.

use std::ops::Range;

/// Changes to a text, collected from left to right.
pub(super) struct Patch<'t> {
    text: &'t str,
    out: String,
    copied: usize,
}

impl<'t> Patch<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Patch { text, out: String::new(), copied: 0 }
    }

    /// Puts `new` in the place of a range; a range before the last one is left alone.
    pub(super) fn put(&mut self, at: Range<usize>, new: &str) {
        if at.start >= self.copied {
            self.out.push_str(self.text.get(self.copied..at.start).unwrap_or(""));
            self.out.push_str(new);
            self.copied = at.end;
        }
    }

    /// The changed text; `None` when nothing was put.
    pub(super) fn done(mut self) -> Option<String> {
        if self.copied == 0 && self.out.is_empty() {
            return None;
        }
        self.out.push_str(self.text.get(self.copied..).unwrap_or(""));
        Some(self.out)
    }
}
