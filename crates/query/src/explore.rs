//! Any question about calls: measures, by splits, of a filter, as a chart. A roll-up answers when one holds the splits,
//! the measures and the filter; rows do otherwise. Most panels are nothing but such a question.

mod cases;
mod cells;
mod clock;
mod column;
mod days;
mod kept;
mod measure;
mod rows;
mod show;
mod split;
mod sums;
mod table;

use event::FieldId;
use event::field;
use keys::Scope;
use ledger::View;
use serde::Serialize;

use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::lang::Filter;
use crate::panels::{Answer, Ask, Asked, Body, CHARTS, Chart, Heading, Look, answer};
use crate::step::Step;
use crate::text::nearest;

pub use clock::Hours;
pub use measure::{MEASURES_MAX, names as measure_names};
pub use split::SPLITS_MAX;
pub use table::{GROUPS_MAX, UNIQUE_MAX};

pub(crate) use measure::Measure;
pub(crate) use show::{list, listed};
pub(crate) use split::Split;
pub(crate) use table::{REST, Table};

/// A question as text: what the API takes, what a board holds, and what a panel is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spec<'a> {
    /// Measures with commas between, at most [`MEASURES_MAX`]; the first is what rows are ordered by.
    pub measure: &'a str,
    /// The duration that percentiles, averages and maxima are of; the response time when empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub of: &'a str,
    /// Splits with commas between, at most [`SPLITS_MAX`].
    pub by: &'a str,
    /// Which events, beside what is asked for with it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub filter: &'a str,
    /// How it is drawn.
    pub chart: Chart,
    /// Whether a list has the times of the first and the last call of each row.
    #[serde(skip)]
    pub seen: bool,
}

impl<'a> Spec<'a> {
    /// A question about all calls.
    pub const fn new(measure: &'a str, by: &'a str, chart: Chart) -> Spec<'a> {
        Spec { measure, of: "", by, filter: "", chart, seen: false }
    }

    /// About these calls only.
    pub const fn of_calls(self, filter: &'a str) -> Spec<'a> {
        Spec { filter, ..self }
    }

    /// About another duration than the response time.
    pub const fn of(self, of: &'a str) -> Spec<'a> {
        Spec { of, ..self }
    }

    /// With the times of the first and the last call.
    pub const fn seen(self) -> Spec<'a> {
        Spec { seen: true, ..self }
    }
}

/// The chart of that name.
pub fn chart(name: &str) -> Result<Chart> {
    let names = || CHARTS.iter().map(|(name, _)| *name);
    let found = CHARTS.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, chart)| *chart)
        .ok_or_else(|| Error::unknown("chart", name, nearest(name, names(), 1), names()))
}

/// A question that was understood.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) measures: Vec<Measure>,
    pub(crate) by: Vec<Split>,
    pub(crate) filter: Filter,
    pub(crate) filter_text: String,
    pub(crate) chart: Chart,
    pub(crate) seen: bool,
    /// Values of the last split for each combination of the others at most; more are one, [`MANY`].
    pub(crate) last_max: Option<usize>,
    /// Combinations with less of the first measure are not listed; only for measures that add up.
    pub(crate) least: u64,
}

/// Stands for values of the last split that are too many; no value is this text.
pub(crate) const MANY: &str = "\u{1}many";

impl Question {
    pub(crate) fn parse(spec: &Spec<'_>) -> Result<Question> {
        let parts = |text: &'_ str| -> Vec<String> {
            text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        };
        let of = if spec.of.is_empty() { field::DURATION } else { measure::duration("of", spec.of)? };
        let measures = parts(if spec.measure.is_empty() { "calls" } else { spec.measure });
        let by = parts(spec.by);
        if measures.len() > MEASURES_MAX {
            return Err(Error::parameter("measure", format!("at most {MEASURES_MAX} measures")));
        }
        if by.len() > SPLITS_MAX {
            return Err(Error::parameter("by", format!("at most {SPLITS_MAX} splits")));
        }
        let question = Question {
            measures: measures.iter().map(|text| Measure::parse(text, of)).collect::<Result<_>>()?,
            by: by.iter().map(|name| Split::parse("by", name)).collect::<Result<_>>()?,
            filter: Filter::parse(spec.filter)?,
            filter_text: spec.filter.to_owned(),
            chart: spec.chart,
            seen: spec.seen && matches!(spec.chart, Chart::Table | Chart::Toplist),
            last_max: None,
            least: 0,
        };
        question.check()?;
        Ok(question)
    }

    fn check(&self) -> Result<()> {
        let wrong = |detail: &str| Err(Error::parameter("by", detail));
        let (splits, measures) = (self.by.len(), self.measures.len());
        let twice = |at: usize| self.by.iter().skip(at + 1).any(|other| Some(other) == self.by.get(at));
        if (0..splits).any(twice) {
            return wrong("a split is there twice");
        }
        match self.chart {
            Chart::Stat if splits > 0 => wrong("one number has no split; choose another chart"),
            Chart::Heat if !(1..=2).contains(&splits) => wrong("a heat map needs one or two splits"),
            Chart::Heat if !self.measures.iter().all(|m| m.adds_up() || m.is_rate()) => Err(
                Error::parameter("measure", "a heat map shows shares: of calls, errors, denials or bytes"),
            ),
            _ if self.is_series() && splits > 0 && measures > 1 => {
                Err(Error::parameter("measure", "over time and with a split there is one measure"))
            }
            _ => Ok(()),
        }
    }

    /// The measure that comes first.
    pub(crate) fn first(&self) -> Measure {
        self.measures.first().copied().unwrap_or(Measure::Calls)
    }

    /// Whether the answer goes over time.
    pub(crate) fn is_series(&self) -> bool {
        match self.chart {
            Chart::Line | Chart::Bars | Chart::Area => true,
            Chart::Heat => self.by.len() == 1,
            Chart::Stat | Chart::Toplist | Chart::Table => false,
        }
    }

    /// The durations asked for, each once.
    pub(crate) fn durations(&self) -> Vec<FieldId> {
        let mut fields: Vec<FieldId> = self.measures.iter().filter_map(|m| m.duration()).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// The fields whose distinct values are counted.
    pub(crate) fn uniques(&self) -> impl Iterator<Item = &Split> {
        self.measures.iter().filter_map(|m| if let Measure::Unique(split) = m { Some(split) } else { None })
    }

    /// Whether something is asked that no roll-up has: exact averages, minutes of the clock, several clocks over time.
    fn needs_rows(&self) -> bool {
        let clock = |split: &Split| matches!(split.by, split::By::Clock(_));
        self.measures.iter().any(|m| matches!(m, Measure::Avg(_) | Measure::Max(_)))
            || self.uniques().any(|split| clock(split) || split.is_list())
            || (self.is_series() && self.by.iter().any(clock))
    }

    /// The steps within which the clock says the same; none when nothing is asked about the clock.
    fn clock_step(&self, hours: &Hours) -> Option<Option<Step>> {
        let clocks = self.by.iter().filter_map(|split| match split.by {
            split::By::Clock(clock) => Some(clock.step(hours)),
            _ => None,
        });
        let hourly = Some(Some(Step::Even(event::time::HOUR))).filter(|_| self.seen);
        clocks.chain(hourly).reduce(|a, b| match (a, b) {
            (Some(Step::Day), b) => b,
            (Some(_), Some(_)) => a,
            (a, Some(Step::Day)) => a,
            _ => None,
        })
    }

    /// The columns that are read.
    fn columns(&self) -> Vec<FieldId> {
        let mut fields = vec![field::TIME];
        fields.extend(self.by.iter().chain(self.uniques()).flat_map(Split::fields));
        fields.extend(self.durations());
        if self.measures.iter().any(|m| m.needs_outcome()) {
            fields.extend([field::STATUS, field::GRANTED, field::REASON]);
        }
        if self.measures.contains(&Measure::Bytes) {
            fields.push(field::RESPONSE_BYTES);
        }
        fields
    }
}

/// Counts what is asked for in some periods, each given by the edges of its buckets.
pub(crate) fn gather(look: &Look<'_>, question: &Question, periods: &[Vec<i64>]) -> Result<Table> {
    count(look, question, periods, None)
}

/// The same where perhaps only so many combinations are listed, those with the most of the first measure.
fn count(look: &Look<'_>, question: &Question, periods: &[Vec<i64>], most: Option<usize>) -> Result<Table> {
    let mut coarse = question.clone();
    if !look.sees_events {
        coarse.by = question.by.iter().map(|split| split.coarse()).collect();
    }
    let question = &coarse;
    let reader = look.reader.asking(&look.reader.asked.and(&question.filter));
    let narrow = look.on(&reader);
    let width = periods.iter().map(|edges| edges.len().saturating_sub(1)).max().unwrap_or(1);
    let mut table =
        Table::new(question, if question.is_series() { width } else { 1 }).of_largest(most, question);
    match cells::plan(question, &narrow, periods)? {
        Some(plan) => cells::gather(question, &narrow, &plan, &mut table)?,
        None => rows::gather(question, &narrow, periods, &mut table)?,
    }
    table.settle();
    let (origin, stop) = narrow.outcome();
    look.note(origin, stop);
    Ok(table)
}

/// The numbers of a question.
pub(crate) fn body(look: &Look<'_>, spec: &Spec<'_>) -> Result<Body> {
    let question = Question::parse(spec)?;
    show::body(look, &question)
}

/// Whether a question can be asked.
///
/// # Errors
/// Those of [`explore`] that do not depend on the data.
pub fn check(spec: &Spec<'_>) -> Result<()> {
    Question::parse(spec).map(drop)
}

/// The answer to a question.
///
/// # Errors
/// A measure, split, chart or filter that is not known, or a combination that has no answer; see [`Error`].
pub fn explore(view: &View, scope: &Scope, spec: &Spec<'_>, ask: &Ask, budget: &Budget) -> Result<Answer> {
    let question = Question::parse(spec)?;
    let first = question.first();
    let by: Vec<&str> = question.by.iter().map(|split| split.name).collect();
    let labels: Vec<String> = question.by.iter().map(|split| split.label.to_lowercase()).collect();
    let title = match labels.is_empty() {
        true => first.label(),
        false => format!("{} by {}", first.label(), labels.join(", ")),
    };
    let heading = Asked {
        id: "explore",
        question: format!("{}?", title.trim_end_matches('?')),
        title,
        unit: first.unit(),
        chart: question.chart,
        split: (!by.is_empty()).then(|| by.join(",")),
    };
    answer(view, scope, ask, budget, Heading::Asked(heading), |look| show::body(look, &question))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(measure: &str, by: &str, chart: Chart) -> String {
        Question::parse(&Spec::new(measure, by, chart)).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_understood_is_said_with_what_is_near() {
        assert!(fault("call", "", Chart::Stat).contains("there is calls, errors"));
        assert!(fault("unique", "", Chart::Stat).contains("unique:consumer"));
        assert!(fault("calls:ip", "", Chart::Stat).contains("not of a field"));
        assert!(fault("p95:status", "", Chart::Stat).contains("not a duration"));
        assert!(fault("calls", "route", Chart::Stat).contains("no split"));
        assert!(fault("calls", "route,route", Chart::Table).contains("twice"));
        assert!(fault("calls,p95", "route", Chart::Line).contains("one measure"));
        assert!(fault("p95", "route", Chart::Heat).contains("shares"));
        assert!(fault("calls", "request_headers", Chart::Table).contains("no values"));
        let Err(Error::Parameter { suggestions, .. }) =
            Question::parse(&Spec::new("calls", "rout", Chart::Table))
        else {
            panic!("there is no rout")
        };
        assert_eq!(suggestions, ["route"]);
        assert!(chart("pie").unwrap_err().to_string().contains("toplist"));
        let many = vec!["route"; SPLITS_MAX + 1].join(",");
        assert!(fault("calls", &many, Chart::Table).contains("at most 16"));
    }

    #[test]
    fn measures_keep_their_names() {
        for name in ["calls", "denial_rate", "p99.9", "avg", "max:upstream_duration", "unique:ip"] {
            let measure = Measure::parse(name, field::DURATION).unwrap();
            assert_eq!(measure.name(), name);
            assert!(!measure.label().is_empty());
        }
        let upstream = Measure::parse("p50", field::UPSTREAM_DURATION).unwrap();
        assert_eq!(
            (upstream.name().as_str(), upstream.label().as_str()),
            ("p50:upstream_duration", "p50 upstream time")
        );
    }
}
