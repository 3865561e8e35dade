//! What is counted of the operator trail: the values of its filters, and the changes that are marked on charts. Knows
//! no HTTP.

use std::collections::BTreeMap;

use event::{Act, Timestamp};
use ledger::trail::Entry;
use serde_json::{Value, json};

use super::ask::{READS, Wanted};

/// Different values counted of one filter; events with others count in the total only.
const VALUES_MAX: usize = 10_000;
/// Values told of one filter, the most frequent ones.
const TOLD_MAX: usize = 200;

/// What an event says to a filter: a value and what people call it.
type Said = fn(&Act) -> (&str, &str);

/// The filters whose values are counted.
const FACETS: &[(&str, Said)] = &[
    ("operator", |act| (&act.operator, &act.operator)),
    ("event", |act| (if act.code.is_empty() { &act.event } else { &act.code }, &act.event)),
    ("resource_type", |act| (&act.resource_type, &act.resource_type)),
    ("source", |act| (&act.source, &act.source)),
    ("outcome", |act| (&act.outcome, &act.outcome)),
    ("origin", |act| (&act.origin, &act.origin)),
];

/// How many events are wanted, and of each filter how many there would be with each of its values.
#[derive(Default)]
pub(crate) struct Facets {
    total: u64,
    reads_hidden: u64,
    values: [BTreeMap<String, (String, u64)>; FACETS.len()],
}

impl Facets {
    /// Counts an event. One that a single filter refuses counts among the values of that filter.
    pub(crate) fn take(&mut self, wanted: &Wanted, act: &Act) {
        let mut refusals = wanted.refusals(act);
        let (refusal, is_one) = (refusals.next(), refusals.next().is_none());
        self.total += u64::from(refusal.is_none());
        self.reads_hidden += u64::from(is_one && refusal == Some(READS));
        if !is_one {
            return;
        }
        for ((name, said), values) in FACETS.iter().zip(&mut self.values) {
            let (value, label) = said(act);
            // Reads that are hidden are told among the events, where they can be chosen.
            let is_refused =
                refusal.is_some_and(|refusal| refusal != *name && (refusal, *name) != (READS, "event"));
            if value.is_empty() || is_refused {
                continue;
            }
            if let Some((_, count)) = values.get_mut(value) {
                *count += 1;
            } else if values.len() < VALUES_MAX {
                values.insert(value.to_owned(), (label.to_owned(), 1));
            }
        }
    }

    /// As the API writes it, the most frequent values first.
    pub(crate) fn told(&self) -> Value {
        let facets = FACETS.iter().zip(&self.values).map(|((name, _), values)| {
            let mut values: Vec<_> = values.iter().collect();
            values.sort_by_key(|(_, (_, count))| std::cmp::Reverse(*count));
            let values: Vec<Value> = values
                .into_iter()
                .take(TOLD_MAX)
                .map(|(value, (label, count))| json!({ "value": value, "label": label, "count": count }))
                .collect();
            json!({ "field": name, "values": values })
        });
        json!({ "total": self.total, "reads_hidden": self.reads_hidden, "facets": facets.collect::<Vec<_>>() })
    }
}

/// Kinds of things whose change has no bearing on calls or on what is kept of them: who is signed in, and what people
/// save for themselves.
const ASIDE: &[&str] = &["session", "view", "report", "dashboard", "export"];

/// Whether an event changed something that charts may show.
pub(crate) fn is_change(act: &Act) -> bool {
    ["create", "update", "delete"].contains(&&*act.verb)
        && act.outcome == "success"
        && !ASIDE.contains(&&*act.resource_type)
}

/// Changes of a range, those that lie together as one.
pub(crate) struct Marks {
    from: Timestamp,
    slot: i64,
    total: u64,
    marks: BTreeMap<i64, Mark>,
}

/// Changes of one part of the range.
struct Mark {
    count: u64,
    first: Timestamp,
    /// The one that stands for them.
    last: Entry,
}

impl Marks {
    /// For at most so many marks.
    pub(crate) fn new(from: Timestamp, to: Timestamp, most: usize) -> Marks {
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let slot = to.0.saturating_sub(from.0).max(1).div_euclid(most) + 1;
        Marks { from, slot, total: 0, marks: BTreeMap::new() }
    }

    /// Counts an event of the range. Commands beside the server come into the trail a little after they were done.
    pub(crate) fn take(&mut self, entry: Entry) {
        if !is_change(&entry.act) {
            return;
        }
        self.total += 1;
        let (at, time) = ((entry.act.time.0 - self.from.0).div_euclid(self.slot), entry.act.time);
        let Some(mark) = self.marks.get_mut(&at) else {
            self.marks.insert(at, Mark { count: 1, first: time, last: entry });
            return;
        };
        mark.count += 1;
        mark.first = mark.first.min(time);
        if time > mark.last.act.time {
            mark.last = entry;
        }
    }

    /// As the API writes it, oldest first.
    pub(crate) fn told(&self) -> Value {
        let told = |mark: &Mark| {
            let act = &mark.last.act;
            json!({
                "id": mark.last.seq.to_string(), "count": mark.count,
                "first": mark.first.to_string(), "time": act.time.to_string(),
                "event": act.event, "operator": act.operator,
                "resource_type": act.resource_type, "resource_id": act.resource_id, "resource_name": act.resource_name,
            })
        };
        json!({ "total": self.total, "marks": self.marks.values().map(told).collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(operator: &str, code: &str, verb: &str, resource_type: &str) -> Act {
        Act {
            operator: operator.into(),
            code: code.into(),
            event: code.to_lowercase(),
            verb: verb.into(),
            resource_type: resource_type.into(),
            source: "api".into(),
            outcome: "success".into(),
            ..Act::default()
        }
    }

    #[test]
    fn a_filter_does_not_narrow_its_own_values() {
        let wanted = Wanted { operator: "ada".into(), event: "create".into(), ..Wanted::default() };
        let mut facets = Facets::default();
        for act in [
            act("ada", "A", "create", "source"),
            act("ada", "A", "create", "token"),
            act("bo", "A", "create", "token"),
            act("ada", "B", "delete", "token"),
            act("bo", "B", "delete", "token"),
        ] {
            facets.take(&wanted, &act);
        }
        let told = facets.told();
        let of = |at: usize| told["facets"][at]["values"].to_string();
        assert_eq!(told["total"], 2);
        assert_eq!(
            of(0),
            r#"[{"count":2,"label":"ada","value":"ada"},{"count":1,"label":"bo","value":"bo"}]"#
        );
        assert_eq!(of(1), r#"[{"count":2,"label":"a","value":"A"},{"count":1,"label":"b","value":"B"}]"#);
        assert_eq!(
            of(2),
            r#"[{"count":1,"label":"source","value":"source"},{"count":1,"label":"token","value":"token"}]"#
        );
    }

    #[test]
    fn hidden_reads_are_counted_and_told_among_the_events_only() {
        let wanted = Wanted { operator: "ada".into(), hides_reads: true, ..Wanted::default() };
        let mut facets = Facets::default();
        for act in [
            act("ada", "A", "create", "source"),
            act("ada", "R", "read", "events"),
            act("bo", "R", "read", "events"),
        ] {
            facets.take(&wanted, &act);
        }
        let told = facets.told();
        let of = |at: usize| told["facets"][at]["values"].to_string();
        assert_eq!((&told["total"], &told["reads_hidden"]), (&json!(1), &json!(1)));
        assert_eq!(of(0), r#"[{"count":1,"label":"ada","value":"ada"}]"#);
        assert_eq!(of(1), r#"[{"count":1,"label":"a","value":"A"},{"count":1,"label":"r","value":"R"}]"#);
        assert_eq!(of(2), r#"[{"count":1,"label":"source","value":"source"}]"#);
    }

    #[test]
    fn changes_that_lie_together_are_one_mark() {
        let mut marks = Marks::new(Timestamp(0), Timestamp(100), 10);
        let mut take = |seq: u64, time: i64, act: Act| {
            let act = Act { time: Timestamp(time), ..act };
            marks.take(Entry { seq, end: None, act, records: Vec::new() });
        };
        take(6, 99, act("ada", "A", "read", "events"));
        take(5, 95, act("ada", "A", "update", "source"));
        take(4, 90, act("ada", "A", "create", "view"));
        take(3, 12, Act { outcome: "failure".into(), ..act("ada", "A", "update", "source") });
        take(2, 3, act("ada", "A", "create", "source"));
        take(1, 8, act("bo", "B", "delete", "source"));
        let told = marks.told();
        assert_eq!(told["total"], 3);
        let short: Vec<String> = told["marks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mark| format!("{} {} {}", mark["id"], mark["count"], mark["operator"]))
            .collect();
        assert_eq!(short, [r#""1" 2 "bo""#, r#""5" 1 "ada""#]);
        assert_eq!(told["marks"][0]["first"], Timestamp(3).to_string());
    }
}
