//! Every roll-up at every grain against a plain count over the same events: of the open tail, of sealed files whose
//! sections answer, and of those that are counted from the rows because their section would not have been small.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event::field::{self, FieldId};
use event::mask::{Rules, mask};
use event::reason::REASONS;
use event::time::{DAY, MINUTE, SECOND};
use event::{Batch, Event, Timestamp};
use ledger::disk::Disk;
use ledger::disk::sim::SimDisk;
use ledger::{CUBES, Cube, Grain, Ledger, Options, View};
use proptest::prelude::*;

/// A midnight; the events lie on twenty days, so that some are added up in blocks.
const START: i64 = 1_795_219_200 * SECOND;
const SPAN_S: i64 = 20 * 86_400;

/// The texts of an event: which of a few words each field has, none as the last.
const TEXTS: &[(FieldId, &[&str])] = &[
    (field::GATEWAY, &["edge", "inner"]),
    (field::ENVIRONMENT, &["prod", "test"]),
    (field::CONSUMER_NAME, &["ann", "bob"]),
    (field::CONSUMER_ID, &["c-1", "c-2"]),
    (field::ROUTE, &["/a", "/b/{id}"]),
    (field::API, &["orders"]),
    (field::COUNTRY, &["DE", "IN"]),
    (field::AGENT, &["curl", "okhttp"]),
    (field::AGENT_CLASS, &["tool", "library"]),
    (field::USAGE_PLAN, &["gold", "silver"]),
    (field::CUSTOMER, &["acme"]),
    (field::API_KEY_ID, &["k1", "k2"]),
    (field::API_KEY_NAME, &["first"]),
    (field::DOMAIN, &["api.example.com"]),
    (field::AUTH_METHOD, &["jwt", "key-auth"]),
    (field::CONSUMER_GROUPS, &[r#"["g1"]"#, r#"["g1","g2","g1"]"#, "[]"]),
];

#[derive(Clone, Debug)]
struct Ev {
    time: i64,
    /// For each of `TEXTS`, the place of its word; beyond the last it has none.
    words: Vec<usize>,
    status: Option<i64>,
    granted: Option<bool>,
    reason: Option<&'static str>,
    duration: Option<i64>,
    bytes: Option<i64>,
}

impl Ev {
    fn text(&self, wanted: FieldId) -> &str {
        let at = TEXTS.iter().position(|(field, _)| *field == wanted).expect("a field of this test");
        TEXTS[at].1.get(self.words[at]).copied().unwrap_or("")
    }

    fn event(&self) -> Event<'_> {
        let mut event = Event::new();
        event.int(field::TIME, self.time);
        for (field, _) in TEXTS {
            let text = self.text(*field);
            if !text.is_empty() {
                event.text(*field, text);
            }
        }
        self.status.into_iter().for_each(|status| event.int(field::STATUS, status));
        self.granted.into_iter().for_each(|granted| event.flag(field::GRANTED, granted));
        self.reason.into_iter().for_each(|reason| event.text(field::REASON, reason));
        self.duration.into_iter().for_each(|micros| event.int(field::DURATION, micros));
        self.bytes.into_iter().for_each(|bytes| event.int(field::RESPONSE_BYTES, bytes));
        event
    }
}

/// What tells two cells apart: time, gateway, environment, key, the text beside it, status, reason and response time.
type Cell = (i64, [String; 4], i64, Option<&'static str>, Option<i64>);

/// What the documentation of the roll-ups says, by hand.
fn by_hand(cube: &Cube, grain: Grain, evs: &[Ev]) -> BTreeMap<Cell, (u64, u64)> {
    let mut cells: BTreeMap<Cell, (u64, u64)> = BTreeMap::new();
    for ev in evs.iter().filter(|ev| !cube.latency || ev.duration.is_some()) {
        let keys: BTreeSet<String> = match cube.key {
            [list] if *list == field::CONSUMER_GROUPS => {
                let groups: BTreeSet<String> = serde_json::from_str(ev.text(*list)).unwrap_or_default();
                if groups.is_empty() { BTreeSet::from([String::new()]) } else { groups }
            }
            fields => {
                let first = fields.iter().map(|f| ev.text(*f)).find(|text| !text.is_empty());
                BTreeSet::from([first.unwrap_or("").to_owned()])
            }
        };
        let place = |field| if cube.coarse { "" } else { ev.text(field) }.to_owned();
        let detail = cube.detail.map_or("", |field| ev.text(field)).to_owned();
        let denied = (ev.granted == Some(false)).then(|| ev.reason.unwrap_or("other"));
        let (status, reason) = if cube.outcome { (ev.status.unwrap_or(0), denied) } else { (0, None) };
        // Eight buckets in a doubling, four where keys are many.
        let width = if cube.coarse { 4.0 } else { 8.0 };
        let bucket = |micros: i64| ((micros as f64 + 1.0).log2() * width).floor() as i64;
        let bucket = ev.duration.filter(|_| cube.latency).map(bucket);
        let bytes = ev.bytes.filter(|_| cube.bytes).unwrap_or(0) as u64;
        for key in keys {
            let texts = [place(field::GATEWAY), place(field::ENVIRONMENT), key, detail.clone()];
            let cell = (ev.time.div_euclid(grain.micros()), texts, status, reason, bucket);
            let sums = cells.entry(cell).or_default();
            *sums = (sums.0 + 1, sums.1 + bytes);
        }
    }
    cells
}

fn from_cells(view: &View, cube: &'static Cube, grain: Grain) -> BTreeMap<Cell, (u64, u64)> {
    let mut cells: BTreeMap<Cell, (u64, u64)> = BTreeMap::new();
    let text = |sym| view.symbols().text(sym);
    let (from, to) = (START - DAY, START + 25 * DAY);
    view.cells(cube, grain, from, to, |cell| {
        let texts = [text(cell.gateway), text(cell.environment), text(cell.key), text(cell.detail)];
        let reason = (cell.reason > 0).then(|| REASONS[usize::from(cell.reason) - 1].code);
        let width = if cube.coarse { 2 } else { 1 };
        let bucket = cube.latency.then(|| i64::from(cell.bucket) / width);
        let time = (i64::from(cell.minute) * MINUTE).div_euclid(grain.micros());
        let sums = cells.entry((time, texts, i64::from(cell.status), reason, bucket)).or_default();
        *sums = (sums.0 + cell.calls, sums.1 + cell.bytes);
    })
    .unwrap();
    cells
}

/// The cells of all days as one, and those of keys, without what they do not tell.
fn from_fewer_cells(view: &View, cube: &'static Cube) -> [BTreeMap<Cell, (u64, u64)>; 2] {
    let mut found: [BTreeMap<Cell, (u64, u64)>; 2] = Default::default();
    let (from, to) = (START - 100 * DAY, START + 100 * DAY);
    let text = |sym| view.symbols().text(sym);
    let mut add = |which: usize, cell: &ledger::Cell, time: i64| {
        let texts = [text(cell.gateway), text(cell.environment), text(cell.key), text(cell.detail)];
        let reason = (cell.reason > 0).then(|| REASONS[usize::from(cell.reason) - 1].code);
        let bucket =
            (cube.latency && which == 0).then(|| i64::from(cell.bucket) / if cube.coarse { 2 } else { 1 });
        let of_keys = (time, [String::new(), String::new(), text(cell.key), text(cell.detail)]);
        let (key, status, reason) = match which {
            0 => ((0, texts), i64::from(cell.status), reason),
            _ => (of_keys, 0, None),
        };
        let sums = found[which].entry((key.0, key.1, status, reason, bucket)).or_default();
        *sums = (sums.0 + cell.calls, sums.1 + cell.bytes);
    };
    view.cells_as_one(cube, from, to, |cell| add(0, cell, 0)).unwrap();
    view.cells_of_keys(cube, from, to, |cell| {
        add(1, cell, (i64::from(cell.minute) * MINUTE).div_euclid(DAY))
    })
    .unwrap();
    found
}

fn ev() -> impl Strategy<Value = Ev> {
    let words: Vec<_> = TEXTS.iter().map(|(_, words)| 0..=words.len()).collect();
    let micros = || prop::sample::select(&[0, 900, 45_000, 46_000, 2_000_000][..]);
    (
        0..SPAN_S / 600,
        words,
        prop::option::of(prop::sample::select(&[200, 403, 503][..])),
        prop::option::of(any::<bool>()),
        prop::option::of(prop::sample::select(&["ip_restricted", "rate_limited", "other"][..])),
        prop::option::of(micros()),
        prop::option::of(prop::sample::select(&[0, 512][..])),
    )
        .prop_map(|(place, words, status, granted, reason, duration, bytes)| Ev {
            time: START + place * 600 * SECOND,
            words,
            status,
            granted,
            reason,
            duration,
            bytes,
        })
}

/// A ledger with these events: the first `sealed` of them in files, the others in the open tail.
fn ledger(evs: &[Ev], sealed: usize) -> Ledger {
    let options = Options { segment_rows: 400, free_bytes_min: 0, ..Options::default() };
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
    let now = Timestamp(START + 21 * DAY);
    let ledger = Ledger::open(disk, options, now).unwrap();
    for (first, evs) in [(0, &evs[..sealed]), (sealed, &evs[sealed..])] {
        let mut batch = Batch::new();
        evs.iter().for_each(|ev| batch.push(&ev.event()));
        batch.finish();
        let keys = (first..first + evs.len()).map(|n| (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        ledger.append_blocking(mask(batch, &Rules::new([1; 32])), keys.collect(), now).unwrap();
        if first == 0 && sealed > 0 {
            ledger.seal(now).unwrap();
        }
    }
    ledger
}

fn check(evs: &[Ev], sealed: usize) -> Result<(), TestCaseError> {
    let view = ledger(evs, sealed).view(Timestamp(START + 21 * DAY));
    for cube in CUBES {
        for grain in cube.grains {
            let (found, wanted) = (from_cells(&view, cube, *grain), by_hand(cube, *grain, evs));
            prop_assert_eq!(found, wanted, "{} {:?}, {} of {} sealed", cube.name, grain, sealed, evs.len());
        }
        if !cube.grains.contains(&Grain::Day) {
            continue;
        }
        let mut wanted: [BTreeMap<Cell, (u64, u64)>; 2] = Default::default();
        for ((day, [gateway, environment, key, detail], status, reason, bucket), (calls, bytes)) in
            by_hand(cube, Grain::Day, evs)
        {
            let of_key = [String::new(), String::new(), key.clone(), detail.clone()];
            let as_one = (0, [gateway, environment, key, detail], status, reason, bucket);
            for (which, cell) in [(0, as_one), (1, (day, of_key, 0, None, None))] {
                let sums = wanted[which].entry(cell).or_default();
                *sums = (sums.0 + calls, sums.1 + bytes);
            }
        }
        prop_assert_eq!(from_fewer_cells(&view, cube), wanted, "{}, {} sealed", cube.name, sealed);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn cells_are_what_a_plain_count_gives(
        evs in prop::collection::vec(ev(), 1..120), copies in 1_usize..30, part in 0_usize..=4,
    ) {
        // Many alike, so that some sections are small enough to be written.
        let evs: Vec<Ev> = (0..copies).flat_map(|_| evs.clone()).collect();
        check(&evs, evs.len() * part / 4)?;
    }
}
