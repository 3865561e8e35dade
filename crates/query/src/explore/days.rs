//! What roll-ups gave of days that are over, for answers over time: hours of many keys are far more than what is made of them,
//! so that is what is kept.

use std::ops::Range;
use std::sync::Arc;

use event::time::DAY;
use ledger::{Stay, Unit};

use super::Question;
use super::cells::{self, Piece, Plan};
use super::kept::{DAY_BYTES_MAX, DAYS_BYTES_MAX, Grouped, Place};
use super::rows::fingerprint;
use super::table::Table;
use crate::error::Result;
use crate::panels::Look;
use crate::tally::Origin;

/// Adds the days that are told by sealed files alone, each from what is kept of it or from its cells; gives back what is left.
pub(super) fn take(
    question: &Question,
    look: &Look<'_>,
    plan: &Plan,
    pieces: Vec<Piece>,
    table: &mut Table,
) -> Result<Vec<Piece>> {
    let asked = format!("cells {}", fingerprint(question, look));
    let most = DAY_BYTES_MAX
        .min(DAYS_BYTES_MAX / pieces.iter().map(|piece| whole_days(piece).count()).sum::<usize>().max(1));
    let mut left = Vec::new();
    for piece in pieces {
        let mut from = piece.edges.first().copied().unwrap_or(0);
        // Days of a bucket come as one already.
        let is_fine = piece.edges.windows(2).any(|edges| matches!(edges, [from, to] if to - from < DAY));
        for day in whole_days(&piece).filter(|_| is_fine) {
            let (start, end) = (day * DAY, (day + 1) * DAY);
            let Some(units) = sealed(look, day)? else { continue };
            let one = clipped(&piece, start..end);
            let buckets = one.edges.len() - 1;
            let place =
                Place { period: one.period, buckets: (one.first, one.first + buckets - 1), is_whole: true };
            let inner = one.edges.get(1..buckets).unwrap_or(&[]);
            let name: Arc<str> = format!("{asked} {inner:?}").into();
            let known = look.reader.view.counted::<Grouped>(&units, &name);
            let grouped = match known {
                Some(known) => known,
                None => {
                    let mut own = Table::new(question, buckets);
                    let one = Piece { period: 0, first: 0, ..one };
                    cells::count(question, look, plan, &[one], &mut own)?;
                    if look.outcome().1.is_some() {
                        return Ok(Vec::new());
                    }
                    let grouped = Arc::new(Grouped::of(own, question, buckets));
                    let bytes = grouped.memory_bytes();
                    if bytes <= most && look.outcome().0 == Origin::Rollup {
                        look.reader.view.keep_count(&units, &name, &grouped, bytes, Stay::Spare);
                    }
                    grouped
                }
            };
            grouped.add_to(table, place, look.reader.budget);
            if from < start {
                left.push(clipped(&piece, from..start));
            }
            from = end;
        }
        let end = piece.edges.last().copied().unwrap_or(0);
        if from < end {
            left.push(clipped(&piece, from..end));
        }
    }
    Ok(left)
}

/// The UTC days that are wholly in a stretch.
fn whole_days(piece: &Piece) -> impl Iterator<Item = i64> + use<> {
    let (from, to) = piece.edges.first().zip(piece.edges.last()).unwrap_or((&0, &0));
    -(-from).div_euclid(DAY)..to.div_euclid(DAY)
}

/// The files of a day, when nothing else tells of it.
fn sealed(look: &Look<'_>, day: i64) -> Result<Option<Vec<Unit>>> {
    let units = look.reader.units(day * DAY, (day + 1) * DAY)?;
    let is_sealed = !units.is_empty() && units.iter().all(|unit| unit.day() == Some(day));
    Ok(Some(units).filter(|_| is_sealed && !look.reader.view.is_over(day)))
}

/// What of a stretch lies in another one.
fn clipped(piece: &Piece, within: Range<i64>) -> Piece {
    let first = piece.edges.partition_point(|edge| *edge <= within.start).saturating_sub(1);
    let inner = piece.edges.iter().copied().filter(|edge| within.start < *edge && *edge < within.end);
    let edges = [within.start].into_iter().chain(inner).chain([within.end]).collect();
    Piece { period: piece.period, first: piece.first + first, edges }
}
