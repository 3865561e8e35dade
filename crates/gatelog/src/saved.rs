//! What people keep under a name: views, dashboards, reports. Private or shared, of a bounded number, each changed by its
//! owner. Knows what is whose, not who asks how and not what it is about.

use serde::{Deserialize, Serialize};

use crate::owner::Owner;

/// What can be kept.
pub(crate) trait Content: Clone + PartialEq + Send + 'static {
    /// What it is called, for people: `dashboard`.
    const NOUN: &'static str;
    /// How many are kept at most, of all people together.
    const COUNT_MAX: usize;

    /// Its name.
    fn name(&self) -> &str;

    /// Whether everyone sees it.
    fn is_shared(&self) -> bool;

    /// Whether it can be kept.
    fn check(&self) -> Result<(), Wrong>;

    /// Id and content of those that come with the program, in the order they are shown.
    fn built_in() -> &'static [(&'static str, Self)] {
        &[]
    }
}

/// What someone keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Saved<W> {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) what: W,
    /// Whose it is.
    pub(crate) owner: String,
    /// When it was last changed, in microseconds.
    pub(crate) updated: i64,
}

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is none of that id, for this owner.
    Missing,
    /// It is someone else's.
    NotYours,
    /// It comes with the program.
    BuiltIn,
    /// Someone has changed it since it was read.
    Stale,
    /// There are [`Content::COUNT_MAX`] already.
    Full,
    /// Something in it cannot be.
    Wrong(Wrong),
}

/// What cannot be, and what was perhaps meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) detail: String,
    pub(crate) suggestions: Vec<String>,
}

impl Wrong {
    /// With nothing to suggest.
    pub(crate) fn text(detail: impl Into<String>) -> Wrong {
        Wrong { detail: detail.into(), suggestions: Vec::new() }
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Refusal {
        Refusal::Wrong(wrong)
    }
}

/// Whether a name can be kept.
pub(crate) fn check_name(name: &str) -> Result<(), Wrong> {
    match keys::is_name(name) {
        true => Ok(()),
        false => Err(Wrong::text("a name has 1 to 64 characters, none of them a control character")),
    }
}

/// All that people keep of one kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Shelf<W>(Vec<Saved<W>>);

impl<W> Default for Shelf<W> {
    fn default() -> Shelf<W> {
        Shelf(Vec::new())
    }
}

impl<W: Content> Shelf<W> {
    /// What someone sees, by name: their own and those that are shared.
    pub(crate) fn list(&self, who: &Owner) -> Vec<&Saved<W>> {
        let mut seen: Vec<&Saved<W>> = self.0.iter().filter(|one| one.is_seen_by(who)).collect();
        seen.sort_by_key(|one| (one.what.name().to_lowercase(), one.id.clone()));
        seen
    }

    /// One that someone sees.
    pub(crate) fn one(&self, who: &Owner, id: &str) -> Option<&Saved<W>> {
        self.0.iter().find(|one| one.id == id && one.is_seen_by(who))
    }

    /// One of anybody, for the operator trail.
    pub(crate) fn any(&self, id: &str) -> Option<&W> {
        self.0.iter().find(|one| one.id == id).map(|one| &one.what)
    }

    /// Everything there is, whoever sees it.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Saved<W>> {
        self.0.iter_mut()
    }

    /// Keeps a new one.
    pub(crate) fn add(&mut self, one: Saved<W>) -> Result<&Saved<W>, Refusal> {
        one.what.check()?;
        if self.0.len() >= W::COUNT_MAX {
            return Err(Refusal::Full);
        }
        self.0.push(one);
        self.0.last().ok_or(Refusal::Missing)
    }

    /// Changes one. `read` is when it was last changed as far as the one who changes it knows.
    pub(crate) fn change(
        &mut self,
        who: &Owner,
        id: &str,
        what: W,
        read: Option<i64>,
        now: i64,
    ) -> Result<&Saved<W>, Refusal> {
        let one = self.own(who, id)?;
        what.check()?;
        if read.is_some_and(|read| read != one.updated) {
            return Err(Refusal::Stale);
        }
        if one.what != what {
            one.what = what;
            // Two changes within a microsecond are still told apart.
            one.updated = now.max(one.updated + 1);
        }
        Ok(one)
    }

    /// Forgets one.
    pub(crate) fn remove(&mut self, who: &Owner, id: &str) -> Result<(), Refusal> {
        self.own(who, id)?;
        self.0.retain(|one| one.id != id);
        Ok(())
    }

    fn own(&mut self, who: &Owner, id: &str) -> Result<&mut Saved<W>, Refusal> {
        if W::built_in().iter().any(|(built_in, _)| *built_in == id) {
            return Err(Refusal::BuiltIn);
        }
        let one = self.0.iter_mut().find(|one| one.id == id && one.is_seen_by(who));
        let one = one.ok_or(Refusal::Missing)?;
        match who.changes(&one.owner, one.what.is_shared()) {
            true => Ok(one),
            false => Err(Refusal::NotYours),
        }
    }
}

impl<W: Content> Saved<W> {
    fn is_seen_by(&self, who: &Owner) -> bool {
        who.sees(&self.owner, self.what.is_shared())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {
        name: String,
        shared: bool,
    }

    impl Content for Thing {
        const NOUN: &'static str = "thing";
        const COUNT_MAX: usize = 3;

        fn name(&self) -> &str {
            &self.name
        }

        fn is_shared(&self) -> bool {
            self.shared
        }

        fn check(&self) -> Result<(), Wrong> {
            check_name(&self.name)
        }

        fn built_in() -> &'static [(&'static str, Thing)] {
            static ALL: std::sync::LazyLock<Vec<(&str, Thing)>> =
                std::sync::LazyLock::new(|| vec![("ours", Thing { name: "Ours".into(), shared: true })]);
            &ALL
        }
    }

    fn owner(name: &str, is_admin: bool) -> Owner {
        Owner { key: format!("1 {name}"), is_admin }
    }

    fn thing(name: &str, shared: bool) -> Thing {
        Thing { name: name.into(), shared }
    }

    fn saved(id: &str, who: &Owner, shared: bool) -> Saved<Thing> {
        Saved { id: id.into(), what: thing(&id.to_uppercase(), shared), owner: who.key.clone(), updated: 1 }
    }

    fn ids(all: Vec<&Saved<Thing>>) -> Vec<&str> {
        all.into_iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn there_is_a_bound() {
        let (mut shelf, ann) = (Shelf::default(), owner("ann", false));
        for n in 0..Thing::COUNT_MAX {
            shelf.add(saved(&n.to_string(), &ann, false)).unwrap();
        }
        assert_eq!(shelf.add(saved("x", &ann, false)).unwrap_err(), Refusal::Full);
        shelf.remove(&ann, "1").unwrap();
        assert!(shelf.add(saved("x", &ann, false)).is_ok());
    }

    #[test]
    fn a_private_one_is_the_owners_alone_and_a_shared_one_an_admins_too() {
        let (ann, bob, root) = (owner("ann", false), owner("bob", false), owner("root", true));
        let mut shelf = Shelf::default();
        shelf.add(saved("b", &ann, true)).unwrap();
        shelf.add(saved("a", &ann, false)).unwrap();
        assert_eq!(ids(shelf.list(&ann)), ["a", "b"]);
        for who in [&bob, &root] {
            assert_eq!(ids(shelf.list(who)), ["b"]);
            assert!(shelf.one(who, "a").is_none());
            assert_eq!(shelf.remove(who, "a").unwrap_err(), Refusal::Missing);
        }
        let renamed = thing("Named", true);
        assert_eq!(shelf.change(&bob, "b", renamed.clone(), None, 5).unwrap_err(), Refusal::NotYours);
        assert_eq!(shelf.remove(&bob, "b").unwrap_err(), Refusal::NotYours);
        assert_eq!(shelf.change(&root, "b", renamed, Some(1), 6).unwrap().updated, 6);
    }

    #[test]
    fn of_two_who_change_the_same_one_the_second_is_told() {
        let (mut shelf, ann) = (Shelf::default(), owner("ann", false));
        shelf.add(saved("a", &ann, true)).unwrap();
        let first = shelf.change(&ann, "a", thing("One", true), Some(1), 1).unwrap().updated;
        assert_eq!(first, 2);
        assert_eq!(shelf.change(&ann, "a", thing("Two", true), Some(1), 9).unwrap_err(), Refusal::Stale);
        assert_eq!(shelf.one(&ann, "a").unwrap().what.name, "One");
        assert!(shelf.change(&ann, "a", thing("Two", true), Some(first), 9).is_ok());
        // The same again is no change.
        assert_eq!(shelf.change(&ann, "a", thing("Two", true), None, 20).unwrap().updated, 9);
    }

    #[test]
    fn what_comes_with_the_program_stays_as_it_is_and_what_cannot_be_is_not_kept() {
        let (mut shelf, root) = (Shelf::default(), owner("root", true));
        assert_eq!(shelf.remove(&root, "ours").unwrap_err(), Refusal::BuiltIn);
        assert_eq!(shelf.change(&root, "ours", thing("Mine", true), None, 1).unwrap_err(), Refusal::BuiltIn);
        let unnamed = Saved { what: thing("a\nb", false), ..saved("a", &root, false) };
        assert!(matches!(shelf.add(unnamed), Err(Refusal::Wrong(_))));
    }
}
