//! Listeners over TCP, with TLS if wished: how many connections, for how long, and how much of a record that is not
//! complete. A sender that is slow costs a connection and nothing else. Knows no protocol but by its function.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use intake::envelopes::Envelope;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::Listener;
use super::gather::{Gather, Records, delivery, insist};
use super::tls::Tls;
use crate::app::App;
use crate::take::Taken;

/// Bytes read at once.
const READ_BYTES: usize = 16 << 10;
/// Of records that are not complete so many bytes may be held, over all connections of a listener.
const HELD_BYTES_MAX: usize = 64 << 20;
/// A record that began has to be complete after this time.
const RECORD_DEADLINE: Duration = Duration::from_secs(60);
/// Time for the handshake of TLS.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);
/// When the server stops, a connection on which nothing comes for this long is over.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// A sender that is quiet this long is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// Connections that wait to be accepted.
const BACKLOG: i32 = 1_024;

/// A conversation with one sender.
pub(super) type Pending = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Bytes in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for S {}

/// A sender that was let in.
pub(super) struct Guest {
    pub(super) app: Arc<App>,
    pub(super) listener: Arc<Listener>,
    pub(super) stream: Box<dyn Stream>,
    gather: Gather,
    buffer: Vec<u8>,
    stopping: watch::Receiver<bool>,
    pace: Pace,
    /// The room for a record that is not complete.
    held: OwnedSemaphorePermit,
    all_held: Arc<Semaphore>,
}

/// What came from a sender.
pub(super) enum Came<'g> {
    Bytes(&'g [u8]),
    /// Nothing for as long as was to be waited.
    Nothing,
    /// It is over: the sender said so, was too slow, or the server stops.
    End,
}

impl Guest {
    /// Reads on. `held` says how many bytes of an incomplete record the caller holds; `pause` how long to wait at most
    /// before [`Came::Nothing`] is said.
    pub(super) async fn read(&mut self, pause: Option<Duration>, held: usize) -> Came<'_> {
        if !self.hold(held) {
            return Came::End;
        }
        let idle = Duration::from_millis(self.app.config.listener_idle_ms);
        let left = match self.pace.begun(held, Instant::now()) {
            Some(begun) => RECORD_DEADLINE.saturating_sub(begun.elapsed()),
            None => idle,
        };
        let wait = pause.map_or(left, |pause| pause.min(left));
        let is_stopping = *self.stopping.borrow();
        let wait = if is_stopping { wait.min(LAST_WORDS) } else { wait };
        let read = tokio::select! {
            read = timeout(wait, self.stream.read(&mut self.buffer)) => read,
            _ = self.stopping.changed(), if !is_stopping => return Came::Nothing,
        };
        match read {
            Ok(Ok(bytes @ 1..)) => {
                self.pace.received(bytes);
                Came::Bytes(self.buffer.get(..bytes).unwrap_or_default())
            }
            Err(_) if pause.is_some_and(|pause| pause < left) && !is_stopping => Came::Nothing,
            _ => Came::End,
        }
    }

    /// Keeps count of what is held; whether it may be.
    fn hold(&mut self, bytes: usize) -> bool {
        let room = self.held.num_permits();
        if bytes <= READ_BYTES && room > 0 {
            drop(self.held.split(room));
        } else if bytes > READ_BYTES && bytes > room {
            let more = u32::try_from(bytes - room).unwrap_or(u32::MAX);
            match Arc::clone(&self.all_held).try_acquire_many_owned(more) {
                Ok(more) => self.held.merge(more),
                Err(_) => {
                    self.listener.numbers.crowded.fetch_add(1, Ordering::Relaxed);
                    return false;
                }
            }
        }
        true
    }

    /// Hands records on, as soon as there is room: until then nothing is read.
    pub(super) async fn put(&self, records: Records) {
        if records.count() > 0 {
            self.gather.put(records).await;
        }
    }

    /// Makes messages of a protocol durable, however long that takes; `None` when it cannot be done. `salt` says that
    /// the sender never sends them again.
    pub(super) async fn take(
        &self,
        envelope: &'static Envelope,
        body: &[u8],
        salt: Option<u64>,
    ) -> Option<Taken> {
        self.listener.numbers.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
        let delivery = delivery(&self.app, &self.listener, Some(envelope), body.len() as u64, salt);
        let taken = insist(&self.app, &delivery, body).await?;
        let records = taken.accepted() + taken.duplicates() + taken.rejected;
        self.listener.numbers.records.fetch_add(records, Ordering::Relaxed);
        Some(taken)
    }
}

/// Tells a record that is slow to become complete from a stream that is never between two records.
#[derive(Default)]
struct Pace {
    begun: Option<Instant>,
    /// Bytes held if no record became complete.
    held: usize,
}

impl Pace {
    fn received(&mut self, bytes: usize) {
        self.held += bytes;
    }

    /// Since when the record is coming of which so many bytes are held.
    fn begun(&mut self, held: usize, now: Instant) -> Option<Instant> {
        let is_new = held < self.held;
        self.held = held;
        match held {
            0 => self.begun = None,
            _ if is_new => self.begun = Some(now),
            _ => _ = self.begun.get_or_insert(now),
        }
        self.begun
    }
}

/// A socket that can be bound again at once after a restart.
pub(super) fn socket(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// What every connection of a listener shares.
pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) listener: Arc<Listener>,
    pub(super) tls: Option<Tls>,
    pub(super) talk: fn(Guest) -> Pending,
    pub(super) gather: Gather,
}

/// Serves until the server stops, then lets senders finish.
pub(super) async fn serve(door: Door, socket: TcpListener) {
    let door = Arc::new(door);
    let listener = &door.listener;
    let connections_max = door.app.config.listener_connections_max.clamp(1, Semaphore::MAX_PERMITS);
    let connections = Arc::new(Semaphore::new(connections_max));
    let all_held = Arc::new(Semaphore::new(HELD_BYTES_MAX));
    let mut stopping = door.app.stopping.clone();
    let mut open = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    listener.warn("a connection could not be accepted", &[("error", &error)]);
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            Some(_) = open.join_next() => continue,
            () = stop(&mut stopping) => break,
        };
        if !listener.admits(peer.ip()) {
            continue;
        }
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else {
            listener.numbers.crowded.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let welcome = Arc::clone(&door).welcome(stream, Arc::clone(&all_held));
        open.spawn(async move {
            welcome.await;
            drop(permit);
        });
    }
    drop(socket);
    while open.join_next().await.is_some() {}
}

/// Waits until the server stops.
pub(super) async fn stop(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

impl Door {
    /// One connection from its first byte to its last.
    async fn welcome(self: Arc<Self>, stream: TcpStream, all_held: Arc<Semaphore>) {
        // A sender that is quiet for hours is kept; one that is gone is noticed.
        let _ = SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
        let _ = stream.set_nodelay(true);
        let numbers = &self.listener.numbers;
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => match timeout(HANDSHAKE_DEADLINE, tls.accept(stream)).await {
                Ok(Ok(stream)) => Box::new(stream),
                _ => {
                    numbers.failed.fetch_add(1, Ordering::Relaxed);
                    return;
                }
            },
        };
        let Ok(held) = Arc::clone(&all_held).try_acquire_many_owned(0) else { return };
        numbers.connections.fetch_add(1, Ordering::Relaxed);
        let guest = Guest {
            app: Arc::clone(&self.app),
            listener: Arc::clone(&self.listener),
            stream,
            gather: self.gather.clone(),
            buffer: vec![0; READ_BYTES],
            stopping: self.app.stopping.clone(),
            pace: Pace::default(),
            held,
            all_held,
        };
        (self.talk)(guest).await;
        numbers.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_record_that_does_not_become_complete_is_slow() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let at = |s: u64| start + Duration::from_secs(s);
        assert_eq!(pace.begun(0, at(0)), None);
        pace.received(10);
        assert_eq!(pace.begun(10, at(1)), Some(at(1)));
        pace.received(10);
        assert_eq!(pace.begun(20, at(2)), Some(at(1)));
        // The record became complete, and the next began with what came last.
        pace.received(10);
        assert_eq!(pace.begun(5, at(3)), Some(at(3)));
        assert_eq!(pace.begun(5, at(4)), Some(at(3)));
        pace.received(10);
        assert_eq!(pace.begun(0, at(5)), None);
    }
}
