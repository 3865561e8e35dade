//! Numbers in as few bytes as they need: the columns of cells that are kept in memory. A column that is the same all
//! the way down costs nothing.

/// A column of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// So many times the same.
    Same(u64, usize),
    /// All below 2⁸.
    U8(Vec<u8>),
    /// All below 2¹⁶.
    U16(Vec<u16>),
    /// All below 2³².
    U32(Vec<u32>),
    /// Any.
    U64(Vec<u64>),
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers::Same(0, 0)
    }
}

impl Numbers {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Numbers::Same(_, len) => *len,
            Numbers::U8(n) => n.len(),
            Numbers::U16(n) => n.len(),
            Numbers::U32(n) => n.len(),
            Numbers::U64(n) => n.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        let mut all = vec![0; self.len()];
        self.unpack(0, &mut all, |n, value| *n = value);
        all.into_iter()
    }

    /// Hands the numbers from a place on to the rows, one each.
    #[inline]
    pub(crate) fn unpack<T>(&self, at: usize, rows: &mut [T], set: impl Fn(&mut T, u64)) {
        match self {
            Numbers::Same(n, _) => rows.iter_mut().for_each(|row| set(row, *n)),
            Numbers::U8(n) => each(n, at, rows, set),
            Numbers::U16(n) => each(n, at, rows, set),
            Numbers::U32(n) => each(n, at, rows, set),
            Numbers::U64(n) => each(n, at, rows, set),
        }
    }

    /// Bytes of memory held.
    pub fn memory_bytes(&self) -> usize {
        match self {
            Numbers::Same(..) => 0,
            Numbers::U8(n) => n.capacity(),
            Numbers::U16(n) => n.capacity() * 2,
            Numbers::U32(n) => n.capacity() * 4,
            Numbers::U64(n) => n.capacity() * 8,
        }
    }
}

#[inline]
fn each<N: Copy + Into<u64>, T>(numbers: &[N], at: usize, rows: &mut [T], set: impl Fn(&mut T, u64)) {
    let numbers = numbers.get(at..).unwrap_or(&[]);
    rows.iter_mut().zip(numbers).for_each(|(row, n)| set(row, (*n).into()));
}

impl FromIterator<u64> for Numbers {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Numbers {
        let numbers: Vec<u64> = numbers.into_iter().collect();
        let first = numbers.first().copied().unwrap_or(0);
        if numbers.iter().all(|n| *n == first) {
            return Numbers::Same(first, numbers.len());
        }
        match numbers.iter().max().copied().unwrap_or(0) {
            0..=0xff => Numbers::U8(numbers.iter().map(|n| *n as u8).collect()),
            0x100..=0xffff => Numbers::U16(numbers.iter().map(|n| *n as u16).collect()),
            0x1_0000..=0xffff_ffff => Numbers::U32(numbers.iter().map(|n| *n as u32).collect()),
            _ => Numbers::U64(numbers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_goes_in_comes_out(shift in 0_u32..64, numbers in proptest::collection::vec(proptest::num::u64::ANY, 0..50)) {
            let numbers: Vec<u64> = numbers.into_iter().map(|n| n >> shift).collect();
            let packed: Numbers = numbers.iter().copied().collect();
            let mut unpacked = vec![0; numbers.len()];
            let (head, tail) = unpacked.split_at_mut(numbers.len() / 3);
            packed.unpack(0, head, |row, n| *row = n);
            packed.unpack(head.len(), tail, |row, n| *row = n);
            proptest::prop_assert_eq!(unpacked, numbers);
        }
    }
}
