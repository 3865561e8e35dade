//! The filter language: what a filter is, and what can be done with one as text or as a tree. Knows no event.

mod names;
mod operators;
mod parse;
mod print;
mod value;

use std::sync::Arc;

use event::FieldId;
use event::field;
use ipnet::IpNet;
use serde::Serialize;

use crate::network;

pub(crate) use names::names;
pub use names::{ALIASES, Alias, FREE, near};
pub use operators::{OPERATORS, Operator};
pub(crate) use value::compile;

/// Values a filter may compare with, at most.
pub const TERMS_MAX: usize = 64;
/// Parentheses and negations inside each other, at most.
pub const DEPTH_MAX: usize = 32;
/// Length of a filter in bytes, at most.
pub const BYTES_MAX: usize = 4 << 10;

/// Which events are meant. An empty filter means all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub(crate) node: Arc<Node>,
}

/// A part of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// All of them hold; none is always true.
    All(Vec<Node>),
    /// One of them holds.
    Any(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// A field has one of some values.
    Term(Term),
}

/// A field has one of some values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What is looked at.
    pub target: Target,
    /// One of these holds.
    pub tests: Vec<Test>,
}

/// What a term looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One field.
    Field(FieldId),
    /// Several fields under one name: one of them has the value.
    Several(&'static Alias),
    /// Everything one would search for a word.
    Free,
}

impl Target {
    /// The fields.
    pub fn fields(&self) -> &'static [FieldId] {
        match self {
            Target::Field(id) => std::slice::from_ref(&id.field().id),
            Target::Several(alias) => alias.fields,
            Target::Free => FREE,
        }
    }

    /// Its canonical name.
    pub fn name(&self) -> &'static str {
        match self {
            Target::Field(id) => id.field().name,
            Target::Several(alias) => alias.name,
            Target::Free => "",
        }
    }
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// There is none.
    Empty,
    /// There is one.
    Present,
    /// It is exactly this text.
    Is(String),
    /// It begins with this text.
    Begins(String),
    /// It is this text with `*` standing for anything.
    Like(String),
    /// It holds this text, in any case of ASCII letters.
    Contains(String),
    /// A part of it matches this regular expression.
    Matches(String),
    /// It lies between two numbers, both included.
    Between(i64, i64),
    /// It is an address of this network.
    Within(IpNet),
}

/// Why a text is not a filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// What is wrong.
    pub detail: String,
    /// Where, in characters from the start.
    pub position: usize,
    /// What may have been meant.
    pub suggestions: Vec<String>,
}

impl Default for Filter {
    fn default() -> Self {
        Filter::all()
    }
}

impl Filter {
    /// The filter that means all events.
    pub fn all() -> Filter {
        Filter::of(Node::All(Vec::new()))
    }

    pub(crate) fn of(node: Node) -> Filter {
        Filter { node: Arc::new(node) }
    }

    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Filter, Fault> {
        parse::parse(text).map(Filter::of)
    }

    /// Whether it means all events.
    pub fn is_all(&self) -> bool {
        matches!(&*self.node, Node::All(parts) if parts.is_empty())
    }

    /// Both hold.
    pub fn and(&self, other: &Filter) -> Filter {
        let mut parts = self.parts();
        parts.extend(other.parts());
        Filter::of(match parts.len() {
            1 => parts.swap_remove(0),
            _ => Node::All(parts),
        })
    }

    /// The parts that all must hold.
    pub fn parts(&self) -> Vec<Node> {
        match &*self.node {
            Node::All(parts) => parts.clone(),
            other => vec![other.clone()],
        }
    }

    /// The filter of some parts that all must hold.
    pub fn of_parts(mut parts: Vec<Node>) -> Filter {
        Filter::of(if parts.len() == 1 { parts.swap_remove(0) } else { Node::All(parts) })
    }

    /// The same without the parts that speak only of these fields.
    pub fn without_fields(&self, fields: &[FieldId]) -> Filter {
        let speaks_of = |part: &Node| {
            let used = part.fields();
            !used.is_empty() && used.iter().all(|field| fields.contains(field))
        };
        Filter::of_parts(self.parts().into_iter().filter(|part| !speaks_of(part)).collect())
    }

    /// The same without the parts that speak only of the field or alias of this name.
    pub fn without_field(&self, name: &str) -> Filter {
        match names::resolve(name) {
            Some(target) => self.without_fields(target.fields()),
            None => self.clone(),
        }
    }

    /// Every field it looks at, each once.
    pub fn fields(&self) -> Vec<FieldId> {
        self.node.fields()
    }

    /// Whether a term tells single addresses apart: finer than the networks that are shown to those who may not read
    /// events.
    pub(crate) fn tells_addresses(&self) -> bool {
        let is_coarse = |test: &Test| match test {
            Test::Empty | Test::Present => true,
            Test::Within(net) => net.prefix_len() <= network::bits(net.addr()),
            _ => false,
        };
        let mut found = false;
        self.node.each_term(&mut |term| {
            let is_address = term.target.fields().contains(&field::IP);
            found |= is_address && !term.tests.iter().all(is_coarse);
        });
        found
    }

    /// The text of the term that keeps what has this value; without a value, what has none.
    pub fn term(name: &str, value: Option<&str>) -> String {
        match value {
            Some(value) => format!("{name}:{}", print::exact(value)),
            None => format!("{name}:\"\""),
        }
    }
}

impl Node {
    fn each_term(&self, look: &mut impl FnMut(&Term)) {
        match self {
            Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| part.each_term(look)),
            Node::Not(inner) => inner.each_term(look),
            Node::Term(term) => look(term),
        }
    }

    fn fields(&self) -> Vec<FieldId> {
        fn collect(node: &Node, into: &mut Vec<FieldId>) {
            match node {
                Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| collect(part, into)),
                Node::Not(inner) => collect(inner, into),
                Node::Term(term) => into.extend(term.target.fields()),
            }
        }
        let mut fields = Vec::new();
        collect(self, &mut fields);
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

/// The fields a name of the language stands for.
pub fn fields_of(name: &str) -> Option<&'static [FieldId]> {
    names::resolve(name).map(|target| target.fields())
}

/// Whether a status is known: 0 and numbers no server sends stand for "unknown".
pub(crate) fn known_status(status: i64) -> Option<i64> {
    (1..=i64::from(u16::MAX)).contains(&status).then_some(status)
}

/// The number as the filter sees it.
pub(crate) fn seen_int(field: FieldId, number: Option<i64>) -> Option<i64> {
    if field == field::STATUS { number.and_then(known_status) } else { number }
}

#[cfg(test)]
mod tests;
