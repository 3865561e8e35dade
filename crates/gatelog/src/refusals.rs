//! Names what is refused because there is too much to do or no room: an id in the answer, and a line under it in our
//! log. Under load one line stands for all refusals of a kind in a second; they share its id.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use event::time::SECOND;

use crate::http::error::Problem;
use crate::{clock, log};

/// Kinds of refusals whose last line is known, at most.
const KINDS_MAX: usize = 32;

/// The last line of each kind.
#[derive(Default)]
pub(crate) struct Refusals {
    said: Mutex<BTreeMap<Box<str>, Line>>,
}

struct Line {
    second: i64,
    id: Option<u64>,
}

impl Refusals {
    /// The problem, with an id when it is a refusal that has none.
    pub(crate) fn name(&self, problem: Problem) -> Problem {
        let passes =
            matches!(problem.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE);
        if !passes || problem.id().is_some() {
            return problem;
        }
        let second = clock::now().0 / SECOND;
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = said.get(problem.detail()).filter(|line| line.second == second) {
            return problem.with_id(line.id);
        }
        let detail = problem.detail().to_owned();
        let problem = problem.logged(log::warn, "a request was refused", &detail);
        if said.len() >= KINDS_MAX {
            said.clear();
        }
        said.insert(detail.into(), Line { second, id: problem.id() });
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_one_second_share_a_line() {
        let refusals = Refusals::default();
        let busy = |detail: &str| refusals.name(Problem::busy(detail)).id();
        let (first, other) = (busy("too many questions are waiting"), busy("too many live tails are open"));
        assert!(first.is_some() && other.is_some() && first != other);
        // The second may change in between, once.
        let again: Vec<_> = (0..3).map(|_| busy("too many questions are waiting")).collect();
        assert!(again.windows(2).any(|pair| pair[0] == pair[1]));
        assert_eq!(refusals.name(Problem::bad("no such field")).id(), None);
    }
}
