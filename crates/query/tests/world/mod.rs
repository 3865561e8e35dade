//! Events as plain structs, what a filter means for them in plain Rust, and views made of them: the truth that
//! answers are compared with.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use event::field;
use event::json::list;
use event::{Batch, Event, Timestamp};
use keys::{Grant, Keyring, Permission, Role, Scope};
use ledger::disk::sim::SimDisk;
use ledger::part::{self, Part, Place};
use ledger::rollup::{self, Cache};
use ledger::view::Chunk;
use ledger::{Symbols, View};
use proptest::prelude::*;
use query::{Filter, Range};

/// The day the clocks of Berlin go back: 2026-10-25.
pub(crate) const START: i64 = 1_792_800_000_000_000;
/// Events lie in so many hours from [`START`].
pub(crate) const HOURS: i64 = 96;
pub(crate) const HOUR: i64 = 3_600_000_000;

#[derive(Clone, Debug)]
pub(crate) struct Ev {
    pub(crate) seq: i64,
    pub(crate) time: i64,
    pub(crate) status: Option<i64>,
    pub(crate) granted: Option<bool>,
    pub(crate) reason: Option<&'static str>,
    pub(crate) name: Option<&'static str>,
    pub(crate) id: Option<&'static str>,
    pub(crate) groups: Vec<&'static str>,
    pub(crate) route: Option<&'static str>,
    pub(crate) api: Option<&'static str>,
    pub(crate) gateway: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) ip: &'static str,
    pub(crate) duration: Option<i64>,
    pub(crate) outcome: Option<&'static str>,
}

impl Ev {
    pub(crate) fn consumer(&self) -> Option<&'static str> {
        self.name.or(self.id)
    }

    pub(crate) fn denial(&self) -> Option<&'static str> {
        (self.granted == Some(false)).then(|| self.reason.filter(|r| *r != "weird").unwrap_or("other"))
    }

    pub(crate) fn country(&self) -> Option<&'static str> {
        match self.ip {
            "10.1.2.3" => Some("private"),
            "2001:db8::1" => Some("NL"),
            _ => None,
        }
    }

    /// The agent and its class.
    pub(crate) fn agent(&self) -> (Option<&'static str>, Option<&'static str>) {
        match (self.method, self.route) {
            ("POST", _) => (None, None),
            (_, Some("/health")) => (Some("kube-probe"), Some("monitor")),
            _ => (Some("curl"), Some("api_client")),
        }
    }

    /// The plan, which no filter of the other fields can tell.
    pub(crate) fn plan(&self) -> Option<&'static str> {
        [None, Some("gold"), Some("free")].get(self.path.len() % 3).copied().flatten()
    }

    pub(crate) fn customer(&self) -> Option<&'static str> {
        self.name.map(|name| if name.len() > 3 { "Acme" } else { "Bolt & Co" })
    }

    /// The id of the key and its name.
    pub(crate) fn key(&self) -> (Option<&'static str>, Option<&'static str>) {
        match self.path.len() % 4 {
            0 => (Some("k-1"), Some("phone")),
            1 => (Some("k-2"), None),
            2 => (None, Some("phone")),
            _ => (None, None),
        }
    }

    pub(crate) fn domain(&self) -> Option<&'static str> {
        (self.method == "GET").then_some(if self.gateway == "kong" { "api.test" } else { "www.test" })
    }

    pub(crate) fn auth(&self) -> Option<&'static str> {
        self.consumer().map(|name| if name.starts_with("id") { "jwt" } else { "key" })
    }

    pub(crate) fn class(&self) -> String {
        self.status.map_or_else(|| "unknown".to_owned(), |s| format!("{}xx", s / 100))
    }
}

const NAMES: &[&str] = &["alice", "bob", "Carol D", "id-1"];
const IDS: &[&str] = &["id-1", "id-2", "id-3"];
const ROUTES: &[&str] = &["/a", "/a/{id}", "/health"];
const REASONS: &[&str] = &["quota_exceeded", "no_acl_groups", "other", "weird"];

fn maybe<T: Clone + std::fmt::Debug + 'static>(from: &'static [T]) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.75, prop::sample::select(from))
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Ev>> {
    let who = (maybe(NAMES), maybe(IDS), prop::sample::subsequence(&["gold", "silver", "beta"][..], 0..=3));
    let what = (
        maybe(ROUTES),
        maybe(&["orders", "pets"]),
        prop::sample::select(&["kong", "nginx"][..]),
        prop::sample::select(&["GET", "POST"][..]),
        "/(api|Api)/[a-c]{1,3}",
        prop::sample::select(&["10.1.2.3", "192.168.0.9", "2001:db8::1"][..]),
    );
    let how = (
        maybe(&[200_i64, 201, 304, 401, 403, 404, 429, 500, 503]),
        prop::option::weighted(0.9, prop::bool::weighted(0.7)),
        maybe(REASONS),
        prop::option::weighted(0.8, 0_i64..5_000_000),
        maybe(&["success", "failure"]),
    );
    // Few distinct times, so that many are equal and some lie exactly on edges.
    let time = prop_oneof![0..HOURS * 4, 0..HOURS * 4].prop_map(|quarter| START + quarter * HOUR / 4);
    let time = (time, prop_oneof![Just(0_i64), Just(1), 0..900_000_000_i64]).prop_map(|(t, more)| t + more);
    let event = (time, who, what, how).prop_map(
        |(time, (name, id, groups), (route, api, gateway, method, path, ip), how)| {
            let (status, granted, reason, duration, outcome) = how;
            Ev {
                seq: 0,
                time,
                status,
                granted,
                reason,
                name,
                id,
                groups,
                route,
                api,
                gateway,
                method,
                path,
                ip,
                duration,
                outcome,
            }
        },
    );
    prop::collection::vec(event, 0..120).prop_map(|mut events| {
        for (at, event) in events.iter_mut().enumerate() {
            event.seq = at as i64 + 1;
        }
        events
    })
}

pub(crate) fn batch(events: &[Ev]) -> Batch {
    let mut batch = Batch::new();
    for ev in events {
        let mut event = Event::new();
        event.int(field::TIME, ev.time);
        event.int(field::SEQ, ev.seq);
        event.int_if(field::STATUS, ev.status);
        event.int_if(field::GRANTED, ev.granted.map(i64::from));
        event.int_if(field::DURATION, ev.duration);
        for (id, text) in [
            (field::REASON, ev.reason),
            (field::CONSUMER_NAME, ev.name),
            (field::CONSUMER_ID, ev.id),
            (field::ROUTE, ev.route),
            (field::API, ev.api),
            (field::OUTCOME, ev.outcome),
            (field::GATEWAY, Some(ev.gateway)),
            (field::METHOD, Some(ev.method)),
            (field::IP, Some(ev.ip)),
            (field::COUNTRY, ev.country()),
            (field::AGENT, ev.agent().0),
            (field::AGENT_CLASS, ev.agent().1),
            (field::USAGE_PLAN, ev.plan()),
            (field::CUSTOMER, ev.customer()),
            (field::API_KEY_ID, ev.key().0),
            (field::API_KEY_NAME, ev.key().1),
            (field::DOMAIN, ev.domain()),
            (field::AUTH_METHOD, ev.auth()),
        ] {
            event.text(id, text.unwrap_or(""));
        }
        event.text(field::PATH, ev.path.clone());
        if !ev.groups.is_empty() {
            event.text(field::CONSUMER_GROUPS, list(ev.groups.iter().copied()));
        }
        batch.push(&event);
    }
    batch.finish();
    batch
}

/// A view of the events: of each day's some in a sealed file and some in another, the rest still in memory.
pub(crate) fn view(events: &[Ev], sealed_of_ten: i64) -> View {
    let [_, view] = views(events, sealed_of_ten);
    view
}

/// The same before every third file came, and now; what is kept is kept for both.
pub(crate) fn views(events: &[Ev], sealed_of_ten: i64) -> [View; 2] {
    let disk = Arc::new(SimDisk::new(7));
    let symbols = Arc::new(Symbols::default());
    let (sealed, fresh): (Vec<Ev>, Vec<Ev>) =
        events.iter().cloned().partition(|e| e.seq % 10 < sealed_of_ten);
    let mut parts = Vec::new();
    let mut days: Vec<(i64, i64)> = sealed.iter().map(|e| (part::day_of(e.time), e.seq % 2)).collect();
    days.sort_unstable();
    days.dedup();
    for (number, (day, half)) in days.iter().enumerate() {
        let mut rows: Vec<Ev> =
            sealed.iter().filter(|e| part::day_of(e.time) == *day && e.seq % 2 == *half).cloned().collect();
        rows.sort_by_key(|e| e.time);
        let batch = batch(&rows);
        let all: Vec<u32> = (0..batch.len() as u32).collect();
        let bytes = part::encode(&batch, &all).unwrap();
        let (path, roll) = (format!("{number}.parquet"), format!("{number}.rollup"));
        ledger::disk::write(&*disk, "", &path, &bytes).unwrap();
        let cells = rollup::encode(
            &rollup::sections(&batch, &all, &symbols, &mut rollup::Worth::default()),
            &symbols,
        )
        .unwrap();
        ledger::disk::write(&*disk, "", &roll, &cells).unwrap();
        let place = Place {
            path,
            rollup: roll,
            day: *day,
            bytes: bytes.len() as u64,
            rows: rows.len() as u64,
            time_min: rows[0].time,
            time_max: rows[rows.len() - 1].time,
            crc: crc32fast::hash(&bytes),
            rollup_crc: crc32fast::hash(&cells),
            blocks: Vec::new(),
        };
        parts.push(Arc::new(Part::new(place, Arc::<SimDisk>::clone(&disk))));
    }
    let chunks = fresh.chunks(25).map(|rows| Arc::new(Chunk::new(Arc::new(batch(rows))))).collect();
    let cache = Arc::new(Cache::new(disk, Arc::clone(&symbols), 1 << 20));
    let of = |parts, chunks| {
        View::new(parts, chunks, Arc::clone(&cache), Arc::clone(&symbols), Timestamp(START + HOURS * HOUR))
    };
    let earlier = parts.iter().enumerate().filter(|(at, _)| at % 3 != 2).map(|(_, part)| Arc::clone(part));
    [of(earlier.collect(), Vec::new()), of(parts, chunks)]
}

pub(crate) fn scope() -> Scope {
    scope_of(Grant::api("ci", Role::Analyst))
}

pub(crate) fn scope_of(grant: Grant) -> Scope {
    let now = Timestamp(START);
    let mut ring = Keyring::new();
    let token = ring.mint(grant, now, &[7; 40]).unwrap().token;
    ring.authenticate(token.expose(), now).unwrap().scope(Permission::EventsRead).unwrap()
}

/// Ranges with edges on and off days, hours and minutes.
pub(crate) fn range() -> impl Strategy<Value = Range> {
    let edge = prop_oneof![
        (0..=HOURS / 24).prop_map(|d| d * 24 * HOUR),
        (0..=HOURS).prop_map(|h| h * HOUR),
        (0..=HOURS * 60).prop_map(|m| m * HOUR / 60),
        0..=HOURS * HOUR,
    ];
    (edge.clone(), edge).prop_filter_map("empty", |(a, b)| {
        (a != b).then(|| Range::new(Timestamp(START + a.min(b)), Timestamp(START + a.max(b))))
    })
}

/// A filter and what it means.
#[derive(Clone, Debug)]
pub(crate) enum Cond {
    Status(i64),
    StatusAtLeast(i64),
    Class(i64),
    NoStatus,
    Granted(bool),
    Reason(&'static str),
    NotDenied,
    Consumer(&'static str),
    Consumers(&'static str, &'static str),
    NoConsumer,
    Name(&'static str),
    Id(&'static str),
    Route(&'static str),
    Like(&'static str),
    Contains(&'static str),
    Group(&'static str),
    NoGroup,
    Network,
    Slower(i64),
    Method(&'static str),
    Gateway(&'static str),
    Api(&'static str),
    Word(&'static str),
    Plan(&'static str),
    Customer(&'static str),
    Key(&'static str),
    Domain(&'static str),
    Agent(&'static str),
    Country(&'static str),
    Auth(&'static str),
    Not(Box<Cond>),
    All(Vec<Cond>),
    Any(Vec<Cond>),
}

pub(crate) fn condition() -> impl Strategy<Value = Cond> {
    let leaf = prop_oneof![
        prop::sample::select(&[200_i64, 404, 429][..]).prop_map(Cond::Status),
        prop::sample::select(&[400_i64, 500][..]).prop_map(Cond::StatusAtLeast),
        (2_i64..6).prop_map(Cond::Class),
        Just(Cond::NoStatus),
        any::<bool>().prop_map(Cond::Granted),
        prop::sample::select(&["quota_exceeded", "other"][..]).prop_map(Cond::Reason),
        Just(Cond::NotDenied),
        prop::sample::select(&["alice", "id-1", "Carol D"][..]).prop_map(Cond::Consumer),
        Just(Cond::Consumers("alice", "id-2")),
        Just(Cond::NoConsumer),
        prop::sample::select(&["alice", "id-1"][..]).prop_map(Cond::Name),
        prop::sample::select(&["id-1", "id-2"][..]).prop_map(Cond::Id),
        prop::sample::select(ROUTES).prop_map(Cond::Route),
        Just(Cond::Like("/a")),
        prop::sample::select(&["API/a", "bb", "c"][..]).prop_map(Cond::Contains),
        prop::sample::select(&["gold", "beta"][..]).prop_map(Cond::Group),
        Just(Cond::NoGroup),
        Just(Cond::Network),
        (0_i64..5_000).prop_map(Cond::Slower),
        Just(Cond::Method("POST")),
        Just(Cond::Gateway("kong")),
        Just(Cond::Api("pets")),
        prop::sample::select(&["ALICE", "health", "/api"][..]).prop_map(Cond::Word),
        single(),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|c| Cond::Not(Box::new(c))),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Cond::All),
            prop::collection::vec(inner, 1..3).prop_map(Cond::Any),
        ]
    })
}

/// A filter on one value of one dimension of the usage lists.
pub(crate) fn single() -> impl Strategy<Value = Cond> {
    prop_oneof![
        prop::sample::select(&["gold", "free"][..]).prop_map(Cond::Plan),
        prop::sample::select(&["Acme", "Bolt & Co"][..]).prop_map(Cond::Customer),
        prop::sample::select(&["k-1", "k-2", "phone"][..]).prop_map(Cond::Key),
        prop::sample::select(&["api.test", "www.test"][..]).prop_map(Cond::Domain),
        prop::sample::select(&["curl", "kube-probe"][..]).prop_map(Cond::Agent),
        prop::sample::select(&["NL", "private"][..]).prop_map(Cond::Country),
        prop::sample::select(&["key", "jwt"][..]).prop_map(Cond::Auth),
        prop::sample::select(&["alice", "bob", "id-1"][..]).prop_map(Cond::Consumer),
        prop::sample::select(&["gold", "silver", "beta"][..]).prop_map(Cond::Group),
        prop::sample::select(ROUTES).prop_map(Cond::Route),
        prop::sample::select(&["orders", "pets"][..]).prop_map(Cond::Api),
    ]
}

/// No filter, or some.
pub(crate) fn maybe_condition() -> impl Strategy<Value = Cond> {
    prop_oneof![1 => Just(Cond::All(Vec::new())), 4 => condition()]
}

impl Cond {
    pub(crate) fn filter(&self) -> Filter {
        let text = self.text();
        Filter::parse(&text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Cond::Status(n) => format!("status:{n}"),
            Cond::StatusAtLeast(n) => format!("status:>={n}"),
            Cond::Class(n) => format!("status_class:{n}xx"),
            Cond::NoStatus => "status:\"\"".to_owned(),
            Cond::Granted(yes) => format!("granted:{yes}"),
            Cond::Reason(code) => format!("reason:{code}"),
            Cond::NotDenied => "reason:\"\"".to_owned(),
            Cond::Consumer(name) => format!("consumer:\"{name}\""),
            Cond::Consumers(a, b) => format!("consumer:{a},{b}"),
            Cond::NoConsumer => "consumer:\"\"".to_owned(),
            Cond::Name(name) => format!("consumer_name:{name}"),
            Cond::Id(id) => format!("consumer_id:{id}"),
            Cond::Route(route) => format!("route:\"{route}\""),
            Cond::Like(start) => format!("route:{start}*"),
            Cond::Contains(text) => format!("path~\"{text}\""),
            Cond::Group(group) => format!("group:{group}"),
            Cond::NoGroup => "-group:*".to_owned(),
            Cond::Network => "ip:10.0.0.0/8,2001:db8::/32".to_owned(),
            Cond::Slower(ms) => format!("duration:>{ms}"),
            Cond::Method(method) => format!("method:{}", method.to_lowercase()),
            Cond::Gateway(gateway) => format!("gateway:{gateway}"),
            Cond::Api(api) => format!("api:{api}"),
            Cond::Word(word) => (*word).to_owned(),
            Cond::Plan(plan) => format!("plan:{plan}"),
            Cond::Customer(customer) => format!("customer:\"{customer}\""),
            Cond::Key(key) => format!("key:{key}"),
            Cond::Domain(domain) => format!("host:{domain}"),
            Cond::Agent(agent) => format!("agent:{agent}"),
            Cond::Country(country) => format!("country:{country}"),
            Cond::Auth(method) => format!("auth_method:{method}"),
            Cond::Not(inner) => format!("-({})", inner.text()),
            Cond::All(parts) => parts.iter().map(|p| format!("({})", p.text())).collect::<Vec<_>>().join(" "),
            Cond::Any(parts) => {
                parts.iter().map(|p| format!("({})", p.text())).collect::<Vec<_>>().join(" OR ")
            }
        }
    }

    pub(crate) fn holds(&self, e: &Ev) -> bool {
        let folded = |text: Option<&str>, word: &str| {
            text.is_some_and(|t| t.to_lowercase().contains(&word.to_lowercase()))
        };
        match self {
            Cond::Status(n) => e.status == Some(*n),
            Cond::StatusAtLeast(n) => e.status.is_some_and(|s| s >= *n),
            Cond::Class(n) => e.status.is_some_and(|s| s / 100 == *n),
            Cond::NoStatus => e.status.is_none(),
            Cond::Granted(yes) => (e.granted != Some(false)) == *yes,
            Cond::Reason(code) => e.denial() == Some(code),
            Cond::NotDenied => e.denial().is_none(),
            Cond::Consumer(name) => e.name == Some(name) || e.id == Some(name),
            Cond::Consumers(a, b) => [a, b].iter().any(|n| e.name == Some(n) || e.id == Some(n)),
            Cond::NoConsumer => e.name.is_none() && e.id.is_none(),
            Cond::Name(name) => e.name == Some(name),
            Cond::Id(id) => e.id == Some(id),
            Cond::Route(route) => e.route == Some(route),
            Cond::Like(start) => e.route.is_some_and(|r| r.starts_with(start)),
            Cond::Contains(text) => folded(Some(&e.path), text),
            Cond::Group(group) => e.groups.contains(group),
            Cond::NoGroup => e.groups.is_empty(),
            Cond::Network => e.ip != "192.168.0.9",
            Cond::Slower(ms) => e.duration.is_some_and(|d| d > ms * 1_000),
            Cond::Method(method) => e.method == *method,
            Cond::Gateway(gateway) => e.gateway == *gateway,
            Cond::Api(api) => e.api == Some(api),
            Cond::Word(word) => {
                [Some(e.path.as_str()), e.name, e.id, e.route, e.api].into_iter().any(|t| folded(t, word))
            }
            Cond::Plan(plan) => e.plan() == Some(plan),
            Cond::Customer(customer) => e.customer() == Some(customer),
            Cond::Key(key) => e.key().0 == Some(key) || e.key().1 == Some(key),
            Cond::Domain(domain) => e.domain() == Some(domain),
            Cond::Agent(agent) => e.agent().0 == Some(agent),
            Cond::Country(country) => e.country() == Some(country),
            Cond::Auth(method) => e.auth() == Some(method),
            Cond::Not(inner) => !inner.holds(e),
            Cond::All(parts) => parts.iter().all(|p| p.holds(e)),
            Cond::Any(parts) => parts.iter().any(|p| p.holds(e)),
        }
    }
}

/// The events a question is about.
pub(crate) fn chosen<'a>(events: &'a [Ev], range: Range, cond: &Cond) -> Vec<&'a Ev> {
    events.iter().filter(|e| (range.from.0..range.to.0).contains(&e.time) && cond.holds(e)).collect()
}
