//! What is written to a sealed file is read back, whole and in parts, whatever the columns look like: constant, absent,
//! all different, with long texts, over several pages and row groups.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::sync::Arc;

use event::{Batch, Event, FIELDS, FieldId, canonical, field};
use ledger::disk::sim::SimDisk;
use ledger::disk::{self, Disk};
use ledger::part::{Part, Place, ROW_GROUP_ROWS, encode};

const ROWS: usize = ROW_GROUP_ROWS + 20_000;

fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn event(n: usize, state: &mut u64) -> Event<'static> {
    let mut event = Event::new();
    let mut pick = |of: u64| random(state) % of;
    event.int(field::TIME, 1_795_298_319_000_000 + n as i64 * 1_000 + pick(900) as i64);
    event.int(field::SEQ, n as i64 + 1);
    event.int(field::RECEIVED, 1_795_298_400_000_000);
    event.text(field::GATEWAY, "the same all the way down");
    event.text(field::REQUEST_ID, format!("{n:x}-{:016x}", pick(u64::MAX)));
    event.text(field::ROUTE, format!("/r/{}", pick(13)));
    // More different texts than a dictionary takes, some of them longer than the bounds in the file.
    event.text(field::USER_AGENT, format!("агент {:060} {n}", pick(7)));
    event.int(field::RESPONSE_BYTES, pick(1 << 40) as i64 - (1 << 39));
    // Long runs, of values and of none.
    if n % 30_000 < 20_000 {
        event.text(field::CONSUMER_ID, format!("c{}", n / 3_000));
        event.int(field::STATUS, 200 + (n as i64 / 50) % 3);
    }
    if pick(3) == 0 {
        event.int(field::DURATION, pick(500) as i64 * 1_000);
        event.flag(field::GRANTED, pick(2) == 0);
        event.text(field::QUERY, "q".repeat(pick(200) as usize));
    }
    if n == 77 {
        event.text(field::REASON, "other");
        event.int(field::UPSTREAM_DURATION, -5);
        event.text(field::PATH, "é".repeat(40));
    }
    event
}

fn batch() -> Batch {
    let mut batch = Batch::new();
    let mut state = 7;
    (0..ROWS).for_each(|n| batch.push(&event(n, &mut state)));
    batch.finish();
    batch
}

fn part(bytes: &[u8], rows: usize) -> Part {
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
    disk::write(&*disk, "", "x.parquet", bytes).unwrap();
    let crc = crc32fast::hash(bytes);
    let place = Place {
        path: "x.parquet".into(),
        rollup: String::new(),
        day: 0,
        bytes: bytes.len() as u64,
        rows: rows as u64,
        time_min: 0,
        time_max: 0,
        crc,
        rollup_crc: 0,
        blocks: Vec::new(),
    };
    Part::new(place, disk)
}

#[test]
fn what_is_written_is_read_back() {
    let batch = batch();
    let all: Vec<FieldId> = FIELDS.iter().map(|field| field.id).collect();
    // All rows; then some, in another order, which leaves texts of the dictionaries unused.
    let some: Vec<u32> = (0..ROWS as u32).rev().step_by(7).collect();
    for rows in [(0..ROWS as u32).collect(), some] {
        let part = part(&encode(&batch, &rows).unwrap(), rows.len());
        let groups: Vec<&[u32]> = rows.chunks(ROW_GROUP_ROWS).collect();
        assert_eq!(part.groups().unwrap(), groups.len());
        for (group, rows) in groups.into_iter().enumerate() {
            // Each row is there, in an order of the file's own.
            let read = canonical::all(&part.read(group, &all, None).unwrap());
            let sorted = |mut events: Vec<_>| {
                events.sort();
                events
            };
            assert!(sorted(read.clone()) == sorted(canonical::all(&batch.gather(rows))));
            let picks: Vec<u32> = [0, 1, 16_383, 16_384, 16_385, 19_999]
                .into_iter()
                .filter(|n| *n < rows.len() as u32)
                .collect();
            let picked = canonical::all(&part.read(group, &all, Some(&picks)).unwrap());
            assert!(picks.iter().zip(picked).all(|(pick, event)| event == read[*pick as usize]));
        }
    }
}

#[test]
fn bounds_and_filters_hold_every_value_and_keep_others_out() {
    let batch = batch();
    let rows: Vec<u32> = (0..1_000).collect();
    let part = part(&encode(&batch, &rows).unwrap(), rows.len());
    let bytes: Vec<i64> =
        rows.iter().filter_map(|n| batch.row(*n as usize).int(field::RESPONSE_BYTES)).collect();
    let bounds = bytes.iter().copied().min().zip(bytes.iter().copied().max());
    assert_eq!(part.bounds(0, field::RESPONSE_BYTES).unwrap(), bounds);
    assert_eq!(part.bounds(0, field::DURATION).unwrap(), None, "not every row has one");
    assert_eq!(part.group(0).unwrap().1, batch.row(0).int(field::TIME).unwrap());
    for id in [field::REQUEST_ID, field::ROUTE, field::USER_AGENT, field::PATH, field::GATEWAY, field::QUERY]
    {
        for text in rows.iter().filter_map(|n| batch.row(*n as usize).text(id)) {
            assert!(part.may_hold(0, id, text).unwrap(), "{text}");
        }
    }
    let held = |id, text: &str| part.may_hold(0, id, text).unwrap();
    assert!(!held(field::ROUTE, "/q") && !held(field::ROUTE, "/s") && !held(field::USER_AGENT, "а"));
    let strange = (0..1_000).filter(|n| held(field::REQUEST_ID, &format!("1-{n}"))).count();
    assert!(strange < 150, "{strange} of 1000 strange ids were not ruled out");
}
