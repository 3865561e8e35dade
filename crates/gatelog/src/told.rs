//! Takes in what gateways tell of their own operators: the rest of the way of a delivery whose source brings a trail. Its
//! events go into the operator trail, masked, each once; the answer is given after the sync.

use std::sync::Arc;

use event::Act;
use event::mask::Masked;
use intake::operator::{self, Told};
use ledger::trail::{TOLD_MAX, Taken};

use crate::app::App;
use crate::http::error::Problem;
use crate::quality::Quality;
use crate::take::{self, Delivery, Rest, Shell};

/// Decodes a body and makes its events durable, [`TOLD_MAX`] with one sync. When that fails, what was durable before is
/// known when the delivery comes again.
pub(crate) async fn take(
    app: &Arc<App>,
    delivery: &Delivery,
    trail: &'static operator::Trail,
    body: Vec<u8>,
) -> Result<(Option<Taken>, Rest), Problem> {
    let _turn = app.gates.decoders.acquire().await.map_err(Problem::internal)?;
    let (app, delivery) = (Arc::clone(app), delivery.clone());
    let work = move || {
        let mut keeping = Keeping::new(&app, &delivery.source);
        let (plain, bytes_max) =
            take::inflate(&app, &body, delivery.coding.as_deref(), delivery.envelope.as_ref())?;
        let options = operator::Options { trail, received: delivery.received };
        let (read, shell) = match &delivery.envelope {
            None => (operator::read(options, &plain, &mut |told| keeping.keep(told)), Shell::default()),
            Some((envelope, said)) => {
                let opened = envelope.open(&plain, said, bytes_max).map_err(take::overflowed)?;
                let read = operator::read_opened(options, &opened, &mut |told| keeping.keep(told));
                let shell = Shell::of(opened, read.bad_pieces.clone());
                (read, shell)
            }
        };
        let taken = keeping.finish()?;
        let rest = Rest {
            quality: Quality::default(),
            rejected: read.rejected,
            rejects: take::masked(&app, &delivery.source, read.rejects),
            formats: read.trails,
            shell,
        };
        Ok((taken, rest))
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// Gathers events and makes them durable.
pub(crate) struct Keeping<'a> {
    app: &'a App,
    origin: &'a str,
    waiting: Vec<Masked<Act>>,
    taken: Option<Taken>,
    failed: Option<Problem>,
}

impl<'a> Keeping<'a> {
    /// Of a source, whose name is their origin.
    pub(crate) fn new(app: &'a App, origin: &'a str) -> Keeping<'a> {
        Keeping { app, origin, waiting: Vec::new(), taken: None, failed: None }
    }

    /// Takes one; after a failure none.
    pub(crate) fn keep(&mut self, told: Told) {
        if self.failed.is_some() {
            return;
        }
        match crate::trail::told(told, self.origin, &self.app.rules) {
            Ok(act) => self.waiting.push(act),
            Err(error) => self.failed = Some(error.into()),
        }
        if self.waiting.len() >= TOLD_MAX {
            self.write();
        }
    }

    fn write(&mut self) {
        let acts = std::mem::take(&mut self.waiting);
        if acts.is_empty() {
            return;
        }
        match self.app.trail.trail().append_told(acts) {
            Ok(more) => {
                let taken = self.taken.get_or_insert_default();
                taken.accepted += more.accepted;
                taken.duplicates += more.duplicates;
            }
            Err(error) => self.failed = Some(error.into()),
        }
    }

    /// What became of all of them; nothing when there were none.
    pub(crate) fn finish(mut self) -> Result<Option<Taken>, Problem> {
        self.write();
        self.failed.map_or(Ok(self.taken), Err)
    }
}
