//! What listeners count, as one list: `/metrics` is read off it.

use std::sync::atomic::AtomicU64;

macro_rules! numbers {
    ($($name:ident: $kind:literal, $doc:literal;)*) => {
        /// The counts of one listener since the start.
        #[derive(Default)]
        pub(crate) struct Numbers { $(#[doc = $doc] pub(crate) $name: AtomicU64,)* }

        /// Every count: its name, its kind in `/metrics`, what it says, and where it is.
        pub(crate) const NUMBERS: &[Number] = &[$(Number {
            name: stringify!($name),
            kind: $kind,
            doc: $doc,
            of: |numbers| &numbers.$name,
        },)*];
    };
}

/// One count.
pub(crate) struct Number {
    pub(crate) name: &'static str,
    /// `counter` or `gauge`.
    pub(crate) kind: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) of: fn(&Numbers) -> &AtomicU64,
}

numbers! {
    records: "counter", "Records received by listeners.";
    bytes: "counter", "Bytes received by listeners.";
    datagrams: "counter", "Datagrams received by listeners.";
    connections: "gauge", "Open connections of listeners.";
    refused: "counter", "Datagrams and connections from addresses that are not allowed.";
    failed: "counter", "Connections that ended because TLS, a key or the protocol was wrong.";
    crowded: "counter", "Connections closed because too many were open or too much was half received.";
    lost_kernel: "counter", "Datagrams the system dropped because its receive buffer was full.";
    lost_queue: "counter", "Datagrams dropped here because what came before was not taken yet.";
    lost_gaps: "counter", "Messages missing by the numbers their senders gave them (sequenceId).";
    lost_stop: "counter", "Records received and not taken before the server stopped.";
}
