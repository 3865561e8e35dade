//! The key figures, one panel each; their definitions are in the summary.

use super::{Body, Chart, Look, Make, Number, Page, Panel, Unit};
use crate::error::Result;
use crate::range::Range;
use crate::summary::{Basis, Figures, figures};

fn stat(
    look: &Look<'_>,
    part: Basis,
    number: fn(&Figures) -> Option<Number>,
    note: fn(&Figures) -> Option<String>,
) -> Result<Body> {
    let ranges: Vec<Range> = std::iter::once(look.ask.range).chain(look.previous).collect();
    let found = figures(look.reader, &ranges, &look.ask.zone, look.ask.now, &[part])?;
    look.note(found.origin, found.stop);
    let value = found.figures.first().and_then(number);
    let previous = found.figures.get(1).and_then(number);
    let note = found.figures.first().and_then(note);
    Ok(Body::Stat { value, previous, change: value.and_then(|v| v.change(previous)), note })
}

macro_rules! figures {
    ($($name:ident $id:literal $title:literal $question:literal $unit:ident $part:ident $number:expr;)*) => {
        $(pub(super) const $name: Panel = Panel {
            id: $id, title: $title, question: $question, unit: Unit::$unit, chart: Chart::Stat, split: None,
            page: Page::Overview, make: Make::Own(|look| stat(look, Basis::$part, $number, |_| None)),
        };)*
    };
}

figures! {
    TOTAL_CALLS "kpi_total_calls" "Total calls" "How many calls were there?" Calls Traffic
        |f| Some(Number::Count(f.total_calls));
    UNIQUE_CONSUMERS "kpi_unique_consumers" "Unique consumers" "How many different consumers called?" Consumers Consumers
        |f| Some(Number::Count(f.unique_consumers));
    UNIDENTIFIED_CALLS "kpi_unidentified_calls" "Unidentified calls" "How many calls came from nobody known?" Calls Consumers
        |f| Some(Number::Count(f.unidentified_calls));
    AVG_CALLS_PER_DAY "kpi_avg_calls_per_day" "Average calls per day" "How many calls are there on a day?" Calls Traffic
        |f| Some(Number::Real(f.avg_calls_per_day));
    SUCCESS_RATE "kpi_success_rate" "Success rate" "What share of all calls ended with 2xx?" Percent Traffic
        |f| f.success_rate.map(Number::Real);
    AVAILABILITY "kpi_availability" "Availability" "What share of all calls did not end with 5xx?" Percent Traffic
        |f| f.availability.map(Number::Real);
    DENIED_REQUESTS "kpi_denied_requests" "Denied requests" "How many calls did the gateway refuse, quota and rate limits included?" Calls Traffic
        |f| Some(Number::Count(f.denied_requests));
    P50_MS "kpi_p50_ms" "Median latency" "How long does a call take?" Ms Latency |f| f.p50_ms.map(Number::Real);
    P95_MS "kpi_p95_ms" "p95 latency" "How long do 95 of 100 calls take at most?" Ms Latency |f| f.p95_ms.map(Number::Real);
    P99_MS "kpi_p99_ms" "p99 latency" "How long do 99 of 100 calls take at most?" Ms Latency |f| f.p99_ms.map(Number::Real);
}

/// The peak hour says when it was beside how many calls it had.
pub(super) const PEAK_HOUR: Panel = Panel {
    id: "kpi_peak_hour",
    title: "Peak hour",
    question: "Which hour had the most calls, and how many?",
    unit: Unit::Calls,
    chart: Chart::Stat,
    split: None,
    page: Page::Overview,
    make: Make::Own(|look| {
        stat(
            look,
            Basis::Hours,
            |f| f.peak_hour.as_ref().map(|p| Number::Count(p.calls)),
            |f| f.peak_hour.as_ref().map(|p| p.start.clone()),
        )
    }),
};
