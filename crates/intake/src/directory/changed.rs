//! The directory as it would be if the rules of one entity were others, in every version of it.

use std::cell::Cell;

use super::entity::Entity;
use super::known::{Directory, Known};
use super::life::BEGINNING;
use super::model::{Api, Consumer, Environment, Route, Rules, Service, Snapshot};
use super::origin::{Origin, Request};

/// The origin of an entity that no other origin knows.
const PROPOSED: &str = "proposed";

impl Directory {
    /// The directory with other rules of an entity, named by its kind and name or id. `rules` is given its own and those
    /// that held there, farther off ones included. Where several origins know it, those are changed whose rules `says`
    /// finds to count, or else the first. Also says whether the entity is known; if not, it is one without rules.
    pub(crate) fn with_rules(
        &self,
        kind: &'static str,
        name: &str,
        says: impl Fn(&Rules) -> bool,
        rules: impl Fn(&Rules, &Rules) -> Rules,
    ) -> (Directory, bool) {
        let mut changed: Vec<(bool, bool, Origin)> = Vec::new();
        for known in self.each() {
            let (mut origin, has_rule) = (known.origin.clone(), Cell::new(false));
            let is_known = edit(known, &mut origin, kind, name, |own, far| {
                has_rule.set(has_rule.get() || says(own) || says(far));
                rules(own, far)
            });
            if is_known {
                changed.push((!has_rule.get(), known.is_document(), origin));
            }
        }
        let is_known = !changed.is_empty();
        if !is_known {
            let proposed = Origin { name: PROPOSED.to_owned(), ..Origin::default() };
            let snapshot = one(kind, name, rules(&Rules::default(), &Rules::default()));
            let request = Request { snapshot, since: Some(BEGINNING), ..Request::default() };
            let made = proposed.import(request, BEGINNING, BEGINNING);
            changed.extend(made.map(|(origin, _)| (false, false, origin)));
        }
        changed.sort_by_key(|(has_none, is_document, _)| (*has_none, *is_document));
        let with_rule = changed.iter().take_while(|(has_none, ..)| !has_none).count();
        changed.truncate(with_rule.max(1));
        let after = changed.into_iter().fold(self.clone(), |after, (.., origin)| after.with(origin));
        (after, is_known)
    }
}

fn is<T: Entity>(entity: &T, name: &str) -> bool {
    entity.name() == name || entity.id() == Some(name)
}

fn edit(
    known: &Known,
    origin: &mut Origin,
    kind: &str,
    name: &str,
    rules: impl Fn(&Rules, &Rules) -> Rules,
) -> bool {
    let lists = &mut origin.lists;
    match kind {
        "route" => lists.routes.edit(|one, at| {
            let new = || rules(&one.rules, &known.rules_of(one, at));
            is(one, name).then(|| Route { rules: new(), ..one.clone() })
        }),
        "service" => lists.services.edit(|one, at| {
            let new = || rules(&one.rules, &known.rules_of_service(one, at));
            is(one, name).then(|| Service { rules: new(), ..one.clone() })
        }),
        "api" => lists.apis.edit(|one, at| {
            let new = || rules(&one.rules, &known.rules_of_api(Some(one.key()), at));
            is(one, name).then(|| Api { rules: new(), ..one.clone() })
        }),
        "environment" => lists.environments.edit(|one, _| {
            is(one, name).then(|| Environment { rules: rules(&one.rules, &one.rules), ..one.clone() })
        }),
        _ => lists.consumers.edit(|one, _| {
            is(one, name).then(|| Consumer { rules: rules(&one.rules, &one.rules), ..one.clone() })
        }),
    }
}

/// One entity that is known by its name only.
fn one(kind: &str, name: &str, rules: Rules) -> Snapshot {
    let name = name.to_owned();
    let mut snapshot = Snapshot::default();
    match kind {
        "route" => snapshot.routes.push(Route { name, rules, ..Route::default() }),
        "service" => snapshot.services.push(Service { name, rules, ..Service::default() }),
        "api" => snapshot.apis.push(Api { name, rules, ..Api::default() }),
        "environment" => snapshot.environments.push(Environment { name, rules, ..Environment::default() }),
        _ => snapshot.consumers.push(Consumer { name, rules, ..Consumer::default() }),
    }
    snapshot
}
