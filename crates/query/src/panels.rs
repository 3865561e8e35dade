//! The panels of a dashboard, as a list: each says what it answers and how. A new one is a file and a line here.

mod access;
mod aws;
mod aws_raw;
mod calls_by_status_class;
mod calls_over_time;
mod consumers_per_day;
mod denied_by_reason;
mod denied_over_time;
mod errors;
mod errors_asked;
mod errors_by_route_and_day;
mod errors_over_time;
mod kpi;
mod latency_asked;
mod latency_percentiles;
mod latency_split;
mod look;
mod new_consumers;
mod over_time;
mod peak_hours;
mod route_latency;
mod security;
mod status_breakdown;
mod top_agents;
mod top_consumers;
mod top_countries;
mod top_routes;
mod toplist;
mod usage_by_group;

use std::borrow::Cow;

use event::Timestamp;
use keys::{Permission, Scope};
use ledger::View;
use serde::Serialize;

use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::explore::{self, Hours, Spec};
use crate::lang::Filter;
use crate::range::{Compare, Range, Zone};
use crate::reader::{Reader, Standing};
pub use crate::series::Period;
use crate::step::Step;
use crate::tally::Origin;
use crate::text::nearest;

pub(crate) use look::Look;
pub(crate) use over_time::not_yet;

/// Every panel, in the order of the overview.
pub const PANELS: &[&Panel] = &[
    &kpi::TOTAL_CALLS,
    &kpi::UNIQUE_CONSUMERS,
    &kpi::UNIDENTIFIED_CALLS,
    &kpi::AVG_CALLS_PER_DAY,
    &kpi::SUCCESS_RATE,
    &kpi::AVAILABILITY,
    &kpi::DENIED_REQUESTS,
    &kpi::PEAK_HOUR,
    &kpi::P50_MS,
    &kpi::P95_MS,
    &kpi::P99_MS,
    &calls_by_status_class::PANEL,
    &calls_over_time::PANEL,
    &latency_percentiles::PANEL,
    &denied_by_reason::PANEL,
    &denied_over_time::PANEL,
    &top_consumers::PANEL,
    &top_routes::PANEL,
    &usage_by_group::PANEL,
    &top_agents::PANEL,
    &top_countries::PANEL,
    &status_breakdown::PANEL,
    &errors::PANEL,
    &errors_by_route_and_day::PANEL,
    &errors_over_time::PANEL,
    &peak_hours::PANEL,
    &new_consumers::PANEL,
    &route_latency::PANEL,
    &consumers_per_day::PANEL,
    &errors_asked::CLIENT_ERRORS_BY_ENDPOINT,
    &errors_asked::CLIENT_ERRORS,
    &errors_asked::SERVER_ERRORS_BY_ORIGIN,
    &errors_asked::SERVER_ERRORS,
    &errors_asked::SPLIT,
    &errors_asked::SPLIT_OVER_TIME,
    &latency_split::PANEL,
    &latency_asked::BY_API,
    &latency_asked::BY_DOMAIN,
    &latency_asked::BY_PLAN,
    &latency_asked::SLOW_ROUTES,
    &latency_asked::PARTS_OVER_TIME,
    &latency_asked::AUTHORIZER,
    &latency_asked::AUTHORIZER_ERRORS,
    &security::TOP_CONSUMERS,
    &security::TOP_ROUTES,
    &security::DENIAL_RATE,
    &security::REPEATED_FAILURES,
    &security::UNEXPECTED_ADDRESSES,
    &security::SENSITIVE_ROUTES,
    &security::OFF_HOURS,
    &access::COGNITO,
    &access::IAM,
    &access::AUTH_FAILURES,
    &access::AUTH_METHODS,
    &aws::REQUESTS,
    &aws::SUCCESSES,
    &aws::SERVER_ERRORS,
    &aws::CLIENT_ERRORS,
    &aws::RESPONSE,
    &aws::INTEGRATION,
    &aws::AUTHORIZER,
    &aws::AUTHORIZER_INTEGRATION,
    &aws::STATUS,
    &aws::DOMAINS,
    &aws::DOMAINS_OVER_TIME,
    &aws::ROUTES_OVER_TIME,
    &aws::CLIENT_ERROR_TABLE,
    &aws::CLIENT_ERROR_BARS,
    &aws::PLANS,
    &aws::KEYS,
    &aws::QUOTA,
    &aws::QUOTA_OVER_TIME,
    &aws::AGENTS,
    &aws::COGNITO,
    &aws::IAM,
    &aws::FAILED,
    &aws::LATENCY,
    &aws::AUTHORIZER_OVER_TIME,
    &aws::LATENCY_TABLE,
    &aws_raw::PANEL,
];

/// One question a dashboard answers.
#[derive(Debug, Serialize)]
pub struct Panel {
    /// Stable name.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// Unit of its main number.
    pub unit: Unit,
    /// How it is drawn.
    pub chart: Chart,
    /// What it is split by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<&'static str>,
    /// The page it is on.
    pub page: Page,
    #[serde(rename = "explore", skip_serializing_if = "Make::is_own")]
    make: Make,
}

/// How a panel is answered.
#[derive(Debug)]
enum Make {
    /// By a way of its own.
    Own(fn(&Look<'_>) -> Result<Body>),
    /// As a question anybody could ask.
    Asks(Spec<'static>),
}

impl Panel {
    /// A panel that is a question anybody could ask.
    const fn asks(
        id: &'static str,
        title: &'static str,
        question: &'static str,
        unit: Unit,
        page: Page,
        spec: Spec<'static>,
    ) -> Panel {
        let split = if spec.by.is_empty() { None } else { Some(spec.by) };
        Panel { id, title, question, unit, chart: spec.chart, split, page, make: Make::Asks(spec) }
    }
}

impl Panel {
    /// Which calls it is about, when not all.
    pub(crate) fn filter(&self) -> Option<&'static str> {
        match &self.make {
            Make::Asks(spec) => Some(spec.filter).filter(|filter| !filter.is_empty()),
            Make::Own(_) => None,
        }
    }
}

impl Make {
    fn is_own(&self) -> bool {
        matches!(self, Make::Own(_))
    }
}

impl Serialize for Make {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Make::Own(_) => serializer.serialize_unit(),
            Make::Asks(spec) => spec.serialize(serializer),
        }
    }
}

/// Where a panel is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Page {
    /// What one sees first.
    Overview,
    /// Who uses what.
    Usage,
    /// What was refused.
    Denials,
    /// What failed, and how long it took.
    Errors,
    /// Who got in, and how.
    Access,
    /// The dashboard for AWS API Gateway.
    Aws,
    /// On no page; for dashboards.
    None,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Requests.
    Calls,
    /// Shares of 1.
    Percent,
    /// Milliseconds.
    Ms,
    /// Bytes.
    Bytes,
    /// Distinct consumers.
    Consumers,
    /// Any other number of things.
    Count,
    /// Moments.
    Time,
    /// Words.
    Text,
}

/// How a panel is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Chart {
    /// One number.
    Stat,
    /// Bars over time.
    Bars,
    /// Areas over time.
    Area,
    /// Lines over time.
    Line,
    /// The largest of something.
    Toplist,
    /// A table.
    Table,
    /// Shares over time as colours.
    Heat,
}

/// Every chart by its name.
pub(crate) const CHARTS: &[(&str, Chart)] = &[
    ("stat", Chart::Stat),
    ("line", Chart::Line),
    ("bars", Chart::Bars),
    ("area", Chart::Area),
    ("toplist", Chart::Toplist),
    ("table", Chart::Table),
    ("heat", Chart::Heat),
];

/// A number of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// A count.
    Count(u64),
    /// Anything else.
    Real(f64),
}

impl Number {
    pub(crate) fn real(self) -> f64 {
        match self {
            Number::Count(n) => n as f64,
            Number::Real(n) => n,
        }
    }

    /// By how much it grew, as a share of what it was; none when there was nothing.
    pub(crate) fn change(self, previous: Option<Number>) -> Option<f64> {
        let before = previous?.real();
        (before != 0.0).then(|| (self.real() - before) / before)
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// From when to when.
    pub range: Range,
    /// Which events.
    pub filter: Filter,
    /// Length of a bucket; the panel may need a longer one.
    pub step: Step,
    /// Zone of buckets and days.
    pub zone: Zone,
    /// Which period stands beside each number.
    pub compare: Compare,
    /// Rows of a list, 1 to [`TOP_MAX`].
    pub top: usize,
    /// The moment of asking.
    pub now: Timestamp,
    /// What is known besides the events.
    pub given: Given,
}

/// What some panels need to know that no event says.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Names of the routes that the directory calls sensitive.
    pub sensitive: Vec<String>,
    /// When people work.
    pub hours: Hours,
}

/// Rows of a list at most.
pub const TOP_MAX: usize = 1_000;

/// The answer of a panel.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The panel, or what was asked.
    pub panel: Heading,
    /// Start of the range.
    pub from: String,
    /// End of the range.
    pub to: String,
    /// The period compared with.
    pub previous_period: Option<Period>,
    /// Length of a bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Zone of buckets and days.
    pub tz: Zone,
    /// Where the numbers came from.
    pub source: Origin,
    /// The numbers.
    #[serde(flatten)]
    pub body: Body,
    /// How whole and fresh it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// What an answer is about.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Heading {
    /// One of the list.
    Panel(&'static Panel),
    /// Something else that was asked.
    Asked(Asked),
}

/// A question that is no panel, described like one.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// `explore`.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// The question in words.
    pub question: String,
    /// Unit of its main number.
    pub unit: Unit,
    /// How it is drawn.
    pub chart: Chart,
    /// What it is split by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
}

/// The numbers of a panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// Over time.
    Series {
        /// Where the buckets start; the last ends at `to`.
        buckets: Vec<String>,
        /// The series.
        series: Vec<Line>,
    },
    /// Shares over time, a line of fields for each of something.
    Heat {
        /// Where the buckets start; the last ends at `to`.
        buckets: Vec<String>,
        /// The lines, the most striking first.
        series: Vec<Shares>,
        /// How many further lines there would be.
        other: u64,
    },
    /// A list.
    List {
        /// What its columns are.
        columns: Vec<Column>,
        /// Its rows, largest first.
        rows: Vec<Row>,
        /// The sum over everything, listed or not.
        total: u64,
        /// Of rows that are not listed because others are larger.
        other: u64,
        /// Calls of the total that belong to no row, such as those of callers nobody identified.
        missing: u64,
        /// What to know about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// One number.
    Stat {
        /// The number; none when there is nothing to make it from.
        value: Option<Number>,
        /// That of the period before.
        previous: Option<Number>,
        /// By how much it grew.
        change: Option<f64>,
        /// What to know about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// A number for each bucket; none where there is nothing yet.
pub type Line = crate::series::Line<Option<Number>>;

/// Shares for each bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shares {
    /// Stable name.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// The filter that keeps only this line.
    pub filter: String,
    /// A share of the calls, 0 to 1; none where there were no calls.
    pub values: Vec<Option<f64>>,
    /// The calls themselves.
    pub calls: Vec<u64>,
}

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// `value`, `share`, `change`, or a member of `cells`.
    pub id: Cow<'static, str>,
    /// Its heading.
    pub label: Cow<'static, str>,
    /// Its unit.
    pub unit: Unit,
}

impl Column {
    pub(crate) const fn new(id: &'static str, label: &'static str, unit: Unit) -> Column {
        Column { id: Cow::Borrowed(id), label: Cow::Borrowed(label), unit }
    }
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The value it is about.
    pub key: String,
    /// The same for people.
    pub label: String,
    /// The filter that keeps only this row.
    pub filter: String,
    /// Its number.
    pub value: Number,
    /// Of the total, 0 to 1.
    pub share: f64,
    /// Its number in the period before.
    pub previous: Option<Number>,
    /// By how much it grew; none when there was nothing.
    pub change: Option<f64>,
    /// Whether it is new, gone or the same as before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Further columns.
    pub cells: serde_json::Map<String, serde_json::Value>,
}

/// The panel of that name.
pub fn by_id(id: &str) -> Result<&'static Panel> {
    PANELS.iter().find(|p| p.id == id).copied().ok_or_else(|| {
        let near = near(id, 1);
        let near = near.first().map_or_else(String::new, |near| format!("; there is {near}"));
        Error::NotFound { what: format!("panel {id}{near}") }
    })
}

/// The names nearest to one that no panel has, `count` at most.
pub fn near(id: &str, count: usize) -> Vec<String> {
    nearest(id, PANELS.iter().map(|p| p.id), count)
}

/// The answer of a panel.
pub fn panel(view: &View, scope: &Scope, id: &str, ask: &Ask, budget: &Budget) -> Result<Answer> {
    let panel = by_id(id)?;
    answer(view, scope, ask, budget, Heading::Panel(panel), |look| match &panel.make {
        Make::Own(make) => make(look),
        Make::Asks(spec) => explore::body(look, spec),
    })
}

/// The answer to what is asked for, made by `make`.
pub(crate) fn answer(
    view: &View,
    scope: &Scope,
    ask: &Ask,
    budget: &Budget,
    panel: Heading,
    make: impl FnOnce(&Look<'_>) -> Result<Body>,
) -> Result<Answer> {
    if !(1..=TOP_MAX).contains(&ask.top) {
        return Err(Error::parameter("top", format!("{} is not between 1 and {TOP_MAX}", ask.top)));
    }
    let reader = Reader::new(view, scope, &ask.filter, budget)?;
    let sees_events = scope.principal().scope(Permission::EventsRead).is_ok();
    let look = Look::new(&reader, ask, sees_events);
    let body = make(&look)?;
    let timed = matches!(body, Body::Series { .. } | Body::Heat { .. });
    let (origin, stop) = look.outcome();
    Ok(Answer {
        panel,
        from: ask.range.from.to_string(),
        to: ask.range.to.to_string(),
        previous_period: look.previous.map(Period::from),
        step: timed.then(|| look.step().name()),
        tz: ask.zone.clone(),
        source: origin,
        body,
        standing: reader.standing(stop),
    })
}
