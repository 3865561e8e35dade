//! Which rows of a batch are meant: one bit each.

/// One bit a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    bits: Vec<u64>,
    rows: usize,
}

impl Mask {
    /// No row.
    pub fn none(rows: usize) -> Mask {
        Mask { bits: vec![0; rows.div_ceil(64)], rows }
    }

    /// Every row.
    pub fn full(rows: usize) -> Mask {
        let mut mask = Mask { bits: vec![u64::MAX; rows.div_ceil(64)], rows };
        mask.trim();
        mask
    }

    /// The rows `holds` is true for.
    #[inline]
    pub fn of(rows: usize, holds: impl Fn(usize) -> bool) -> Mask {
        let word = |at: usize| {
            let first = at * 64;
            (first..rows.min(first + 64)).fold(0, |word, row| word | u64::from(holds(row)) << (row - first))
        };
        Mask { bits: (0..rows.div_ceil(64)).map(word).collect(), rows }
    }

    fn trim(&mut self) {
        if !self.rows.is_multiple_of(64)
            && let Some(last) = self.bits.last_mut()
        {
            *last &= u64::MAX >> (64 - self.rows % 64);
        }
    }

    /// Adds a row.
    #[inline]
    pub fn set(&mut self, row: usize) {
        if let Some(word) = self.bits.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    /// Takes a row out.
    #[inline]
    pub fn unset(&mut self, row: usize) {
        if let Some(word) = self.bits.get_mut(row / 64) {
            *word &= !(1 << (row % 64));
        }
    }

    /// Whether a row is in it.
    #[inline]
    pub fn has(&self, row: usize) -> bool {
        self.bits.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Keeps what is in both.
    pub fn and(&mut self, other: &Mask) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(a, b)| *a &= b);
    }

    /// Adds what is in the other.
    pub fn or(&mut self, other: &Mask) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(a, b)| *a |= b);
    }

    /// What was not in it is, and the other way round.
    pub fn invert(&mut self) {
        self.bits.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }

    /// Keeps only rows from `start` to before `end`.
    pub fn clip(&mut self, start: usize, end: usize) {
        if start > 0 || end < self.rows {
            let inside = Mask::of(self.rows, |row| (start..end).contains(&row));
            self.and(&inside);
        }
    }

    /// How many rows.
    pub fn count(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no row is in it.
    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }

    /// Whether every row is in it.
    pub fn is_full(&self) -> bool {
        self.count() == self.rows
    }

    /// The rows in ascending order.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows = Vec::with_capacity(self.count());
        for (at, word) in self.bits.iter().enumerate() {
            let mut word = *word;
            while word != 0 {
                rows.push((at * 64) as u32 + word.trailing_zeros());
                word &= word - 1;
            }
        }
        rows
    }
}
