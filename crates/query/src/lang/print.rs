//! A filter as text again, in one canonical form: reading it gives the same filter.

use std::fmt;

use event::field::{self, FieldId};
use event::{Kind, Timestamp};

use super::{Filter, Node, Target, Term, Test};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.node {
            Node::All(parts) => list(f, parts, " "),
            Node::Any(parts) => list(f, parts, " OR "),
            node => write!(f, "{node}"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, parts: &[Node], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::All(parts) => {
                f.write_str("(")?;
                list(f, parts, " ")?;
                f.write_str(")")
            }
            Node::Any(parts) => {
                f.write_str("(")?;
                list(f, parts, " OR ")?;
                f.write_str(")")
            }
            Node::Not(inner) => write!(f, "-{inner}"),
            Node::Term(term) => write!(f, "{term}"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Target::Free, [Test::Contains(text)]) = (self.target, self.tests.as_slice()) {
            return f.write_str(&word(text));
        }
        f.write_str(self.target.name())?;
        let first = self.target.fields().first().copied().unwrap_or(field::PATH);
        for (at, test) in self.tests.iter().enumerate() {
            let searching = matches!(test, Test::Contains(_) | Test::Matches(_));
            f.write_str(match (at, searching) {
                (0, true) => "",
                (0, false) => ":",
                _ => ",",
            })?;
            write_test(f, first, test)?;
        }
        Ok(())
    }
}

fn write_test(f: &mut fmt::Formatter<'_>, field: FieldId, test: &Test) -> fmt::Result {
    let kind = field.field().kind;
    match test {
        Test::Empty => f.write_str("\"\""),
        Test::Present => f.write_str("*"),
        Test::Is(text) => f.write_str(&exact(text)),
        Test::Begins(text) => write!(f, "{}*", exact(text)),
        Test::Like(text) => f.write_str(text),
        Test::Contains(text) => write!(f, "~{}", quoted(text)),
        Test::Matches(source) => write!(f, "~/{}/", source.replace('/', "\\/")),
        Test::Within(network) => write!(f, "{network}"),
        Test::Between(low, high)
            if field == field::STATUS
                && low % 100 == 0
                && *high == low + 99
                && (1..=9).contains(&(low / 100)) =>
        {
            write!(f, "{}xx", low / 100)
        }
        Test::Between(low, high) if low == high => scalar(f, kind, *low),
        Test::Between(low, i64::MAX) => {
            f.write_str(">=")?;
            scalar(f, kind, *low)
        }
        Test::Between(low, high) if *low == i64::MIN + 1 => {
            f.write_str("<=")?;
            scalar(f, kind, *high)
        }
        Test::Between(low, high) => {
            scalar(f, kind, *low)?;
            f.write_str("..")?;
            scalar(f, kind, *high)
        }
    }
}

fn scalar(f: &mut fmt::Formatter<'_>, kind: Kind, n: i64) -> fmt::Result {
    match kind {
        Kind::Bool => write!(f, "{}", n != 0),
        Kind::Time => write!(f, "{}", Timestamp(n)),
        Kind::Duration if n % 1_000_000 == 0 && n != 0 => write!(f, "{}s", n / 1_000_000),
        Kind::Duration if n % 1_000 == 0 => write!(f, "{}ms", n / 1_000),
        Kind::Duration => write!(f, "{n}us"),
        _ => write!(f, "{n}"),
    }
}

/// A value that means exactly this text.
pub(super) fn exact(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.starts_with(['>', '<', '=', '~'])
        && !text
            .contains(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | ',' | '*' | '/' | '\\'));
    if plain { text.to_owned() } else { quoted(text) }
}

/// A word to search for everywhere.
fn word(text: &str) -> String {
    let plain = !text.is_empty()
        && !matches!(text, "OR" | "AND" | "NOT")
        && !text.starts_with('-')
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | ':' | '~' | '\\'));
    if plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
