//! One origin in time: each import says all that holds from its moment on, and what held before stays as it was. Knows
//! no other origin, no disk and no clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::diff::{Change, Diff, change};
use super::entity::{Entity, each_kind};
use super::life::{BEGINNING, From, Lives};
use super::model::{Rules, Snapshot};
use super::openapi::OPENAPI;
use super::{Fault, check_origin};

/// Imports that are remembered of one origin, those that changed something; older ones are forgotten.
const IMPORTS_MAX: usize = 1_000;
/// Versions of entities that are kept of one origin; beyond it those that ended first are forgotten.
const VERSIONS_MAX: usize = 1_000_000;

/// What an origin said, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// Its name.
    pub name: String,
    /// The sources whose events it speaks of; empty for all. The newest import's word counts for all times.
    pub sources: Vec<String>,
    /// The imports that changed something, the newest last.
    pub imports: Vec<Import>,
    /// When it was last imported, with or without a change, in microseconds.
    pub seen: i64,
    /// What was said.
    pub lists: Lists,
}

/// One import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// When it came, in microseconds.
    pub at: i64,
    /// From when on it holds.
    pub since: From,
    /// Who brought it.
    pub by: String,
    /// The importer that read it.
    pub importer: String,
    /// How many entities came, changed and went, by kind.
    pub counts: BTreeMap<String, [u64; 3]>,
}

/// What is to be imported.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What is said.
    pub snapshot: Snapshot,
    /// The importer that read it.
    pub importer: &'static str,
    /// From when on it holds, if not from now on.
    pub since: Option<From>,
    /// Who brings it.
    pub by: String,
}

macro_rules! lists {
    ($($list:ident: $kind:ty,)*) => {
        /// The lives of all entities, by kind.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        #[expect(missing_docs, reason = "the names say it")]
        pub struct Lists { $(pub $list: Lives<$kind>,)* }

        impl Lists {
            /// What a snapshot would change of what was said last.
            fn diff(&self, snapshot: &Snapshot) -> Diff {
                let mut diff = Diff::default();
                $(compare(&self.$list, &snapshot.$list, &mut diff);)*
                diff
            }

            fn say(&mut self, snapshot: Snapshot, from: From) {
                $(say(&mut self.$list, snapshot.$list, from);)*
            }

            /// What was said at a moment.
            pub fn at(&self, time: From) -> Snapshot {
                Snapshot {
                    $($list: self.$list.iter().filter_map(|(_, life)| life.at(time)).map(|e| (**e).clone()).collect(),)*
                    ..Snapshot::default()
                }
            }

            /// How many entities of each kind there are.
            pub fn counts(&self) -> Vec<(&'static str, usize)> {
                vec![$((stringify!($list), self.$list.iter().filter(|(_, life)| life.now().is_some()).count())),*]
            }

            /// How many versions there are.
            pub fn versions(&self) -> usize {
                [$(self.$list.versions()),*].into_iter().sum()
            }

            fn forget(&mut self, cut: From) {
                $(self.$list.forget(cut);)*
            }

            /// When versions ended, in no order.
            fn ends(&self) -> Vec<From> {
                let mut ends = Vec::new();
                $(ends.extend(self.$list.iter().flat_map(|(_, life)| life.versions().iter().skip(1).map(|v| v.from)));)*
                ends
            }

            /// When anything was said, in no order.
            pub(super) fn moments(&self) -> Vec<From> {
                let mut moments = Vec::new();
                $(moments.extend(self.$list.iter().flat_map(|(_, life)| life.versions().iter().map(|v| v.from)));)*
                moments
            }

            /// Every rule that was ever said, in no order.
            pub(super) fn rules(&self) -> Vec<&Rules> {
                let mut rules = Vec::new();
                $(rules.extend(
                    self.$list
                        .iter()
                        .flat_map(|(_, life)| life.versions())
                        .filter_map(|version| version.said.as_deref()?.rules()),
                );)*
                rules
            }

            /// Every change after the first word, in no order.
            pub fn changes(&self) -> Vec<(From, Change)> {
                let mut changes = Vec::new();
                $(changed(&self.$list, &mut changes);)*
                changes
            }
        }
    };
}

each_kind!(lists);

impl Origin {
    /// Whether it describes an API and is no gateway: an OpenAPI document.
    pub fn is_document(&self) -> bool {
        self.imports.last().is_some_and(|import| import.importer == OPENAPI.name)
    }

    /// What an import would change.
    pub fn diff(&self, snapshot: &Snapshot) -> Diff {
        self.lists.diff(snapshot)
    }

    /// The origin after an import, and what the import changed. What was said of the time before stays. The first
    /// import holds for the time before it too, unless it says from when on: nothing else is known of that time.
    /// `forget` is the moment before which no event is kept.
    pub fn import(&self, request: Request, now: From, forget: From) -> Result<(Origin, Diff), Fault> {
        let Request { snapshot, importer, since, by } = request;
        check_origin(&self.name)?;
        let mut diff = self.diff(&snapshot);
        let last = self.imports.last();
        let since = match (since, last) {
            (Some(since), _) if since > now => return Err(Fault::new("since", "lies in the future")),
            (Some(since), Some(last)) if since < last.since => {
                let last = event::Timestamp(last.since);
                return Err(Fault::new("since", format!("lies before what was said last, from {last} on")));
            }
            (Some(since), _) => since,
            (None, Some(last)) => now.max(last.since),
            (None, None) => BEGINNING,
        };
        diff.since = since;
        let mut next = Origin { seen: now, sources: snapshot.sources.clone(), ..self.clone() };
        if diff.is_empty() && last.is_some() {
            return Ok((next, diff));
        }
        next.lists.say(snapshot, since);
        next.imports.push(Import {
            at: now,
            since,
            by,
            importer: importer.to_owned(),
            counts: diff.counts.clone(),
        });
        let surplus = next.imports.len().saturating_sub(IMPORTS_MAX);
        next.imports.drain(..surplus);
        next.forget(forget);
        Ok((next, diff))
    }

    /// Whether an import changed something that is more than who brought it.
    pub fn differs(&self, other: &Origin) -> bool {
        self.imports != other.imports || self.sources != other.sources
    }

    /// Forgets what ended before the events that are kept, and what is too much.
    fn forget(&mut self, cut: From) {
        self.lists.forget(cut);
        let surplus = self.lists.versions().saturating_sub(VERSIONS_MAX);
        if surplus > 0 {
            let mut ends = self.lists.ends();
            ends.sort_unstable();
            if let Some(cut) = ends.get(surplus - 1).or(ends.last()) {
                self.lists.forget(*cut);
            }
        }
    }
}

fn compare<T: Entity>(lives: &Lives<T>, said: &[T], diff: &mut Diff) {
    let said: BTreeMap<&str, &T> = said.iter().map(|entity| (entity.key(), entity)).collect();
    for (key, entity) in &said {
        let before = lives.get(key).and_then(|life| life.now());
        diff.add(change(key, before.map(|before| &**before), Some(*entity)));
    }
    for (key, life) in lives.iter() {
        if let Some(before) = life.now()
            && !said.contains_key(key.as_str())
        {
            diff.add(change(key, Some(&**before), None));
        }
    }
}

fn say<T: Entity>(lives: &mut Lives<T>, said: Vec<T>, from: From) {
    let said: BTreeMap<String, T> =
        said.into_iter().map(|entity| (entity.key().to_owned(), entity)).collect();
    let gone: Vec<String> = lives
        .iter()
        .filter(|(key, life)| life.now().is_some() && !said.contains_key(*key))
        .map(|(key, _)| key.clone())
        .collect();
    gone.iter().for_each(|key| lives.say(key, from, None));
    for (key, entity) in said {
        let is_new = lives.get(&key).and_then(|life| life.now()).is_none_or(|before| **before != entity);
        if is_new {
            lives.say(&key, from, Some(Arc::new(entity)));
        }
    }
}

fn changed<T: Entity>(lives: &Lives<T>, changes: &mut Vec<(From, Change)>) {
    for (key, life) in lives.iter() {
        let mut before = None;
        for version in life.versions() {
            let after = version.said.as_deref();
            if version.from != BEGINNING {
                changes.extend(change(key, before, after).map(|change| (version.from, change)));
            }
            before = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::diff::What;
    use super::super::model::Consumer;
    use super::*;

    fn said(groups: &[&str]) -> Request {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let consumers = vec![Consumer { name: "a".into(), groups, ..Consumer::default() }];
        Request { snapshot: Snapshot { consumers, ..Snapshot::default() }, ..Request::default() }
    }

    fn groups(origin: &Origin, at: From) -> Option<String> {
        origin.lists.at(at).consumers.first().map(|consumer| consumer.groups.join(" "))
    }

    fn start() -> Origin {
        Origin { name: "o".into(), ..Origin::default() }
    }

    #[test]
    fn who_joined_and_who_left_is_told_with_the_moment() {
        let (origin, _) = start().import(said(&["gold", "beta"]), 100, 0).unwrap();
        assert_eq!((groups(&origin, BEGINNING), origin.lists.changes().len()), (Some("gold beta".into()), 0));
        let (same, diff) = origin.import(said(&["gold", "beta"]), 150, 0).unwrap();
        assert!(diff.is_empty() && !same.differs(&origin) && same.seen == 150);
        let (origin, _) = same.import(said(&["silver", "beta"]), 200, 0).unwrap();
        let (origin, _) = origin.import(Request::default(), 300, 0).unwrap();
        let changes = origin.lists.changes();
        let field = &changes[0].1.fields[0];
        assert_eq!((changes[0].0, field.field.as_str()), (200, "groups"));
        assert_eq!(
            (&field.joined[..], &field.left[..]),
            (&["silver".to_owned()][..], &["gold".to_owned()][..])
        );
        assert_eq!((changes[1].0, changes[1].1.what, changes.len()), (300, What::Removed, 2));
        let at = [199, 200, 299, 300].map(|time| groups(&origin, time));
        assert_eq!(
            at,
            [Some("gold beta".into()), Some("silver beta".into()), Some("silver beta".into()), None]
        );
    }

    #[test]
    fn since_is_neither_in_the_future_nor_before_what_was_said_last() {
        let since = |since| Request { since: Some(since), ..said(&["x"]) };
        let (origin, _) = start().import(since(50), 100, 0).unwrap();
        assert_eq!((groups(&origin, 49), groups(&origin, 50)), (None, Some("x".into())));
        assert_eq!(origin.import(since(101), 100, 0).unwrap_err().place, "since");
        assert_eq!(origin.import(since(49), 100, 0).unwrap_err().place, "since");
        let (again, _) = origin.import(Request { since: Some(50), ..said(&["y"]) }, 100, 0).unwrap();
        assert_eq!((groups(&again, 50), again.lists.versions()), (Some("y".into()), 1));
        // A clock that went back does not go before what was said.
        let (again, diff) = again.import(said(&["z"]), 20, 0).unwrap();
        assert_eq!((diff.since, groups(&again, 50)), (50, Some("z".into())));
    }

    #[test]
    fn what_no_kept_event_can_ask_for_is_forgotten() {
        let (mut origin, _) = start().import(said(&["0"]), 100, 0).unwrap();
        for n in 1..10 {
            origin = origin.import(said(&[&n.to_string()]), 100 + n * 100, 0).unwrap().0;
        }
        assert_eq!(origin.lists.versions(), 10);
        let (origin, _) = origin.import(said(&["10"]), 1_100, 650).unwrap();
        assert_eq!(groups(&origin, 650), Some("5".into()), "the version an event of that moment has stays");
        assert_eq!(origin.lists.versions(), 6);
        let (origin, _) = origin.import(Request::default(), 1_200, 650).unwrap();
        let (origin, _) = origin.import(said(&[]), 1_300, 1_250).unwrap();
        let (origin, _) = origin.import(Request::default(), 1_400, 1_350).unwrap();
        let mut origin = origin;
        origin.forget(1_500);
        assert_eq!(origin.lists.versions(), 0, "what is gone for good leaves nothing");
    }
}
