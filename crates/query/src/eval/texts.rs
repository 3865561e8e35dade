//! What is asked of a text, and the ways to ask it of many at once.

use std::net::IpAddr;

use event::Kind;
use event::column::{Column, Texts};
use ipnet::IpNet;
use memchr::memmem;

use super::mask::Mask;
use crate::lang::{Test, compile};
use crate::text::Finder;

/// What is asked of a text; the absent text is "".
#[derive(Debug)]
pub(crate) struct TextTest {
    ask: Ask,
    /// Lists and pairs are judged by their elements.
    kind: Kind,
}

#[derive(Debug)]
enum Ask {
    Absent,
    OneOf(Vec<String>),
    Begins(String),
    Contains(Finder),
    /// A part matches.
    Matches(Box<regex::Regex>),
    Within(IpNet),
    Never,
}

impl TextTest {
    pub(crate) fn of(test: &Test, kind: Kind) -> TextTest {
        let ask = match test {
            Test::Empty => Ask::Absent,
            Test::Is(text) => Ask::OneOf(vec![text.clone()]),
            Test::Begins(start) => Ask::Begins(start.clone()),
            Test::Like(pattern) => like(pattern),
            Test::Contains(text) if text.is_ascii() => Ask::Contains(Finder::new(text)),
            Test::Contains(text) => matching(&format!("(?i){}", regex::escape(text))),
            Test::Matches(source) => matching(source),
            Test::Within(network) => Ask::Within(*network),
            Test::Present | Test::Between(..) => Ask::Never,
        };
        TextTest { ask, kind }
    }

    pub(crate) fn one_of(texts: &[&str], kind: Kind) -> TextTest {
        TextTest { ask: Ask::OneOf(texts.iter().map(|t| (*t).to_owned()).collect()), kind }
    }

    /// The texts it holds for, when they are known and stored as they are.
    pub(super) fn exact(&self) -> Option<&[String]> {
        match &self.ask {
            Ask::OneOf(texts) if matches!(self.kind, Kind::Dict | Kind::Text) => Some(texts),
            _ => None,
        }
    }

    /// Whether it holds for a stored text.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let absent = text.is_empty() || (self.kind == Kind::List && text == "[]");
        match (&self.ask, self.kind) {
            (Ask::Absent, _) => absent,
            _ if absent => false,
            (_, Kind::List) => serde_json::from_str::<Vec<String>>(text)
                .unwrap_or_default()
                .iter()
                .any(|item| self.item(item)),
            (Ask::OneOf(_), Kind::Pairs) => {
                let pairs = serde_json::from_str::<Vec<(String, String)>>(text).unwrap_or_default();
                pairs.iter().any(|(name, value)| {
                    self.item(name) || self.item(value) || self.item(&format!("{name}={value}"))
                })
            }
            _ => self.item(text),
        }
    }

    fn item(&self, text: &str) -> bool {
        match &self.ask {
            Ask::Absent => text.is_empty(),
            Ask::OneOf(texts) => texts.iter().any(|t| t == text),
            Ask::Begins(start) => text.starts_with(start.as_str()),
            Ask::Contains(finder) => finder.is_in(text),
            Ask::Matches(regex) => regex.is_match(text),
            Ask::Within(network) => text.parse::<IpAddr>().is_ok_and(|ip| network.contains(&ip)),
            Ask::Never => false,
        }
    }

    /// The rows of a column it holds for.
    pub(crate) fn mask(&self, column: &Column) -> Mask {
        match column {
            Column::Dict(c) => {
                let held: Vec<bool> = c.dict.texts().iter().map(|text| self.holds(text)).collect();
                if held.iter().all(|h| !h) {
                    return Mask::none(c.ids.len());
                }
                Mask::of(c.ids.len(), |row| {
                    c.ids.get(row).and_then(|id| held.get(*id as usize)).copied().unwrap_or(false)
                })
            }
            Column::Text(texts) => self.plain(texts),
            Column::Int(numbers) => Mask::none(numbers.len()),
        }
    }

    fn plain(&self, texts: &Texts) -> Mask {
        let (all, ends) = texts.parts();
        match &self.ask {
            Ask::Contains(finder) => {
                search(texts, finder.needle_len(), |start| finder.find_at(all.as_bytes(), start))
            }
            Ask::OneOf(wanted) if self.kind == Kind::Text && wanted.len() == 1 => {
                let needle = wanted.first().map_or("", String::as_str);
                let finder = memmem::Finder::new(needle);
                let found = |start: usize| finder.find(all.as_bytes().get(start..)?).map(|at| at + start);
                let mut mask = search(texts, needle.len(), found);
                for row in mask.rows().into_iter().filter(|row| texts.get(*row as usize) != needle) {
                    mask.unset(row as usize);
                }
                mask
            }
            Ask::Absent => Mask::of(ends.len(), |row| texts.get(row).is_empty()),
            _ => Mask::of(ends.len(), |row| self.holds(texts.get(row))),
        }
    }
}

/// The rows that hold a text of `len` bytes which `find` finds in the concatenation of all rows.
fn search(texts: &Texts, len: usize, find: impl Fn(usize) -> Option<usize>) -> Mask {
    let ends = texts.parts().1;
    let mut mask = Mask::none(ends.len());
    let (mut start, mut row) = (0, 0);
    while let Some(at) = find(start) {
        row += ends.get(row..).map_or(0, |rest| rest.partition_point(|end| *end as usize <= at));
        let Some(end) = ends.get(row).map(|end| *end as usize) else { break };
        if at + len <= end {
            mask.set(row);
            start = end;
        } else {
            start = at + 1;
        }
    }
    mask
}

fn like(pattern: &str) -> Ask {
    let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
    matching(&format!("(?s)^{}$", parts.join(".*")))
}

fn matching(source: &str) -> Ask {
    compile(source).map_or(Ask::Never, |regex| Ask::Matches(Box::new(regex)))
}
