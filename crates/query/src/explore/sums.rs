//! What is added up about some calls.

use event::FieldId;
use ledger::numbers::Numbers;

use crate::quantile::Latencies;

/// Sums over calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) calls: u64,
    pub(crate) errors: u64,
    pub(crate) client_errors: u64,
    pub(crate) denied: u64,
    pub(crate) bytes: u64,
    /// When the first and the last was, where that is asked for.
    pub(crate) seen: Option<(i64, i64)>,
    /// One for each duration asked for.
    pub(crate) times: Vec<Times>,
}

/// A duration of some calls.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) field: FieldId,
    pub(crate) latencies: Latencies,
    calls: u64,
    micros: i128,
    longest: i64,
}

impl Sums {
    /// Nothing yet, of these durations.
    pub(crate) fn new(durations: &[FieldId]) -> Sums {
        Sums { times: durations.iter().map(|field| Times::new(*field)).collect(), ..Sums::default() }
    }

    /// Some calls of one status and reason.
    #[inline]
    pub(crate) fn count(&mut self, status: i64, denied: bool, calls: u64) {
        self.calls += calls;
        self.errors += if status / 100 == 5 { calls } else { 0 };
        self.client_errors += if status / 100 == 4 { calls } else { 0 };
        self.denied += if denied { calls } else { 0 };
    }

    /// A moment at which there was a call.
    #[inline]
    pub(crate) fn see(&mut self, from: i64, to: i64) {
        let (first, last) = self.seen.unwrap_or((from, to));
        self.seen = Some((first.min(from), last.max(to)));
    }

    /// How many calls have a duration.
    pub(crate) fn timed(&self, field: FieldId) -> u64 {
        self.times.iter().find(|times| times.field == field).map_or(0, |times| times.calls)
    }

    pub(crate) fn add(&mut self, other: &Sums) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.client_errors += other.client_errors;
        self.denied += other.denied;
        self.bytes += other.bytes;
        if let Some((first, last)) = other.seen {
            self.see(first, last);
        }
        if self.times.is_empty() {
            self.times = other.times.clone();
        } else {
            self.times.iter_mut().zip(&other.times).for_each(|(mine, theirs)| mine.add(theirs));
        }
    }
}

/// Sums of many groups in as few bytes as they need.
#[derive(Default)]
pub(crate) struct Packed {
    /// Calls, errors, client errors, denied calls and bytes.
    counts: [Numbers; 5],
    /// The first and the last, or nothing.
    seen: Option<[Numbers; 2]>,
    /// Those of one group after those of the other.
    times: Vec<Times>,
}

impl Packed {
    pub(crate) fn new(mut sums: Vec<Sums>) -> Packed {
        let column = |number: fn(&Sums) -> u64| sums.iter().map(number).collect();
        let counts = [
            column(|s| s.calls),
            column(|s| s.errors),
            column(|s| s.client_errors),
            column(|s| s.denied),
            column(|s| s.bytes),
        ];
        let seen = sums.iter().all(|s| s.seen.is_some()).then(|| {
            let end = |end: fn((i64, i64)) -> i64| {
                sums.iter().map(|s| s.seen.map_or(0, end).cast_unsigned()).collect()
            };
            [end(|seen| seen.0), end(|seen| seen.1)]
        });
        let times = sums.iter_mut().flat_map(|s| std::mem::take(&mut s.times)).collect();
        Packed { counts, seen, times }
    }

    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.counts.first().map_or(0, Numbers::len)
    }

    /// The sums of each group, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Sums> {
        let durations = self.times.len() / self.len().max(1);
        let [calls, errors, client_errors, denied, bytes] = self.counts.each_ref().map(|n| n.iter());
        let [mut first, mut last] =
            [0, 1].map(|end| self.seen.as_ref().and_then(|seen| seen.get(end)).map(Numbers::iter));
        let counts = calls.zip(errors).zip(client_errors).zip(denied.zip(bytes)).enumerate();
        counts.map(move |(at, (((calls, errors), client_errors), (denied, bytes)))| {
            let end =
                |numbers: &mut Option<_>| numbers.as_mut().and_then(Iterator::next).map(u64::cast_signed);
            let seen = end(&mut first).zip(end(&mut last));
            let times = self.times.get(at * durations..(at + 1) * durations).unwrap_or(&[]).to_vec();
            Sums { calls, errors, client_errors, denied, bytes, seen, times }
        })
    }

    /// Bytes of memory held.
    pub(crate) fn memory_bytes(&self) -> usize {
        let numbers = self.counts.iter().chain(self.seen.iter().flatten()).map(Numbers::memory_bytes);
        let times = self.times.iter().map(|times| size_of::<Times>() + times.latencies.memory_bytes());
        numbers.sum::<usize>() + times.sum::<usize>()
    }
}

impl Times {
    fn new(field: FieldId) -> Times {
        Times { field, latencies: Latencies::default(), calls: 0, micros: 0, longest: i64::MIN }
    }

    /// One call that took so many microseconds; in its bucket too, when percentiles are asked for.
    #[inline]
    pub(crate) fn took(&mut self, micros: i64, with_bucket: bool) {
        self.calls += 1;
        self.micros += i128::from(micros);
        self.longest = self.longest.max(micros);
        if with_bucket {
            self.latencies.add(ledger::cube::bucket(micros), 1);
        }
    }

    /// Some calls of one latency bucket.
    pub(crate) fn fall_in(&mut self, bucket: u16, calls: u64) {
        self.latencies.add(bucket, calls);
    }

    fn add(&mut self, other: &Times) {
        self.calls += other.calls;
        self.micros += other.micros;
        self.longest = self.longest.max(other.longest);
        self.latencies.merge(&other.latencies);
    }

    /// Exact to the microsecond.
    pub(crate) fn average_ms(&self) -> Option<f64> {
        (self.calls > 0).then(|| (self.micros as f64 / self.calls as f64).round() / 1_000.0)
    }

    pub(crate) fn longest_ms(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.longest as f64 / 1_000.0)
    }
}
