//! What the parts of a running server share. Made once in `serve`, handed to every request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use event::Timestamp;
use event::mask::{Lens, Rules, Seen};
use intake::directory::Read;
use keys::{Addresses, Principal, Scope};
use ledger::{Ledger, View};
use tokio::sync::{Semaphore, watch};

use crate::archive::Archiver;
use crate::attempts::Attempts;
use crate::catalog::{self, Catalog, Content};
use crate::clock;
use crate::config::Config;
use crate::counters::Tally;
use crate::directory::{self, Import, Outcome, Store};
use crate::erasure;
use crate::exports::Exports;
use crate::knowledge::Known;
use crate::listen::Listener;
use crate::masks::Masking;
use crate::outbound::Outbound;
use crate::provider::Provider;
use crate::proxy::Proxy;
use crate::refusals::Refusals;
use crate::retention::{self, Days};
use crate::sought::AllSought;
use crate::strangers::Strangers;
use crate::trail::Recorder;

/// Bodies in flight are counted in units of this many bytes.
pub(crate) const BODY_UNIT_BYTES: usize = 1 << 10;

/// Files of exports fetched at once.
const DOWNLOADS_MAX: usize = 32;

/// A running server.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) catalog: Catalog,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) trail: Recorder,
    /// The defaults of masking, for all that is no access event.
    pub(crate) rules: Rules,
    /// The same with the rules of the installation, for access events.
    pub(crate) masking: Masking,
    pub(crate) known: Known,
    pub(crate) directory: Store,
    pub(crate) tally: Tally,
    pub(crate) gates: Gates,
    pub(crate) meters: Meters,
    pub(crate) refusals: Refusals,
    pub(crate) strangers: Strangers,
    /// Wrong passwords.
    pub(crate) attempts: Attempts,
    pub(crate) exports: Exports,
    /// Sockets that speak something other than HTTP/1.
    pub(crate) listeners: Vec<Arc<Listener>>,
    /// Audit proxies before the Admin APIs of gateways.
    pub(crate) proxies: Vec<Arc<Proxy>>,
    pub(crate) outbound: Outbound,
    /// Where days go before they are removed, when the settings say so.
    pub(crate) archiver: Option<Arc<Archiver>>,
    /// What holds look for.
    pub(crate) sought: AllSought,
    /// Who vouches for people, when the settings name someone.
    pub(crate) provider: Option<Provider>,
    /// The latest day whose time was over since the start, exclusive.
    pub(crate) days_over: AtomicI64,
    /// The erasure under way.
    pub(crate) erasing: erasure::Running,
    /// Becomes true when the server is told to stop; long answers end then.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Whether it listens on a loopback address only.
    pub(crate) is_loopback: bool,
}

impl App {
    /// Changes the catalogue, durably. It waits for the disk, so the other requests of this thread go elsewhere.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Content) -> T) -> Result<T, catalog::Error> {
        tokio::task::block_in_place(|| self.catalog.change(clock::now(), change))
    }
}

impl App {
    /// Everything there is to read now, as this caller may see it.
    pub(crate) fn view(&self, scope: &Scope, now: Timestamp) -> View {
        let view = self.ledger.view(now);
        match self.lens(scope.principal()) {
            Some(lens) => view.through(lens),
            None => view,
        }
    }

    /// What hides addresses from a caller who does not see them whole.
    pub(crate) fn lens(&self, principal: &Principal) -> Option<Lens> {
        match principal.addresses() {
            Addresses::Whole => None,
            Addresses::Network => Some(Lens::new(Seen::Network, &self.rules)),
            Addresses::Hash => Some(Lens::new(Seen::Tag, &self.rules)),
        }
    }

    /// Keeps for as long as was set. When this returns, nothing is being removed by what held before. It waits.
    pub(crate) fn keep(&self, kept: &retention::Kept) {
        let days = kept.set.over(Days::of(&self.config));
        self.ledger.retain(kept.of_ledger(days, &self.sought));
        self.sought.forget_others(|text| kept.seeks(text));
        self.directory.retain(days.events);
        // A day that was removed stays one whose time was over, also when days are kept longer from now on.
        let end = clock::now().day() - i64::from(days.events);
        self.days_over.fetch_max(end, Ordering::Relaxed);
    }

    /// How long what is kept now, and what is held.
    pub(crate) fn retention(&self) -> (retention::Kept, Days) {
        let kept = self.catalog.with(|content| content.retention.clone());
        let days = kept.set.over(Days::of(&self.config));
        (kept, days)
    }

    /// Imports a directory. Deliveries that come after are completed with it. It waits for the disk.
    pub(crate) fn import_directory(
        &self,
        text: String,
        import: Import,
        now: Timestamp,
    ) -> Result<Outcome, directory::Error> {
        let (importer, read) = directory::understand(text, import.format.as_deref())?;
        self.take_directory(importer.name, read, import, now)
    }

    /// The same with what an importer has read.
    pub(crate) fn take_directory(
        &self,
        importer: &'static str,
        read: Read,
        import: Import,
        now: Timestamp,
    ) -> Result<Outcome, directory::Error> {
        let outcome = self.directory.take(importer, read, import, now)?;
        self.publish_directory();
        Ok(outcome)
    }

    /// Imports files of the directory that have changed.
    pub(crate) fn refresh_directory(&self, now: Timestamp) {
        if self.directory.refresh(now) {
            self.publish_directory();
        }
    }

    fn publish_directory(&self) {
        self.known.change(|knowledge| knowledge.directory = self.directory.now());
    }
}

/// Bounds on what happens at once.
pub(crate) struct Gates {
    /// Memory for bodies, in units of [`BODY_UNIT_BYTES`].
    pub(crate) bodies: Arc<Semaphore>,
    /// Bodies being decoded.
    pub(crate) decoders: Arc<Semaphore>,
    /// Questions being answered.
    pub(crate) questions: Arc<Semaphore>,
    /// Questions answered or waiting.
    pub(crate) questions_waiting: Arc<Semaphore>,
    /// Exports running.
    pub(crate) exports: Arc<Semaphore>,
    /// Files of exports being fetched.
    pub(crate) downloads: Arc<Semaphore>,
    /// Live tails open.
    pub(crate) tails: Arc<Semaphore>,
}

impl Gates {
    /// The bounds of the settings.
    pub(crate) fn new(config: &Config) -> Gates {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let or = |n: usize, otherwise: usize| if n == 0 { otherwise } else { n };
        let gate = |n: usize| Arc::new(Semaphore::new(n.clamp(1, Semaphore::MAX_PERMITS)));
        let questions = or(config.query_concurrent_max, 2 * processors);
        Gates {
            bodies: gate(config.ingest_in_flight_bytes_max / BODY_UNIT_BYTES),
            decoders: gate(or(config.ingest_decoders_max, (processors / 2).max(1))),
            questions: gate(questions),
            questions_waiting: gate(questions + config.query_waiting_max),
            exports: gate(config.export_concurrent_max),
            downloads: gate(DOWNLOADS_MAX),
            tails: gate(config.tail_readers_max),
        }
    }
}

/// Counts of what the server did, for `/metrics`.
#[derive(Default)]
pub(crate) struct Meters {
    /// Answers by hundreds of their status; the first is for odd ones.
    answers: [AtomicU64; 6],
    /// Connections open now.
    pub(crate) connections: AtomicU64,
    /// Connections closed because too many were open.
    pub(crate) connections_refused: AtomicU64,
    /// Deliveries refused because the server had too much to do.
    pub(crate) deliveries_refused: AtomicU64,
    /// Microseconds spent between a whole body and its acknowledgement.
    pub(crate) ingest_micros: AtomicU64,
    /// Set once the ledger can be used.
    pub(crate) is_ready: AtomicBool,
}

impl Meters {
    /// Counts an answer.
    pub(crate) fn answered(&self, status: u16) {
        if let Some(count) = self.answers.get(usize::from(status / 100)).or(self.answers.first()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Answers so far, by hundreds of their status.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.answers.iter().map(|n| n.load(Ordering::Relaxed)).enumerate()
    }
}
