//! Audit proxies: Gatelog before the Admin API of a gateway. Whoever calls is known, what they change is in the operator
//! trail before it is handed on, with what was there before, and what became of it is added. Requests and answers go on
//! as they came. Knows no formats of logs and no questions.

mod act;
mod body;
mod forward;
mod hide;
mod operator;
mod record;
mod resource;
mod sets;
mod setup;
mod snapshot;
mod state;
mod tee;
mod tool;
mod watch;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use axum::http::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use relay::egress::Policy;
use relay::upstream::Upstream;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::Config;
use crate::http::Wire;
use crate::http::connection::Patient;
use crate::listen::tls::Tls;
use crate::log;
use forward::Visit;
use operator::From;
use sets::Sets;
pub(crate) use setup::{PROXIES_MAX, Plan, Setup};
use state::Times;
use watch::Watch;

/// Open connections of one proxy; further ones are closed at once.
const CONNECTIONS_MAX: usize = 512;
/// The head of a request is at most this long, in bytes.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How often the end waits for what became of the last changes.
const LAST_WORDS: Duration = Duration::from_millis(10);

/// A proxy that runs.
pub(crate) struct Proxy {
    pub(crate) plan: Plan,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    pub(crate) numbers: Numbers,
    times: Times,
    upstream: Upstream,
    /// The gateway's own token for operators who bring none.
    lent: Option<HeaderValue>,
    sets: Sets,
    watch: Watch,
    pending: Arc<AtomicUsize>,
}

/// What a proxy counts.
#[derive(Default)]
pub(crate) struct Numbers {
    changes: AtomicU64,
    reads: AtomicU64,
    refused: AtomicU64,
    unrecorded: AtomicU64,
    unreachable: AtomicU64,
    drift: AtomicU64,
}

/// One number of a proxy, as `/metrics` shows it.
pub(crate) struct Number {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) of: fn(&Numbers) -> &AtomicU64,
}

/// Every number.
pub(crate) const NUMBERS: &[Number] = &[
    Number { name: "changes", doc: "Changes handed on or tried.", of: |n| &n.changes },
    Number { name: "reads", doc: "Reads handed on.", of: |n| &n.reads },
    Number {
        name: "refused",
        doc: "Calls of unknown operators, and of those who may not.",
        of: |n| &n.refused,
    },
    Number {
        name: "unrecorded",
        doc: "Calls that went on and could not be recorded.",
        of: |n| &n.unrecorded,
    },
    Number { name: "unreachable", doc: "Calls the Admin API did not answer.", of: |n| &n.unreachable },
    Number { name: "drift", doc: "Things found changed behind the proxy.", of: |n| &n.drift },
];

/// Something that is still to be recorded; the server waits for it when it stops.
struct Pending(Arc<AtomicUsize>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Proxy {
    fn pending(&self) -> Pending {
        self.pending.fetch_add(1, Ordering::AcqRel);
        Pending(Arc::clone(&self.pending))
    }
}

/// A proxy that has its address but serves nobody yet.
pub(crate) struct Bound {
    pub(crate) proxy: Arc<Proxy>,
    socket: std::net::TcpListener,
    tls: Option<Tls>,
}

/// Takes the addresses of all proxies and reads their certificates.
pub(crate) fn bind(config: &Config) -> anyhow::Result<Vec<Bound>> {
    let policy = Policy::parse(&config.egress_allow).map_err(anyhow::Error::msg).context("egress_allow")?;
    let ca = match config.egress_ca_file.as_str() {
        "" => None,
        path => Some(std::fs::read(path).with_context(|| format!("cannot read egress_ca_file {path}"))?),
    };
    let bind = |setup: &Setup| -> anyhow::Result<Bound> {
        let plan = setup.plan().map_err(anyhow::Error::msg)?;
        anyhow::ensure!(
            plan.tls.is_some() || plan.address.ip().is_loopback() || config.insecure_http,
            "{} can be reached from outside, and without TLS tokens would cross the network in clear: set certificate and key",
            plan.address
        );
        let upstream =
            Upstream::new(&plan.upstream, policy.clone(), ca.as_deref()).map_err(anyhow::Error::msg)?;
        let tls = plan.tls.as_ref().map(|files| Tls::open(files, &[b"http/1.1"])).transpose()?;
        let socket = std::net::TcpListener::bind(plan.address)
            .with_context(|| format!("cannot listen on {}", plan.address))?;
        socket.set_nonblocking(true)?;
        let lent = if plan.lends_token { Some(token(&plan)?) } else { None };
        let (address, numbers, times) = (socket.local_addr()?, Numbers::default(), Times::default());
        let (sets, watch, pending) = (Sets::default(), Watch::default(), Arc::default());
        let proxy = Arc::new(Proxy { plan, address, numbers, times, upstream, lent, sets, watch, pending });
        Ok(Bound { proxy, socket, tls })
    };
    config.proxy.iter().map(|setup| bind(setup).with_context(|| format!("proxy {}", setup.name()))).collect()
}

/// The gateway's own token, of its file.
fn token(plan: &Plan) -> anyhow::Result<HeaderValue> {
    let path = plan.token_file.as_deref().context("token_file is missing")?;
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    forward::secret_value(&text).with_context(|| format!("{}: no token", path.display()))
}

/// Proxies at work.
pub(crate) struct Running {
    app: Arc<App>,
    tasks: JoinSet<()>,
}

/// Serves all of them until the server stops. Called inside the runtime.
pub(crate) fn start(app: &Arc<App>, bound: Vec<Bound>) -> anyhow::Result<Running> {
    let mut tasks = JoinSet::new();
    for Bound { proxy, socket, tls } in bound {
        log::info(
            "an audit proxy is listening",
            &[("proxy", &proxy.plan.name), ("address", &proxy.address), ("upstream", &proxy.plan.upstream)],
        );
        let listener = TcpListener::from_std(socket)?;
        tasks.spawn(serve(Arc::clone(app), proxy, listener, tls.map(Arc::new)));
    }
    snapshot::start(app, &Handle::current());
    Ok(Running { app: Arc::clone(app), tasks })
}

impl Running {
    /// Waits until calls are answered and what became of changes is recorded, for so long at most.
    pub(crate) async fn finish(mut self, grace: Duration) {
        let proxies = self.app.proxies.clone();
        let all = async {
            while self.tasks.join_next().await.is_some() {}
            while proxies.iter().any(|proxy| proxy.pending.load(Ordering::Acquire) > 0) {
                tokio::time::sleep(LAST_WORDS).await;
            }
        };
        if tokio::time::timeout(grace, all).await.is_err() {
            log::warn("some audit proxies did not finish in time", &[]);
        }
    }
}

async fn serve(app: Arc<App>, proxy: Arc<Proxy>, listener: TcpListener, tls: Option<Arc<Tls>>) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(app.config.header_deadline_ms))
        .max_buf_size(HEAD_BYTES_MAX)
        .preserve_header_case(true)
        .auto_date_header(false);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stopping = app.stopping.clone();
    let mut stop = pin!(async move {
        // An error says that nobody could tell any more.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    });
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    log::warn("a connection could not be accepted", &[("error", &error)]);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            app.meters.connections_refused.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let (watcher, builder, tls) = (graceful.watcher(), builder.clone(), tls.clone());
        let (app, proxy) = (Arc::clone(&app), Arc::clone(&proxy));
        tokio::spawn(async move {
            if let Some((stream, certificate)) = open(&app, stream, tls.as_deref()).await {
                let line = Mutex::new(proxy.upstream.line());
                let visit = Arc::new(Visit { app, proxy, from: From { peer, certificate }, line });
                let service = service_fn(move |request| {
                    let visit = Arc::clone(&visit);
                    async move { Ok::<_, Infallible>(visit.answer(request).await) }
                });
                // How a connection ends is the operator's business.
                let _ = watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await;
            }
            drop(permit);
        });
    }
    drop(listener);
    let grace = Duration::from_millis(app.config.shutdown_grace_ms);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        log::warn("some calls through an audit proxy did not finish in time", &[("proxy", &proxy.plan.name)]);
    }
}

/// A connection ready to be served and the name in the certificate that was shown; none when nobody shakes hands.
async fn open(app: &App, stream: TcpStream, tls: Option<&Tls>) -> Option<(Box<dyn Wire>, Option<String>)> {
    // Answers are short; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let head = Duration::from_millis(app.config.header_deadline_ms);
    let stall = Duration::from_millis(app.config.write_stall_ms);
    let Some(tls) = tls else { return Some((Box::new(Patient::new(stream, head, stall)), None)) };
    let secured = tokio::time::timeout(head, tls.accept(stream)).await.ok()?.ok()?;
    let shown = secured.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let name = shown.and_then(|certificate| operator::certificate_name(certificate));
    Some((Box::new(Patient::new(secured, head, stall)), name))
}

/// What docs/config.md says of proxies.
pub(crate) const MARKDOWN: &str = "\n## Audit proxies\n\n\
    A table for each Admin API that Gatelog stands before; docs/proxy.md explains them.\n\n\
    ```toml\n[[proxy]]\nname = \"kong-eu\"                      # what its events call their origin\nkind = \"kong\"                         # or \"apisix\"\n\
    address = \"127.0.0.1:8101\"\nupstream = \"http://127.0.0.1:8001\"\nfail = \"closed\"                       # \"open\": changes do not wait for their record, and go on without one\n\
    reads = \"metadata\"                    # \"none\": who read what is not recorded\nchange_set_gap_s = 5                  # calls of one sync follow each other within this time\n\
    allow = [                             # without it admins may everything and others nothing\n  { role = \"admin\", may = \"change\" },\n  { role = \"viewer\", may = \"read\", resources = [\"service\", \"route\"] },\n]\n\n\
    [[proxy]]\nname = \"apisix-eu\"\nkind = \"apisix\"\naddress = \"0.0.0.0:9181\"\nupstream = \"http://apisix:9180\"\n\
    certificate = \"/etc/gatelog/tls.pem\"  # beyond loopback it speaks TLS\nkey = \"/etc/gatelog/tls.key\"\nclient_ca = \"/etc/gatelog/operators.pem\"  # operators show a certificate of this authority\n\
    identity_header = \"x-forwarded-user\"  # or a proxy in front says who they are\nidentity_from = [\"10.0.0.7\"]         # and only this one is believed\n\
    snapshot_interval_s = 300             # what was changed behind the proxy is found\n\
    token_file = \"/run/secrets/apisix\"    # the gateway's own admin token\nlends_token = true                    # operators without one get it\n\
    allow = [{ role = \"*\", may = \"change\" }]  # everyone who is known, also without an account here\n```\n";
