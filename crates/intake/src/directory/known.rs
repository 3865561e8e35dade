//! All origins side by side, ready to be asked what was so at a moment. Copying it is cheap; an import makes a new one.

use std::sync::Arc;

use super::entity::Entity as _;
use super::life::{BEGINNING, From, Life};
use super::model::{Api, Consumer, Customer, Environment, Group, Key, Plan, Route, Service};
use super::names::Names;
use super::origin::Origin;
use super::paths::Paths;

/// What every origin said.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    origins: Arc<[Arc<Known>]>,
}

/// One origin with its index.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) origin: Origin,
    pub(crate) environments: Vec<Life<Environment>>,
    pub(crate) customers: Names<Customer>,
    pub(crate) groups: Names<Group>,
    pub(crate) plans: Names<Plan>,
    pub(crate) consumers: Names<Consumer>,
    pub(crate) keys: Names<Key>,
    pub(crate) apis: Names<Api>,
    pub(crate) services: Names<Service>,
    pub(crate) routes: Names<Route>,
    /// Templates, leading to the place of the route in `routes`.
    pub(crate) paths: Paths,
    /// When something changed, in order.
    moments: Vec<From>,
}

impl Directory {
    /// A directory of these origins.
    pub fn new(origins: impl IntoIterator<Item = Origin>) -> Directory {
        let mut known: Vec<Arc<Known>> =
            origins.into_iter().map(|origin| Arc::new(Known::of(origin))).collect();
        known.sort_by(|a, b| a.origin.name.cmp(&b.origin.name));
        Directory { origins: known.into() }
    }

    /// The same with another word of one origin.
    pub fn with(&self, origin: Origin) -> Directory {
        let others = self.origins.iter().filter(|known| known.origin.name != origin.name).cloned();
        let mut origins: Vec<Arc<Known>> = others.collect();
        origins.push(Arc::new(Known::of(origin)));
        origins.sort_by(|a, b| a.origin.name.cmp(&b.origin.name));
        Directory { origins: origins.into() }
    }

    /// Every origin, by name.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.origins.iter().map(|known| &known.origin)
    }

    /// The origin of that name.
    pub fn origin(&self, name: &str) -> Option<&Origin> {
        self.origins().find(|origin| origin.name == name)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// Whether an entity of a kind, such as `consumers`, has this id, name or alias at a moment.
    pub fn knows(&self, kind: &str, text: &str, at: From) -> bool {
        self.origins.iter().any(|known| match kind {
            "customers" => known.customers.all(text, at).next().is_some(),
            "groups" => known.groups.all(text, at).next().is_some(),
            "plans" => known.plans.all(text, at).next().is_some(),
            "consumers" => known.consumers.all(text, at).next().is_some(),
            "keys" => known.keys.all(text, at).next().is_some(),
            "apis" => known.apis.all(text, at).next().is_some(),
            "services" => known.services.all(text, at).next().is_some(),
            "routes" => known.routes.all(text, at).next().is_some(),
            _ => false,
        })
    }

    /// Whether any route is known by its path.
    pub(crate) fn has_templates(&self) -> bool {
        self.origins.iter().any(|known| !known.paths.is_empty())
    }

    /// The origins that speak of a source, by name: of two that contradict each other the first counts.
    pub(crate) fn of<'a>(&'a self, source: &str) -> Vec<&'a Known> {
        let speaks = |known: &&Arc<Known>| {
            let sources = &known.origin.sources;
            sources.is_empty() || sources.iter().any(|known| known == source)
        };
        self.origins.iter().filter(speaks).map(|known| &**known).collect()
    }

    /// When something changed after the one moment and not after the other, in order.
    pub(crate) fn moments(&self, after: From, until: From) -> Vec<From> {
        let mut moments: Vec<From> = Vec::new();
        for known in self.origins.iter() {
            let start = known.moments.partition_point(|moment| *moment <= after);
            let end = known.moments.partition_point(|moment| *moment <= until);
            moments.extend(known.moments.get(start..end).unwrap_or_default());
        }
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}

impl Known {
    fn of(origin: Origin) -> Known {
        let lists = &origin.lists;
        let routes = Names::of(&lists.routes);
        let mut paths = Paths::default();
        for (place, life) in routes.lives().iter().enumerate() {
            for route in life.versions().iter().filter_map(|version| version.said.as_ref()) {
                route.templates.iter().for_each(|template| paths.add(template, place as u32));
            }
        }
        let mut moments: Vec<From> = lists.moments();
        moments.retain(|moment| *moment != BEGINNING);
        moments.sort_unstable();
        moments.dedup();
        Known {
            environments: lists.environments.iter().map(|(_, life)| life.clone()).collect(),
            customers: Names::of(&lists.customers),
            groups: Names::of(&lists.groups),
            plans: Names::of(&lists.plans),
            consumers: Names::of(&lists.consumers),
            keys: Names::of(&lists.keys),
            apis: Names::of(&lists.apis),
            services: Names::of(&lists.services),
            routes,
            paths,
            moments,
            origin,
        }
    }

    /// Whether an API as someone wrote it is the one of an event.
    pub(crate) fn is_api(&self, written: &str, id: &str, name: &str, at: From) -> bool {
        let is = |text: &str| !text.is_empty() && (text == id || text == name);
        let listed =
            || self.apis.find(written, at).one().map(|api| is(api.name()) || api.id().is_some_and(is));
        is(written) || listed().unwrap_or(false)
    }
}
