//! A filter judged on the cells of a roll-up instead of on rows. It must mean the same there, or there is none.

use event::field::{self, FieldId};
use event::{Kind, Storage};
use ledger::{Cell, Cube, Sym, Symbols};

use crate::eval::{IntTest, Reasons, TextTest};
use crate::lang::{Filter, Node, Target, Test};

/// A filter over cells of one cube.
pub(crate) struct Cellular {
    plan: Plan,
    /// Whether it looks at keys, which are cut off where there are too many.
    pub(crate) keyed: bool,
}

enum Plan {
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Not(Box<Plan>),
    Text { column: fn(&Cell) -> Sym, test: TextTest, known: Known },
    Status(IntTest),
    Reason(Reasons),
    Refused(bool),
}

impl Cellular {
    /// The filter over this cube's cells; `None` when it asks for what they do not hold.
    pub(crate) fn new(filter: &Filter, cube: &Cube) -> Option<Cellular> {
        let mut keyed = false;
        let plan = plan(&filter.node, cube, &mut keyed)?;
        Some(Cellular { plan, keyed })
    }

    /// Whether the cell is meant.
    pub(crate) fn holds(&mut self, cell: &Cell, symbols: &Symbols) -> bool {
        self.plan.holds(cell, symbols)
    }
}

fn plan(node: &Node, cube: &Cube, keyed: &mut bool) -> Option<Plan> {
    Some(match node {
        Node::All(parts) => {
            Plan::All(parts.iter().map(|part| plan(part, cube, keyed)).collect::<Option<_>>()?)
        }
        Node::Any(parts) => {
            Plan::Any(parts.iter().map(|part| plan(part, cube, keyed)).collect::<Option<_>>()?)
        }
        Node::Not(inner) => Plan::Not(Box::new(plan(inner, cube, keyed)?)),
        Node::Term(term) => {
            let tests = term.tests.iter().map(|test| test_plan(&term.target, test, cube, keyed));
            Plan::Any(tests.collect::<Option<_>>()?)
        }
    })
}

fn test_plan(target: &Target, test: &Test, cube: &Cube, keyed: &mut bool) -> Option<Plan> {
    if *test == Test::Present {
        return Some(Plan::Not(Box::new(test_plan(target, &Test::Empty, cube, keyed)?)));
    }
    match target.fields() {
        // A key is the name or, without one, the id, and the id stands beside it: together they hold the same
        // texts as the two fields, while "is it the name?" can no longer be told.
        fields if fields.len() > 1 && fields == cube.key && cube.detail == fields.last().copied() => {
            *keyed = true;
            let both = vec![text(|c| c.key, test), text(|c| c.detail, test)];
            Some(if *test == Test::Empty { Plan::All(both) } else { Plan::Any(both) })
        }
        [one] => leaf(*one, test, cube, keyed),
        _ => None,
    }
}

fn leaf(id: FieldId, test: &Test, cube: &Cube, keyed: &mut bool) -> Option<Plan> {
    match id {
        field::GATEWAY => Some(text(|c| c.gateway, test)),
        field::ENVIRONMENT => Some(text(|c| c.environment, test)),
        field::STATUS if cube.outcome => Some(Plan::Status(IntTest::of(test))),
        field::REASON if cube.outcome => Some(Plan::Reason(Reasons::of(&TextTest::of(test, Kind::Dict)))),
        field::GRANTED if cube.outcome => match test {
            Test::Between(1, 1) => Some(Plan::Refused(false)),
            Test::Between(0, 0) => Some(Plan::Refused(true)),
            _ => None,
        },
        _ if id.field().kind.storage() != Storage::Dict || id.field().kind == Kind::List => None,
        _ if cube.key == [id] => {
            *keyed = true;
            Some(text(|c| c.key, test))
        }
        _ if cube.detail == Some(id) => {
            *keyed = true;
            Some(text(|c| c.detail, test))
        }
        _ => None,
    }
}

fn text(column: fn(&Cell) -> Sym, test: &Test) -> Plan {
    Plan::Text { column, test: TextTest::of(test, Kind::Dict), known: Known::default() }
}

/// What was found for a text before: each distinct text is judged once.
#[derive(Default)]
struct Known(Vec<Option<bool>>);

impl Known {
    fn get(&mut self, sym: Sym, judge: impl FnOnce() -> bool) -> bool {
        let at = sym as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        match self.0.get_mut(at) {
            Some(slot) => *slot.get_or_insert_with(judge),
            None => judge(),
        }
    }
}

impl Plan {
    fn holds(&mut self, cell: &Cell, symbols: &Symbols) -> bool {
        match self {
            Plan::All(parts) => parts.iter_mut().all(|part| part.holds(cell, symbols)),
            Plan::Any(parts) => parts.iter_mut().any(|part| part.holds(cell, symbols)),
            Plan::Not(inner) => !inner.holds(cell, symbols),
            Plan::Text { column, test, known } => {
                let sym = column(cell);
                known.get(sym, || test.holds(&symbols.text(sym)))
            }
            Plan::Status(test) => test.holds((cell.status != 0).then_some(i64::from(cell.status))),
            Plan::Reason(set) => set.has(cell.reason),
            Plan::Refused(wanted) => (cell.reason != 0) == *wanted,
        }
    }
}
