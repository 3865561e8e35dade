//! Who called: the consumer of an id, a name or a key, with its groups, customer and plan at that time.

use std::borrow::Cow;

use event::{Batch, Row, field as f};

use super::super::entity::Entity as _;
use super::super::known::{Directory, Known, Speakers};
use super::super::life::From;
use super::super::model::{Consumer, Key, Plan};
use super::{AMBIGUOUS, Found, Times, each_combination, fill_absent, source, time};
use crate::denial::is_about_credentials;

/// What is known of one caller.
#[derive(Default)]
pub(crate) struct Caller<'d> {
    /// What each origin says of the consumer.
    pub(crate) consumers: Vec<(&'d Known, &'d Consumer)>,
    id: Option<&'d str>,
    name: Option<&'d str>,
    /// The names of its groups.
    pub(crate) groups: Vec<&'d str>,
    customer: Option<&'d str>,
    plan: Option<&'d str>,
    key_name: Option<&'d str>,
}

/// What decides who called, and on which plan.
const FIELDS: [event::FieldId; 10] = [
    f::SOURCE,
    f::CONSUMER_ID,
    f::CONSUMER_NAME,
    f::CLAIMED_CONSUMER,
    f::REASON,
    f::AUTH_SUBJECT,
    f::API_KEY_ID,
    f::API_ID,
    f::API,
    f::STAGE,
];

pub(super) fn fill<'d>(batch: &mut Batch, directory: &'d Directory, times: &Times) -> Found<Caller<'d>> {
    let found = each_combination(batch, FIELDS, times, |rows| {
        let mut callers = Vec::with_capacity(rows.len());
        let mut speakers = Speakers::default();
        for some in rows.chunks(READ_AHEAD_ROWS) {
            read_ahead(directory, some);
            callers.extend(some.iter().map(|row| caller(speakers.of(directory, source(*row)), *row)));
        }
        callers
    });
    if found.all.iter().any(|caller| !caller.is_empty()) {
        let plain = |text: Option<&'d str>| text.map(Cow::Borrowed);
        fill_absent(batch, f::CONSUMER_ID, &found, |caller| plain(caller.id));
        fill_absent(batch, f::CONSUMER_NAME, &found, |caller| plain(caller.name));
        fill_absent(batch, f::CONSUMER_GROUPS, &found, |caller| list(&caller.groups).map(Cow::Owned));
        fill_absent(batch, f::CUSTOMER, &found, |caller| plain(caller.customer));
        fill_absent(batch, f::USAGE_PLAN, &found, |caller| plain(caller.plan));
        fill_absent(batch, f::API_KEY_NAME, &found, |caller| plain(caller.key_name));
    }
    found
}

/// Few enough that what was read is still in the processor's caches when it is asked for.
const READ_AHEAD_ROWS: usize = 64;

/// Brings what the rows are about to be asked into the processor's caches.
fn read_ahead(directory: &Directory, rows: &[Row<'_>]) {
    let texts = |field| rows.iter().filter_map(move |row| row.text(field));
    for known in directory.each() {
        let keys = known.keys.read_ahead(texts(f::API_KEY_ID));
        let told = [f::CONSUMER_ID, f::CONSUMER_NAME, f::AUTH_SUBJECT].into_iter().flat_map(texts);
        known.consumers.read_ahead(keys.iter().filter_map(|key| key.consumer.as_deref()).chain(told));
    }
}

/// A list as fields hold it.
fn list(texts: &[&str]) -> Option<String> {
    if texts.is_empty() { None } else { serde_json::to_string(texts).ok() }
}

impl Caller<'_> {
    fn is_empty(&self) -> bool {
        self.consumers.is_empty() && self.key_name.is_none() && self.plan.is_none() && self.customer.is_none()
    }
}

fn caller<'d>(origins: &[&'d Known], row: Row<'_>) -> Caller<'d> {
    // A name that came with refused credentials is a claim: whoever called, it need not be that consumer.
    let is_refused =
        row.text(f::CLAIMED_CONSUMER).is_some() || row.text(f::REASON).is_some_and(is_about_credentials);
    let texts =
        [f::CONSUMER_ID, f::CONSUMER_NAME, f::API_KEY_ID, f::AUTH_SUBJECT].map(|field| row.text(field));
    if is_refused || texts.iter().all(Option::is_none) {
        return Caller::default();
    }
    let at = time(row);
    let keys: Vec<(&Known, &Key)> = match row.text(f::API_KEY_ID) {
        Some(id) => {
            origins.iter().filter_map(|known| Some((*known, &**known.keys.find(id, at).one()?))).collect()
        }
        None => Vec::new(),
    };
    let consumers = consumers(origins, &keys, texts, at);
    let mut caller =
        Caller { key_name: first(keys.iter().map(|(_, key)| key.name.as_str())), ..Caller::default() };
    for (known, consumer) in &consumers {
        caller.id = caller.id.or(consumer.id());
        caller.name = caller.name.or(Some(consumer.name.as_str()).filter(|name| !name.is_empty()));
        for group in &consumer.groups {
            let name = known.groups.name(group, at);
            if !caller.groups.contains(&name) {
                caller.groups.push(name);
            }
        }
    }
    let of_key =
        keys.iter().filter_map(|(known, key)| Some(known.customers.name(key.customer.as_deref()?, at)));
    let of_consumer =
        consumers.iter().filter_map(|(known, one)| Some(known.customers.name(one.customer.as_deref()?, at)));
    caller.customer = first(of_key.chain(of_consumer));
    let of_consumer =
        consumers.iter().filter_map(|(known, one)| Some(known.plans.name(one.plan.as_deref()?, at)));
    caller.plan = plan(&keys, row, at).or_else(|| first(of_consumer));
    caller.consumers = consumers;
    caller
}

fn first<'d>(mut texts: impl Iterator<Item = &'d str>) -> Option<&'d str> {
    texts.find(|text| !text.is_empty())
}

/// What each origin says of the consumer: by what the record says, or else by its key, or else by the subject of its
/// token; an origin that knows none of these, by the name or id that another one gives.
fn consumers<'d>(
    origins: &[&'d Known],
    keys: &[(&'d Known, &'d Key)],
    [id, name, key, subject]: [Option<&str>; 4],
    at: From,
) -> Vec<(&'d Known, &'d Consumer)> {
    let find = |known: &'d Known, text: &str| known.consumers.find(text, at).one().map(|one| &**one);
    let mut found: Vec<(&Known, &Consumer)> = Vec::with_capacity(origins.len());
    for known in origins {
        let one = if id.is_some() || name.is_some() {
            id.into_iter().chain(name).find_map(|text| find(known, text))
        } else if key.is_some() {
            let of_key = keys.iter().filter(|(of, _)| std::ptr::eq(*of, *known));
            of_key.filter_map(|(_, key)| key.consumer.as_deref()).find_map(|text| find(known, text))
        } else {
            subject.and_then(|text| find(known, text))
        };
        found.extend(one.map(|one| (*known, one)));
    }
    let Some((_, leader)) = found.first().copied() else { return found };
    let others: Vec<_> = origins
        .iter()
        .filter(|known| !found.iter().any(|(of, _)| std::ptr::eq(*of, **known)))
        .filter_map(|known| {
            let texts = [leader.name.as_str()].into_iter().chain(leader.id());
            Some((*known, texts.filter(|text| !text.is_empty()).find_map(|text| find(known, text))?))
        })
        .collect();
    found.extend(others);
    // Two origins that give one name different ids speak of different consumers: which one called is not guessed.
    let mut ids = found.iter().filter_map(|(_, one)| one.id());
    let first = ids.next();
    if ids.any(|id| Some(id) != first) {
        found.retain(|(_, one)| id.is_some() && one.id() == id);
    }
    found
}

/// The plan of a key for the API and stage that was called.
fn plan<'d>(keys: &[(&'d Known, &'d Key)], row: Row<'_>, at: From) -> Option<&'d str> {
    let mut found: Option<&str> = None;
    for (known, key) in keys {
        for text in &key.plans {
            let listed = known.plans.find(text, at).one();
            if listed.is_some_and(|plan| !covers(known, plan, row, at)) {
                continue;
            }
            let name = listed.map_or(text.as_str(), |plan| plan.label());
            match found {
                Some(other) if other != name => return Some(AMBIGUOUS),
                _ => found = Some(name),
            }
        }
    }
    found
}

/// Whether a plan is for the call: what the record does not say is no reason against it.
fn covers(known: &Known, plan: &Plan, row: Row<'_>, at: From) -> bool {
    let (id, name) = (row.text(f::API_ID).unwrap_or_default(), row.text(f::API).unwrap_or_default());
    let is_told = !id.is_empty() || !name.is_empty();
    plan.covers.is_empty()
        || plan.covers.iter().any(|cover| {
            let stage = match (&cover.stage, row.text(f::STAGE)) {
                (Some(wanted), Some(stage)) => wanted == stage,
                _ => true,
            };
            stage && (!is_told || known.is_api(&cover.api, id, name, at))
        })
}
