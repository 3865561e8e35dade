//! Where a call went: the route of an id, a name, a template or a path, with its service, API and environment at that
//! time.

use std::borrow::Cow;

use event::column::Column;
use event::{Batch, Row, field as f};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::super::entity::Entity as _;
use super::super::known::{Directory, Known, Speakers};
use super::super::life::From;
use super::super::model::{Api, Environment, Route, Service};
use super::super::names::Fit;
use super::super::paths;
use super::{Found, Times, each_combination, fill_absent, source, time};
use crate::template::template;

/// What is known of where a call went.
#[derive(Clone, Default)]
pub(crate) struct Call<'d> {
    /// What each origin knows of it. The first leads: gateways come before descriptions of APIs, who has rules before
    /// who has none, and then it goes by name.
    pub(crate) places: Vec<Place<'d>>,
    /// Its environment, as each origin that knows it says it.
    pub(crate) environments: Vec<(&'d Known, &'d Environment)>,
    /// The template that matched, when it was the path that told the route.
    template: Option<&'d str>,
}

/// What one origin knows of where a call went: the route, or else the service, or else the API, and what belongs to it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'d> {
    pub(crate) known: &'d Known,
    pub(crate) route: Option<&'d Route>,
    pub(crate) service: Option<&'d Service>,
    pub(crate) api: Option<&'d Api>,
}

const FIELDS: [event::FieldId; 10] = [
    f::SOURCE,
    f::ROUTE_ID,
    f::ROUTE,
    f::METHOD,
    f::SERVICE,
    f::API_ID,
    f::API,
    f::STAGE,
    f::DOMAIN,
    f::ENVIRONMENT,
];

pub(super) fn fill<'d>(batch: &mut Batch, directory: &'d Directory, times: &Times) -> Found<Call<'d>> {
    let mut speakers = Speakers::default();
    let mut found = each_combination(batch, FIELDS, times, |rows| {
        rows.iter().map(|row| call(speakers.of(directory, source(*row)), *row)).collect()
    });
    by_path(batch, directory, &mut found);
    let plain = |text: Option<&'d str>| text.filter(|text| !text.is_empty()).map(Cow::Borrowed);
    let route =
        |call: &Call<'d>| call.template.or(call.first(|place| place.route).map(|route| route.label()));
    let api = |call: &Call<'d>| call.first(|place| place.api);
    fill_absent(batch, f::ROUTE, &found, |call| plain(route(call)));
    fill_absent(batch, f::ROUTE_ID, &found, |call| plain(call.first(|place| place.route?.id())));
    fill_absent(batch, f::SERVICE, &found, |call| {
        plain(call.first(|place| place.service).map(|service| service.label()))
    });
    fill_absent(batch, f::API, &found, |call| plain(api(call).map(|api| api.label())));
    fill_absent(batch, f::API_ID, &found, |call| plain(api(call).and_then(|api| api.id())));
    fill_absent(batch, f::API_VERSION, &found, |call| {
        plain(api(call).and_then(|api| api.version.as_deref()))
    });
    fill_absent(batch, f::ENVIRONMENT, &found, |call| {
        plain(call.environments.first().map(|(_, one)| one.label()))
    });
    found
}

impl<'d> Call<'d> {
    /// What the first place says that says it at all.
    fn first<T>(&self, of: impl FnMut(&Place<'d>) -> Option<T>) -> Option<T> {
        self.places.iter().find_map(of)
    }

    /// Whether only descriptions know the route, if anyone does.
    fn wants_gateway(&self) -> bool {
        self.places.iter().all(|place| place.route.is_none() || place.known.is_document())
    }
}

fn call<'d>(origins: &[&'d Known], row: Row<'_>) -> Call<'d> {
    let at = time(row);
    let places = ordered(origins.iter().filter_map(|known| place(known, row, at)).collect(), row);
    Call { environments: environments(origins, &places, row, at), places, template: None }
}

/// Places in the order in which they count. Of routes with different ids the record means one: the others are left out.
fn ordered<'d>(mut places: Vec<Place<'d>>, row: Row<'_>) -> Vec<Place<'d>> {
    places.sort_by_key(|place| (place.known.is_document(), !place.has_rules()));
    let ids = || places.iter().filter_map(|place| place.route?.id());
    let told = row.text(f::ROUTE_ID);
    if let Some(id) = ids().find(|id| Some(*id) == told).or_else(|| ids().next()) {
        places.retain(|place| place.route.and_then(|route| route.id()).is_none_or(|own| own == id));
    }
    places
}

/// What an origin knows by the texts of the record.
fn place<'d>(known: &'d Known, row: Row<'_>, at: From) -> Option<Place<'d>> {
    let mut texts = [f::ROUTE_ID, f::ROUTE].into_iter().filter_map(|field| row.text(field));
    if let Some(route) = texts.find_map(|text| named_route(known, text, row, at)) {
        return Some(Place::of_route(known, route, at));
    }
    if let Some(service) = row.text(f::SERVICE).and_then(|text| known.services.find(text, at).one()) {
        return Some(Place::of_service(known, service, at));
    }
    let mut texts = [f::API_ID, f::API].into_iter().filter_map(|field| row.text(field));
    let api = texts.find_map(|text| known.apis.find(text, at).one())?;
    Some(Place { known, route: None, service: None, api: Some(api) })
}

impl<'d> Place<'d> {
    fn of_route(known: &'d Known, route: &'d Route, at: From) -> Place<'d> {
        let service = route.service.as_deref().and_then(|text| known.services.find(text, at).one());
        let of_service = service.and_then(|service| Place::of_service(known, service, at).api);
        let api = route.api.as_deref().and_then(|text| known.apis.find(text, at).one());
        let api = api.map(|api| &**api).or(of_service);
        Place { known, route: Some(route), service: service.map(|service| &**service), api }
    }

    fn of_service(known: &'d Known, service: &'d Service, at: From) -> Place<'d> {
        let api = service.api.as_deref().and_then(|text| known.apis.find(text, at).one()).map(|api| &**api);
        Place { known, route: None, service: Some(service), api }
    }

    fn has_rules(&self) -> bool {
        let all = [
            self.route.map(|route| &route.rules),
            self.service.map(|service| &service.rules),
            self.api.map(|api| &api.rules),
        ];
        all.into_iter().flatten().any(|rules| !rules.is_empty())
    }
}

/// The route of an id, a name or a template, the one that agrees with what else the record says.
fn named_route<'d>(known: &'d Known, text: &str, row: Row<'_>, at: From) -> Option<&'d Route> {
    let mut best: (Option<Fit>, Option<&Route>) = (None, None);
    for (fit, route) in
        known.routes.all(text, at).filter(|(fit, route)| *fit == Fit::Id || agrees(known, route, row, at))
    {
        match best.0.cmp(&Some(fit)) {
            std::cmp::Ordering::Less => best = (Some(fit), Some(&**route)),
            // Several routes of one name: not guessed.
            std::cmp::Ordering::Equal => best.1 = None,
            std::cmp::Ordering::Greater => {}
        }
    }
    best.1
}

/// Whether nothing in the record speaks against a route.
fn agrees(known: &Known, route: &Route, row: Row<'_>, at: From) -> bool {
    let method = row.text(f::METHOD);
    let is_method = route.methods.is_empty()
        || method.is_none_or(|method| route.methods.iter().any(|wanted| wanted.eq_ignore_ascii_case(method)));
    let domain = row.text(f::DOMAIN);
    let is_host = route.hosts.is_empty()
        || domain.is_none_or(|domain| route.hosts.iter().any(|host| is_host(host, domain)));
    let service = row.text(f::SERVICE).zip(route.service.as_deref());
    let is_service = service.is_none_or(|(is, wanted)| {
        is == wanted || known.services.find(wanted, at).one().is_none_or(|service| service.name() == is)
    });
    let (id, name) = (row.text(f::API_ID).unwrap_or_default(), row.text(f::API).unwrap_or_default());
    let is_api = (id.is_empty() && name.is_empty())
        || route.api.as_deref().is_none_or(|written| known.is_api(written, id, name, at));
    is_method && is_host && is_service && is_api
}

/// Whether a host of a route, `*.example.com` too, is a domain.
pub(crate) fn is_host(pattern: &str, domain: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => {
            domain.len() > end.len() && domain.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase())
        }
        None => pattern.eq_ignore_ascii_case(domain),
    }
}

/// The environment that everything agrees with, as each origin says it; the name in the record tells it too. Without one,
/// the environment of all that an origin knows.
fn environments<'d>(
    origins: &[&'d Known],
    places: &[Place<'d>],
    row: Row<'_>,
    at: From,
) -> Vec<(&'d Known, &'d Environment)> {
    let is = |list: &[String], field| {
        list.is_empty()
            || row.text(field).is_some_and(|text| list.iter().any(|one| one.eq_ignore_ascii_case(text)))
    };
    let named = row.text(f::ENVIRONMENT);
    let fits = |one: &Environment| match named {
        Some(name) => one.name == name || one.id() == Some(name),
        None => {
            !one.is_for_all()
                && is(&one.sources, f::SOURCE)
                && is(&one.domains, f::DOMAIN)
                && is(&one.stages, f::STAGE)
        }
    };
    let all = origins.iter().flat_map(|known| known.environments.iter().map(move |life| (*known, life)));
    let all = all.filter_map(|(known, life)| Some((known, &**life.at(at)?)));
    let found: Vec<(&Known, &Environment)> = all.filter(|(_, one)| fits(one)).collect();
    // Two that fit: not guessed.
    let is_one = found.iter().all(|(_, one)| found.first().is_some_and(|(_, first)| first.name == one.name));
    match is_one && !found.is_empty() {
        true => found,
        false => {
            places.iter().filter_map(|place| Some((place.known, whole(place.known, row, at)?))).collect()
        }
    }
}

/// The environment of all that an origin knows, when it has one that says no more than its name.
fn whole<'d>(known: &'d Known, row: Row<'_>, at: From) -> Option<&'d Environment> {
    let mut all = known.environments.iter().filter_map(|life| life.at(at));
    let one = all.next().filter(|one| one.is_for_all() && row.text(f::ENVIRONMENT).is_none())?;
    all.next().is_none().then_some(&**one)
}

/// Finds routes by path where the record names none that a gateway of the directory knows. Derived routes give way to
/// known templates.
fn by_path<'d>(batch: &mut Batch, directory: &'d Directory, found: &mut Found<Call<'d>>) {
    if !directory.has_templates() || batch.column(f::PATH).is_none() {
        return;
    }
    let mut numbers: HashMap<Vec<usize>, u32, RandomState> = HashMap::default();
    let mut derived = Vec::new();
    let mut speakers = Speakers::default();
    let (mut hits, mut key): (Vec<Hit<'d>>, Vec<usize>) = (Vec::new(), Vec::new());
    for number in 0..batch.len() {
        let Some(combination) = found.of_row.get(number).copied() else { break };
        let Some(before) = found.all.get(combination as usize) else { break };
        let row = batch.row(number);
        let Some(path) = row.text(f::PATH).filter(|_| before.wants_gateway()) else { continue };
        let origins = speakers.of(directory, source(row));
        let at = time(row);
        let is_known = before.first(|place| place.route).is_some();
        let is_derived = !is_known && row.text(f::ROUTE).is_some_and(|text| text == template(path));
        if !is_known && !is_derived && row.text(f::ROUTE).is_some() {
            // The record names a route of its own.
            continue;
        }
        hits.clear();
        let open = |known: &&&'d Known| {
            !before.places.iter().any(|place| std::ptr::eq(place.known, **known) && place.route.is_some())
        };
        hits.extend(origins.iter().filter(open).filter_map(|known| Hit::of(known, path, row, at)));
        if hits.is_empty() {
            continue;
        }
        if is_derived {
            derived.push(number);
        }
        key.clear();
        key.push(combination as usize);
        key.extend(hits.iter().flat_map(Hit::key));
        let new = match numbers.get(&key) {
            Some(new) => *new,
            None => {
                let call = with_hits(before, &hits, origins, row);
                found.all.push(call);
                let new = found.all.len() as u32 - 1;
                numbers.insert(key.clone(), new);
                new
            }
        };
        if let Some(slot) = found.of_row.get_mut(number) {
            *slot = new;
        }
    }
    if let Some(Column::Dict(mut routes)) = batch.take_column(f::ROUTE) {
        for number in derived {
            if let Some(id) = routes.ids.get_mut(number) {
                *id = 0;
            }
        }
        batch.set_column(f::ROUTE, Column::Dict(routes));
    }
}

/// A route that an origin has for a path.
#[derive(Clone, Copy)]
struct Hit<'d> {
    known: &'d Known,
    route: &'d Route,
    template: &'d str,
}

impl<'d> Hit<'d> {
    /// The one route that has the path, of those with the best template; and that template.
    fn of(known: &'d Known, path: &str, row: Row<'_>, at: From) -> Option<Hit<'d>> {
        known.paths.find(path, |places| {
            let routes = places.iter().filter_map(|place| known.routes.get(*place, at));
            let mut fitting = routes.filter(|route| agrees(known, route, row, at)).filter_map(|route| {
                let template = route.templates.iter().find(|template| paths::matches(template, path))?;
                Some(Hit { known, route, template })
            });
            let first = fitting.next()?;
            fitting.next().is_none().then_some(first)
        })
    }

    /// What tells it from others.
    fn key(&self) -> [usize; 2] {
        [std::ptr::from_ref(self.route).addr(), self.template.as_ptr().addr()]
    }
}

/// A call with what its path tells.
fn with_hits<'d>(before: &Call<'d>, hits: &[Hit<'d>], origins: &[&'d Known], row: Row<'_>) -> Call<'d> {
    let at = time(row);
    let is_hit = |place: &&Place<'d>| hits.iter().any(|hit| std::ptr::eq(hit.known, place.known));
    let others = before.places.iter().filter(|place| !is_hit(place)).copied();
    let mut places: Vec<Place<'_>> =
        hits.iter().map(|hit| Place::of_route(hit.known, hit.route, at)).chain(others).collect();
    places.sort_by(|a, b| a.known.origin.name.cmp(&b.known.origin.name));
    let places = ordered(places, row);
    let of = |place: &Place<'d>| hits.iter().find(|hit| std::ptr::eq(hit.known, place.known));
    let templates = || places.iter().filter_map(of).map(|hit| hit.template);
    // One that tells the whole path says more than one that tells how it begins.
    let template = templates().find(|template| !paths::is_open(template)).or_else(|| templates().next());
    Call { environments: environments(origins, &places, row, at), places, template }
}
