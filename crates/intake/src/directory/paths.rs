//! Which template a path has: a tree of the parts of all templates. A part that is written out is tried before one that
//! may be anything. A path takes no more steps than the tree has branches.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use event::column::{Column, Texts};
use event::{Batch, field as f};

/// Parts of a template or a path that are looked at.
const PARTS_MAX: usize = 32;

/// Templates, each leading to a number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    root: Node,
}

#[derive(Clone, Debug, Default)]
struct Node {
    parts: HashMap<Box<str>, Node, RandomState>,
    any: Option<Box<Node>>,
    /// Templates that end here, and those that go on with anything.
    ends: Vec<u32>,
    tails: Vec<u32>,
}

impl Paths {
    /// Whether there is no template.
    pub(crate) fn is_empty(&self) -> bool {
        self.root.parts.is_empty()
            && self.root.any.is_none()
            && self.root.ends.is_empty()
            && self.root.tails.is_empty()
    }

    /// Puts a template in.
    pub(crate) fn add(&mut self, template: &str, number: u32) {
        let mut node = &mut self.root;
        for part in parts(template) {
            if is_tail(part) {
                push(&mut node.tails, number);
                return;
            }
            node = if is_any(part) {
                node.any.get_or_insert_default()
            } else {
                node.parts.entry(part.into()).or_default()
            };
        }
        push(&mut node.ends, number);
    }

    /// The best number whose template the path has, of those that are wanted.
    pub(crate) fn find<T>(&self, path: &str, mut wanted: impl FnMut(&[u32]) -> Option<T>) -> Option<T> {
        let mut all = [""; PARTS_MAX];
        let mut count = 0;
        for (slot, part) in all.iter_mut().zip(parts(path)) {
            *slot = part;
            count += 1;
        }
        let is_whole = parts(path).nth(PARTS_MAX).is_none();
        self.root.find(all.get(..count)?, is_whole, &mut wanted)
    }
}

impl Node {
    fn find<T>(
        &self,
        path: &[&str],
        is_whole: bool,
        wanted: &mut impl FnMut(&[u32]) -> Option<T>,
    ) -> Option<T> {
        let further = match path.split_first() {
            None if is_whole => wanted(&self.ends),
            None => None,
            Some((part, rest)) => self
                .parts
                .get(*part)
                .and_then(|node| node.find(rest, is_whole, wanted))
                .or_else(|| self.any.as_ref()?.find(rest, is_whole, wanted)),
        };
        further.or_else(|| if self.tails.is_empty() { None } else { wanted(&self.tails) })
    }
}

fn push(numbers: &mut Vec<u32>, number: u32) {
    if numbers.last() != Some(&number) {
        numbers.push(number);
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// `{id}`, `:id`, `{name}.json`.
fn is_any(part: &str) -> bool {
    part.starts_with(':') || part.contains('{')
}

/// `*`, `{proxy+}`.
fn is_tail(part: &str) -> bool {
    part == "*" || part == "**" || part.ends_with("+}")
}

/// Whether a template only tells how a path begins.
pub(crate) fn is_open(template: &str) -> bool {
    parts(template).last().is_some_and(is_tail)
}

/// Whether a path has a template.
pub(crate) fn matches(template: &str, path: &str) -> bool {
    let mut path = parts(path);
    for wanted in parts(template) {
        if is_tail(wanted) {
            return true;
        }
        if !path.next().is_some_and(|part| is_any(wanted) || part == wanted) {
            return false;
        }
    }
    path.next().is_none()
}

/// Lets routes that were made of a path be looked for like one, where events are at hand without their paths: the directory
/// may have come after them.
pub(crate) fn paths_of_routes(batch: &mut Batch) {
    let Some(Column::Dict(routes)) = batch.column(f::ROUTE) else { return };
    let text = |id: &u32| Some(routes.dict.get(*id)).filter(|text| text.starts_with('/')).unwrap_or_default();
    let mut paths = Texts::default();
    routes.ids.iter().for_each(|id| paths.push(text(id)));
    batch.set_column(f::PATH, Column::Text(paths));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_out_comes_first() {
        let mut paths = Paths::default();
        let templates = [
            "/pets/{id}",
            "/pets/mine",
            "/pets/{id}/toys/:toy",
            "/files/*",
            "/files/{name}.json",
            "/",
            "/x/{proxy+}",
        ];
        for (number, template) in templates.iter().enumerate() {
            paths.add(template, number as u32);
        }
        let find =
            |path: &str| paths.find(path, |numbers| numbers.first().copied()).map(|n| templates[n as usize]);
        assert_eq!(find("/pets/7"), Some("/pets/{id}"));
        assert_eq!(find("/pets/7/"), Some("/pets/{id}"));
        assert_eq!(find("/pets/mine"), Some("/pets/mine"));
        assert_eq!(find("/pets/mine/toys/1"), Some("/pets/{id}/toys/:toy"));
        assert_eq!(find("/files/a.json"), Some("/files/{name}.json"));
        assert_eq!(find("/files/a/b/c"), Some("/files/*"));
        assert_eq!(find("/x"), Some("/x/{proxy+}"));
        assert_eq!((find("/"), find("/nothing"), find("/pets")), (Some("/"), None, None));
        for (number, template) in templates.iter().enumerate() {
            let mut one = Paths::default();
            one.add(template, number as u32);
            for path in
                ["/pets/7", "/pets/mine/toys/1/", "/files/a/b/c", "/x", "/x/y", "/", "", "/pets", "//pets//7"]
            {
                assert_eq!(
                    matches(template, path),
                    one.find(path, |ends| ends.first().copied()).is_some(),
                    "{template} {path}"
                );
            }
        }
        assert_eq!(find(&"/a".repeat(1_000)), None);
        assert_eq!(find(&format!("/files{}", "/a".repeat(1_000))), Some("/files/*"));
    }
}
