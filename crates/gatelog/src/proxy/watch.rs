//! What a gateway's configuration is expected to be: as the last snapshot has it, and as calls through the proxy have changed
//! it since. What a new snapshot has otherwise was changed behind the proxy. Knows no sockets and no disk.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event::mask::{Rules, mask_text};
use event::{Act, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

use super::Proxy;
use super::resource::{CONFIG, OTHER};

/// Differences of one snapshot that become events; of further ones only the number is told.
pub(super) const DRIFTS_MAX: usize = 1_000;
/// Changes remembered between two snapshots; beyond it the next snapshot is taken as it is.
const TOUCHED_MAX: usize = 100_000;

/// Members that tell when something changed and not what.
const STAMPS: &[&str] = &["created_at", "updated_at", "create_time", "update_time"];

/// One thing of a gateway, masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Thing {
    pub(super) resource_type: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: Value,
}

/// All things of a gateway, by their place.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Snapshot {
    /// When it was begun, in microseconds.
    pub(super) taken: i64,
    /// When what it has otherwise had been told, in microseconds.
    #[serde(default)]
    pub(super) told: i64,
    pub(super) things: BTreeMap<String, Thing>,
}

/// A thing that is not as expected.
#[derive(Debug, PartialEq)]
pub(super) struct Drift {
    pub(super) thing: Thing,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// What a call through the proxy did to a thing.
#[derive(Clone, Debug)]
enum Touch {
    /// It is this now.
    Known(Value),
    /// It is not known what it is.
    Unknown,
}

#[derive(Default)]
struct Since {
    last: Option<Snapshot>,
    touched: HashMap<(String, String), Touch>,
    /// Ids of what was deleted: what belonged to it may be gone with it.
    deleted: HashSet<String>,
    /// The act that replaced everything by another configuration: what is otherwise is its doing.
    replaced: Option<Act>,
    /// Kinds of things of which something unknown may have changed; everything when it holds an empty text.
    open: HashSet<String>,
    running: usize,
    epoch: u64,
}

/// Watches one gateway.
#[derive(Default)]
pub(super) struct Watch {
    since: Mutex<Since>,
    /// Told when a snapshot is wanted before its time.
    pub(super) wanted: Arc<Notify>,
}

impl Watch {
    fn since(&self) -> MutexGuard<'_, Since> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A change is about to be handed on.
    pub(super) fn begins(&self) {
        let mut since = self.since();
        since.running += 1;
        since.epoch += 1;
    }

    /// What became of it: the event and its end; without them it was not recorded.
    pub(super) fn ends(&self, done: Option<(&Act, &Act)>) {
        let mut since = self.since();
        since.running = since.running.saturating_sub(1);
        match done {
            None => {
                since.open.insert(String::new());
            }
            Some((begun, end)) => since.touch(&begun.clone().completed(end)),
        }
        if since.replaced.is_some() {
            self.wanted.notify_one();
        }
    }

    /// Takes up again what was known before a restart: the last snapshot, and the events since, newest first.
    pub(super) fn resume(&self, last: Snapshot, events: &[Act]) {
        let mut since = self.since();
        since.last = Some(last);
        events.iter().rev().for_each(|act| since.touch(&Act { after: String::new(), ..act.clone() }));
    }

    /// When the last snapshot was begun.
    pub(super) fn taken(&self) -> Option<Timestamp> {
        self.since().last.as_ref().map(|last| Timestamp(last.taken))
    }

    /// The act that replaced the whole configuration since the last snapshot, if one did.
    pub(super) fn replaced(&self) -> Option<Act> {
        self.since().replaced.clone()
    }

    /// A moment without a change under way; none when there is one.
    pub(super) fn quiet(&self) -> Option<u64> {
        let since = self.since();
        (since.running == 0).then_some(since.epoch)
    }

    /// What a snapshot has otherwise than expected, with how many differences there are in all; none when something changed
    /// while it was taken. The first snapshot is only kept.
    pub(super) fn compare(&self, quiet: u64, now: &Snapshot) -> Option<(Vec<Drift>, usize)> {
        let since = self.since();
        if since.running > 0 || since.epoch != quiet {
            return None;
        }
        let Some(last) = &since.last else { return Some((Vec::new(), 0)) };
        let mut found: Vec<Drift> = Vec::new();
        for (place, thing) in &now.things {
            found.extend(since.judge(last.things.get(place), Some(thing)));
        }
        for (place, thing) in &last.things {
            if !now.things.contains_key(place) {
                found.extend(since.judge(Some(thing), None));
            }
        }
        let count = found.len();
        found.truncate(DRIFTS_MAX);
        Some((found, count))
    }

    /// From now on this is what is expected. False when something changed since it was taken: then it is not.
    pub(super) fn expect(&self, quiet: u64, now: Snapshot) -> bool {
        let mut since = self.since();
        if since.running > 0 || since.epoch != quiet {
            return false;
        }
        *since = Since { last: Some(now), epoch: since.epoch, ..Since::default() };
        true
    }
}

/// A change under way. When nobody says what became of it, it is not known.
pub(super) struct Watched {
    proxy: Arc<Proxy>,
    begun: Option<Act>,
    end: Option<Act>,
}

impl Watched {
    /// A change is handed on; without its event it is not recorded.
    pub(super) fn begins(proxy: &Arc<Proxy>, begun: Option<Act>) -> Watched {
        proxy.watch.begins();
        Watched { proxy: Arc::clone(proxy), begun, end: None }
    }

    /// What became of it.
    pub(super) fn ends(mut self, end: Option<&Act>, rules: &Rules) {
        // Masked as snapshots are, or they could not be compared.
        self.end = end.map(|end| Act { after: mask_text(&end.after, rules).into_owned(), ..end.clone() });
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let unknown = Act::default();
        let end = self.end.as_ref().unwrap_or(&unknown);
        self.proxy.watch.ends(self.begun.as_ref().map(|begun| (begun, end)));
    }
}

impl Since {
    fn touch(&mut self, act: &Act) {
        if act.outcome == "failure" || act.outcome == "denied" || act.verb == "read" {
            return;
        }
        let is_other = |done: &Act| done.operator != act.operator;
        if act.resource_type == CONFIG
            && act.outcome == "success"
            && !self.replaced.as_ref().is_some_and(is_other)
        {
            self.replaced = Some(act.clone());
            return;
        }
        if act.resource_id.is_empty() || act.resource_type == OTHER || act.resource_type == CONFIG {
            let all = act.resource_type == OTHER || act.resource_type == CONFIG;
            self.open.insert(if all { String::new() } else { act.resource_type.clone() });
            return;
        }
        if self.touched.len() >= TOUCHED_MAX {
            self.open.insert(String::new());
            return;
        }
        if act.verb == "delete" {
            self.deleted.insert(act.resource_id.clone());
        }
        let is_told = act.outcome == "success" && act.resource_type != "credential";
        let touch = match serde_json::from_str(&act.after) {
            _ if act.verb == "delete" && is_told => Touch::Known(Value::Null),
            Ok(after @ Value::Object(_)) if is_told => Touch::Known(after),
            _ => Touch::Unknown,
        };
        self.touched.insert((act.resource_type.clone(), act.resource_id.clone()), touch);
    }

    /// Whether a thing that was so and is so now was changed behind the proxy.
    fn judge(&self, last: Option<&Thing>, now: Option<&Thing>) -> Option<Drift> {
        let thing = now.or(last)?;
        if self.open.contains("") || self.open.contains(&thing.resource_type) {
            return None;
        }
        let after = now.map(|thing| &thing.state);
        let drift = |before: Option<&Value>| {
            Some(Drift { thing: thing.clone(), before: before.cloned(), after: after.cloned() })
        };
        match self.touched.get(&(thing.resource_type.clone(), thing.id.clone())) {
            Some(Touch::Unknown) => None,
            // An answer may have secrets in another form than a list has them.
            Some(Touch::Known(known)) => {
                let known = Some(known).filter(|known| !known.is_null());
                if known.map(blank) == after.map(blank) { None } else { drift(known) }
            }
            None if after.is_none() && self.belonged(&thing.state) => None,
            None => {
                let before = last.map(|thing| &thing.state);
                if before.map(unstamped) == after.map(unstamped) { None } else { drift(before) }
            }
        }
    }

    /// Whether a thing belonged to one that was deleted.
    fn belonged(&self, state: &Value) -> bool {
        let id = |member: &Value| member.get("id").and_then(Value::as_str).map(str::to_owned);
        state
            .as_object()
            .is_some_and(|members| members.values().filter_map(id).any(|id| self.deleted.contains(&id)))
    }
}

fn unstamped(state: &Value) -> Value {
    let mut state = state.clone();
    if let Value::Object(members) = &mut state {
        members.retain(|name, _| !STAMPS.contains(&name.as_str()));
    }
    state
}

/// Without stamps, and with all secrets alike.
fn blank(state: &Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::String(text) if text.contains("hmac:") || text == "***" => "***".clone_into(text),
            Value::Array(items) => items.iter_mut().for_each(walk),
            Value::Object(members) => members.values_mut().for_each(walk),
            _ => {}
        }
    }
    let mut state = unstamped(state);
    walk(&mut state);
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn thing(resource_type: &str, id: &str, state: Value) -> (String, Thing) {
        let (resource_type, id) = (resource_type.to_owned(), id.to_owned());
        (format!("{resource_type}/{id}"), Thing { resource_type, id, name: String::new(), state })
    }

    fn snapshot(things: &[(String, Thing)]) -> Snapshot {
        Snapshot { things: things.iter().cloned().collect(), ..Snapshot::default() }
    }

    fn act(verb: &str, resource_type: &str, id: &str, outcome: &str, after: &str) -> Act {
        let text = str::to_owned;
        Act {
            verb: text(verb),
            resource_type: text(resource_type),
            resource_id: text(id),
            outcome: text(outcome),
            after: text(after),
            ..Act::default()
        }
    }

    fn drifts(watch: &Watch, now: &Snapshot) -> Vec<String> {
        let (found, count) = watch.compare(watch.quiet().unwrap(), now).unwrap();
        assert_eq!(found.len(), count);
        found.iter().map(|drift| format!("{} {:?} {:?}", drift.thing.id, drift.before, drift.after)).collect()
    }

    #[test]
    fn what_was_not_done_through_the_proxy_is_found() {
        let watch = Watch::default();
        let first = snapshot(&[
            thing("route", "1", json!({ "uri": "/a", "updated_at": 1 })),
            thing("route", "2", json!({ "uri": "/b" })),
        ]);
        assert!(drifts(&watch, &first).is_empty() && watch.expect(0, first.clone()));
        let same = snapshot(&[
            thing("route", "1", json!({ "uri": "/a", "updated_at": 9 })),
            thing("route", "2", json!({ "uri": "/b" })),
        ]);
        assert!(drifts(&watch, &same).is_empty());
        let other = snapshot(&[
            thing("route", "1", json!({ "uri": "/x" })),
            thing("route", "3", json!({ "uri": "/c" })),
        ]);
        assert_eq!(drifts(&watch, &other).len(), 3);
    }

    #[test]
    fn what_was_done_through_it_is_not() {
        let watch = Watch::default();
        let acl = thing("acl", "5", json!({ "consumer": { "id": "4" } }));
        let first = [thing("route", "1", json!({ "uri": "/a" })), thing("consumer", "4", json!({})), acl];
        assert!(watch.expect(0, snapshot(&first)));
        let done = |begun: &Act| {
            watch.begins();
            assert!(watch.quiet().is_none());
            watch.ends(Some((begun, begun)));
        };
        done(&act("update", "route", "1", "success", r#"{"uri":"/b","key":"hmac:1"}"#));
        done(&act("update", "route", "2", "failure", ""));
        done(&act("delete", "consumer", "4", "success", ""));
        let now = snapshot(&[thing("route", "1", json!({ "uri": "/b", "key": "hmac:2" }))]);
        assert!(drifts(&watch, &now).is_empty());
        // What was changed once more, behind it, is.
        assert_eq!(drifts(&watch, &snapshot(&[thing("route", "1", json!({ "uri": "/c" }))])).len(), 1);
        // Of what is not known nothing is said.
        done(&act("update", "route", "1", "unknown", ""));
        done(&act("create", "service", "", "unknown", ""));
        assert!(watch.replaced().is_none());
        let open = snapshot(&[thing("route", "1", json!({ "uri": "/z" })), thing("service", "9", json!({}))]);
        assert!(drifts(&watch, &open).is_empty());
        watch.begins();
        assert!(watch.compare(0, &open).is_none());
        watch.ends(None);
        assert!(drifts(&watch, &Snapshot::default()).is_empty());
        assert!(!watch.expect(0, open));
    }
}
