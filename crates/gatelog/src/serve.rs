//! A server from its start to its end: opens what is on disk, serves, tends the ledger, saves what was counted, and
//! on a signal stops taking, finishes, and seals.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use event::mask::Rules;
use event::{Act, Timestamp};
use keys::{Grant, Role, Secret};
use ledger::Ledger;
use ledger::disk::Disk;
use ledger::disk::real::RealDisk;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::app::{App, Gates, Meters};
use crate::archive::Archiver;
use crate::attempts::Attempts;
use crate::catalog::{Catalog, Source, random};
use crate::clock::Steady;
use crate::config::{Config, Environment, secret};
use crate::counters::Tally;
use crate::directory::Store;
use crate::exports::{self, Exports};
use crate::knowledge::Known;
use crate::listen::tls::Tls;
use crate::listen::{self, Bound};
use crate::masks::Masking;
use crate::outbound::Outbound;
use crate::provider::Provider;
use crate::proxy;
use crate::refusals::Refusals;
use crate::sought::AllSought;
use crate::strangers::Strangers;
use crate::trail::{self, Recorder, actions};
use crate::{archive, clock, erasure, http, log, objects, publish, pull, rejects, trail_pull};

/// How often the catalogue is looked at for changes by others.
const REFRESH: Duration = Duration::from_secs(1);
/// Counters and times of last use are saved after so many looks.
const SAVE_EVERY: u32 = 10;

/// The ledger of the first tenant, inside the data directory.
pub(crate) const LEDGER_DIR: &str = "tenants/1";

/// Tokens that are good as long as this process runs.
pub(crate) type Given = Vec<(Grant, Secret<String>)>;

/// The tokens of the environment.
pub(crate) fn given(environment: &Environment) -> anyhow::Result<Given> {
    let mut given = Vec::new();
    if let Some(text) = secret(environment, "GATELOG_BOOTSTRAP_ADMIN_TOKEN")? {
        given.push((Grant::api("bootstrap", Role::Admin), text));
    }
    if let Some(text) = secret(environment, "GATELOG_BOOTSTRAP_INGEST_TOKEN")? {
        given.push((Grant::ingest("default").named("bootstrap"), text));
    }
    Ok(given)
}

/// The ledger's bounds, as the settings say.
pub(crate) fn options(config: &Config) -> ledger::Options {
    ledger::Options {
        wal_bytes_max: config.wal_bytes_max,
        segment_rows: config.segment_rows,
        retain_days: i64::from(config.retain_days),
        retain_rollup_days: i64::from(config.rollup_retain_days),
        free_bytes_min: config.free_bytes_min,
        cache_bytes_max: config.cache_bytes,
        ..Default::default()
    }
}

/// The ledger's part of a data directory, for this process alone.
pub(crate) fn open_disk(dir: &Path) -> anyhow::Result<Arc<dyn Disk>> {
    let root = dir.join(LEDGER_DIR);
    Ok(Arc::new(RealDisk::open(&root).with_context(|| format!("cannot open {}", root.display()))?))
}

/// Opens the ledger of a data directory.
pub(crate) fn open_ledger(config: &Config, disk: Arc<dyn Disk>, now: Timestamp) -> anyhow::Result<Ledger> {
    let ledger = Ledger::open(disk, options(config), now)?;
    for damage in ledger.state().damage {
        log::error("damage in the log; what is readable was kept", &[("where", &damage)]);
    }
    Ok(ledger)
}

/// What is done once the server listens: replaying samples.
pub(crate) type Then = Box<dyn FnOnce(SocketAddr, watch::Receiver<bool>) -> JoinHandle<()> + Send>;

/// Serves until a signal comes.
pub(crate) fn run(
    config: Config,
    given: Given,
    environment: &Environment,
    then: Option<Then>,
) -> anyhow::Result<()> {
    let now = clock::now();
    let dir = Path::new(&config.data_dir).to_owned();
    let catalog = Catalog::open(&dir, given, now)?;
    declare(&catalog, &config, now)?;
    let disk = open_disk(&dir)?;
    let ledger = Arc::new(open_ledger(&config, Arc::clone(&disk), now)?);
    let trail = Recorder::open(disk, &dir, &config, Rules::new(catalog.masking_key()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let listener = runtime.block_on(listener(&config))?;
    let address = listener.local_addr()?;
    let (bound, proxies) = (listen::bind(&config)?, proxy::bind(&config)?);
    let tls = secured(&config, address)?;
    let known = Known::open(&config)?;
    let directory = directory(&config, &dir, &known, now)?;
    let exports = Exports::open(exports::dir(&dir), config.free_bytes_min, now)
        .context("cannot open the directory of exports")?;
    let outbound = Outbound::new(&config, environment)?;
    let config = Config { connections_max: connections_max(&config), ..config };
    let (stop, stopping) = watch::channel(false);
    let app = Arc::new(App {
        archiver: archiver(&config, &dir, &ledger)?,
        rules: Rules::new(catalog.masking_key()),
        masking: Masking::of(&catalog)?,
        known,
        directory,
        gates: Gates::new(&config),
        provider: Provider::new(&config),
        tally: Tally::new(config.rejects_per_source_max, rejects::load(&dir), now),
        config,
        catalog,
        ledger: Arc::clone(&ledger),
        trail,
        meters: Meters::default(),
        refusals: Refusals::default(),
        strangers: Strangers::default(),
        attempts: Attempts::default(),
        exports,
        listeners: bound.iter().map(Bound::listener).collect(),
        proxies: proxies.iter().map(|bound| Arc::clone(&bound.proxy)).collect(),
        outbound,
        sought: AllSought::default(),
        erasing: erasure::Running::default(),
        days_over: i64::MIN.into(),
        stopping: stopping.clone(),
        is_loopback: address.ip().is_loopback(),
    });
    app.keep(&app.retention().0);
    app.meters.is_ready.store(true, Ordering::Relaxed);
    let ended = Arc::new(AtomicBool::new(false));
    let tender = tend(Arc::clone(&ledger), Arc::clone(&ended))?;
    let saver = save_often(Arc::clone(&app), Arc::clone(&ended))?;
    greet(&app, address)?;
    erasure::resume(&app).context("the erasure under way")?;
    pull_all(&app, runtime.handle());
    let after = then.map(|then| then(address, stopping));

    runtime.block_on(answer(&app, listener, tls, (bound, proxies), stop))?;
    runtime.shutdown_timeout(Duration::from_secs(5));
    ended.store(true, Ordering::Relaxed);
    for thread in [Some(tender), Some(saver), after].into_iter().flatten() {
        let _ = thread.join();
    }
    finish(&app)
}

/// The socket of the settings.
async fn listener(config: &Config) -> anyhow::Result<TcpListener> {
    let address = &config.listen_address;
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Where days go before they are removed, known to the ledger before it removes any.
fn archiver(config: &Config, dir: &Path, ledger: &Ledger) -> anyhow::Result<Option<Arc<Archiver>>> {
    let archiver = Archiver::open(&config.archive, dir).map_err(anyhow::Error::msg).context("archive")?;
    if let Some(archiver) = archiver.clone() {
        ledger.archive_to(archiver);
    }
    Ok(archiver)
}

/// Opens the directory and makes it known.
fn directory(config: &Config, dir: &Path, known: &Known, now: Timestamp) -> anyhow::Result<Store> {
    let directory = Store::open(&dir.join(LEDGER_DIR), config.retain_days, &config.directory_files)?;
    directory.refresh(now);
    known.change(|knowledge| knowledge.directory = directory.now());
    Ok(directory)
}

/// Begins to ask others for what they know, and to hand on what they are to keep.
fn pull_all(app: &Arc<App>, runtime: &Handle) {
    for start in [pull::start, objects::start, trail_pull::start, publish::start, archive::start] {
        start(app, runtime);
    }
}

/// Answers until it is told to stop.
async fn answer(
    app: &Arc<App>,
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    (bound, proxies): (Vec<Bound>, Vec<proxy::Bound>),
    stop: watch::Sender<bool>,
) -> anyhow::Result<()> {
    let listeners = listen::start(app, bound)?;
    let proxies = proxy::start(app, proxies)?;
    let stopped = async move {
        signal().await;
        log::info("stopping", &[]);
        // Long answers end, so that the connections can.
        let _ = stop.send(true);
    };
    http::serve(Arc::clone(app), listener, tls, stopped).await;
    let grace = Duration::from_millis(app.config.shutdown_grace_ms);
    listeners.finish(grace).await;
    proxies.finish(grace).await;
    Ok(())
}

/// The certificates of the settings. Refuses to let tokens cross a network in clear.
fn secured(config: &Config, address: SocketAddr) -> anyhow::Result<Option<Arc<Tls>>> {
    if !address.ip().is_loopback() && !config.insecure_http && !config.is_https() {
        bail!(
            "{address} can be reached from outside, and without TLS passwords and tokens would cross the network in clear: \
             set tls_certificate_file and tls_key_file, put a proxy that ends TLS in front and set public_url to its https \
             address, or say --insecure-http"
        );
    }
    let tls = config.tls().map(|files| Tls::open(&files, &[b"h2", b"http/1.1"])).transpose()?;
    Ok(tls.map(Arc::new))
}

/// Makes the sources that the settings name.
fn declare(catalog: &Catalog, config: &Config, now: Timestamp) -> anyhow::Result<()> {
    declare_sources(catalog, config, now)?;
    declare_listened(catalog, config, now)
}

/// What the settings say of sources is set with every start.
fn declare_sources(catalog: &Catalog, config: &Config, now: Timestamp) -> anyhow::Result<()> {
    if config.sources.is_empty() {
        return Ok(());
    }
    catalog.change(now, |content| {
        config.sources.iter().try_for_each(|(name, set)| {
            let reading = set.reading().map_err(anyhow::Error::msg)?;
            content.declare(name, reading, now).with_context(|| format!("sources.{name}"))
        })
    })?
}

/// The sources of listeners exist from the start, so that one that stays silent is seen.
fn declare_listened(catalog: &Catalog, config: &Config, now: Timestamp) -> anyhow::Result<()> {
    let plans = config.listeners.iter().filter_map(|setup| setup.plan().ok());
    let names: Vec<String> = plans.map(|plan| plan.source).filter(|source| !source.is_empty()).collect();
    if catalog.with(|content| names.iter().all(|name| content.sources.contains_key(name))) {
        return Ok(());
    }
    catalog.change(now, |content| {
        for name in names {
            content.sources.entry(name).or_insert_with(|| Source::new(now));
        }
    })?;
    Ok(())
}

/// Open files are connections and files of the ledger; some are left for the latter.
fn connections_max(config: &Config) -> usize {
    const FOR_OTHERS: u64 = 512;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    let left = usize::try_from(limit.saturating_sub(FOR_OTHERS)).unwrap_or(usize::MAX).max(64);
    config.connections_max.min(left)
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        log::error("signals cannot be received; the server ends only by force", &[]);
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Records that the server starts or stops. It does so in any case: what is refused then is what people ask of it.
fn lifecycle(app: &App, action: &'static actions::Action) {
    let recorded = trail::act(action, "cli", clock::now()).and_then(|act| {
        let detail = format!("version {}", env!("CARGO_PKG_VERSION"));
        let outcome = "success".to_owned();
        app.trail.record_blocking(Act { operator_kind: "host".to_owned(), detail, outcome, ..act })
    });
    if let Err(error) = recorded {
        log::error("the operator trail cannot be written", &[("error", &error)]);
    }
}

/// The address on standard output, for scripts; the link on standard error, where it is not piped on by accident.
fn greet(app: &App, address: SocketAddr) -> anyhow::Result<()> {
    let now = clock::now();
    lifecycle(app, actions::SERVER_START);
    prove(app);
    let shown = SocketAddr::new(
        if address.ip().is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { address.ip() },
        address.port(),
    );
    let base = match app.config.public_url.trim_end_matches('/') {
        "" => format!("{}://{shown}", app.config.scheme()),
        url => url.to_owned(),
    };
    println!("{base}");
    log::info(
        "listening",
        &[("address", &address), ("version", &env!("CARGO_PKG_VERSION")), ("data", &app.config.data_dir)],
    );
    if !app.catalog.with(|content| content.keyring.has_admin(now)) {
        let random = random()?;
        let link = app.catalog.change(now, |content| content.keyring.one_time_link(now, &random))?;
        eprintln!("\n  Open this once, within 15 minutes:\n  {base}/welcome#{}\n", link.token.expose());
    }
    let has_sender = app.catalog.with(|content| {
        content
            .keyring
            .tokens()
            .any(|entry| matches!(entry.may, keys::May::Append { .. }) && entry.revoked.is_none())
    });
    if !has_sender {
        eprintln!(
            "  Then make a token for a gateway:\n  gatelog token create --ingest edge --data {}\n",
            app.config.data_dir
        );
    }
    Ok(())
}

/// The ledger's housekeeping, on a thread of its own.
fn tend(ledger: Arc<Ledger>, ended: Arc<AtomicBool>) -> anyhow::Result<JoinHandle<()>> {
    let work = move || {
        let mut last = String::new();
        while !ended.load(Ordering::Relaxed) {
            match ledger.tend(clock::now()) {
                Ok(()) => last.clear(),
                // Once per trouble, not once per second.
                Err(error) if error.to_string() != last => {
                    log::error(
                        "the ledger's background work failed; it is tried again",
                        &[("error", &error)],
                    );
                    last = error.to_string();
                }
                Err(_) => {}
            }
            ledger.wait_due(Duration::from_secs(1));
        }
    };
    Ok(std::thread::Builder::new().name("ledger-keeper".into()).spawn(work)?)
}

/// Sees changes of the catalogue by others, and saves what was counted.
fn save_often(app: Arc<App>, ended: Arc<AtomicBool>) -> anyhow::Result<JoinHandle<()>> {
    let work = move || {
        let mut looks = 0_u32;
        let (begun, mut steady) = (Instant::now(), Steady::new(clock::now()));
        while !ended.load(Ordering::Relaxed) {
            std::thread::sleep(REFRESH);
            looks = looks.wrapping_add(1);
            let now = clock::now();
            match app.catalog.refresh(now) {
                Ok(true) => {
                    log::info("the catalogue was changed by another process", &[]);
                    app.keep(&app.retention().0);
                    if let Err(error) = app.masking.follow(&app.catalog) {
                        log::error("masking stays as it was", &[("error", &error)]);
                    }
                }
                Ok(false) => {}
                Err(error) => log::error("the catalogue cannot be read", &[("error", &error)]),
            }
            if let Err(error) = app.trail.collect() {
                log::error("acts left by commands cannot be taken", &[("error", &error)]);
            }
            app.known.refresh();
            app.refresh_directory(now);
            if looks.is_multiple_of(SAVE_EVERY) {
                if steady.is(now, begun.elapsed()) {
                    app.exports.sweep(now);
                    shorten(&app, now);
                }
                prove(&app);
                if let Err(error) = save(&app) {
                    log::error("the catalogue cannot be written", &[("error", &error)]);
                }
            }
        }
    };
    Ok(std::thread::Builder::new().name("catalog".into()).spawn(work)?)
}

/// What is left to be done once nobody asks any more.
fn finish(app: &App) -> anyhow::Result<()> {
    save(app)?;
    lifecycle(app, actions::SERVER_STOP);
    app.ledger.seal(clock::now())?;
    prove(app);
    log::info("stopped", &[]);
    Ok(())
}

/// Removes operator events whose time is over, once they are in the archive, where there is one, and after it was recorded.
fn shorten(app: &App, now: Timestamp) {
    let (kept, days) = app.retention();
    let Some(through) = app.trail.trail().over(kept.trail_over(days, now)) else { return };
    if app.archiver.as_ref().is_some_and(|archiver| !archiver.trail_is_safe(through)) {
        return;
    }
    let shortened = trail::act(actions::TRAIL_RETIRE, "cli", now).and_then(|act| {
        let outcome = "success".to_owned();
        let act = Act { operator_kind: "host".to_owned(), resource_id: through.to_string(), outcome, ..act };
        app.trail.record_blocking(act)?;
        Ok(app.trail.trail().retire(through)?)
    });
    if let Err(error) = shortened {
        log::error("the operator trail cannot be shortened", &[("error", &error)]);
    }
}

/// Signs what is new in the operator trail and among access events.
fn prove(app: &App) {
    if let Err(error) = app.trail.prove() {
        log::error("the operator trail cannot be signed", &[("error", &error)]);
    }
    let end = clock::now().day() - i64::from(app.retention().1.events);
    let end = app.days_over.fetch_max(end, Ordering::Relaxed).max(end);
    if let Err(error) = app.trail.prover.access(&app.ledger, end) {
        log::error("access events cannot be signed", &[("error", &error)]);
    }
}

/// Adds what was counted to the catalogue, and drops sessions that are over.
fn save(app: &App) -> Result<(), crate::catalog::Error> {
    let now = clock::now();
    if let Some(rejects) = app.tally.unsaved_rejects()
        && let Err(error) = rejects::save(Path::new(&app.config.data_dir), &rejects)
    {
        log::warn("the rejects cannot be saved", &[("error", &error)]);
    }
    let unsaved = app.tally.take_unsaved();
    if unsaved.is_empty() {
        return Ok(());
    }
    app.catalog.change(now, |content| {
        content.keyring.sweep(now);
        for (name, counters) in &unsaved {
            let source = content.sources.entry(name.clone()).or_insert_with(|| Source::new(now));
            source.counters.add(counters);
        }
    })
}
