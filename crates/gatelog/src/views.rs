//! Saved views: a page of the web app in a certain state, under a name. Knows what is whose, not who asks how.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::owner::Owner;

/// Views kept at most.
pub(crate) const VIEWS_MAX: usize = 500;
/// Length of a state in bytes at most.
pub(crate) const SEARCH_BYTES_MAX: usize = 8 << 10;
/// Choices of a default at most, for one view.
const DEFAULTS_MAX: usize = 1_000;

/// A saved view.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct View {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) what: What,
    /// Whose it is.
    pub(crate) owner: String,
    /// When its content was last changed, in microseconds.
    pub(crate) updated: i64,
    /// Who begins with it on its page.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) default_of: BTreeSet<String>,
}

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

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such view, for this owner.
    Missing,
    /// It is someone else's.
    NotYours,
    /// There are [`VIEWS_MAX`] already.
    Full,
    /// Something in it cannot be.
    Wrong(&'static str),
}

/// All saved views.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Views(Vec<View>);

impl Views {
    /// What someone sees, by name: their own views and those that are shared.
    pub(crate) fn list(&self, who: &Owner, page: Option<&str>) -> Vec<&View> {
        let on_page = |view: &&View| page.is_none_or(|page| view.what.page == page);
        let mut seen: Vec<&View> =
            self.0.iter().filter(|view| view.is_seen_by(who)).filter(on_page).collect();
        seen.sort_by_key(|view| (view.what.name.to_lowercase(), view.id.clone()));
        seen
    }

    /// One of anybody, for the operator trail.
    pub(crate) fn any(&self, id: &str) -> Option<&View> {
        self.0.iter().find(|view| view.id == id)
    }

    /// Keeps a new view.
    pub(crate) fn add(&mut self, who: &Owner, view: View, is_default: bool) -> Result<&View, Refusal> {
        view.what.check()?;
        if self.0.len() >= VIEWS_MAX {
            return Err(Refusal::Full);
        }
        let id = view.id.clone();
        self.0.push(view);
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
    ) -> Result<&View, Refusal> {
        what.check()?;
        let view = self.seen(who, id)?;
        if view.what != what {
            if !view.is_changed_by(who) {
                return Err(Refusal::NotYours);
            }
            view.what = what;
            view.updated = now;
            let (owner, shared) = (view.owner.clone(), view.what.shared);
            view.default_of.retain(|key| shared || *key == owner);
        }
        self.choose(who, id, is_default)
    }

    /// Forgets a view.
    pub(crate) fn remove(&mut self, who: &Owner, id: &str) -> Result<(), Refusal> {
        if !self.seen(who, id)?.is_changed_by(who) {
            return Err(Refusal::NotYours);
        }
        self.0.retain(|view| view.id != id);
        Ok(())
    }

    fn seen(&mut self, who: &Owner, id: &str) -> Result<&mut View, Refusal> {
        self.0.iter_mut().find(|view| view.id == id && view.is_seen_by(who)).ok_or(Refusal::Missing)
    }

    /// Makes a view the default of someone on its page, or no longer.
    fn choose(&mut self, who: &Owner, id: &str, is_default: bool) -> Result<&View, Refusal> {
        let page = self.seen(who, id)?.what.page.clone();
        for view in self.0.iter_mut().filter(|view| view.id == id || (is_default && view.what.page == page)) {
            view.default_of.remove(&who.key);
        }
        let view = self.seen(who, id)?;
        if is_default && view.default_of.len() < DEFAULTS_MAX {
            view.default_of.insert(who.key.clone());
        }
        Ok(view)
    }
}

impl View {
    fn is_seen_by(&self, who: &Owner) -> bool {
        who.sees(&self.owner, self.what.shared)
    }

    fn is_changed_by(&self, who: &Owner) -> bool {
        who.changes(&self.owner, self.what.shared)
    }
}

impl What {
    fn check(&self) -> Result<(), Refusal> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '/');
        if !keys::is_name(&self.name) {
            return Err(Refusal::Wrong("a name has 1 to 64 characters, none of them a control character"));
        }
        if self.page.is_empty() || self.page.len() > 64 || !self.page.chars().all(fits) {
            return Err(Refusal::Wrong("a page is named as in its address, with 1 to 64 small letters"));
        }
        if self.search.len() > SEARCH_BYTES_MAX {
            return Err(Refusal::Wrong("the state of a page is at most 8 KiB long"));
        }
        if self.search.starts_with('?') || self.search.chars().any(char::is_control) {
            return Err(Refusal::Wrong("the state of a page is the query of its address, without `?`"));
        }
        Ok(())
    }
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

    fn view(id: &str, who: &Owner, what: What) -> View {
        View { id: id.into(), what, owner: who.key.clone(), updated: 1, default_of: BTreeSet::new() }
    }

    #[test]
    fn there_is_a_bound() {
        let (mut views, ann) = (Views::default(), owner("ann", false));
        for n in 0..VIEWS_MAX {
            views.add(&ann, view(&n.to_string(), &ann, what("x", false)), false).unwrap();
        }
        assert_eq!(views.add(&ann, view("y", &ann, what("x", false)), false).unwrap_err(), Refusal::Full);
        views.remove(&ann, "7").unwrap();
        assert!(views.add(&ann, view("y", &ann, what("x", false)), false).is_ok());
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
        assert!(views.change(&bob, "b", what("ours", true), true, 5).unwrap().default_of.contains("1 bob"));
        assert_eq!(views.change(&bob, "b", what("bobs", true), true, 5).unwrap_err(), Refusal::NotYours);
        assert_eq!(views.remove(&bob, "b").unwrap_err(), Refusal::NotYours);
        assert_eq!(views.list(&bob, None)[0].updated, 1);
        assert_eq!(views.change(&root, "b", what("named", true), false, 6).unwrap().updated, 6);

        // A page has one default for each.
        views.change(&ann, "b", what("named", true), true, 7).unwrap();
        assert!(!views.list(&ann, None).iter().any(|v| v.id == "a" && v.default_of.contains(&ann.key)));
        // When it is private again, nobody else begins with it.
        let kept = views.change(&ann, "b", what("named", false), true, 8).unwrap();
        assert_eq!(kept.default_of.iter().collect::<Vec<_>>(), ["1 ann"]);
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
            assert!(matches!(wrong.check(), Err(Refusal::Wrong(_))), "{wrong:?}");
        }
        assert_eq!(What { search: "x".repeat(SEARCH_BYTES_MAX), ..good }.check(), Ok(()));
    }
}
