//! Whether the server lives, whether it can do its work, and its numbers for Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use keys::Permission;

use super::answer::{bytes_with, json};
use super::error::Problem;
use super::route::{Answer, Call, caller};
use crate::app::App;
use crate::clock;
use crate::listen::NUMBERS;
use crate::outbound::Pull;
use crate::proxy;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz(_: Call) -> Answer {
    json(&serde_json::json!({ "status": "ok" }))
}

/// `GET /readyz`: it takes events and answers questions.
pub(crate) async fn readyz(call: Call) -> Answer {
    let state = call.app.ledger.state();
    if !call.app.meters.is_ready.load(Ordering::Relaxed) || *call.app.stopping.borrow() {
        return Err(Problem::busy("starting or stopping"));
    }
    if state.disk_low {
        return Err(Problem::busy("the disk is nearly full; events are refused").retry_after_s(30));
    }
    json(&serde_json::json!({ "status": "ready" }))
}

/// `GET /metrics`.
pub(crate) async fn metrics(call: Call) -> Answer {
    if !(call.app.config.metrics_open && call.app.is_loopback) {
        caller(&call.app, &call.parts.method, &call.parts.headers)?.scope(Permission::SourcesRead)?;
    }
    Ok(bytes_with(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text(&call.app)))
}

fn text(app: &App) -> String {
    let mut page = Page(String::with_capacity(4_096));
    let state = app.ledger.state();
    page.gauge("gatelog_up_to_sequence", "Highest sequence number given to an event.", state.last_seq);
    page.gauge("gatelog_wal_bytes", "Bytes of the log of events that are not sealed.", state.wal_bytes);
    page.gauge("gatelog_unsealed_events", "Events that are not sealed.", state.tail_rows);
    page.gauge("gatelog_sealed_files", "Sealed files.", state.files);
    page.gauge("gatelog_sealed_events", "Sealed events.", state.sealed_rows);
    page.gauge("gatelog_sealed_bytes", "Bytes of sealed files.", state.sealed_bytes);
    page.gauge("gatelog_disk_free_bytes", "Bytes the disk can still take.", state.free_bytes);
    page.gauge(
        "gatelog_disk_low",
        "1 when events are refused because the disk is nearly full.",
        u64::from(state.disk_low),
    );
    page.gauge(
        "gatelog_trouble",
        "1 when the background work of the ledger failed last time.",
        u64::from(state.trouble.is_some()),
    );
    page.gauge("gatelog_damage", "Damaged places found in the log at the start.", state.damage.len() as u64);
    let meters = &app.meters;
    page.gauge("gatelog_connections", "Open connections.", meters.connections.load(Ordering::Relaxed));
    page.counter(
        "gatelog_connections_refused_total",
        "Connections closed because too many were open.",
        meters.connections_refused.load(Ordering::Relaxed),
    );
    page.counter(
        "gatelog_deliveries_refused_total",
        "Deliveries answered with 503.",
        meters.deliveries_refused.load(Ordering::Relaxed),
    );
    page.counter(
        "gatelog_ingest_micros_total",
        "Time between whole bodies and their acknowledgement, in microseconds.",
        meters.ingest_micros.load(Ordering::Relaxed),
    );
    page.head("gatelog_http_answers_total", "Answers by hundreds of their status.", "counter");
    for (hundreds, count) in meters.answers().skip(1) {
        let _ = writeln!(page.0, "gatelog_http_answers_total{{status=\"{hundreds}xx\"}} {count}");
    }
    pulls(&mut page, &app.outbound.pulls());
    for (name, doc, pick) in SOURCE_COUNTERS {
        page.head(name, doc, "counter");
        for (source, counters, _) in super::sources::counted(app, clock::now()) {
            let _ =
                writeln!(page.0, "{name}{{source=\"{}\"}} {}", escaped(&source), pick(&counters.counters));
        }
    }
    listeners(&mut page, app);
    proxies(&mut page, app);
    page.0
}

/// A row for each listener in each of their counts.
fn listeners(page: &mut Page, app: &App) {
    for number in NUMBERS.iter().filter(|_| !app.listeners.is_empty()) {
        let total = if number.kind == "counter" { "_total" } else { "" };
        let name = format!("gatelog_listener_{}{total}", number.name);
        page.head(&name, number.doc, number.kind);
        for listener in &app.listeners {
            let (protocol, source) = (listener.plan.protocol.name, escaped(&listener.plan.source));
            let value = (number.of)(&listener.numbers).load(Ordering::Relaxed);
            let _ = writeln!(
                page.0,
                "{name}{{protocol=\"{protocol}\",address=\"{}\",source=\"{source}\"}} {value}",
                listener.address
            );
        }
    }
}

/// A row for each audit proxy in each of their counts.
fn proxies(page: &mut Page, app: &App) {
    for number in proxy::NUMBERS.iter().filter(|_| !app.proxies.is_empty()) {
        let name = format!("gatelog_proxy_{}_total", number.name);
        page.head(&name, number.doc, "counter");
        for proxy in &app.proxies {
            let value = (number.of)(&proxy.numbers).load(Ordering::Relaxed);
            let _ = writeln!(page.0, "{name}{{proxy=\"{}\"}} {value}", escaped(&proxy.plan.name));
        }
    }
}

/// How fetching goes, by kind and name.
fn pulls(page: &mut Page, pulls: &[Pull]) {
    type Of = fn(&Pull) -> u64;
    let numbers: [(&str, &str, &str, Of); 3] = [
        ("gatelog_pull_tries_total", "Times something was fetched.", "counter", |pull| pull.tries),
        ("gatelog_pull_failures_total", "Times fetching failed.", "counter", |pull| pull.failures),
        ("gatelog_pull_failing", "1 when fetching failed the last time.", "gauge", |pull| {
            u64::from(pull.error.is_some())
        }),
    ];
    for (name, doc, kind, of) in numbers {
        page.head(name, doc, kind);
        for pull in pulls {
            let (what, which) = (pull.kind, escaped(&pull.name));
            let _ = writeln!(page.0, "{name}{{kind=\"{what}\",name=\"{which}\"}} {}", of(pull));
        }
    }
}

type Pick = fn(&crate::counters::Counters) -> u64;

const SOURCE_COUNTERS: &[(&str, &str, Pick)] = &[
    ("gatelog_events_accepted_total", "Events taken, by source.", |c| c.accepted),
    ("gatelog_events_rejected_total", "Records not understood, by source.", |c| c.rejected),
    ("gatelog_events_duplicate_total", "Events that had come before, by source.", |c| c.duplicates),
    (
        "gatelog_events_lost_total",
        "Records sent that never came or came when there was no room, by source.",
        |c| c.lost,
    ),
    ("gatelog_deliveries_paused_total", "Deliveries refused because their source is paused.", |c| c.refused),
    ("gatelog_ingest_bytes_total", "Bytes as sent, by source.", |c| c.bytes),
];

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, doc: &str, kind: &str) {
        let _ = write!(self.0, "# HELP {name} {doc}\n# TYPE {name} {kind}\n");
    }

    fn gauge(&mut self, name: &str, doc: &str, value: u64) {
        self.head(name, doc, "gauge");
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn counter(&mut self, name: &str, doc: &str, value: u64) {
        self.head(name, doc, "counter");
        let _ = writeln!(self.0, "{name} {value}");
    }
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
