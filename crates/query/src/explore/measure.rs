//! What a question counts, as a list of names.

use event::field::{self, FieldId};
use event::{Kind, Storage};

use super::split::Split;
use crate::error::{Error, Result};
use crate::lang;
use crate::panels::{Number, Unit};
use crate::text::nearest;

use super::sums::Sums;

/// Measures of one question at most.
pub const MEASURES_MAX: usize = 8;

/// A number about some calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Calls,
    Errors,
    ClientErrors,
    Denied,
    ErrorRate,
    ClientErrorRate,
    DenialRate,
    Bytes,
    /// A percentile in thousandths: 999 is p99.9.
    Percentile(u16, FieldId),
    Avg(FieldId),
    Max(FieldId),
    /// Distinct values.
    Unique(Split),
}

/// Those that stand for themselves: name, label, unit.
const PLAIN: &[(&str, &str, Unit, Measure)] = &[
    ("calls", "Calls", Unit::Calls, Measure::Calls),
    ("errors", "5xx", Unit::Calls, Measure::Errors),
    ("client_errors", "4xx", Unit::Calls, Measure::ClientErrors),
    ("denied", "Denied", Unit::Calls, Measure::Denied),
    ("error_rate", "5xx rate", Unit::Percent, Measure::ErrorRate),
    ("client_error_rate", "4xx rate", Unit::Percent, Measure::ClientErrorRate),
    ("denial_rate", "Denial rate", Unit::Percent, Measure::DenialRate),
    ("bytes", "Response bytes", Unit::Bytes, Measure::Bytes),
];

/// The percentiles: name and thousandths.
const PERCENTILES: &[(&str, u16)] =
    &[("p50", 500), ("p75", 750), ("p90", 900), ("p95", 950), ("p99", 990), ("p99.9", 999)];

/// Those that need a duration, and `unique`, which needs a field.
const WITH_FIELD: &[&str] = &["avg", "max", "unique"];

/// Every name a measure has.
pub fn names() -> impl Iterator<Item = &'static str> {
    let plain = PLAIN.iter().map(|(name, ..)| *name);
    plain.chain(PERCENTILES.iter().map(|(name, _)| *name)).chain(WITH_FIELD.iter().copied())
}

impl Measure {
    /// Reads a measure such as `calls`, `p95`, `avg:upstream_duration` or `unique:ip`; `of` is the duration meant when
    /// none is named.
    pub(crate) fn parse(text: &str, of: FieldId) -> Result<Measure> {
        let (name, field) = text.split_once(':').map_or((text, None), |(name, field)| (name, Some(field)));
        if let Some((.., measure)) = PLAIN.iter().find(|(known, ..)| *known == name) {
            return match field {
                None => Ok(*measure),
                Some(_) => Err(Error::parameter("measure", format!("{name} is of calls, not of a field"))),
            };
        }
        let of = || field.map_or(Ok(of), |field| duration("measure", field));
        match (PERCENTILES.iter().find(|(known, _)| *known == name), name) {
            (Some((_, thousandths)), _) => Ok(Measure::Percentile(*thousandths, of()?)),
            (None, "avg") => Ok(Measure::Avg(of()?)),
            (None, "max") => Ok(Measure::Max(of()?)),
            (None, "unique") => match field {
                Some(field) => Ok(Measure::Unique(Split::parse("measure", field)?)),
                None => Err(Error::parameter("measure", "unique needs a field, such as unique:consumer")),
            },
            _ => Err(Error::unknown("measure", name, nearest(name, names(), 3), names())),
        }
    }

    /// Its name in the API.
    pub(crate) fn name(self) -> String {
        let of = |name: &str, field: FieldId| match field {
            field::DURATION => name.to_owned(),
            other => format!("{name}:{}", other.field().name),
        };
        match self {
            Measure::Percentile(n, field) => of(percentile(n), field),
            Measure::Avg(field) => of("avg", field),
            Measure::Max(field) => of("max", field),
            Measure::Unique(split) => format!("unique:{}", split.name),
            plain => PLAIN.iter().find(|(.., m)| *m == plain).map_or("", |(name, ..)| *name).to_owned(),
        }
    }

    /// Its name for people.
    pub(crate) fn label(self) -> String {
        let of = |name: &str, field: FieldId| match field {
            field::DURATION => name.to_owned(),
            other => format!("{name} {}", other.field().label.to_lowercase()),
        };
        match self {
            Measure::Percentile(n, field) => of(percentile(n), field),
            Measure::Avg(field::DURATION) => "Average response time".to_owned(),
            Measure::Avg(field) => of("Average", field),
            Measure::Max(field::DURATION) => "Longest response time".to_owned(),
            Measure::Max(field) => of("Longest", field),
            Measure::Unique(split) => plural(split.label),
            plain => PLAIN.iter().find(|(.., m)| *m == plain).map_or("", |(_, label, ..)| *label).to_owned(),
        }
    }

    pub(crate) fn unit(self) -> Unit {
        match self {
            Measure::Percentile(..) | Measure::Avg(_) | Measure::Max(_) => Unit::Ms,
            Measure::Unique(split) if split.name == "consumer" => Unit::Consumers,
            Measure::Unique(_) => Unit::Count,
            plain => PLAIN.iter().find(|(.., m)| *m == plain).map_or(Unit::Calls, |(_, _, unit, _)| *unit),
        }
    }

    /// The duration it is about.
    pub(crate) fn duration(self) -> Option<FieldId> {
        match self {
            Measure::Percentile(_, field) | Measure::Avg(field) | Measure::Max(field) => Some(field),
            _ => None,
        }
    }

    /// Whether parts of it add up to the whole.
    pub(crate) fn adds_up(self) -> bool {
        matches!(
            self,
            Measure::Calls | Measure::Errors | Measure::ClientErrors | Measure::Denied | Measure::Bytes
        )
    }

    /// Whether it is a share of calls.
    pub(crate) fn is_rate(self) -> bool {
        matches!(self, Measure::ErrorRate | Measure::ClientErrorRate | Measure::DenialRate)
    }

    /// Whether status or denial reason of the calls are needed.
    pub(crate) fn needs_outcome(self) -> bool {
        self.is_rate() || matches!(self, Measure::Errors | Measure::ClientErrors | Measure::Denied)
    }

    /// The filter that keeps the calls it counts, where it counts some of them only.
    pub(crate) fn filter(self) -> &'static str {
        match self {
            Measure::Errors => "status:5xx",
            Measure::ClientErrors => "status:4xx",
            Measure::Denied => "granted:false",
            _ => "",
        }
    }

    /// The number; `None` without calls that have one. Distinct values are counted elsewhere.
    pub(crate) fn of(self, sums: &Sums) -> Option<Number> {
        let share = |n: u64| (sums.calls > 0).then(|| Number::Real(n as f64 / sums.calls as f64));
        let times = || sums.times.iter().find(|times| Some(times.field) == self.duration());
        match self {
            Measure::Calls => Some(Number::Count(sums.calls)),
            Measure::Errors => Some(Number::Count(sums.errors)),
            Measure::ClientErrors => Some(Number::Count(sums.client_errors)),
            Measure::Denied => Some(Number::Count(sums.denied)),
            Measure::Bytes => Some(Number::Count(sums.bytes)),
            Measure::ErrorRate => share(sums.errors),
            Measure::ClientErrorRate => share(sums.client_errors),
            Measure::DenialRate => share(sums.denied),
            Measure::Percentile(n, _) => {
                times()?.latencies.quantile_ms(f64::from(n) / 1_000.0).map(Number::Real)
            }
            Measure::Avg(_) => times()?.average_ms().map(Number::Real),
            Measure::Max(_) => times()?.longest_ms().map(Number::Real),
            Measure::Unique(_) => None,
        }
    }
}

fn percentile(thousandths: u16) -> &'static str {
    PERCENTILES.iter().find(|(_, n)| *n == thousandths).map_or("", |(name, _)| *name)
}

/// The duration of that name.
pub(crate) fn duration(parameter: &'static str, name: &str) -> Result<FieldId> {
    let durations = || {
        let all = event::FIELDS.iter().filter(|f| f.kind == Kind::Duration);
        all.map(|f| f.name).chain(["latency", "response_time", "upstream_time", "gateway_time"])
    };
    match lang::fields_of(name) {
        Some([field]) if field.field().kind == Kind::Duration => Ok(*field),
        Some([field]) if field.field().kind.storage() == Storage::Int => {
            Err(Error::parameter(parameter, format!("{name} is not a duration")))
        }
        _ => Err(Error::unknown(parameter, name, nearest(name, durations(), 3), durations())),
    }
}

/// Several of what a label names: `IP addresses`, `Countries`, `APIs`.
fn plural(label: &str) -> String {
    match label.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if label.ends_with('s') => format!("{label}es"),
        _ => format!("{label}s"),
    }
}
