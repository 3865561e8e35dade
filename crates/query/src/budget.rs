//! What a question may cost. It is looked at before every some thousand rows; when it is used up, the answer is
//! what was found until then, marked partial.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// Memory of one question unless said otherwise, in bytes.
pub const MEMORY_BYTES_MAX: usize = 256 << 20;

/// Threads of one question unless said otherwise.
pub const THREADS: usize = 2;

/// Limits of one question. Clones share the same limits.
#[derive(Clone)]
pub struct Budget {
    deadline: Option<Instant>,
    memory_bytes_max: usize,
    threads: usize,
    used: Arc<AtomicUsize>,
    cancel: Arc<AtomicBool>,
    turn: Option<Turn>,
}

/// Says whether a turn is over.
type Turn = Arc<dyn Fn() -> bool + Send + Sync>;

/// Why a question was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Nobody waits for the answer any more.
    Cancelled,
    /// Its time is over.
    Time,
    /// It would need more memory than it may have.
    Memory,
}

impl Stop {
    /// The reason for people, with the way out.
    pub fn words(self) -> &'static str {
        match self {
            Stop::Cancelled => "stopped on request",
            Stop::Time => "the time limit was reached; choose a shorter range or a narrower filter",
            Stop::Memory => {
                "the memory limit was reached; choose a shorter range, fewer rows or a narrower filter"
            }
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            deadline: None,
            memory_bytes_max: MEMORY_BYTES_MAX,
            threads: THREADS,
            used: Arc::default(),
            cancel: Arc::default(),
            turn: None,
        }
    }
}

impl Budget {
    /// No end of time, the usual memory.
    pub fn new() -> Budget {
        Budget::default()
    }

    /// Stops at a moment of the monotonic clock.
    pub fn until(mut self, deadline: Instant) -> Budget {
        self.deadline = Some(deadline);
        self
    }

    /// Answers in turns: when `is_over` says so, the answer is what was found until then, whole as far as it goes, and
    /// can be continued. Questions that cannot be continued do not ask.
    pub fn turn(mut self, is_over: impl Fn() -> bool + Send + Sync + 'static) -> Budget {
        self.turn = Some(Arc::new(is_over));
        self
    }

    /// Whether the answer comes in turns.
    pub(crate) fn has_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// Whether it is time to hand over what was found.
    pub(crate) fn turn_is_over(&self) -> bool {
        self.turn.as_ref().is_some_and(|is_over| is_over())
    }

    /// With another memory limit.
    pub fn memory(mut self, bytes_max: usize) -> Budget {
        self.memory_bytes_max = bytes_max;
        self
    }

    /// With another number of threads.
    pub fn threads(mut self, threads: usize) -> Budget {
        self.threads = threads.clamp(1, 64);
        self
    }

    /// How many threads to work with.
    pub fn thread_count(&self) -> usize {
        self.threads
    }

    /// The flag that stops the question when it is set.
    pub fn cancel_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancel)
    }

    /// Stops the question.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// Notes memory that is held until the answer is there.
    pub fn hold(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Why to stop now, if so.
    pub fn spent(&self) -> Option<Stop> {
        if self.cancel.load(Ordering::Relaxed) {
            return Some(Stop::Cancelled);
        }
        if self.used.load(Ordering::Relaxed) > self.memory_bytes_max {
            return Some(Stop::Memory);
        }
        self.deadline.filter(|deadline| Instant::now() >= *deadline).map(|_| Stop::Time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_stops() {
        assert_eq!(Budget::new().spent(), None);
        assert_eq!(Budget::new().until(Instant::now()).spent(), Some(Stop::Time));
        let small = Budget::new().memory(10);
        small.hold(11);
        assert_eq!(small.spent(), Some(Stop::Memory));
        small.clone().cancel();
        assert_eq!(small.spent(), Some(Stop::Cancelled));
    }
}
