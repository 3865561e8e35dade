//! What somebody who watches over the gateway looks at: who is refused again and again, who comes from where they never
//! came from, who calls what is sensitive, and who calls when nobody works.

use event::field;
use event::time::DAY;

use super::{Body, Chart, Look, Make, Page, Panel, Unit};
use crate::error::Result;
use crate::explore::{Question, REST, Spec, Table, gather, list, listed};
use crate::lang::{Filter, Node, Target, Term, Test};
use crate::tally::Numbers;
use crate::text::counted;

/// Fewer calls than this tell nothing about the rate of a consumer.
const RATE_CALLS_MIN: u64 = 20;
/// So many refused credentials are repeated.
const REPEATED_MIN: u64 = 5;
/// Of whom so many addresses are known, every further one is nothing unexpected.
const ADDRESSES_MAX: usize = 32;
/// How far back an address must not have been seen with a consumer to be unexpected.
const LOOK_BACK_DAYS: i64 = 30;

pub(super) const TOP_CONSUMERS: Panel = Panel::asks(
    "denied_top_consumers",
    "Most denied consumers",
    "Which consumers are refused most?",
    Unit::Calls,
    Page::Denials,
    Spec::new("denied,calls,denial_rate", "consumer", Chart::Toplist).of_calls("consumer:*"),
);

pub(super) const TOP_ROUTES: Panel = Panel::asks(
    "denied_top_routes",
    "Most denied routes",
    "On which routes are calls refused most?",
    Unit::Calls,
    Page::Denials,
    Spec::new("denied,calls,denial_rate", "route", Chart::Toplist),
);

pub(super) const DENIAL_RATE: Panel = Panel {
    id: "denial_rate_by_consumer",
    title: "Excessive denial rate",
    question: "Of which consumers is an unusually large share of calls refused?",
    unit: Unit::Percent,
    chart: Chart::Toplist,
    split: Some("consumer"),
    page: Page::Denials,
    make: Make::Own(|look| {
        let spec = Spec::new("denial_rate,denied,calls", "consumer", Chart::Toplist).of_calls("consumer:*");
        let note = format!("consumers with at least {}", counted(RATE_CALLS_MIN, "call"));
        let question = Question::parse(&spec)?;
        let table = gather(look, &question, &look.periods())?;
        let keep = |table: &Table, group: u32| {
            let sums = table.at(group, table.place(0, 0));
            sums.is_some_and(|sums| sums.calls >= RATE_CALLS_MIN && sums.denied > 0)
        };
        Ok(list(look, &question, &table, &keep, Some(note)))
    }),
};

pub(super) const REPEATED_FAILURES: Panel = Panel {
    id: "repeated_auth_failures",
    title: "Repeated failed authentication",
    question: "Who tries credentials again and again, from which address and with which name?",
    unit: Unit::Calls,
    chart: Chart::Table,
    split: Some("ip,claimed_consumer,reason"),
    page: Page::Denials,
    make: Make::Own(|look| {
        let spec = Spec::new("denied,unique:route", "ip,claimed_consumer,reason", Chart::Table)
            .of_calls("reason:missing_credentials,invalid_credentials,expired_credentials,invalid_signature")
            .seen();
        let note = format!("refused for their credentials at least {REPEATED_MIN} times");
        listed(look, &Question { least: REPEATED_MIN, ..Question::parse(&spec)? }, Some(note))
    }),
};

pub(super) const UNEXPECTED_ADDRESSES: Panel = Panel {
    id: "unexpected_addresses",
    title: "Unexpected addresses",
    question: "Which consumers call from addresses they never called from before?",
    unit: Unit::Calls,
    chart: Chart::Table,
    split: Some("consumer,ip"),
    page: Page::Denials,
    make: Make::Own(unexpected),
};

pub(super) const SENSITIVE_ROUTES: Panel = Panel {
    id: "sensitive_routes",
    title: "Sensitive routes",
    question: "Who calls the routes that are marked as sensitive?",
    unit: Unit::Calls,
    chart: Chart::Table,
    split: Some("route,consumer"),
    page: Page::Denials,
    make: Make::Own(sensitive),
};

pub(super) const OFF_HOURS: Panel = Panel {
    id: "off_hours",
    title: "Off-hours access",
    question: "Who calls when nobody works?",
    unit: Unit::Calls,
    chart: Chart::Toplist,
    split: Some("consumer"),
    page: Page::Denials,
    make: Make::Own(off_hours),
};

fn unexpected(look: &Look<'_>) -> Result<Body> {
    let spec = Spec::new("calls,denied", "consumer,ip", Chart::Table).of_calls("consumer:* ip:*").seen();
    let question = Question { last_max: Some(ADDRESSES_MAX), ..Question::parse(&spec)? };
    let (now, _) = look.whole();
    let from = look.ask.range.from.0;
    let table = gather(look, &question, &[now, vec![(from - LOOK_BACK_DAYS * DAY).max(0), from]])?;
    let (here, earlier) = (table.place(0, 0), table.place(1, 0));
    let with_calls = |place: u32| -> Numbers<&[u32]> {
        let cells = table.cells().filter(|(group, at, _)| *group != REST && *at == place);
        cells.map(|(group, ..)| table.but_last(group)).collect()
    };
    let roaming = table.with_many(ADDRESSES_MAX);
    let known = with_calls(earlier);
    let new = with_calls(here).difference(&known).filter(|who| !roaming.contains(**who)).count() as u64;
    let mut note = format!("addresses without a call of that consumer in the {LOOK_BACK_DAYS} days before");
    if new > 0 {
        let new = counted(new, "consumer");
        note.push_str(&format!("; {new} without any call in those days not listed"));
    }
    if !roaming.is_empty() {
        let roaming = counted(roaming.len() as u64, "consumer");
        note.push_str(&format!(
            "; {roaming} with more than {ADDRESSES_MAX} addresses not listed: a new one is usual"
        ));
    }
    let keep = |table: &Table, group: u32| {
        let who = table.but_last(group);
        table.at(group, earlier).is_none() && known.contains(who) && !roaming.contains(who)
    };
    Ok(list(&look.alone(), &question, &table, &keep, Some(note)))
}

fn sensitive(look: &Look<'_>) -> Result<Body> {
    let spec = Spec::new("calls,denied,unique:ip", "route,consumer", Chart::Table).seen();
    let mut question = Question::parse(&spec)?;
    let routes = &look.ask.given.sensitive;
    let tests = routes.iter().map(|name| Test::Is(name.clone())).collect();
    question.filter = Filter::of(Node::Term(Term { target: Target::Field(field::ROUTE), tests }));
    let note = match routes.len() {
        0 => "no route, service or API of the directory has the tag `sensitive`".to_owned(),
        n => format!("{} of the directory with the tag `sensitive`", counted(n as u64, "route")),
    };
    listed(look, &question, Some(note))
}

fn off_hours(look: &Look<'_>) -> Result<Body> {
    let spec = Spec::new("calls,denied,errors", "off_hours,consumer", Chart::Toplist);
    let question = Question::parse(&spec)?;
    let table = gather(look, &question, &look.periods())?;
    let note = format!(
        "outside {}, {}; the filter of a row cannot tell the hours",
        look.ask.given.hours.words(),
        look.ask.zone.name()
    );
    let keep = |table: &Table, group: u32| table.text(group, 0) == "true";
    let mut body = list(look, &question, &table, &keep, Some(note));
    if let Body::List { columns, rows, .. } = &mut body {
        columns.retain(|column| column.id != "off_hours");
        for row in rows {
            row.cells.remove("off_hours");
            let name =
                row.cells.get("consumer").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
            row.label = if name.is_empty() { "(none)".to_owned() } else { name.clone() };
            row.key = name;
        }
    }
    Ok(body)
}
