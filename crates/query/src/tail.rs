//! Live tail: which of the events that just arrived are meant. Knows nothing of what was there before.

use event::Batch;
use keys::Scope;

use crate::error::Result;
use crate::eval::Compiled;
use crate::lang::Filter;
use crate::reader::bounds;

/// A filter held ready for batches as they arrive.
#[derive(Debug)]
pub struct Matcher {
    compiled: Compiled,
}

impl Matcher {
    /// What this caller may see of what the filter means.
    pub fn new(scope: &Scope, filter: &Filter) -> Result<Matcher> {
        Ok(Matcher { compiled: Compiled::new(&bounds(scope)?.and(filter)) })
    }

    /// The rows of a batch that are meant, in ascending order.
    pub fn rows(&self, batch: &Batch) -> Vec<u32> {
        self.compiled.mask(batch).rows()
    }
}
