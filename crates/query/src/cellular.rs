//! A filter judged on the cells of a roll-up instead of on rows. It must mean the same there, or there is none.

use event::field::{self, FieldId};
use event::{Kind, Storage};
use ledger::{Cell, Cube, Sym, Symbols};

use crate::eval::{IntTest, Reasons, TextTest};
use crate::lang::{Filter, Node, Target, Test};
use crate::tally::Numbers;

/// A filter over cells of one cube.
pub(crate) struct Cellular {
    plan: Plan,
    /// Whether it looks at keys, which are cut off where there are too many.
    pub(crate) keyed: bool,
    /// Whether it looks at nothing but keys and what stands beside them.
    pub(crate) only_keys: bool,
}

enum Plan {
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Not(Box<Plan>),
    Text { column: fn(&Cell) -> Sym, test: TextTest, known: Known },
    Status(IntTest),
    Reason(Reasons),
    Keys(Numbers<Sym>),
    Refused(bool),
}

impl Cellular {
    /// The filter over this cube's cells, when the question is about its own keys; `None` when it asks for what they do
    /// not hold.
    pub(crate) fn new(filter: &Filter, cube: &Cube) -> Option<Cellular> {
        Cellular::reading(filter, cube, true, &|_| None)
    }

    /// The same. `is_counted_by` says whether the question is about the cube's own keys; `meant` finds the keys a test of
    /// their fields means.
    pub(crate) fn reading(
        filter: &Filter,
        cube: &Cube,
        is_counted_by: bool,
        meant: &dyn Fn(&Test) -> Option<Numbers<Sym>>,
    ) -> Option<Cellular> {
        let mut planner =
            Planner { cube, is_counted_by, meant, keyed: false, only_keys: true, is_listed: false };
        let plan = planner.plan(&filter.node, true)?;
        Some(Cellular { plan, keyed: planner.keyed, only_keys: planner.only_keys })
    }

    /// Whether the cell is meant.
    pub(crate) fn holds(&mut self, cell: &Cell, symbols: &Symbols) -> bool {
        self.plan.holds(cell, symbols)
    }
}

/// What cells hold that neither is their key nor stands beside it.
const BESIDE_KEYS: &[FieldId] =
    &[field::GATEWAY, field::ENVIRONMENT, field::STATUS, field::REASON, field::GRANTED, field::DURATION];

struct Planner<'a> {
    cube: &'a Cube,
    is_counted_by: bool,
    meant: &'a dyn Fn(&Test) -> Option<Numbers<Sym>>,
    keyed: bool,
    only_keys: bool,
    /// Whether an element of a list was asked for already: of two, a cell knows one only.
    is_listed: bool,
}

impl Planner<'_> {
    /// `is_all` says whether what is not meant by this part is not meant at all.
    fn plan(&mut self, node: &Node, is_all: bool) -> Option<Plan> {
        Some(match node {
            Node::All(parts) => {
                Plan::All(parts.iter().map(|part| self.plan(part, is_all)).collect::<Option<_>>()?)
            }
            Node::Any(parts) => {
                let is_all = is_all && parts.len() == 1;
                Plan::Any(parts.iter().map(|part| self.plan(part, is_all)).collect::<Option<_>>()?)
            }
            Node::Not(inner) => Plan::Not(Box::new(self.plan(inner, false)?)),
            Node::Term(term) => {
                let is_all = is_all && term.tests.len() == 1;
                let tests = term.tests.iter().map(|test| self.test(&term.target, test, is_all));
                Plan::Any(tests.collect::<Option<_>>()?)
            }
        })
    }

    fn test(&mut self, target: &Target, test: &Test, is_all: bool) -> Option<Plan> {
        if *test == Test::Present {
            return Some(Plan::Not(Box::new(self.test(target, &Test::Empty, false)?)));
        }
        match target.fields() {
            fields if fields.len() > 1 && fields == self.cube.key => {
                self.keyed = true;
                if self.cube.detail != fields.last().copied() {
                    return (self.meant)(test).map(Plan::Keys);
                }
                // A key is the name or, without one, the id, and the id stands beside it: together they hold the same
                // texts as the two fields, while "is it the name?" can no longer be told.
                let both = vec![text(|c| c.key, test), text(|c| c.detail, test)];
                Some(if *test == Test::Empty { Plan::All(both) } else { Plan::Any(both) })
            }
            [one] => self.leaf(*one, test, is_all),
            _ => None,
        }
    }

    fn leaf(&mut self, id: FieldId, test: &Test, is_all: bool) -> Option<Plan> {
        let cube = self.cube;
        self.only_keys &= !BESIDE_KEYS.contains(&id);
        match id {
            field::GATEWAY if !cube.coarse => Some(text(|c| c.gateway, test)),
            field::ENVIRONMENT if !cube.coarse => Some(text(|c| c.environment, test)),
            // Only calls with a duration are in there.
            field::DURATION if cube.latency && *test == Test::Empty => Some(Plan::Any(Vec::new())),
            field::STATUS if cube.outcome => Some(Plan::Status(IntTest::of(test))),
            field::REASON if cube.outcome => Some(Plan::Reason(Reasons::of(&TextTest::of(test, Kind::Dict)))),
            field::GRANTED if cube.outcome => match test {
                Test::Between(1, 1) => Some(Plan::Refused(false)),
                Test::Between(0, 0) => Some(Plan::Refused(true)),
                _ => None,
            },
            // A call is in a cell for each element of its list: those of one element are each call once, and nothing
            // can be told of what else is in the list.
            _ if id.field().kind == Kind::List => {
                let is_one = cube.key == [id] && is_all && !self.is_counted_by && !self.is_listed;
                (self.keyed, self.is_listed) = (self.keyed || is_one, true);
                (is_one && matches!(test, Test::Is(_) | Test::Empty)).then(|| text(|c| c.key, test))
            }
            _ if id.field().kind.storage() != Storage::Dict => None,
            _ if cube.key == [id] => {
                self.keyed = true;
                Some(text(|c| c.key, test))
            }
            _ if cube.detail == Some(id) => {
                self.keyed = true;
                Some(text(|c| c.detail, test))
            }
            _ => None,
        }
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
            Plan::Keys(keys) => keys.contains(&cell.key),
            Plan::Refused(wanted) => (cell.reason != 0) == *wanted,
        }
    }
}
