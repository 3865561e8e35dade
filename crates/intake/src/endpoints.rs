//! What is called beside what is documented: calls that no OpenAPI document of the directory describes, operations that nobody
//! calls, and operations that are called in other ways than described. Pure: the directory, one event of each combination and
//! how often it occurs in; lists out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasher as _;

use event::{Batch, FieldId, Row, Timestamp, field as f};
use foldhash::fast::FixedState;
use serde::Serialize;

use crate::directory::{Directory, Entity, From, Known, Route, is_host};
use crate::template::template;

/// Rows of each list; beyond it the note says so.
pub const ROWS_MAX: usize = 10_000;

/// The fields that tell what was called, besides the path.
pub const FIELDS: &[FieldId] = &[f::SOURCE, f::METHOD, f::DOMAIN, f::STATUS, f::GRANTED];

/// Calls that were seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// How many.
    pub calls: u64,
    /// The time of the first, in microseconds.
    pub first: i64,
    /// The time of the last.
    pub last: i64,
}

/// Calls that no document describes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Undocumented {
    /// The method.
    pub method: String,
    /// The path, with `{id}` where parts of it are many.
    pub path: String,
    /// The domain.
    pub domain: Option<String>,
    /// Calls.
    pub calls: u64,
    /// Calls by status; `unknown` without one.
    pub statuses: BTreeMap<String, u64>,
    /// The time of the first.
    pub first_seen: String,
    /// The time of the last.
    pub last_seen: String,
}

/// An operation nobody calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unused {
    /// Who documents it.
    pub origin: String,
    /// The API.
    pub api: Option<String>,
    /// The name of the operation.
    pub operation: String,
    /// The method.
    pub method: String,
    /// The template of its path.
    pub path: String,
}

/// An operation that is called or answered otherwise than described.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Drift {
    /// Who documents it.
    pub origin: String,
    /// The API.
    pub api: Option<String>,
    /// The template of its path.
    pub path: String,
    /// `method`: the path is documented, for other methods. `status`: the operation is, without these statuses.
    pub what: &'static str,
    /// The method called.
    pub method: String,
    /// What is documented: methods or statuses.
    pub documented: Vec<String>,
    /// What was seen that is not.
    pub seen: Vec<String>,
    /// Calls that were so.
    pub calls: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Endpoints {
    /// Calls that no document describes: most calls first.
    pub undocumented: Vec<Undocumented>,
    /// Operations nobody calls.
    pub unused: Vec<Unused>,
    /// Operations that are called otherwise than described.
    pub drift: Vec<Drift>,
    /// Operations that are documented.
    pub documented: usize,
    /// Calls that a document describes.
    pub described_calls: u64,
    /// Calls without a document that got only 404 or 405: what scanners try is no endpoint.
    pub not_found_calls: u64,
    /// What to know about it.
    pub note: Option<String>,
}

/// Documents as they were at a moment, ready to be compared with calls.
pub struct Documents {
    directory: Directory,
    at: From,
}

/// A documented operation: its origin and its key there.
type Operation<'d> = (&'d str, &'d str);

impl Documents {
    /// The documents of a directory.
    pub fn new(directory: &Directory, at: From) -> Documents {
        Documents { directory: directory.clone(), at }
    }

    /// The class of a path: the documented template it has, or else the template made of it.
    pub fn class(&self, path: &str) -> u64 {
        let mut fitting: Vec<(usize, Vec<u32>)> = Vec::new();
        for (at, known) in self.known().enumerate() {
            // Every template the path has, as which of them counts depends on the host too.
            known.paths.find(path, |places| -> Option<()> {
                fitting.push((at, places.to_vec()));
                None
            });
        }
        match fitting.is_empty() {
            true => FixedState::default().hash_one(template(path)),
            false => FixedState::default().hash_one(fitting),
        }
    }

    fn known(&self) -> impl Iterator<Item = &Known> {
        self.directory.each().filter(|known| known.is_document())
    }

    /// Compares.
    pub fn compare(&self, batch: &Batch, seen: &[Seen]) -> Endpoints {
        let mut found = Found::default();
        for (row, seen) in batch.rows().zip(seen) {
            self.place(row, *seen, &mut found);
        }
        let operations: Vec<(&Known, &Route)> = self
            .known()
            .flat_map(|known| {
                let routes = known.origin.lists.routes.iter();
                routes.filter_map(move |(_, life)| Some((known, &**life.at(self.at)?)))
            })
            .collect();
        let mut endpoints = Endpoints {
            documented: operations.len(),
            described_calls: found.described,
            not_found_calls: found.not_found,
            ..Endpoints::default()
        };
        for (known, route) in &operations {
            if !found.used.contains(&(known.origin.name.as_str(), route.key())) {
                endpoints.unused.push(Unused {
                    origin: known.origin.name.clone(),
                    api: route.api.clone(),
                    operation: route.label().to_owned(),
                    method: route.methods.join(" "),
                    path: route.templates.first().cloned().unwrap_or_default(),
                });
            }
        }
        endpoints.unused.sort();
        endpoints.drift = found.drift.into_values().collect();
        endpoints.drift.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.cmp(b)));
        endpoints.undocumented =
            found.undocumented.into_values().filter(|one| answered(&one.statuses)).collect();
        endpoints
            .undocumented
            .sort_by(|a, b| (b.calls, &a.path, &a.method).cmp(&(a.calls, &b.path, &b.method)));
        endpoints.note = note(&endpoints);
        endpoints.undocumented.truncate(ROWS_MAX);
        endpoints.unused.truncate(ROWS_MAX);
        endpoints.drift.truncate(ROWS_MAX);
        endpoints
    }

    fn place<'d>(&'d self, row: Row<'_>, seen: Seen, found: &mut Found<'d>) {
        let Some(path) = row.text(f::PATH) else { return };
        let source = row.text(f::SOURCE).unwrap_or_default();
        let method = row.text(f::METHOD).unwrap_or_default().to_ascii_uppercase();
        let domain = row.text(f::DOMAIN);
        let mut others: Option<(&Known, &Route, BTreeSet<String>)> = None;
        let mut is_spoken_of = false;
        for known in self.directory.of(source).into_iter().filter(|known| known.is_document()) {
            let routes: Vec<&Route> = known
                .paths
                .find(path, |places| {
                    let of_host = |route: &&Route| {
                        route.hosts.is_empty()
                            || domain
                                .is_none_or(|domain| route.hosts.iter().any(|host| is_host(host, domain)))
                    };
                    let routes = places.iter().filter_map(|place| known.routes.get(*place, self.at));
                    let routes: Vec<&Route> = routes.map(|route| &**route).filter(of_host).collect();
                    (!routes.is_empty()).then_some(routes)
                })
                .unwrap_or_default();
            let is_method = |route: &&&Route| {
                route.methods.is_empty()
                    || route.methods.iter().any(|wanted| wanted.eq_ignore_ascii_case(&method))
            };
            if let Some(route) = routes.iter().find(is_method) {
                found.describe(known, route, row, &method, seen);
                return;
            }
            if let Some(first) = routes.first() {
                let methods = routes.iter().flat_map(|route| route.methods.clone()).collect();
                others = others.or(Some((known, *first, methods)));
            }
            is_spoken_of |= speaks_of(known, domain, self.at);
        }
        match others {
            Some((known, route, methods)) => found.other_method(known, route, methods, row, &method, seen),
            None if is_spoken_of => found.undocumented(row, &method, path, seen),
            None => {}
        }
    }
}

/// Whether a document is about this domain: some do not say on which they are served.
fn speaks_of(known: &Known, domain: Option<&str>, at: From) -> bool {
    let mut hosts = known
        .origin
        .lists
        .routes
        .iter()
        .filter_map(|(_, life)| life.at(at))
        .flat_map(|route| &route.hosts)
        .peekable();
    match (hosts.peek(), domain) {
        (None, _) | (_, None) => true,
        (Some(_), Some(domain)) => hosts.any(|host| is_host(host, domain)),
    }
}

fn answered(statuses: &BTreeMap<String, u64>) -> bool {
    statuses.keys().any(|status| !matches!(status.as_str(), "404" | "405"))
}

fn status(row: Row<'_>) -> String {
    row.int(f::STATUS).map_or_else(|| "unknown".to_owned(), |status| status.to_string())
}

/// What was found so far.
#[derive(Default)]
struct Found<'d> {
    used: BTreeSet<Operation<'d>>,
    undocumented: HashMap<(String, String, Option<String>), Undocumented>,
    drift: BTreeMap<(String, String, &'static str, String), Drift>,
    described: u64,
    not_found: u64,
}

impl<'d> Found<'d> {
    fn describe(&mut self, known: &'d Known, route: &'d Route, row: Row<'_>, method: &str, seen: Seen) {
        self.described += seen.calls;
        self.used.insert((&known.origin.name, route.key()));
        let status = status(row);
        let class = format!("{}XX", status.get(..1).unwrap_or_default());
        let is_described = route.statuses.is_empty()
            || route.statuses.iter().any(|one| {
                *one == status || one.eq_ignore_ascii_case(&class) || one.eq_ignore_ascii_case("default")
            });
        // What the gateway answered itself is nothing the API's document speaks of.
        if is_described || status == "unknown" || row.int(f::GRANTED) == Some(0) {
            return;
        }
        self.drift(known, route, "status", method, route.statuses.clone(), status, seen.calls);
    }

    fn other_method(
        &mut self,
        known: &'d Known,
        route: &'d Route,
        methods: BTreeSet<String>,
        row: Row<'_>,
        method: &str,
        seen: Seen,
    ) {
        if matches!(row.int(f::STATUS), Some(404 | 405)) {
            self.not_found += seen.calls;
            return;
        }
        let methods = methods.into_iter().collect();
        self.drift(known, route, "method", method, methods, method.to_owned(), seen.calls);
    }

    #[expect(clippy::too_many_arguments, reason = "the members of a row")]
    fn drift(
        &mut self,
        known: &Known,
        route: &Route,
        what: &'static str,
        method: &str,
        documented: Vec<String>,
        value: String,
        calls: u64,
    ) {
        let path = route.templates.first().cloned().unwrap_or_default();
        let key = (known.origin.name.clone(), path.clone(), what, method.to_owned());
        let drift = self.drift.entry(key).or_insert_with(|| Drift {
            origin: known.origin.name.clone(),
            api: route.api.clone(),
            path,
            what,
            method: method.to_owned(),
            documented,
            seen: Vec::new(),
            calls: 0,
        });
        drift.calls += calls;
        if !drift.seen.contains(&value) {
            drift.seen.push(value);
            drift.seen.sort();
        }
    }

    fn undocumented(&mut self, row: Row<'_>, method: &str, path: &str, seen: Seen) {
        let status = status(row);
        if matches!(status.as_str(), "404" | "405") {
            self.not_found += seen.calls;
        }
        let (path, domain) = (template(path).into_owned(), row.text(f::DOMAIN).map(str::to_owned));
        let key = (method.to_owned(), path.clone(), domain.clone());
        let one = self.undocumented.entry(key).or_insert_with(|| Undocumented {
            method: method.to_owned(),
            path,
            domain,
            calls: 0,
            statuses: BTreeMap::new(),
            first_seen: Timestamp(seen.first).to_string(),
            last_seen: Timestamp(seen.last).to_string(),
        });
        one.calls += seen.calls;
        *one.statuses.entry(status).or_default() += seen.calls;
        one.first_seen = one.first_seen.clone().min(Timestamp(seen.first).to_string());
        one.last_seen = one.last_seen.clone().max(Timestamp(seen.last).to_string());
    }
}

fn note(endpoints: &Endpoints) -> Option<String> {
    let is_cut = [endpoints.undocumented.len(), endpoints.unused.len(), endpoints.drift.len()]
        .into_iter()
        .any(|rows| rows > ROWS_MAX);
    if endpoints.documented == 0 {
        return Some(
            "the directory has no OpenAPI document; import one: gatelog directory import openapi.yaml"
                .to_owned(),
        );
    }
    is_cut.then(|| format!("the first {ROWS_MAX} rows of each list are shown"))
}

#[cfg(test)]
#[path = "endpoints_tests.rs"]
mod tests;
