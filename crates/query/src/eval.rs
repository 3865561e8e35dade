//! A filter made ready to run over columns: each distinct text of a dictionary is judged once, plain texts are
//! searched as one long text. Knows where values are held, not where they come from.

mod mask;
mod texts;

use std::collections::HashSet;

use event::column::Column;
use event::field::{self, FieldId};
use event::reason::REASONS;
use event::{Batch, Kind, Storage};
use ledger::Unit;
use ledger::cells::reason_number;

pub use mask::Mask;
pub(crate) use texts::TextTest;

use crate::error::Result;
use crate::lang::{Filter, Node, Target, Term, Test, seen_int};

/// A filter that can be run.
#[derive(Debug)]
pub struct Compiled {
    plan: Plan,
    fields: Vec<FieldId>,
}

#[derive(Debug)]
enum Plan {
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Not(Box<Plan>),
    Text { field: FieldId, test: TextTest },
    Int { field: FieldId, test: IntTest },
    Reason(Reasons),
    Refused(bool),
}

/// What is asked of a number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IntTest {
    Absent,
    Within(i64, i64),
}

impl IntTest {
    pub(crate) fn of(test: &Test) -> IntTest {
        match test {
            Test::Between(low, high) => IntTest::Within(*low, *high),
            _ => IntTest::Absent,
        }
    }

    #[inline]
    pub(crate) fn holds(self, number: Option<i64>) -> bool {
        match self {
            IntTest::Absent => number.is_none(),
            IntTest::Within(low, high) => number.is_some_and(|n| (low..=high).contains(&n)),
        }
    }
}

/// A set of denial reasons by number; 0 is "not denied".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reasons(u64);

impl Reasons {
    pub(crate) fn of(test: &TextTest) -> Reasons {
        let holds = |at: usize, code: &str| u64::from(test.holds(code)) << at;
        let codes = REASONS.iter().enumerate().map(|(at, r)| holds(at + 1, r.code));
        Reasons(codes.fold(holds(0, ""), |set, bit| set | bit))
    }

    #[inline]
    pub(crate) fn has(self, number: u8) -> bool {
        self.0 >> u32::from(number).min(63) & 1 == 1
    }
}

impl Compiled {
    /// Makes a filter ready.
    pub fn new(filter: &Filter) -> Compiled {
        let mut fields: HashSet<FieldId> = filter.fields().into_iter().collect();
        if fields.contains(&field::REASON) {
            fields.insert(field::GRANTED);
        }
        let mut fields: Vec<FieldId> = fields.into_iter().collect();
        fields.sort_unstable();
        Compiled { plan: plan(&filter.node), fields }
    }

    /// The columns it looks at.
    pub fn fields(&self) -> &[FieldId] {
        &self.fields
    }

    /// Whether it holds for every event.
    pub fn is_all(&self) -> bool {
        matches!(&self.plan, Plan::All(parts) if parts.is_empty())
    }

    /// The rows it holds for.
    pub fn mask(&self, batch: &Batch) -> Mask {
        self.plan.mask(batch)
    }

    /// Whether some row of the unit may match; false is certain.
    pub fn may_match(&self, unit: &Unit) -> Result<bool> {
        self.plan.may_match(unit)
    }
}

fn plan(node: &Node) -> Plan {
    match node {
        Node::All(parts) => {
            let mut plans: Vec<Plan> = parts.iter().map(plan).collect();
            // Cheap checks first: what they rule out need not be searched.
            plans.sort_by_key(Plan::cost);
            Plan::All(plans)
        }
        Node::Any(parts) => Plan::Any(parts.iter().map(plan).collect()),
        Node::Not(inner) => Plan::Not(Box::new(plan(inner))),
        Node::Term(term) => term_plan(term),
    }
}

fn term_plan(term: &Term) -> Plan {
    let mut plans: Vec<Plan> = Vec::new();
    // Several exact values of one field are one look at each text.
    let exact: Vec<&str> = term
        .tests
        .iter()
        .filter_map(|t| if let Test::Is(text) = t { Some(text.as_str()) } else { None })
        .collect();
    if exact.len() > 1 && term.target.fields() != [field::REASON] {
        plans.extend(
            term.target
                .fields()
                .iter()
                .map(|f| Plan::Text { field: *f, test: TextTest::one_of(&exact, f.field().kind) }),
        );
    }
    let merged = !plans.is_empty();
    for test in term.tests.iter().filter(|t| !(merged && matches!(t, Test::Is(_)))) {
        plans.push(test_plan(&term.target, test));
    }
    if plans.len() == 1 { plans.swap_remove(0) } else { Plan::Any(plans) }
}

fn test_plan(target: &Target, test: &Test) -> Plan {
    match test {
        Test::Empty => Plan::All(target.fields().iter().map(|f| leaf(*f, test)).collect()),
        Test::Present => Plan::Not(Box::new(test_plan(target, &Test::Empty))),
        _ => match target.fields() {
            [one] => leaf(*one, test),
            several => Plan::Any(several.iter().map(|f| leaf(*f, test)).collect()),
        },
    }
}

fn leaf(field: FieldId, test: &Test) -> Plan {
    let kind = field.field().kind;
    match field {
        field::REASON => Plan::Reason(Reasons::of(&TextTest::of(test, Kind::Dict))),
        // What the gateway did not refuse counts as granted, here as in every total.
        field::GRANTED => match test {
            Test::Between(1, 1) => Plan::Refused(false),
            Test::Between(0, 0) => Plan::Refused(true),
            _ => Plan::Int { field, test: IntTest::of(test) },
        },
        _ if kind.storage() == Storage::Int => Plan::Int { field, test: IntTest::of(test) },
        _ => Plan::Text { field, test: TextTest::of(test, kind) },
    }
}

impl Plan {
    fn cost(&self) -> u32 {
        match self {
            Plan::Int { .. } | Plan::Refused(_) | Plan::Reason(_) => 0,
            Plan::Text { field, .. } if field.field().kind.storage() == Storage::Dict => 1,
            Plan::Text { .. } => 8,
            Plan::Not(inner) => inner.cost(),
            Plan::All(parts) | Plan::Any(parts) => parts.iter().map(Plan::cost).sum::<u32>() + 1,
        }
    }

    fn mask(&self, batch: &Batch) -> Mask {
        let rows = batch.len();
        match self {
            Plan::All(parts) => {
                let mut all = Mask::full(rows);
                for part in parts {
                    if all.is_empty() {
                        break;
                    }
                    all.and(&part.mask(batch));
                }
                all
            }
            Plan::Any(parts) => {
                let mut any = Mask::none(rows);
                parts.iter().for_each(|part| any.or(&part.mask(batch)));
                any
            }
            Plan::Not(inner) => {
                let mut mask = inner.mask(batch);
                mask.invert();
                mask
            }
            Plan::Text { field, test } => match batch.column(*field) {
                Some(column) => test.mask(column),
                None => Mask::of(rows, |_| test.holds("")),
            },
            Plan::Int { field, test } => match batch.column(*field) {
                Some(column) => Mask::of(rows, |row| test.holds(seen_int(*field, column.int(row)))),
                None => Mask::of(rows, |_| test.holds(None)),
            },
            Plan::Refused(wanted) => {
                let column = batch.column(field::GRANTED);
                Mask::of(rows, |row| (column.and_then(|c| c.int(row)) == Some(0)) == *wanted)
            }
            Plan::Reason(set) => {
                let numbers = RowReasons::new(batch);
                Mask::of(rows, |row| set.has(numbers.get(row)))
            }
        }
    }

    fn may_match(&self, unit: &Unit) -> Result<bool> {
        Ok(match self {
            Plan::All(parts) => {
                for part in parts {
                    if !part.may_match(unit)? {
                        return Ok(false);
                    }
                }
                true
            }
            Plan::Any(parts) => {
                for part in parts {
                    if part.may_match(unit)? {
                        return Ok(true);
                    }
                }
                false
            }
            Plan::Text { field, test } => match test.exact() {
                Some(texts) => {
                    for text in texts {
                        if unit.may_hold(*field, text)? {
                            return Ok(true);
                        }
                    }
                    false
                }
                None => true,
            },
            Plan::Int { field, test: IntTest::Within(low, high) } => match unit.bounds(*field)? {
                Some((min, max)) => *low <= max && *high >= min,
                None => true,
            },
            Plan::Not(_) | Plan::Int { .. } | Plan::Reason(_) | Plan::Refused(_) => true,
        })
    }
}

/// The denial reason of each row as the roll-ups count it: none unless the call was refused, and `other` when
/// the gateway named none that is known.
pub(crate) struct RowReasons<'a> {
    granted: Option<&'a Column>,
    ids: &'a [u32],
    numbers: Vec<u8>,
}

impl<'a> RowReasons<'a> {
    pub(crate) fn new(batch: &'a Batch) -> Self {
        let (ids, numbers) = match batch.column(field::REASON) {
            Some(Column::Dict(c)) => (c.ids.as_slice(), c.dict.texts().iter().map(reason_number).collect()),
            _ => (&[][..], Vec::new()),
        };
        RowReasons { granted: batch.column(field::GRANTED), ids, numbers }
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> u8 {
        if self.granted.and_then(|c| c.int(row)) != Some(0) {
            return 0;
        }
        let named = self.ids.get(row).and_then(|id| self.numbers.get(*id as usize)).copied().unwrap_or(0);
        if named == 0 { REASONS.len() as u8 } else { named }
    }
}
