//! Where a call went: the route of an id, a name, a template or a path, with its service, API and environment at that
//! time.

use std::borrow::Cow;

use event::column::Column;
use event::{Batch, Row, field as f};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::super::entity::Entity as _;
use super::super::known::{Directory, Known};
use super::super::life::From;
use super::super::model::{Api, Environment, Route, Service};
use super::super::names::Fit;
use super::super::paths;
use super::{Found, Times, each_combination, fill_absent, time};
use crate::template::template;

/// What is known of where a call went.
#[derive(Clone, Copy, Default)]
pub(crate) struct Call<'d> {
    /// The origin that knows the route, or else the service or API.
    pub(crate) known: Option<&'d Known>,
    pub(crate) route: Option<&'d Route>,
    pub(crate) service: Option<&'d Service>,
    pub(crate) api: Option<&'d Api>,
    pub(crate) environment: Option<&'d Environment>,
    /// The template that matched, when it was the path that told the route.
    template: Option<&'d str>,
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
    let mut found = each_combination(batch, FIELDS, times, |row| call(directory, row));
    by_path(batch, directory, &mut found);
    let plain = |text: Option<&'d str>| text.filter(|text| !text.is_empty()).map(Cow::Borrowed);
    let name_of = |call: &Call<'d>| call.template.or(call.route.map(|route| route.label()));
    fill_absent(batch, f::ROUTE, &found, |call| plain(name_of(call)));
    fill_absent(batch, f::ROUTE_ID, &found, |call| plain(call.route.and_then(|route| route.id())));
    fill_absent(batch, f::SERVICE, &found, |call| plain(call.service.map(|service| service.label())));
    fill_absent(batch, f::API, &found, |call| plain(call.api.map(|api| api.label())));
    fill_absent(batch, f::API_ID, &found, |call| plain(call.api.and_then(|api| api.id())));
    fill_absent(batch, f::API_VERSION, &found, |call| plain(call.api.and_then(|api| api.version.as_deref())));
    fill_absent(batch, f::ENVIRONMENT, &found, |call| plain(call.environment.map(|one| one.label())));
    found
}

fn call<'d>(directory: &'d Directory, row: Row<'_>) -> Call<'d> {
    let at = time(row);
    let origins = directory.of(row.text(f::SOURCE).unwrap_or_default());
    let environment =
        |known: Option<&'d Known>| environment(&origins, row, at).or_else(|| whole(known?, row, at));
    let texts = [f::ROUTE_ID, f::ROUTE].into_iter().filter_map(|field| row.text(field));
    for text in texts {
        for known in &origins {
            if let Some(route) = named_route(known, text, row, at) {
                return Call { environment: environment(Some(*known)), ..of_route(known, route, at) };
            }
        }
    }
    let of_service = row.text(f::SERVICE).and_then(|text| {
        origins.iter().find_map(|known| Some((*known, &**known.services.find(text, at).one()?)))
    });
    if let Some((known, service)) = of_service {
        return Call { environment: environment(Some(known)), ..of_service_(known, service, at) };
    }
    let texts = [f::API_ID, f::API].into_iter().filter_map(|field| row.text(field));
    let mut apis =
        texts.flat_map(|text| origins.iter().map(move |known| (*known, known.apis.find(text, at).one())));
    let (known, api) =
        apis.find(|(_, api)| api.is_some()).map_or((None, None), |(known, api)| (Some(known), api));
    Call { known, api: api.map(|api| &**api), environment: environment(known), ..Call::default() }
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

fn of_route<'d>(known: &'d Known, route: &'d Route, at: From) -> Call<'d> {
    let service = route.service.as_deref().and_then(|text| known.services.find(text, at).one());
    let of_service = service.map(|service| of_service_(known, service, at)).unwrap_or_default();
    let api = route.api.as_deref().and_then(|text| known.apis.find(text, at).one());
    let api = api.map(|api| &**api).or(of_service.api);
    Call { known: Some(known), route: Some(route), api, ..of_service }
}

fn of_service_<'d>(known: &'d Known, service: &'d Service, at: From) -> Call<'d> {
    let api = service.api.as_deref().and_then(|text| known.apis.find(text, at).one()).map(|api| &**api);
    Call { known: Some(known), service: Some(service), api, ..Call::default() }
}

/// The environment that everything agrees with; the name in the record tells it too.
fn environment<'d>(origins: &[&'d Known], row: Row<'_>, at: From) -> Option<&'d Environment> {
    let is = |list: &[String], field| {
        list.is_empty()
            || row.text(field).is_some_and(|text| list.iter().any(|one| one.eq_ignore_ascii_case(text)))
    };
    let named = row.text(f::ENVIRONMENT);
    let mut all =
        origins.iter().flat_map(|known| &known.environments).filter_map(|life| life.at(at)).filter(|one| {
            match named {
                Some(name) => one.name == name || one.id() == Some(name),
                None => {
                    !one.is_for_all()
                        && is(&one.sources, f::SOURCE)
                        && is(&one.domains, f::DOMAIN)
                        && is(&one.stages, f::STAGE)
                }
            }
        });
    // Two that fit: not guessed.
    let first = all.next()?;
    all.all(|other| other.name == first.name).then_some(&**first)
}

/// The environment of all that an origin knows, when it has one that says no more than its name.
fn whole<'d>(known: &'d Known, row: Row<'_>, at: From) -> Option<&'d Environment> {
    let mut all = known.environments.iter().filter_map(|life| life.at(at));
    let one = all.next().filter(|one| one.is_for_all() && row.text(f::ENVIRONMENT).is_none())?;
    all.next().is_none().then_some(&**one)
}

/// Finds routes by path where the record names none that is known. Derived routes give way to known templates.
fn by_path<'d>(batch: &mut Batch, directory: &'d Directory, found: &mut Found<Call<'d>>) {
    if !directory.has_templates() || batch.column(f::PATH).is_none() {
        return;
    }
    let mut numbers: HashMap<(u32, *const Route, *const str), u32, RandomState> = HashMap::default();
    let mut derived = Vec::new();
    let mut origins = (String::new(), directory.of(""));
    for number in 0..batch.len() {
        let Some(combination) = found.of_row.get(number).copied() else { break };
        let Some(before) = found.all.get(combination as usize).copied() else { break };
        let row = batch.row(number);
        let (None, Some(path)) = (before.route, row.text(f::PATH)) else { continue };
        let source = row.text(f::SOURCE).unwrap_or_default();
        if origins.0 != source {
            origins = (source.to_owned(), directory.of(source));
        }
        let at = time(row);
        let hit = origins.1.iter().find_map(|known| {
            let (route, template) = route_of_path(known, path, row, at)?;
            Some((*known, route, template))
        });
        let Some((known, route, matched)) = hit else { continue };
        match row.text(f::ROUTE) {
            None => {}
            Some(text) if text == template(path) => derived.push(number),
            // The record names a route of its own.
            Some(_) => continue,
        }
        let key = (combination, std::ptr::from_ref(route), std::ptr::from_ref(matched));
        let new = *numbers.entry(key).or_insert_with(|| {
            let call = of_route(known, route, at);
            let environment = before.environment.or_else(|| whole(known, row, at));
            found.all.push(Call { environment, template: Some(matched), ..call });
            found.all.len() as u32 - 1
        });
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

/// The one route that has the path, of those with the best template; and that template.
fn route_of_path<'d>(known: &'d Known, path: &str, row: Row<'_>, at: From) -> Option<(&'d Route, &'d str)> {
    known.paths.find(path, |places| {
        let routes = places.iter().filter_map(|place| known.routes.get(*place, at));
        let mut fitting = routes.filter(|route| agrees(known, route, row, at)).filter_map(|route| {
            let template = route.templates.iter().find(|template| paths::matches(template, path))?;
            Some((&**route, template.as_str()))
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    })
}
