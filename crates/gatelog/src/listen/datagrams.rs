//! Listeners over UDP: a thread that does nothing but empty the socket, since what it does not read in time the system
//! drops. Everything that got lost is counted. Knows no protocol but by its [`Decoder`].

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::Listener;
use super::gather::{Gather, Records};
use crate::app::App;
use crate::log;

/// The receive buffer we ask the system for; `net.core.rmem_max` bounds what it gives.
const RECEIVE_BYTES: usize = 16 << 20;
/// Below this a burst of a busy gateway does not fit, and the log says so.
const RECEIVE_BYTES_MIN: usize = 1 << 20;
/// Longer than any datagram, so that none is cut off here.
const DATAGRAM_BYTES: usize = 64 << 10;
/// How often the thread looks whether it should stop, and at the system's count of drops.
const LOOK: Duration = Duration::from_millis(250);

/// Reads the datagrams of one socket.
pub(super) trait Decoder: Send {
    /// Adds the records that are complete with this datagram; gives how many are known to be missing by now.
    fn read(&mut self, peer: IpAddr, datagram: &[u8], now: Instant, records: &mut Records) -> u64;
}

/// A socket with a large receive buffer.
pub(super) fn socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    // What the system gives is looked at below; less than asked for is no error.
    let _ = socket.set_recv_buffer_size(RECEIVE_BYTES);
    let given = socket.recv_buffer_size()?;
    if given < RECEIVE_BYTES_MIN {
        log::warn(
            "the system gives a small receive buffer, and bursts of datagrams will be lost; raise net.core.rmem_max",
            &[("address", &address), ("bytes", &given), ("wanted", &RECEIVE_BYTES)],
        );
    }
    socket.bind(&address.into())?;
    socket.set_read_timeout(Some(LOOK))?;
    Ok(socket.into())
}

/// Reads until the server stops.
pub(super) fn serve(
    app: &Arc<App>,
    listener: &Arc<Listener>,
    socket: &UdpSocket,
    mut decoder: Box<dyn Decoder>,
    gather: &Gather,
) {
    let mut buffer = vec![0; DATAGRAM_BYTES];
    let mut drops = Drops::of(socket);
    let mut looked = Instant::now();
    loop {
        let received = socket.recv_from(&mut buffer);
        let now = Instant::now();
        let is_quiet = received.is_err();
        if let Ok((bytes, peer)) = received {
            let datagram = buffer.get(..bytes).unwrap_or_default();
            receive(app, listener, decoder.as_mut(), gather, peer.ip(), datagram, now);
        }
        if is_quiet || now.duration_since(looked) > LOOK {
            looked = now;
            let dropped = drops.since_last();
            listener.numbers.lost_kernel.fetch_add(dropped, Ordering::Relaxed);
            listener.lost(app, dropped);
            // Whatever had come when we were told to stop is read first.
            if is_quiet && *app.stopping.borrow() {
                return;
            }
        }
    }
}

fn receive(
    app: &App,
    listener: &Listener,
    decoder: &mut dyn Decoder,
    gather: &Gather,
    peer: IpAddr,
    datagram: &[u8],
    now: Instant,
) {
    if !listener.admits(peer) {
        return;
    }
    let numbers = &listener.numbers;
    numbers.datagrams.fetch_add(1, Ordering::Relaxed);
    let mut records = Records::of_wire(datagram.len());
    let missing = decoder.read(peer, datagram, now, &mut records);
    numbers.lost_gaps.fetch_add(missing, Ordering::Relaxed);
    let count = records.count();
    let dropped = if count == 0 || gather.try_put(records) { 0 } else { count };
    numbers.lost_queue.fetch_add(dropped, Ordering::Relaxed);
    listener.lost(app, missing + dropped);
}

/// The system's count of datagrams it dropped for a socket: the last column of `/proc/net/udp`.
struct Drops {
    inode: Option<String>,
    seen: u64,
}

impl Drops {
    fn of(socket: &UdpSocket) -> Drops {
        let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd()));
        let inode = link
            .ok()
            .and_then(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()));
        let mut drops = Drops { inode, seen: 0 };
        drops.seen = drops.total().unwrap_or(0);
        drops
    }

    fn since_last(&mut self) -> u64 {
        let Some(total) = self.total() else { return 0 };
        let since = total.saturating_sub(self.seen);
        self.seen = total;
        since
    }

    fn total(&self) -> Option<u64> {
        let inode = self.inode.as_deref()?;
        ["/proc/self/net/udp", "/proc/self/net/udp6"]
            .iter()
            .filter_map(|table| std::fs::read_to_string(table).ok())
            .find_map(|table| drops_in(&table, inode))
    }
}

/// `sl local rem st tx:rx tr:tm retrnsmt uid timeout inode ref pointer drops`
fn drops_in(table: &str, inode: &str) -> Option<u64> {
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_ascii_whitespace();
        if columns.nth(9)? == inode { columns.next_back()?.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_it_dropped() {
        let table = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
            1234: 0100007F:5271 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 0000000000000000 5\n\
            1235: 0100007F:5272 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 78 2 0000000000000000 19\n";
        assert_eq!(drops_in(table, "78"), Some(19));
        assert_eq!(drops_in(table, "7"), None);
        assert_eq!(drops_in("", "7"), None);

        // A socket nobody reads: the system drops what does not fit, and we see each.
        let small = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
        small.set_recv_buffer_size(4_096).unwrap();
        small.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
        let small: UdpSocket = small.into();
        small.set_nonblocking(true).unwrap();
        let mut drops = Drops::of(&small);
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..100 {
            sender.send_to(&[b'x'; 1_000], small.local_addr().unwrap()).unwrap();
        }
        let mut read = 0;
        while small.recv(&mut [0; 2_000]).is_ok() {
            read += 1;
        }
        assert!(read < 100);
        assert_eq!(drops.since_last(), 100 - read);
        assert_eq!(drops.since_last(), 0);
    }
}
