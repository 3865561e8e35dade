//! Saved views: a page of the web app in a certain state, under a name. Whoever sees one may begin with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::owner::Owner;
use crate::saved::{Content, Refusal, Saved, Shelf, Wrong, check_name};

/// Length of a state in bytes at most.
pub(crate) const SEARCH_BYTES_MAX: usize = 8 << 10;
/// Choices of a default at most, for one view.
const DEFAULTS_MAX: usize = 1_000;

/// What its owner says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct What {
    /// For people.
    pub(crate) name: String,
    /// The page, as in its address: `logs`.
    pub(crate) page: String,
    /// Its state: the query of its address, without `?`.
    pub(crate) search: String,
    /// Whether everyone sees it.
    #[serde(default)]
    pub(crate) shared: bool,
}

/// A view with who begins with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) what: What,
    /// Who begins with it on its page.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) default_of: BTreeSet<String>,
}

/// All saved views.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Views(Shelf<Kept>);

impl Views {
    /// What someone sees, by name: their own views and those that are shared.
    pub(crate) fn list(&self, who: &Owner, page: Option<&str>) -> Vec<&Saved<Kept>> {
        let mut seen = self.0.list(who);
        seen.retain(|view| page.is_none_or(|page| view.what.what.page == page));
        seen
    }

    /// One of anybody, for the operator trail.
    pub(crate) fn any(&self, id: &str) -> Option<&What> {
        self.0.any(id).map(|kept| &kept.what)
    }

    /// Keeps a new view.
    pub(crate) fn add(
        &mut self,
        who: &Owner,
        view: Saved<Kept>,
        is_default: bool,
    ) -> Result<&Saved<Kept>, Refusal> {
        let id = self.0.add(view)?.id.clone();
        self.choose(who, &id, is_default)
    }

    /// Changes a view. Whoever sees it may choose it as their default; the rest is its owner's, and of an admin when
    /// it is shared.
    pub(crate) fn change(
        &mut self,
        who: &Owner,
        id: &str,
        what: What,
        is_default: bool,
        now: i64,
    ) -> Result<&Saved<Kept>, Refusal> {
        let view = self.0.one(who, id).ok_or(Refusal::Missing)?;
        if view.what.what != what {
            let mut default_of = view.what.default_of.clone();
            default_of.retain(|key| what.shared || *key == view.owner);
            self.0.change(who, id, Kept { what, default_of }, None, now)?;
        }
        self.choose(who, id, is_default)
    }

    /// Forgets a view.
    pub(crate) fn remove(&mut self, who: &Owner, id: &str) -> Result<(), Refusal> {
        self.0.remove(who, id)
    }

    /// Makes a view the default of someone on its page, or no longer.
    fn choose(&mut self, who: &Owner, id: &str, is_default: bool) -> Result<&Saved<Kept>, Refusal> {
        let page = self.0.one(who, id).ok_or(Refusal::Missing)?.what.what.page.clone();
        for view in self.0.all_mut() {
            let kept = &mut view.what;
            if view.id == id || (is_default && kept.what.page == page) {
                kept.default_of.remove(&who.key);
            }
            if view.id == id && is_default && kept.default_of.len() < DEFAULTS_MAX {
                kept.default_of.insert(who.key.clone());
            }
        }
        self.0.one(who, id).ok_or(Refusal::Missing)
    }
}

impl Content for Kept {
    const NOUN: &'static str = "view";
    const COUNT_MAX: usize = 500;

    fn name(&self) -> &str {
        &self.what.name
    }

    fn is_shared(&self) -> bool {
        self.what.shared
    }

    fn check(&self) -> Result<(), Wrong> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '/');
        let What { name, page, search, .. } = &self.what;
        check_name(name)?;
        if page.is_empty() || page.len() > 64 || !page.chars().all(fits) {
            return Err(Wrong::text("a page is named as in its address, with 1 to 64 small letters"));
        }
        check_search(search)
    }
}

/// Whether the state of a page can be kept.
pub(crate) fn check_search(search: &str) -> Result<(), Wrong> {
    if search.len() > SEARCH_BYTES_MAX {
        return Err(Wrong::text("the state of a page is at most 8 KiB long"));
    }
    if search.starts_with('?') || search.chars().any(char::is_control) {
        return Err(Wrong::text("the state of a page is the query of its address, without `?`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str, is_admin: bool) -> Owner {
        Owner { key: format!("1 {name}"), is_admin }
    }

    fn what(name: &str, shared: bool) -> What {
        What { name: name.into(), page: "logs".into(), search: "filter=status%3A5xx".into(), shared }
    }

    fn kept(what: What) -> Kept {
        Kept { what, default_of: BTreeSet::new() }
    }

    fn view(id: &str, who: &Owner, what: What) -> Saved<Kept> {
        Saved { id: id.into(), what: kept(what), owner: who.key.clone(), updated: 1 }
    }

    #[test]
    fn a_private_one_is_the_owners_alone_and_a_shared_one_an_admins_too() {
        let (ann, bob, root) = (owner("ann", false), owner("bob", false), owner("root", true));
        let mut views = Views::default();
        views.add(&ann, view("a", &ann, what("mine", false)), true).unwrap();
        views.add(&ann, view("b", &ann, what("ours", true)), false).unwrap();
        for who in [&bob, &root] {
            assert_eq!(
                views.list(who, Some("logs")).iter().map(|v| v.id.as_str()).collect::<Vec<_>>(),
                ["b"]
            );
            assert_eq!(views.remove(who, "a").unwrap_err(), Refusal::Missing);
        }
        assert_eq!(views.list(&ann, None).len(), 2);
        assert!(views.list(&ann, Some("overview")).is_empty());

        // Everyone chooses for themselves; changing is another matter.
        assert!(
            views.change(&bob, "b", what("ours", true), true, 5).unwrap().what.default_of.contains("1 bob")
        );
        assert_eq!(views.change(&bob, "b", what("bobs", true), true, 5).unwrap_err(), Refusal::NotYours);
        assert_eq!(views.remove(&bob, "b").unwrap_err(), Refusal::NotYours);
        assert_eq!(views.list(&bob, None)[0].updated, 1);
        assert_eq!(views.change(&root, "b", what("named", true), false, 6).unwrap().updated, 6);

        // A page has one default for each.
        views.change(&ann, "b", what("named", true), true, 7).unwrap();
        assert!(!views.list(&ann, None).iter().any(|v| v.id == "a" && v.what.default_of.contains(&ann.key)));
        // When it is private again, nobody else begins with it.
        let found = views.change(&ann, "b", what("named", false), true, 8).unwrap();
        assert_eq!(found.what.default_of.iter().collect::<Vec<_>>(), ["1 ann"]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let good = what("x", false);
        for wrong in [
            What { name: String::new(), ..good.clone() },
            What { name: "a\u{202e}b".into(), ..good.clone() },
            What { page: "Logs".into(), ..good.clone() },
            What { search: "?a=1".into(), ..good.clone() },
            What { search: "x".repeat(SEARCH_BYTES_MAX + 1), ..good.clone() },
        ] {
            assert!(kept(wrong.clone()).check().is_err(), "{wrong:?}");
        }
        assert_eq!(kept(What { search: "x".repeat(SEARCH_BYTES_MAX), ..good }).check(), Ok(()));
    }
}
