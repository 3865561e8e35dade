//! What we know besides the log, put beside what the log says: the client behind trusted proxies, where its address
//! is, who calls, what program it is. Knows no disk and no clock: files come in as bytes. A batch holds each text once,
//! so the work is done once for each distinct text and not for each event.

use std::sync::Arc;

use event::column::{Column, Dict, DictColumn};
use event::{Batch, FieldId};

use crate::directory::{self, Directory};

mod agents;
mod geography;
mod proxies;
mod routes;

pub use geography::{Geography, GeographyError};
pub use proxies::{Header, Proxies};
pub use routes::{DERIVED_ROUTES_MAX, OTHER_ROUTE, Routes};

/// What we know besides the log. Copying it is cheap.
#[derive(Clone, Default)]
pub struct Knowledge {
    /// Whose word about the client is taken.
    pub proxies: Arc<Proxies>,
    /// Where addresses are.
    pub geography: Arc<Geography>,
    /// Who calls, and what they call.
    pub directory: Directory,
    /// The routes made from paths so far.
    pub routes: Arc<Routes>,
}

/// Completes events with what we know. What the log itself says stays. Call before masking: an address may be
/// shortened there.
pub fn enrich(batch: &mut Batch, knowledge: &Knowledge) {
    knowledge.proxies.find_clients(batch);
    knowledge.geography.locate(batch);
    directory::join(batch, &knowledge.directory);
    agents::recognise(batch);
    knowledge.routes.bound(batch);
}

/// Fills columns that follow from another one. `of` is asked once for each distinct text of `from`; it puts texts into
/// the dictionaries of `to` and gives their numbers, 0 where there is none. Values that are there stay.
fn follow<const N: usize>(
    batch: &mut Batch,
    from: FieldId,
    to: [FieldId; N],
    mut of: impl FnMut(&str, &mut [Dict; N]) -> [u32; N],
) {
    let Some(Column::Dict(source)) = batch.take_column(from) else { return };
    let mut columns = to.map(|field| match batch.take_column(field) {
        Some(Column::Dict(column)) => column,
        _ => DictColumn::default(),
    });
    let mut dicts = columns.each_mut().map(|column| std::mem::take(&mut column.dict));
    let mut numbers = [const { Vec::new() }; N];
    for text in source.dict.texts().iter() {
        let found = if text.is_empty() { [0; N] } else { of(text, &mut dicts) };
        numbers.iter_mut().zip(found).for_each(|(numbers, found)| numbers.push(found));
    }
    for (((mut column, dict), numbers), field) in columns.into_iter().zip(dicts).zip(numbers).zip(to) {
        if dict.is_empty() {
            continue;
        }
        column.dict = dict;
        let number = |id: &u32| numbers.get(*id as usize).copied().unwrap_or(0);
        if column.ids.is_empty() {
            column.ids = source.ids.iter().map(number).collect();
        } else {
            column.ids.resize(source.ids.len(), 0);
            let absent = column.ids.iter_mut().zip(&source.ids).filter(|(mine, _)| **mine == 0);
            absent.for_each(|(mine, id)| *mine = number(id));
        }
        batch.set_column(field, Column::Dict(column));
    }
    batch.set_column(from, Column::Dict(source));
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::{Event, field};

    #[test]
    fn what_follows_is_asked_once_and_what_is_there_stays() {
        let mut batch = Batch::new();
        for (ip, country) in [("1", ""), ("2", "XX"), ("", ""), ("1", ""), ("3", ""), ("2", "")] {
            let mut event = Event::new();
            event.int(field::TIME, 1);
            event.text(field::IP, ip);
            event.text(field::COUNTRY, country);
            batch.push(&event);
        }
        batch.finish();
        let mut asked = Vec::new();
        follow(&mut batch, field::IP, [field::COUNTRY, field::CITY], |text, [country, _]| {
            asked.push(text.to_owned());
            [if text == "3" { 0 } else { country.number(&format!("C{text}")) }, 0]
        });
        assert_eq!(asked, ["1", "2", "3"]);
        let countries: Vec<_> = batch.rows().map(|row| row.text(field::COUNTRY)).collect();
        assert_eq!(countries, [Some("C1"), Some("XX"), None, Some("C1"), None, Some("C2")]);
        assert!(batch.column(field::CITY).is_none());
        assert_eq!(batch.row(4).text(field::IP), Some("3"));
    }
}
