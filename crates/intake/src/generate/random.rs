//! Numbers that look random and are the same everywhere.

/// SplitMix64.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    #[inline]
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    #[inline]
    pub(super) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// From 0 (inclusive) to 1 (exclusive).
    #[inline]
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something with so many chances in a million happens.
    #[inline]
    pub(super) fn chance(&mut self, per_million: u64) -> bool {
        self.below(1_000_000) < per_million
    }

    /// Nearly normal: mean 0, deviation 1, never beyond 6.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

const SLOTS: usize = 1 << 16;

/// Picks a place with a given weight, by one look into a table.
#[derive(Debug)]
pub(super) struct Table(Vec<u16>);

impl Table {
    /// Every place with a weight above 0 gets at least one slot of 65,536.
    pub(super) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let weights: Vec<f64> = weights.into_iter().collect();
        let total: f64 = weights.iter().sum();
        let mut slots = Vec::with_capacity(SLOTS);
        for (place, weight) in weights.iter().enumerate() {
            let share = (weight / total * SLOTS as f64).round() as usize;
            slots.extend(std::iter::repeat_n(place as u16, share.max(usize::from(*weight > 0.0))));
        }
        Table(slots)
    }

    /// The first place most often, the second half as often, the third a third as often.
    pub(super) fn zipf(places: usize) -> Self {
        Table::new((1..=places).map(|rank| 1.0 / rank as f64))
    }

    #[inline]
    pub(super) fn pick(&self, random: &mut Random) -> usize {
        let slot = random.below(self.0.len() as u64) as usize;
        usize::from(self.0.get(slot).copied().unwrap_or(0))
    }
}

/// e to the power of `x`, from the four basic operations alone.
pub(super) fn exp(x: f64) -> f64 {
    let small = x / 1_024.0;
    let series = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0)));
    (0..10).fold(series, |power, _| power * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close_enough() {
        for x in [-4.0, -0.5, 0.0, 0.3, 1.0, 5.0] {
            assert!((exp(x) / f64::exp(x) - 1.0).abs() < 1e-9);
        }
    }
}
