//! Who and what uses the APIs, as lists: consumers, groups, plans, customers, keys, routes and so on. Every row of a list
//! is sorted, searched and paged here, not only those that are shown. A list is a line of [`DIMENSIONS`].

mod quotas;
mod rows;
mod seen;
mod sorts;

use event::Timestamp;
use event::time::{DAY, HOUR, MINUTE};
use keys::Scope;
use ledger::{Sym, View};
use serde::Serialize;

use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::lang::Filter;
use crate::panels::Period;
use crate::quantile::Latencies;
use crate::range::{Compare, Range, Zone};
use crate::reader::{Reader, Standing};
use crate::step::Step;
use crate::tally::{CONSUMER_OUTCOMES, Hit, Origin, ROUTES, ROUTES_WITH_API};
use crate::text::{counted, nearest};

pub use quotas::{Every, Plan, Quota, QuotaAsk, Quotas, quotas};
pub use rows::Row;
pub use seen::{Use, Used, used};
pub use sorts::{SORTS, Sort};

/// Rows of one page at most.
pub const LIMIT_MAX: usize = 1_000;

/// Buckets of a sparkline at most.
const SPARK_MAX: usize = 31;

/// Something calls are told apart by.
#[derive(Debug, Serialize)]
pub struct Dimension {
    /// Stable name.
    pub id: &'static str,
    /// The heading of its list.
    pub title: &'static str,
    /// One of them.
    pub one: &'static str,
    /// The name that a filter knows it by.
    pub field: &'static str,
    /// What the list says.
    pub about: &'static str,
    /// Whether response times are known of each.
    pub has_latency: bool,
    /// The list of the directory that knows them.
    pub directory: Option<&'static str>,
    /// What it is counted from.
    #[serde(skip)]
    counts: Counts,
    /// What to know about the numbers.
    #[serde(skip)]
    note: Option<&'static str>,
}

/// What a dimension is counted from.
#[derive(Debug)]
struct Counts {
    /// Cubes of calls by outcome.
    outcomes: &'static [&'static str],
    /// Cubes of calls by response time; none when there is none.
    latency: &'static [&'static str],
    /// The smallest cube that knows when each was seen.
    seen: &'static [&'static str],
    /// Where in a cell the key is, and the text beside it.
    place: Place,
}

/// Where in a cell the key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the key; what stands beside says more.
    Key,
    /// In the key; what stands beside is its name.
    KeyNamed,
    /// In what stands beside the key.
    Detail,
}

impl Place {
    fn key(self, hit: &Hit) -> Sym {
        if self == Place::Detail { hit.detail } else { hit.key }
    }

    fn detail(self, hit: &Hit) -> Sym {
        if self == Place::Detail { 0 } else { hit.detail }
    }
}

const fn dimension(
    id: &'static str,
    [title, one, field]: [&'static str; 3],
    about: &'static str,
    cube: &'static [&'static str],
) -> Dimension {
    let counts = Counts { outcomes: cube, latency: &[], seen: cube, place: Place::Key };
    Dimension { id, title, one, field, about, has_latency: false, directory: None, counts, note: None }
}

impl Dimension {
    const fn latency(self, latency: &'static [&'static str]) -> Dimension {
        Dimension { has_latency: true, counts: Counts { latency, ..self.counts }, ..self }
    }

    const fn directory(self, list: &'static str) -> Dimension {
        Dimension { directory: Some(list), ..self }
    }

    const fn place(self, place: Place) -> Dimension {
        Dimension { counts: Counts { place, ..self.counts }, ..self }
    }

    const fn seen(self, seen: &'static [&'static str]) -> Dimension {
        Dimension { counts: Counts { seen, ..self.counts }, ..self }
    }

    /// What says when each was seen.
    fn sought(&self) -> seen::Sought {
        let key: fn(&Hit) -> Sym =
            if self.counts.place == Place::Detail { |hit| hit.detail } else { |hit| hit.key };
        seen::Sought { cubes: self.counts.seen, key }
    }

    const fn note(self, note: &'static str) -> Dimension {
        Dimension { note: Some(note), ..self }
    }
}

/// Every dimension there is a list of.
pub const DIMENSIONS: &[Dimension] = &[
    dimension(
        "consumers",
        ["Consumers", "Consumer", "consumer"],
        "Who calls, and how much.",
        CONSUMER_OUTCOMES,
    )
    .latency(&["consumer_latency_coarse"])
    .seen(&["consumer_calls"])
    .directory("consumers"),
    dimension(
        "groups",
        ["Groups", "Group", "group"],
        "The groups consumers were in when they called.",
        &["group"],
    )
    .latency(&["group_latency"])
    .directory("groups")
    .note("a call counts in each of its consumer's groups, so shares can exceed 100 %"),
    dimension(
        "plans",
        ["Plans", "Plan", "plan"],
        "The usage plans calls were made on.",
        &["plan", "consumer_plan", "key_plan"],
    )
    .latency(&["plan_latency"])
    .directory("plans"),
    dimension("customers", ["Customers", "Customer", "customer"], "Who consumers belong to.", &["customer"])
        .latency(&["customer_latency_coarse"])
        .directory("customers"),
    dimension(
        "keys",
        ["API keys", "API key", "key"],
        "The keys calls were made with: ids, never values.",
        &["api_key", "key_plan"],
    )
    .latency(&["key_latency_coarse"])
    .place(Place::KeyNamed)
    .directory("keys"),
    dimension("apis", ["APIs", "API", "api"], "The APIs that are called.", ROUTES_WITH_API)
        .latency(&["route_latency"])
        .place(Place::Detail)
        .directory("apis"),
    dimension("routes", ["Routes", "Route", "route"], "The routes that are called.", ROUTES)
        .latency(&["route_latency"])
        .directory("routes"),
    dimension("domains", ["Domains", "Domain", "domain"], "The domains calls are made to.", &["domain"])
        .latency(&["domain_latency"]),
    dimension(
        "agents",
        ["User agents", "Agent", "agent"],
        "The programs that call, and their class.",
        &["agents"],
    )
    .latency(&["agent_latency"]),
    dimension("countries", ["Geography", "Country", "country"], "Where calls come from.", &["countries"])
        .latency(&["country_latency"]),
    dimension(
        "auth",
        ["Auth methods", "Auth method", "auth_method"],
        "How callers say who they are.",
        &["auth"],
    )
    .latency(&["auth_latency"]),
];

/// The dimension of that name.
pub fn by_id(id: &str) -> Result<&'static Dimension> {
    DIMENSIONS.iter().find(|d| d.id == id).ok_or_else(|| {
        let near = nearest(id, DIMENSIONS.iter().map(|d| d.id), 1);
        let near = near.first().map_or_else(String::new, |near| format!("; there is {near}"));
        Error::NotFound { what: format!("usage by {id}{near}") }
    })
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// Zone that the range was written in.
    pub zone: Zone,
    /// Which period stands beside each number.
    pub compare: Compare,
    /// What the rows are ordered by.
    pub sort: &'static Sort,
    /// Whether the least comes first.
    pub ascending: bool,
    /// Only rows whose key, label or detail holds this text.
    pub search: Option<String>,
    /// Rows of a page, 1 to [`LIMIT_MAX`].
    pub limit: usize,
    /// Rows before the page.
    pub offset: usize,
    /// The moment of asking.
    pub now: Timestamp,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// What it lists.
    pub dimension: &'static Dimension,
    /// Start of the range.
    pub from: String,
    /// End of the range.
    pub to: String,
    /// The period compared with.
    pub previous_period: Option<Period>,
    /// Length of a bucket of the sparklines.
    pub step: String,
    /// Where the buckets of the sparklines start, at whole hours or days of UTC.
    pub spark_buckets: Vec<String>,
    /// Zone that the range was written in.
    pub tz: Zone,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many rows there are that match the search.
    pub rows_total: u64,
    /// All calls.
    pub total: u64,
    /// Calls that belong to no row.
    pub missing: u64,
    /// The filter that keeps those.
    pub missing_filter: String,
    /// What to know about it.
    pub note: Option<String>,
    /// Where the numbers came from.
    pub source: Origin,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// What is counted of one key.
#[derive(Clone, Debug, Default)]
struct Sums {
    calls: u64,
    before: u64,
    client_errors: u64,
    errors: u64,
    denied: u64,
    bytes: u64,
    lacks_bytes: bool,
    lacks_detail: bool,
    detail: Sym,
    spark: Vec<u64>,
    latencies: Latencies,
}

/// A list of what used the APIs.
pub fn usage(
    view: &View,
    scope: &Scope,
    dimension: &'static Dimension,
    ask: &Ask,
    budget: &Budget,
) -> Result<Answer> {
    if !(1..=LIMIT_MAX).contains(&ask.limit) {
        return Err(Error::parameter("limit", format!("{} is not between 1 and {LIMIT_MAX}", ask.limit)));
    }
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let previous = ask.compare.period(ask.range, ask.now);
    let (step, edges) = spark(ask.range);
    let mut counted = rows::count(&reader, dimension, &edges, previous)?;
    let (mut rows, rows_total) = rows::page(&reader, dimension, ask, &mut counted)?;
    let last = edges.len().saturating_sub(1);
    let begun = edges.iter().take(last).take_while(|edge| **edge <= ask.now.0).count();
    rows.iter_mut().for_each(|row| row.spark.truncate(begun));
    Ok(Answer {
        dimension,
        from: ask.range.from.to_string(),
        to: ask.range.to.to_string(),
        previous_period: previous.map(Period::from),
        step: step.name(),
        spark_buckets: edges.iter().take(begun).map(|edge| Timestamp(*edge).to_string()).collect(),
        tz: ask.zone.clone(),
        rows,
        rows_total,
        total: counted.total,
        missing: counted.missing,
        missing_filter: Filter::term(dimension.field, None),
        note: note(dimension, counted.missing),
        source: counted.origin,
        standing: reader.standing(counted.stop),
    })
}

fn note(dimension: &Dimension, missing: u64) -> Option<String> {
    let left_out = (missing > 0).then(|| match dimension.id {
        "consumers" => format!("{} of unidentified callers are not listed", counted(missing, "call")),
        _ => format!("{} without one are not listed", counted(missing, "call")),
    });
    let notes: Vec<String> = dimension.note.map(str::to_owned).into_iter().chain(left_out).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The buckets of sparklines: the finest with few enough. From an hour up they begin at whole stretches of UTC, where
/// roll-ups do.
fn spark(range: Range) -> (Step, Vec<i64>) {
    let lengths = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR];
    let fits = |length: &i64| range.micros() / length < SPARK_MAX as i64;
    let days = (range.micros() / (DAY * (SPARK_MAX as i64 - 1)) + 1) * DAY;
    let step = Step::Even(lengths.into_iter().find(fits).unwrap_or(days));
    (step, step.cut(range, &Zone::default()))
}
