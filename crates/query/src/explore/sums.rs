//! What is added up about some calls.

use event::FieldId;
use ledger::numbers::Numbers;

use super::measure::Measure;
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
    times: Vec<PackedTimes>,
}

/// One duration of many groups.
struct PackedTimes {
    field: FieldId,
    calls: Numbers,
    /// The lower and the upper half.
    micros: [Numbers; 2],
    longest: Numbers,
    /// Empty when no percentiles are asked for.
    latencies: Vec<Latencies>,
}

impl Packed {
    pub(crate) fn new(sums: &[Sums]) -> Packed {
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
        let durations = sums.iter().map(|s| s.times.len()).max().unwrap_or(0);
        let times = (0..durations).filter_map(|at| PackedTimes::new(sums, at)).collect();
        Packed { counts, seen, times }
    }

    /// How many groups.
    pub(crate) fn len(&self) -> usize {
        self.counts.first().map_or(0, Numbers::len)
    }

    /// What a measure that adds up is of each group.
    pub(super) fn column(&self, measure: Measure) -> Option<&Numbers> {
        let measures =
            [Measure::Calls, Measure::Errors, Measure::ClientErrors, Measure::Denied, Measure::Bytes];
        self.counts.get(measures.iter().position(|known| *known == measure)?)
    }

    /// Hands out the sums of each group that is wanted, in order.
    pub(crate) fn each(&self, is_wanted: impl Fn(usize) -> bool, mut with: impl FnMut(usize, &Sums)) {
        let [mut calls, mut errors, mut client_errors, mut denied, mut bytes] =
            self.counts.each_ref().map(|n| n.iter());
        let mut seen = self.seen.as_ref().map(|seen| seen.each_ref().map(|n| n.iter()));
        let mut times: Vec<_> = self.times.iter().map(PackedTimes::iter).collect();
        let fields: Vec<FieldId> = self.times.iter().map(|times| times.field).collect();
        let mut sums = Sums::new(&fields);
        for group in 0..self.len() {
            let next = |numbers: &mut dyn Iterator<Item = u64>| numbers.next().unwrap_or(0);
            sums.calls = next(&mut calls);
            sums.errors = next(&mut errors);
            sums.client_errors = next(&mut client_errors);
            sums.denied = next(&mut denied);
            sums.bytes = next(&mut bytes);
            sums.seen =
                seen.as_mut().map(|[first, last]| (next(first).cast_signed(), next(last).cast_signed()));
            for (times, next) in sums.times.iter_mut().zip(&mut times) {
                next(times, is_wanted(group));
            }
            if is_wanted(group) {
                with(group, &sums);
            }
        }
    }

    /// Bytes of memory held.
    pub(crate) fn memory_bytes(&self) -> usize {
        let numbers = self.counts.iter().chain(self.seen.iter().flatten()).map(Numbers::memory_bytes);
        numbers.sum::<usize>() + self.times.iter().map(PackedTimes::memory_bytes).sum::<usize>()
    }
}

impl PackedTimes {
    /// The duration at a place of each.
    fn new(sums: &[Sums], at: usize) -> Option<PackedTimes> {
        // Of no calls no durations were noted.
        let field = sums.iter().find_map(|sums| sums.times.get(at))?.field;
        let none = Times::new(field);
        let times = || sums.iter().map(|sums| sums.times.get(at).unwrap_or(&none));
        let half = |shift: u32| times().map(|t| (t.micros >> shift) as u64).collect();
        let with_latencies = times().any(|t| t.latencies.total() > 0);
        Some(PackedTimes {
            field,
            calls: times().map(|t| t.calls).collect(),
            micros: [half(0), half(64)],
            longest: times().map(|t| t.longest.cast_unsigned()).collect(),
            latencies: times().filter(|_| with_latencies).map(|t| t.latencies.clone()).collect(),
        })
    }

    /// Sets a duration to that of one group after the other.
    fn iter(&self) -> impl FnMut(&mut Times, bool) {
        let (mut calls, mut longest) = (self.calls.iter(), self.longest.iter());
        let [mut low, mut high] = self.micros.each_ref().map(|n| n.iter());
        let mut latencies = self.latencies.iter();
        move |times, is_wanted| {
            times.calls = calls.next().unwrap_or(0);
            times.longest = longest.next().unwrap_or(0).cast_signed();
            let high = i128::from(high.next().unwrap_or(0).cast_signed()) << 64;
            times.micros = high | i128::from(low.next().unwrap_or(0));
            if let Some(of_group) = latencies.next().filter(|_| is_wanted) {
                times.latencies.clone_from(of_group);
            }
        }
    }

    fn memory_bytes(&self) -> usize {
        let numbers = [&self.calls, &self.longest].into_iter().chain(&self.micros);
        let latencies = self.latencies.iter().map(|l| size_of::<Latencies>() + l.memory_bytes());
        numbers.map(Numbers::memory_bytes).sum::<usize>() + latencies.sum::<usize>()
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

#[cfg(test)]
mod tests {
    use event::field::{DURATION, UPSTREAM_DURATION};

    use super::*;

    proptest::proptest! {
        #[test]
        fn what_is_packed_comes_out(
            rows in proptest::collection::vec((0_i64..700, proptest::bool::ANY, proptest::num::i64::ANY, 0_usize..4), 0..40),
            with_bucket in proptest::bool::ANY, without in proptest::bool::ANY,
        ) {
            let mut sums = vec![Sums::new(&[DURATION, UPSTREAM_DURATION]); 4];
            for (status, denied, micros, group) in rows {
                sums[group].count(status, denied, 1);
                sums[group].bytes += micros.unsigned_abs() >> 9;
                sums[group].see(micros, micros);
                sums[group].times[0].took(micros, with_bucket);
                sums[group].times[1].took(micros / 3, false);
            }
            sums.iter_mut().filter(|s| s.calls == 0 && without).for_each(|s| s.times.clear());
            let packed = Packed::new(&sums);
            let mut out = Vec::new();
            packed.each(|_| true, |_, sums| out.push(format!("{sums:?}")));
            // Without a moment in one of them no moments are kept.
            if sums.iter().any(|s| s.seen.is_none()) {
                sums.iter_mut().for_each(|s| s.seen = None);
            }
            let none = Sums::new(&[DURATION, UPSTREAM_DURATION]);
            let has_some = sums.iter().any(|s| !s.times.is_empty());
            sums.iter_mut().filter(|s| has_some && s.times.is_empty()).for_each(|s| s.times.clone_from(&none.times));
            proptest::prop_assert_eq!(out, sums.iter().map(|s| format!("{s:?}")).collect::<Vec<_>>());
        }
    }
}
