//! The salts of the rows of a block (or of its texts, names.rs), as a tree: who has the seed of a node has the salts of all rows below it. So the salts of
//! some rows can be given up for good and all others kept, with a few seeds for each row that is given up.
//!
//! ```text
//! seed of the root = half of the block's key                        the tree has as many levels as the block's events need
//! seeds of the two nodes below = the halves of SHA-256(seed)        of row i at level 0, with i counted from the left, it is its salt
//! ```

use std::collections::BTreeMap;

use super::{Hash, hashed};

/// Sixteen bytes that nobody can guess.
pub(super) type Seed = [u8; 16];

/// A seed in hexadecimal digits.
pub(super) fn text(seed: Seed) -> String {
    seed.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads it back; nothing when it is none.
pub(super) fn parse(text: &str) -> Option<Seed> {
    let twice = Hash::parse(&format!("{text}{text}"))?;
    twice.0.first_chunk().copied()
}

/// A seed that hangs beside the way from the root to a row that was given up: the level of its node, and the seed.
pub(super) type Hanging = (u8, Seed);

/// What is known of the tree of a block.
pub(super) struct Salts {
    rows: u64,
    /// By level and number of the node's first row.
    seeds: BTreeMap<(u8, u64), Seed>,
}

/// How many levels there are above the rows of a block.
fn levels(rows: u64) -> u8 {
    rows.max(1).next_power_of_two().trailing_zeros() as u8
}

/// The seeds of the two nodes below; `bytes` is only a place to work in.
fn halves(seed: Seed, bytes: &mut Vec<u8>) -> [Seed; 2] {
    bytes.clear();
    bytes.extend_from_slice(&seed);
    let hash = hashed(bytes).0;
    let mut halves = [Seed::default(); 2];
    halves.as_flattened_mut().copy_from_slice(&hash);
    halves
}

impl Salts {
    /// All salts of a block with so many rows.
    pub(super) fn whole(root: Seed, rows: u64) -> Salts {
        Salts { rows, seeds: [((levels(rows), 0), root)].into() }
    }

    /// The salts that are left, by what hangs beside the rows that were given up.
    pub(super) fn left<'h>(given_up: impl Iterator<Item = (u64, &'h [Hanging])>, rows: u64) -> Salts {
        let beside = |row: u64, level: u8| (row >> level ^ 1) << level;
        let top = levels(rows);
        let hanging = given_up.flat_map(|(row, hanging)| {
            let hanging = hanging.iter().filter(move |(level, _)| *level < top);
            hanging.map(move |(level, seed)| ((*level, beside(row, *level)), *seed))
        });
        Salts { rows, seeds: hanging.collect() }
    }

    /// The salt of each row, where it is known.
    pub(super) fn of_rows(&self) -> Vec<Option<Seed>> {
        let mut salts: Vec<Option<Seed>> = vec![None; usize::try_from(self.rows).unwrap_or(0)];
        let mut bytes = Vec::new();
        for ((level, from), seed) in &self.seeds {
            let Some(rows) = usize::try_from(*from).ok().and_then(|from| salts.get_mut(from..)) else {
                continue;
            };
            let rows = rows.split_at_mut(rows.len().min(1 << level)).0;
            rows.first_mut().into_iter().for_each(|first| *first = Some(*seed));
            // The seed of a node stands where its first row is, until it gives way to those of the nodes below.
            for below in (0..*level).rev() {
                for node in rows.chunks_mut(2 << below) {
                    let Some([left, right]) = node.first().copied().flatten().map(|s| halves(s, &mut bytes))
                    else {
                        continue;
                    };
                    node.first_mut().into_iter().for_each(|first| *first = Some(left));
                    node.get_mut(1 << below).into_iter().for_each(|middle| *middle = Some(right));
                }
            }
        }
        salts
    }

    /// What is to hang beside each of these rows, in ascending order, so that their salts are given up and all others known here
    /// are kept.
    pub(super) fn without(&self, given_up: &[u64]) -> Vec<Vec<Hanging>> {
        let mut hanging = vec![Vec::new(); given_up.len()];
        let first_in = |level: u8, from: u64| {
            let at = given_up.partition_point(|row| *row < from);
            given_up.get(at).filter(|row| **row < from + (1 << level)).map(|_| at)
        };
        self.walk((levels(self.rows), 0), None, &mut |(level, from), seed| {
            if first_in(level, from).is_some() {
                return true;
            }
            // Its neighbour has a row that is given up, or the walk had ended above.
            let beside = (from >> level ^ 1) << level;
            let of = first_in(level, beside).and_then(|at| hanging.get_mut(at));
            if let (Some(of), Some(seed)) = (of, seed) {
                of.push((level, seed));
            }
            false
        });
        hanging
    }

    /// Visits the nodes above rows from the root on, those below a node when `visit` says so.
    fn walk(
        &self,
        (level, from): (u8, u64),
        seed: Option<Seed>,
        visit: &mut dyn FnMut((u8, u64), Option<Seed>) -> bool,
    ) {
        if from >= self.rows {
            return;
        }
        let seed = seed.or_else(|| self.seeds.get(&(level, from)).copied());
        if visit((level, from), seed) && level > 0 {
            let below = seed.map(|seed| halves(seed, &mut Vec::new()));
            let (left, right) = below.map(|[left, right]| (left, right)).unzip();
            self.walk((level - 1, from), left, visit);
            self.walk((level - 1, from + (1 << (level - 1))), right, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn again(given_up: &[u64], hanging: &[Vec<Hanging>], rows: u64) -> Salts {
        Salts::left(given_up.iter().copied().zip(hanging.iter().map(Vec::as_slice)), rows)
    }

    proptest! {
        #[test]
        fn what_is_given_up_is_gone_and_the_rest_is_what_it_was(
            rows in 1_u64..300, first in prop::collection::btree_set(0_u64..300, 0..20),
            then in prop::collection::btree_set(0_u64..300, 0..20),
        ) {
            let whole = Salts::whole([9; 16], rows);
            let all = whole.of_rows();
            prop_assert!(all.iter().all(Option::is_some));
            let distinct: std::collections::BTreeSet<_> = all.iter().collect();
            prop_assert_eq!(distinct.len() as u64, rows);
            let first: Vec<u64> = first.into_iter().filter(|row| *row < rows).collect();
            prop_assume!(!first.is_empty());
            let left = again(&first, &whole.without(&first), rows);
            let mut both = first.clone();
            both.extend(then.into_iter().filter(|row| *row < rows));
            both.sort_unstable();
            both.dedup();
            let less = again(&both, &left.without(&both), rows);
            for (salts, gone) in [(left, &first), (less, &both)] {
                for (row, (salt, was)) in (0_u64..).zip(salts.of_rows().into_iter().zip(&all)) {
                    prop_assert_eq!(salt, if gone.contains(&row) { None } else { *was });
                }
            }
        }
    }

    #[test]
    fn a_row_costs_as_many_seeds_as_there_are_levels() {
        let whole = Salts::whole([9; 16], 131_072);
        assert_eq!(whole.without(&[77_777])[0].len(), 17);
        let half: Vec<u64> = (0..65_536).collect();
        assert_eq!(whole.without(&half).iter().map(Vec::len).sum::<usize>(), 1);
    }
}
