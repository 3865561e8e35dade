//! The configuration of a gateway, read page by page on a schedule and held against what is expected: what was changed
//! behind the proxy becomes operator events that nobody is named for. Kept masked, so that a restart forgets nothing.
//!
//! ```text
//! proxies/kong-eu.json    {"taken": microseconds, "told": microseconds, "things": {"place": {"resource_type", "id", "name", "state"}}}
//! ```

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use event::mask::mask_text;
use event::{Act, Timestamp};
use http_body_util::{BodyExt as _, Limited};
use ledger::trail::Range;
use relay::sigv4::encoded;
use relay::upstream::Line;
use serde_json::Value;
use tokio::runtime::Handle;

use super::watch::{Drift, Snapshot, Thing};
use super::{Proxy, act, hide};
use crate::app::App;
use crate::catalog;
use crate::outbound::Schedule;
use crate::{clock, durable, log};

/// Bytes of one page of a list.
const PAGE_BYTES_MAX: usize = 32 << 20;
/// Pages of one list.
const PAGES_MAX: usize = 1_000;
/// Entries asked for at once.
const PAGE: usize = 500;
/// Things of one gateway.
const THINGS_MAX: usize = 200_000;
/// A snapshot during which something was changed is taken again so often, after this pause.
const TRIES_MAX: usize = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// A list of things: where it is, what one of it is called, and the list of what belongs to each.
#[derive(Debug)]
pub(super) struct List {
    pub(super) path: &'static str,
    pub(super) resource_type: &'static str,
    pub(super) inner: Option<(&'static str, &'static str)>,
}

/// Starts taking snapshots for every proxy that has an interval.
pub(super) fn start(app: &Arc<App>, runtime: &Handle) {
    for proxy in app.proxies.clone() {
        let Some(every) = proxy.plan.snapshot else { continue };
        let (name, from) = (proxy.plan.name.clone(), proxy.plan.upstream.clone());
        let wanted = Arc::clone(&proxy.watch.wanted);
        let schedule = Schedule { kind: "proxy", name, from, every, wanted };
        resume(app, &proxy);
        let runtime_of_work = runtime.clone();
        runtime.spawn(schedule.run(Arc::clone(app), move |app| runtime_of_work.block_on(take(app, &proxy))));
    }
}

fn file(app: &App, proxy: &Proxy) -> PathBuf {
    PathBuf::from(&app.config.data_dir).join("proxies").join(format!("{}.json", proxy.plan.name))
}

/// Takes up the last snapshot of an earlier run, and what the trail has since.
fn resume(app: &App, proxy: &Proxy) {
    let Ok(bytes) = std::fs::read(file(app, proxy)) else { return };
    let Ok(last) = serde_json::from_slice::<Snapshot>(&bytes) else {
        log::warn("a snapshot cannot be read; another one is begun with", &[("proxy", &proxy.plan.name)]);
        return;
    };
    let range = Range { from: Timestamp(last.taken.max(last.told)), to: Timestamp(i64::MAX), before: None };
    let mut since: Vec<Act> = Vec::new();
    let read = app.trail.trail().newest(range, &mut |entry| {
        if entry.act.origin == proxy.plan.name && entry.act.source != SOURCE {
            since.push(entry.act);
        }
        ControlFlow::Continue(())
    });
    match read {
        Ok(()) => proxy.watch.resume(last, &since),
        Err(error) => {
            log::warn("the trail cannot be read; another snapshot is begun with", &[("error", &error)])
        }
    }
}

/// What events of drift call their source.
const SOURCE: &str = "drift";

/// Takes one snapshot, and records what was changed behind the proxy.
async fn take(app: &App, proxy: &Proxy) -> Result<String, String> {
    for _ in 0..TRIES_MAX {
        let Some(quiet) = proxy.watch.quiet() else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let mut now = read(app, proxy).await?;
        let Some((found, count)) = proxy.watch.compare(quiet, &now) else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let by = proxy.watch.replaced();
        let how = if by.is_some() { "replaced" } else { "changed behind the proxy" };
        let told = format!("{} things, {count} {how}", now.things.len());
        // What cannot be recorded is found once more the next time.
        record(app, proxy, found, count, (now.taken, by.as_ref())).await?;
        if by.is_none() {
            proxy.numbers.drift.fetch_add(count as u64, Ordering::Relaxed);
        }
        now.told = clock::now().0;
        let bytes = serde_json::to_vec(&now).map_err(text)?;
        if proxy.watch.expect(quiet, now) {
            let file = file(app, proxy);
            let dir = file.parent().ok_or("no directory")?;
            std::fs::create_dir_all(dir).and_then(|()| durable::write(&file, &bytes)).map_err(text)?;
            return Ok(told);
        }
        return Err("something was changed while differences were recorded".to_owned());
    }
    Err("the configuration was changed each time while it was read".to_owned())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Records what a snapshot has otherwise, by nobody known or by who replaced the whole configuration.
async fn record(
    app: &App,
    proxy: &Proxy,
    found: Vec<Drift>,
    count: usize,
    (taken, by): (i64, Option<&Act>),
) -> Result<(), String> {
    let set: [u8; 8] = catalog::random().map_err(text)?;
    let set: String = set.iter().map(|byte| format!("{byte:02x}")).collect();
    let nobody = Act {
        operator: "unattributed".to_owned(),
        operator_kind: "unknown".to_owned(),
        change_set: set,
        source: SOURCE.to_owned(),
        ..Act::default()
    };
    let (who, what) = match by {
        Some(by) => (by, "replaced with the whole configuration"),
        None => (&nobody, "changed behind the proxy"),
    };
    let since = proxy.watch.taken().map_or_else(String::new, |last| format!(" after {last}"));
    let mut detail = format!("{what}{since}, found {}", Timestamp(taken));
    if count > found.len() {
        detail = format!("{detail}; {count} differences in all, of which {} are told", found.len());
    }
    for Drift { thing, before, after } in found {
        let verb = match (&before, &after) {
            (None, _) => "create",
            (_, None) => "delete",
            _ => "update",
        };
        let written = |state: Option<Value>| state.map(|state| state.to_string()).unwrap_or_default();
        let found =
            act::of(&proxy.plan, &thing.resource_type, verb, &who.source, clock::now()).map_err(text)?;
        let found = Act {
            operator: who.operator.clone(),
            operator_kind: who.operator_kind.clone(),
            token: who.token.clone(),
            address: who.address.clone(),
            agent: who.agent.clone(),
            tool: who.tool.clone(),
            change_set: who.change_set.clone(),
            outcome: "success".to_owned(),
            resource_id: thing.id,
            resource_name: thing.name,
            before: written(before),
            after: written(after),
            detail: detail.clone(),
            ..found
        };
        app.trail.record(found).await.map_err(text)?;
    }
    Ok(())
}

/// Reads all lists of a gateway.
async fn read(app: &App, proxy: &Proxy) -> Result<Snapshot, String> {
    let mut reader = Reader {
        proxy,
        app,
        line: proxy.upstream.line(),
        token: proxy.plan.token_file.as_ref().map(|_| super::token(&proxy.plan)).transpose().map_err(text)?,
        snapshot: Snapshot { taken: clock::now().0, ..Snapshot::default() },
    };
    for space in reader.workspaces().await? {
        for list in proxy.plan.kind.lists {
            let path = format!("{space}{}", list.path);
            for id in reader.list(&path, list.resource_type).await? {
                let Some((inner, resource_type)) = list.inner else { continue };
                reader.list(&format!("{path}/{}/{inner}", encoded(&id, false)), resource_type).await?;
            }
        }
    }
    Ok(reader.snapshot)
}

struct Reader<'a> {
    app: &'a App,
    proxy: &'a Proxy,
    line: Line<Body>,
    token: Option<HeaderValue>,
    snapshot: Snapshot,
}

impl Reader<'_> {
    /// What paths of the workspaces begin with: nothing for the default one, the only one where there are none.
    async fn workspaces(&mut self) -> Result<Vec<String>, String> {
        let Some(list) = self.proxy.plan.kind.workspaces else { return Ok(vec![String::new()]) };
        self.list(list, "workspace").await?;
        let others = self.snapshot.things.values().filter(|thing| thing.name != "default");
        let others = others.map(|thing| format!("/{}", encoded(&thing.name, false)));
        Ok(std::iter::once(String::new()).chain(others).collect())
    }

    /// Reads a list to its end; the ids in it. What an edition or version does not have is empty.
    async fn list(&mut self, path: &str, resource_type: &str) -> Result<Vec<String>, String> {
        let kind = self.proxy.plan.kind;
        let (mut ids, mut offset) = (Vec::new(), String::new());
        for number in 1..=PAGES_MAX {
            let target = match kind.name {
                "kong" if offset.is_empty() => format!("{path}?size={PAGE}"),
                "kong" => format!("{path}?size={PAGE}&offset={}", encoded(&offset, false)),
                _ => format!("{path}?page={number}&page_size={PAGE}"),
            };
            let Some(mut page) = self.page(&target).await? else { return Ok(ids) };
            let entries = match page.get_mut(kind.list).map(Value::take) {
                Some(Value::Array(entries)) => entries,
                // Lua writes an empty list as an empty object.
                _ => Vec::new(),
            };
            let count = entries.len();
            for entry in entries {
                ids.extend(self.add(path, resource_type, entry));
            }
            if self.snapshot.things.len() > THINGS_MAX {
                return Err(format!("there are more than {THINGS_MAX} things"));
            }
            let total = page.get("total").and_then(Value::as_u64).unwrap_or(0);
            offset = page.get("offset").and_then(Value::as_str).unwrap_or_default().to_owned();
            let is_last =
                if kind.name == "kong" { offset.is_empty() } else { count == 0 || ids.len() as u64 >= total };
            if is_last {
                return Ok(ids);
            }
        }
        Err(format!("more than {PAGES_MAX} pages of {path}"))
    }

    /// Adds an entry, masked as events are; its id.
    fn add(&mut self, path: &str, resource_type: &str, entry: Value) -> Option<String> {
        let kind = self.proxy.plan.kind;
        // Of Kong this would be a secret; of APISIX it is a place.
        let key = entry.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        let thing = kind.value(entry);
        let (mut id, name) = kind.called(&thing);
        if id.is_empty() && kind.name == "apisix" {
            key.rsplit('/').next().unwrap_or_default().clone_into(&mut id);
        }
        if id.is_empty() {
            return None;
        }
        let masked = hide::text(thing, &self.app.rules);
        let state = serde_json::from_str(&mask_text(&masked, &self.app.rules)).ok()?;
        let thing = Thing { resource_type: resource_type.to_owned(), id: id.clone(), name, state };
        self.snapshot.things.insert(format!("{path}/{id}"), thing);
        Some(id)
    }

    /// One page; nothing when there is no such list.
    async fn page(&mut self, target: &str) -> Result<Option<Value>, String> {
        let kind = self.proxy.plan.kind;
        let host = self.proxy.plan.upstream.split("://").last().unwrap_or_default();
        let mut request = Request::get(target)
            .header("host", host)
            .header("accept", "application/json")
            .header("user-agent", concat!("gatelog/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.token {
            request = request.header(kind.token_header, token);
        }
        let request = request.body(Body::empty()).map_err(text)?;
        let answer = self.line.send(request).await.map_err(text)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), PAGE_BYTES_MAX).collect().await;
        let body =
            body.map_err(|_| format!("{target} has more than {PAGE_BYTES_MAX} bytes, or broke off"))?;
        match status.as_u16() {
            200 => serde_json::from_slice(&body.to_bytes()).map(Some).map_err(text),
            400 | 404 => Ok(None),
            // A token for one workspace.
            403 if Some(target.split('?').next().unwrap_or_default()) == kind.workspaces => Ok(None),
            status => Err(format!("{target}: the gateway answered {status}")),
        }
    }
}
