//! Percentiles from counts by latency bucket. Inside a bucket the calls are taken to be spread evenly.

use ledger::cube::COARSE_BUCKETS;

/// Latency buckets in one doubling; see `ledger::cube::bucket`.
const BUCKETS_PER_OCTAVE: f64 = 8.0;

/// Calls by latency bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Latencies {
    /// A number for each bucket, as far as there are calls.
    calls: Vec<u64>,
    total: u64,
}

impl Latencies {
    pub(crate) fn add(&mut self, bucket: u16, calls: u64) {
        let at = usize::from(bucket);
        if self.calls.len() <= at {
            self.calls.resize(at + 1, 0);
        }
        self.calls.get_mut(at).into_iter().for_each(|n| *n += calls);
        self.total += calls;
    }

    /// Adds calls of a bucket of a coarse roll-up, which is several of these: evenly.
    pub(crate) fn add_coarse(&mut self, bucket: u16, calls: u64) {
        let wide = u64::from(COARSE_BUCKETS);
        for place in 0..wide {
            let share = (calls * (place + 1)).div_ceil(wide) - (calls * place).div_ceil(wide);
            if share > 0 {
                self.add(bucket + place as u16, share);
            }
        }
    }

    /// Adds those of others.
    pub(crate) fn merge(&mut self, other: &Latencies) {
        let calls = other.calls.iter().enumerate().filter(|(_, calls)| **calls > 0);
        calls.for_each(|(bucket, calls)| self.add(bucket as u16, *calls));
    }

    /// Bytes of memory held beside the struct.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.calls.capacity() * size_of::<u64>()
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The response time in milliseconds that a share of the calls does not exceed; `None` without calls.
    pub(crate) fn quantile_ms(&self, share: f64) -> Option<f64> {
        if self.total == 0 {
            return None;
        }
        let rank = (share * self.total as f64).max(1.0);
        let mut before = 0_u64;
        for (bucket, calls) in self.calls.iter().enumerate().filter(|(_, n)| **n > 0) {
            let after = before + calls;
            if after as f64 >= rank {
                let low = start(bucket as f64);
                let high = start(bucket as f64 + 1.0);
                let inside = (rank - before as f64 - 0.5).max(0.0) / *calls as f64;
                return Some(round((low + (high - low) * inside) / 1_000.0));
            }
            before = after;
        }
        None
    }
}

/// The least duration of a bucket, in microseconds.
fn start(bucket: f64) -> f64 {
    (bucket / BUCKETS_PER_OCTAVE).exp2() - 1.0
}

/// To three decimals: microseconds.
fn round(ms: f64) -> f64 {
    (ms * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::cube::bucket;

    #[test]
    fn coarse_buckets_lose_no_call_and_are_at_most_one_off() {
        let mut seen = Latencies::default();
        let micros: Vec<i64> = (1..=10_000).map(|n| n * 37 % 90_001 + 500).collect();
        micros.iter().for_each(|n| seen.add_coarse(bucket(*n) / COARSE_BUCKETS * COARSE_BUCKETS, 1));
        assert_eq!(seen.total(), 10_000);
        let mut sorted = micros;
        sorted.sort_unstable();
        for share in [0.5, 0.95] {
            let exact = sorted[((share * 10_000.0) as usize) - 1] as f64 / 1_000.0;
            let got = seen.quantile_ms(share).unwrap();
            assert!((got - exact).abs() / exact < 0.1, "{share}: {got} {exact}");
        }
    }

    #[test]
    fn percentiles_are_at_most_a_bucket_off() {
        let mut seen = Latencies::default();
        assert_eq!(seen.quantile_ms(0.5), None);
        let micros: Vec<i64> = (1..=10_000).map(|n| n * 37 % 90_001 + 500).collect();
        micros.iter().for_each(|n| seen.add(bucket(*n), 1));
        let mut sorted = micros;
        sorted.sort_unstable();
        for share in [0.5, 0.95, 0.99] {
            let exact = sorted[((share * 10_000.0) as usize) - 1] as f64 / 1_000.0;
            let got = seen.quantile_ms(share).unwrap();
            assert!((got - exact).abs() / exact < 0.05, "{share}: {got} {exact}");
        }
    }
}
