//! Text on a terminal: what came from outside cannot move the cursor, change colours or turn the writing direction.

use std::io::IsTerminal as _;

use crate::config::Environment;

/// The text with everything a terminal would act on written out.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let acts = (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if acts {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// As [`plain`], on one line.
pub(crate) fn line(text: &str) -> String {
    plain(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Colours, when the output is a terminal that wants them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    is_on: bool,
}

impl Paint {
    /// Looks at standard output, `NO_COLOR` and `TERM`.
    pub(crate) fn new(environment: &Environment) -> Paint {
        let refused = environment.get("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = environment.get("TERM").is_some_and(|value| value == "dumb");
        Paint { is_on: std::io::stdout().is_terminal() && !refused && !is_dumb }
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.is_on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// The head of a table.
    pub(crate) fn head(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What matters less.
    pub(crate) fn quiet(self, text: &str) -> String {
        self.with("2", text)
    }

    /// A status, in the colour of its class.
    pub(crate) fn status(self, status: u64, text: &str) -> String {
        let code = match status / 100 {
            2 => "32",
            3 => "36",
            4 => "33",
            5 => "31",
            _ => "2",
        };
        self.with(code, text)
    }

    /// Something refused.
    pub(crate) fn refused(self, text: &str) -> String {
        self.with("31", text)
    }
}

/// Cut or filled to a width in characters.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return format!("{text}{}", " ".repeat(width - count));
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// Texts side by side, each cut or filled to its width in characters.
pub(crate) fn row<const N: usize>(cells: &[impl AsRef<str>; N], widths: [usize; N]) -> String {
    let cells: Vec<String> =
        cells.iter().zip(widths).map(|(cell, width)| fit(cell.as_ref(), width)).collect();
    cells.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_on_the_terminal() {
        assert_eq!(line("a\u{1b}[2J\u{9b}1m\u{202e}b\nc"), "a\\u{1b}[2J\\u{9b}1m\\u{202e}b\\nc");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("ab", 4), "ab  ");
    }
}
