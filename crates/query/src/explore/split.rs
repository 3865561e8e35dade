//! What a question is split by: a field, several that stand for one thing, or the clock.

use event::field::{self, FieldId};
use event::{FIELDS, Kind};
use ledger::Cube;

use super::cases::{self, Case};
use super::clock::{CLOCKS, Clock};
use crate::error::{Error, Result};
use crate::eval::Compiled;
use crate::lang::{ALIASES, Filter};
use crate::range::Zone;
use crate::text::nearest;
use crate::values::value_label;

/// Splits of one question at most.
pub const SPLITS_MAX: usize = 16;

/// One thing to split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) by: By,
}

/// Where its values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Field(FieldId),
    /// The first of some fields that has a value: a consumer's name, else its id.
    First(&'static [FieldId]),
    /// The network of the client's address.
    Network,
    Class,
    Clock(Clock),
    /// The first of some filters that holds.
    Cases(&'static [Case]),
}

/// Where a cell of a cube has the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Gateway,
    Environment,
    Key,
    Detail,
    Status,
    Class,
    Reason,
    Granted,
    Time(Clock),
    Cases(&'static [Case]),
}

impl Split {
    /// The split of that name.
    pub(crate) fn parse(parameter: &'static str, name: &str) -> Result<Split> {
        let name = name.trim();
        let lower = name.to_ascii_lowercase();
        if lower == "status_class" {
            return Ok(Split { name: "status_class", label: "Status class", by: By::Class });
        }
        if let Some((name, label, clock)) = Clock::by_name(&lower) {
            return Ok(Split { name, label, by: By::Clock(clock) });
        }
        if let Some((name, label, cases)) = cases::SPLITS.iter().find(|(known, ..)| *known == lower) {
            return Ok(Split { name, label, by: By::Cases(cases) });
        }
        let of = |name: &'static str, fields: &'static [FieldId]| {
            let first = fields.first().map(|field| field.field())?;
            let by = if let [one] = fields { By::Field(*one) } else { By::First(fields) };
            Some(Split { name, label: first.label, by })
        };
        let found = FIELDS.iter().find(|f| f.name == lower || f.path == lower);
        let found = found.and_then(|f| of(f.name, std::slice::from_ref(&f.id)));
        let found = found.or_else(|| {
            ALIASES.iter().find(|alias| alias.name == lower).and_then(|alias| of(alias.name, alias.fields))
        });
        match found {
            Some(split) if parameter == "by" && split.fields().iter().any(|f| is_of_one_call(*f)) => {
                let detail = format!("{name} is another in each call: look at the access log instead");
                Err(Error::parameter(parameter, detail))
            }
            Some(split) if split.fields().iter().all(|f| countable(*f)) => Ok(split),
            Some(_) => Err(Error::parameter(parameter, format!("{name} has no values to count by"))),
            None => {
                let names = || {
                    let fields =
                        FIELDS.iter().filter(|f| countable(f.id) && !is_of_one_call(f.id)).map(|f| f.name);
                    let clocks = CLOCKS.iter().map(|(name, ..)| *name);
                    let cases = cases::SPLITS.iter().map(|(name, ..)| *name);
                    fields.chain(ALIASES.iter().map(|alias| alias.name)).chain(clocks).chain(cases)
                };
                Err(Error::unknown(parameter, name, nearest(name, names(), 3), []))
            }
        }
    }

    /// The columns it reads.
    pub(crate) fn fields(&self) -> Vec<FieldId> {
        match self.by {
            By::Field(field::REASON) => vec![field::REASON, field::GRANTED],
            By::Field(field) => vec![field],
            By::First(fields) => fields.to_vec(),
            By::Network => vec![field::IP],
            By::Class => vec![field::STATUS],
            By::Clock(_) => vec![field::TIME],
            By::Cases(cases) => {
                let filters = cases::filters(cases).unwrap_or_default();
                filters.iter().flat_map(|filter| Compiled::new(filter).fields().to_vec()).collect()
            }
        }
    }

    /// The same for someone who does not see single addresses.
    pub(crate) fn coarse(self) -> Split {
        if self.by == By::Field(field::IP) { Split { by: By::Network, ..self } } else { self }
    }

    /// Whether a call can have several values.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.by, By::Field(field) if field.field().kind == Kind::List)
    }

    /// Where the cells of a cube have it; `None` when they do not.
    pub(crate) fn place(&self, cube: &Cube) -> Option<Place> {
        match self.by {
            By::Clock(clock) => Some(Place::Time(clock)),
            By::Cases(cases) => (cube.outcome && cases::are_outcomes(cases)).then_some(Place::Cases(cases)),
            By::First(fields) => (cube.key == fields).then_some(Place::Key),
            By::Class => cube.outcome.then_some(Place::Class),
            By::Network => None,
            By::Field(field::GATEWAY) => (!cube.coarse).then_some(Place::Gateway),
            By::Field(field::ENVIRONMENT) => (!cube.coarse).then_some(Place::Environment),
            By::Field(field::STATUS) => cube.outcome.then_some(Place::Status),
            By::Field(field::REASON) => cube.outcome.then_some(Place::Reason),
            By::Field(field::GRANTED) => cube.outcome.then_some(Place::Granted),
            By::Field(id) if cube.key == [id] => Some(Place::Key),
            By::Field(id) => (cube.detail == Some(id)).then_some(Place::Detail),
        }
    }

    /// A value for people.
    pub(crate) fn words(&self, value: &str) -> String {
        match self.by {
            By::Field(field) => value_label(field, value),
            By::Cases(cases) => {
                cases.iter().find(|case| case.value == value).map_or(value, |case| case.label).to_owned()
            }
            _ if value.is_empty() => "(none)".to_owned(),
            _ => value.to_owned(),
        }
    }

    /// The filter that keeps a value, where the language can say it.
    pub(crate) fn filter(&self, value: &str, zone: &Zone) -> Option<String> {
        match self.by {
            By::Clock(clock) => clock.filter(value, zone),
            By::Cases(cases) => cases::filter(cases, value),
            // A network is written without quotes, or it would be an address of that text.
            By::Field(field::IP) | By::Network if value.contains('/') => {
                Some(format!("{}:{value}", self.name))
            }
            _ => Some(Filter::term(self.name, (!value.is_empty()).then_some(value))),
        }
    }
}

/// Whether hardly two calls have the same value: a list of them would be the calls themselves, which needs more than the
/// right to see panels.
fn is_of_one_call(field: FieldId) -> bool {
    field == field::SEQ || (field.field().kind == Kind::Text && field != field::PATH)
}

fn countable(field: FieldId) -> bool {
    !matches!(field.field().kind, Kind::Pairs | Kind::Json | Kind::Time)
}
