//! Events as they come in, to whoever may still see them: the right is looked at again every few seconds. A reader
//! that is too slow, or more events than anyone can read, cost the reader events and nobody else anything.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use bytes::Bytes;
use event::mask::Lens;
use event::{Batch, json};
use keys::{Permission, Principal, Scope};
use query::tail::Matcher;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, interval_at};

use super::answer::{Stream, bytes_with};
use super::error::Problem;
use super::question::filter;
use super::route::{Answer, Call, caller};
use crate::app::App;

/// Messages that wait for a slow reader.
const WAITING_MAX: usize = 256;
/// A comment line tells both sides that the other is there.
const HEARTBEAT: Duration = Duration::from_secs(10);

type Pieces = mpsc::Sender<Result<Bytes, std::io::Error>>;

/// `GET /tail`.
pub(crate) async fn follow(scope: Scope, call: Call) -> Answer {
    let permit = Arc::clone(&call.app.gates.tails)
        .try_acquire_owned()
        .map_err(|_| Problem::busy("too many live tails are open"))?;
    let matcher = Matcher::new(&scope, &filter(&call.params)?)?;
    let (pieces, body) = mpsc::channel(WAITING_MAX);
    let reader = Reader {
        batches: call.app.ledger.follow(),
        lens: call.app.lens(scope.principal()),
        app: call.app,
        headers: call.parts.headers,
        principal: scope.principal().clone(),
        matcher,
        pieces,
        sent: 0,
        dropped: 0,
    };
    tokio::spawn(async move {
        reader.run().await;
        drop(permit);
    });
    let mut response = bytes_with(StatusCode::OK, "text/event-stream", Bytes::new());
    *response.body_mut() = Stream::body(body);
    // Proxies that collect answers would turn a live tail into a delayed one.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Reader {
    batches: broadcast::Receiver<Arc<Batch>>,
    app: Arc<App>,
    headers: HeaderMap,
    principal: Principal,
    matcher: Matcher,
    /// What hides addresses.
    lens: Option<Lens>,
    pieces: Pieces,
    /// Events sent in this second.
    sent: u32,
    /// Events left out and not told yet.
    dropped: u64,
}

impl Reader {
    async fn run(mut self) {
        let every = |time: Duration| interval_at(Instant::now() + time, time);
        let mut heartbeat = every(HEARTBEAT);
        let mut second = every(Duration::from_secs(1));
        let mut check = every(Duration::from_millis(self.app.config.tail_check_ms.max(1)));
        let mut stopping = self.app.stopping.clone();
        let pieces = self.pieces.clone();
        // Something at once, so that the browser knows it is connected.
        self.send(": connected\n\n".to_owned());
        loop {
            tokio::select! {
                () = pieces.closed() => return,
                _ = stopping.changed() => return,
                _ = heartbeat.tick() => self.send(": still here\n\n".to_owned()),
                _ = second.tick() => self.new_second(),
                _ = check.tick() => {
                    if !self.may_still() {
                        return;
                    }
                }
                batch = self.batches.recv() => match batch {
                    Ok(batch) => self.pass(&batch),
                    Err(RecvError::Lagged(batches)) => self.dropped += batches,
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }

    /// Whether the credential is still good for what it was good for at the start.
    fn may_still(&self) -> bool {
        caller(&self.app, &Method::GET, &self.headers).is_ok_and(|now| {
            now.may(Permission::EventsRead)
                && now.tenant() == self.principal.tenant()
                && now.row_filters() == self.principal.row_filters()
                && now.addresses() == self.principal.addresses()
        })
    }

    fn pass(&mut self, batch: &Batch) {
        let seen = self.lens.as_ref().map(|lens| {
            let mut seen = batch.clone();
            lens.look(&mut seen);
            seen
        });
        let batch = seen.as_ref().unwrap_or(batch);
        for row in self.matcher.rows(batch) {
            if self.sent >= self.app.config.tail_events_per_s_max {
                self.dropped += 1;
                continue;
            }
            let mut text = String::from("event: access\ndata: ");
            json::write(batch.row(row as usize), &mut text);
            text.push_str("\n\n");
            match self.pieces.try_send(Ok(text.into())) {
                Ok(()) => self.sent += 1,
                Err(_) => self.dropped += 1,
            }
        }
    }

    fn new_second(&mut self) {
        self.sent = 0;
        if self.dropped > 0 {
            let text = format!("event: dropped\ndata: {{\"count\":{}}}\n\n", self.dropped);
            if self.pieces.try_send(Ok(text.into())).is_ok() {
                self.dropped = 0;
            }
        }
    }

    /// Sends what may get lost when the reader is slow.
    fn send(&self, text: String) {
        let _ = self.pieces.try_send(Ok(text.into()));
    }
}
