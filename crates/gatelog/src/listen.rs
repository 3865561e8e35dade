//! Sockets that speak something other than HTTP/1: syslog, GELF, Fluent forward, gRPC. Each protocol is one value of
//! [`PROTOCOLS`]; a listener is a protocol on an address, with who may send and whose events they are. What they
//! bring ends in `take`, like everything else. Knows no format of a gateway.

mod datagrams;
mod forward;
mod gather;
mod gelf;
pub(crate) mod grpc;
mod numbers;
mod setup;
mod streams;
mod syslog;
pub(crate) mod tls;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use intake::envelopes::{Envelope, GELF};
use keys::Secret;
use tokio::task::JoinSet;

pub(crate) use numbers::{NUMBERS, Numbers};
pub(crate) use setup::{LISTENERS_MAX, Plan, Setup, TlsFiles};

use crate::app::App;
use crate::config::Config;
use crate::log;
use datagrams::Decoder;
use gather::Gather;
use streams::{Door, Guest, Pending};
use tls::Tls;

/// A protocol that a listener can speak.
pub(crate) struct Protocol {
    /// Its name in the settings.
    pub(crate) name: &'static str,
    /// What it is for, and what to know about it, in Markdown.
    pub(crate) doc: &'static str,
    /// The port it is usually found on.
    pub(crate) port: u16,
    /// Whether it is only spoken through TLS.
    pub(crate) needs_tls: bool,
    /// Whether senders can prove that they know a shared key.
    pub(crate) has_shared_key: bool,
    /// Whether senders can bring a token.
    pub(crate) takes_tokens: bool,
    /// What ALPN calls it.
    alpn: &'static [&'static [u8]],
    /// What its records are wrapped in when they are gathered.
    envelope: Option<&'static Envelope>,
    speech: Speech,
}

/// How a protocol comes.
#[derive(Clone, Copy)]
enum Speech {
    /// In datagrams, read by one of these.
    Datagrams(fn() -> Box<dyn Decoder>),
    /// In streams: the function talks with one sender until the end.
    Streams(fn(Guest) -> Pending),
}

impl Protocol {
    /// A protocol over TCP, with TLS if wished, without more.
    const fn stream(
        name: &'static str,
        port: u16,
        doc: &'static str,
        talk: fn(Guest) -> Pending,
    ) -> Protocol {
        let speech = Speech::Streams(talk);
        Protocol {
            name,
            doc,
            port,
            needs_tls: false,
            has_shared_key: false,
            takes_tokens: false,
            alpn: &[],
            envelope: None,
            speech,
        }
    }

    /// A protocol over UDP.
    const fn datagrams(
        name: &'static str,
        port: u16,
        doc: &'static str,
        decoder: fn() -> Box<dyn Decoder>,
    ) -> Protocol {
        Protocol { speech: Speech::Datagrams(decoder), ..Protocol::stream(name, port, doc, syslog::talk) }
    }

    /// Whether it is spoken over UDP.
    pub(crate) fn is_udp(&self) -> bool {
        matches!(self.speech, Speech::Datagrams(_))
    }
}

/// Every protocol, in the order of the documentation.
pub(crate) static PROTOCOLS: &[Protocol] = &[
    Protocol::datagrams("syslog_udp", 514, syslog::UDP, syslog::datagrams),
    Protocol::stream("syslog_tcp", 514, syslog::TCP, syslog::talk),
    Protocol { needs_tls: true, ..Protocol::stream("syslog_tls", 6514, syslog::TLS, syslog::talk) },
    Protocol { envelope: Some(&GELF), ..Protocol::datagrams("gelf_udp", 12201, gelf::UDP, gelf::datagrams) },
    Protocol { envelope: Some(&GELF), ..Protocol::stream("gelf_tcp", 12201, gelf::TCP, syslog::talk) },
    Protocol {
        has_shared_key: true,
        ..Protocol::stream("fluent_forward", 24224, forward::DOC, forward::talk)
    },
    Protocol {
        takes_tokens: true,
        alpn: grpc::ALPN,
        ..Protocol::stream("grpc", 4317, grpc::DOC, grpc::talk)
    },
];

/// Strangers named in our log, for each listener; further ones are only counted.
const STRANGERS_MAX: usize = 16;

/// A listener that runs.
pub(crate) struct Listener {
    pub(crate) plan: Plan,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    pub(crate) numbers: Numbers,
    /// What senders have to know, where the protocol can ask them.
    shared_key: Option<Secret<String>>,
    strangers: Mutex<BTreeSet<IpAddr>>,
}

impl Listener {
    /// Whether an address may send. Refusals are counted, and each of the first addresses is logged once.
    fn admits(&self, peer: IpAddr) -> bool {
        if self.plan.allows(peer) {
            return true;
        }
        self.numbers.refused.fetch_add(1, Ordering::Relaxed);
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.len() < STRANGERS_MAX && strangers.insert(peer) {
            self.warn("a sender whose address is not allowed was refused", &[("peer", &peer)]);
        }
        false
    }

    /// Writes to our log, with which listener it is about.
    fn warn(&self, message: &str, fields: &[log::Field<'_>]) {
        let about: [log::Field<'_>; 2] = [("listener", &self.plan.protocol.name), ("address", &self.address)];
        log::warn(message, &[&about, fields].concat());
    }

    /// Records that got lost before they were ours.
    fn lost(&self, app: &App, count: u64) {
        if count > 0 && !self.plan.source.is_empty() {
            app.tally.lost(&self.plan.source, count);
        }
    }
}

/// A listener that has its address but serves nobody yet.
pub(crate) struct Bound {
    listener: Arc<Listener>,
    socket: Socket,
}

enum Socket {
    Datagrams(std::net::UdpSocket, fn() -> Box<dyn Decoder>),
    Streams(std::net::TcpListener, Option<Tls>, fn(Guest) -> Pending),
}

/// Takes the addresses of all listeners and reads their certificates.
pub(crate) fn bind(config: &Config) -> anyhow::Result<Vec<Bound>> {
    let bind = |setup: &Setup| -> anyhow::Result<Bound> {
        let plan = setup.plan().map_err(anyhow::Error::msg)?;
        let cannot = || format!("cannot listen on {}", plan.address);
        let socket = match plan.protocol.speech {
            Speech::Datagrams(decoder) => {
                Socket::Datagrams(datagrams::socket(plan.address).with_context(cannot)?, decoder)
            }
            Speech::Streams(talk) => {
                let tls = plan.tls.as_ref().map(|files| Tls::open(files, plan.protocol.alpn)).transpose()?;
                Socket::Streams(streams::socket(plan.address).with_context(cannot)?, tls, talk)
            }
        };
        let address = match &socket {
            Socket::Datagrams(socket, _) => socket.local_addr()?,
            Socket::Streams(socket, ..) => socket.local_addr()?,
        };
        let shared_key = plan.shared_key_file.as_deref().map(shared_key).transpose()?;
        let (numbers, strangers) = (Numbers::default(), Mutex::default());
        Ok(Bound { listener: Arc::new(Listener { plan, address, numbers, shared_key, strangers }), socket })
    };
    let bound = |(n, setup)| bind(setup).with_context(|| format!("listener {}", n + 1));
    config.listeners.iter().enumerate().map(bound).collect()
}

fn shared_key(path: &Path) -> anyhow::Result<Secret<String>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(Secret::new(text.trim().to_owned()))
}

impl Bound {
    /// The listener.
    pub(crate) fn listener(&self) -> Arc<Listener> {
        Arc::clone(&self.listener)
    }
}

/// Listeners at work.
pub(crate) struct Running(JoinSet<()>);

/// Serves all of them until the server stops. Called inside the runtime.
pub(crate) fn start(app: &Arc<App>, bound: Vec<Bound>) -> anyhow::Result<Running> {
    let mut running = JoinSet::new();
    for Bound { listener, socket } in bound {
        log::info(
            "listening",
            &[
                ("protocol", &listener.plan.protocol.name),
                ("address", &listener.address),
                ("source", &listener.plan.source),
            ],
        );
        let (gather, gatherer) = Gather::new(app, &listener);
        running.spawn(gatherer);
        match socket {
            Socket::Datagrams(socket, decoder) => {
                let (app, decoder) = (Arc::clone(app), decoder());
                running.spawn_blocking(move || datagrams::serve(&app, &listener, &socket, decoder, &gather));
            }
            Socket::Streams(socket, tls, talk) => {
                let socket = tokio::net::TcpListener::from_std(socket)?;
                let door = Door { app: Arc::clone(app), listener, tls, talk, gather };
                running.spawn(streams::serve(door, socket));
            }
        }
    }
    Ok(Running(running))
}

impl Running {
    /// Waits until what was received is taken, for so long at most.
    pub(crate) async fn finish(mut self, grace: Duration) {
        let all = async { while self.0.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_err() {
            log::warn("some listeners did not finish in time", &[]);
        }
    }
}

/// What docs/config.md says of listeners.
pub(crate) fn markdown() -> String {
    let mut text = String::from(MARKDOWN);
    for protocol in PROTOCOLS {
        let _ = writeln!(text, "| `{}` | {} | {} |", protocol.name, protocol.port, protocol.doc);
    }
    text
}

const MARKDOWN: &str = "\n## Sockets that speak something other than HTTP/1\n\n\
    At the end of the file, a table for each. docs/ingest.md says what becomes of what they receive.\n\n\
    ```toml\n[[listeners]]\nprotocol = \"syslog_udp\"\naddress = \"0.0.0.0:5514\"\nsource = \"edge\"\nformat = \"nginx\"               # optional; without it as the source says, or recognised\n\
    allow = [\"10.0.0.0/8\", \"192.0.2.7\"]\n\n\
    [[listeners]]\nprotocol = \"syslog_tls\"\naddress = \"0.0.0.0:6514\"\nsource = \"edge\"\ncertificate = \"/etc/gatelog/tls.pem\"  # read again when it changes\nkey = \"/etc/gatelog/tls.key\"\nclient_ca = \"/etc/gatelog/senders.pem\"  # senders show a certificate of this authority\n```\n\n\
    No listener is open to everyone: it needs `allow` (addresses and networks), `client_ca`, or what its protocol has for it.\n\
    Refused addresses are counted, and logged once each.\n\n\
    | protocol | usual port | what it is |\n|---|---|---|\n";
