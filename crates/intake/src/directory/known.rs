//! All origins side by side, ready to be asked what was so at a moment. Copying it is cheap; an import makes a new one.

use std::sync::Arc;

use super::entity::Entity as _;
use super::life::{BEGINNING, From, Life};
use super::model::{Api, Consumer, Customer, Environment, Group, Key, Plan, Route, Rules, Service};
use super::names::Names;
use super::origin::Origin;
use super::paths::Paths;
use super::plugins::inherit;

/// What every origin said.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    origins: Arc<[Arc<Known>]>,
}

/// The origins that speak of a source, kept while the source is the same.
#[derive(Default)]
pub(crate) struct Speakers<'d> {
    source: Option<String>,
    origins: Vec<&'d Known>,
}

impl<'d> Speakers<'d> {
    /// The origins that speak of a source, by name.
    pub(crate) fn of(&mut self, directory: &'d Directory, source: &str) -> &[&'d Known] {
        if self.source.as_deref() != Some(source) {
            self.origins = directory.of(source);
            self.source = Some(source.to_owned());
        }
        &self.origins
    }
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
    is_document: bool,
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

    /// Every origin with its index, by name.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Known> {
        self.origins.iter().map(|known| &**known)
    }

    /// Every rule that was ever said.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rules> {
        self.origins().flat_map(|origin| origin.lists.rules())
    }

    /// Whether any route is known by its path.
    pub(crate) fn has_templates(&self) -> bool {
        self.origins.iter().any(|known| !known.paths.is_empty())
    }

    /// The origins that speak of a source, by name.
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
            is_document: origin.is_document(),
            origin,
        }
    }

    /// Whether it describes an API and is no gateway: an OpenAPI document.
    pub(crate) fn is_document(&self) -> bool {
        self.is_document
    }

    /// Every route as it ever was.
    pub(crate) fn every_route(&self) -> impl Iterator<Item = &Route> {
        let versions = self.routes.lives().iter().flat_map(|life| life.versions());
        versions.filter_map(|version| version.said.as_deref())
    }

    /// The rules of a route, and where it has none of a kind those of its service, its API and the environment of all.
    pub(crate) fn rules_of(&self, route: &Route, at: From) -> Rules {
        let service = route.service.as_deref().and_then(|text| self.services.find(text, at).one());
        let of_service = service.map(|service| self.rules_of_service(service, at));
        let mut rules = route.rules.clone();
        if let Some(far) = &of_service {
            inherit(&mut rules, far);
        }
        inherit(&mut rules, &self.rules_of_api(route.api.as_deref(), at));
        rules
    }

    /// The rules of a service, and those farther off.
    pub(crate) fn rules_of_service(&self, service: &Service, at: From) -> Rules {
        let mut rules = service.rules.clone();
        inherit(&mut rules, &self.rules_of_api(service.api.as_deref(), at));
        rules
    }

    /// The rules of an API, if there is one, and those of the environment when there is but one for all.
    pub(crate) fn rules_of_api(&self, api: Option<&str>, at: From) -> Rules {
        let api = api.and_then(|text| self.apis.find(text, at).one());
        let mut rules = api.map(|api| api.rules.clone()).unwrap_or_default();
        let mut all = self.environments.iter().filter_map(|life| life.at(at));
        if let (Some(one), None) = (all.next(), all.next())
            && one.is_for_all()
        {
            inherit(&mut rules, &one.rules);
        }
        rules
    }

    /// Whether an API as someone wrote it is the one of an event.
    pub(crate) fn is_api(&self, written: &str, id: &str, name: &str, at: From) -> bool {
        let is = |text: &str| !text.is_empty() && (text == id || text == name);
        let listed =
            || self.apis.find(written, at).one().map(|api| is(api.name()) || api.id().is_some_and(is));
        is(written) || listed().unwrap_or(false)
    }
}
