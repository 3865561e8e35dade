//! The tail: events that are durable in the log and not sealed yet, in memory to be asked like the rest.
//! Small deliveries are put together into chunks, so that a million posts of one event cost no more than one
//! post of a million.

use std::sync::Arc;

use event::Batch;

use crate::view::Chunk;

/// Rows of a chunk before it is closed. Small enough to copy while it grows, large enough to cost little.
const CHUNK_ROWS: usize = 8_192;

/// A delivery of so many events is a chunk as it is.
const LARGE_ROWS: usize = 512;

/// The events of the log segments not sealed yet, oldest first.
#[derive(Default)]
pub(crate) struct Tail {
    segments: Vec<SegmentTail>,
}

/// The events of one log segment.
pub(crate) struct SegmentTail {
    pub(crate) segment: u64,
    closed: Vec<Arc<Chunk>>,
    open: Batch,
    /// The open chunk as it was last shown; remade when it has grown.
    shown: Option<Arc<Chunk>>,
    rows: usize,
}

impl SegmentTail {
    fn new(segment: u64) -> Self {
        SegmentTail { segment, closed: Vec::new(), open: Batch::new(), shown: None, rows: 0 }
    }

    fn push(&mut self, batch: &Arc<Batch>) {
        self.rows += batch.len();
        if batch.len() >= LARGE_ROWS {
            self.closed.push(Arc::new(Chunk::new(Arc::clone(batch))));
            return;
        }
        self.shown = None;
        self.open.append(batch);
        if self.open.len() >= CHUNK_ROWS {
            let full = std::mem::take(&mut self.open);
            self.closed.push(Arc::new(Chunk::new(Arc::new(full))));
        }
    }

    fn show(&mut self, out: &mut Vec<Arc<Chunk>>) {
        out.extend(self.closed.iter().cloned());
        if !self.open.is_empty() {
            let open = &self.open;
            let shown = self.shown.get_or_insert_with(|| Arc::new(Chunk::new(Arc::new(open.clone()))));
            out.push(Arc::clone(shown));
        }
    }
}

impl Tail {
    /// Adds events of a log segment.
    pub(crate) fn push(&mut self, segment: u64, batch: &Arc<Batch>) {
        match self.segments.last_mut() {
            Some(last) if last.segment == segment => last.push(batch),
            _ => {
                let mut tail = SegmentTail::new(segment);
                tail.push(batch);
                self.segments.push(tail);
            }
        }
    }

    /// All chunks, for a view.
    pub(crate) fn show(&mut self) -> Vec<Arc<Chunk>> {
        let mut chunks = Vec::new();
        self.segments.iter_mut().for_each(|s| s.show(&mut chunks));
        chunks
    }

    /// The chunks of the segments up to `segment`, to be sealed; they stay until [`Tail::forget`].
    pub(crate) fn up_to(&mut self, segment: u64) -> Vec<Arc<Chunk>> {
        let mut chunks = Vec::new();
        self.segments.iter_mut().filter(|s| s.segment <= segment).for_each(|s| s.show(&mut chunks));
        chunks
    }

    /// Drops the segments up to `segment`, now sealed.
    pub(crate) fn forget(&mut self, segment: u64) {
        self.segments.retain(|s| s.segment > segment);
    }

    /// How many events.
    pub(crate) fn rows(&self) -> usize {
        self.segments.iter().map(|s| s.rows).sum()
    }
}
