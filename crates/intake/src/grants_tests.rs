use event::Event;

use super::*;
use crate::directory::{Document, Origin, Request, by_name};

const TEAM: &str = "
consumers:
  - {name: app, groups: [all, orders, pets]}
  - {name: idle, groups: [all]}
  - {name: lone}
services: [{name: shop, rules: {allow_groups: [all]}}]
routes:
  - {name: orders, rules: {allow_groups: [orders, all]}}
  - {name: pets, rules: {allow_groups: [pets, all]}}
  - {name: toys, service: shop}
  - {name: open}
";

fn directory() -> Directory {
    let read = (by_name("gatelog").unwrap().read)(&Document::parse(TEAM.to_owned()).unwrap()).unwrap();
    let origin = Origin { name: "team".into(), ..Origin::default() };
    let request = Request { snapshot: read.snapshot, ..Request::default() };
    Directory::new([origin.import(request, 100, 0).unwrap().0])
}

fn seen(calls: &[(&str, &str, u64)]) -> (Batch, Vec<Seen>) {
    let mut batch = Batch::new();
    for (consumer, route, _) in calls {
        let mut event = Event::new();
        event.int(f::TIME, 1_000);
        event.text(f::CONSUMER_NAME, *consumer);
        event.text(f::ROUTE, *route);
        batch.push(&event);
    }
    batch.finish();
    (
        batch,
        calls.iter().enumerate().map(|(n, (_, _, calls))| Seen { calls: *calls, last: n as i64 }).collect(),
    )
}

fn told(calls: &[(&str, &str, u64)]) -> Grants {
    let (batch, seen) = seen(calls);
    grants(&directory(), 1_000, &batch, &seen)
}

#[test]
fn each_way_in_is_listed_with_its_use() {
    let found = told(&[
        ("app", "orders", 3),
        ("app", "toys", 2),
        ("app", "open", 9),
        ("app", "toys", 4),
        ("lone", "orders", 1),
    ]);
    let rows: Vec<(&str, &str, &str, u64)> = found
        .grants
        .iter()
        .map(|g| (g.consumer.as_str(), g.group.as_str(), g.route.as_str(), g.calls))
        .collect();
    assert_eq!(
        rows,
        [
            ("app", "all", "pets", 0),
            ("app", "pets", "pets", 0),
            ("idle", "all", "orders", 0),
            ("idle", "all", "pets", 0),
            ("idle", "all", "toys", 0),
            ("app", "all", "orders", 3),
            ("app", "orders", "orders", 3),
            ("app", "all", "toys", 6),
        ],
        "the open route is nobody's grant"
    );
    assert_eq!((found.total, found.used), (8, 3));
    assert_eq!(found.grants[7].last_seen.as_deref(), Some("1970-01-01T00:00:00.000003Z"));
}

#[test]
fn the_smallest_set_covers_what_was_called() {
    let found = told(&[("app", "orders", 3), ("app", "toys", 2)]);
    let app = &found.smallest.consumers[0];
    assert_eq!(
        (&app.keep[..], &app.drop[..]),
        (&["all".to_owned()][..], &["orders".to_owned(), "pets".to_owned()][..])
    );
    let idle = &found.smallest.consumers[1];
    assert_eq!((idle.keep.len(), &idle.drop[..]), (0, &["all".to_owned()][..]));
    assert_eq!((found.smallest.memberships, found.smallest.entries), ([4, 1], [5, 2]));
    let dropped: Vec<(&str, usize, usize)> =
        found.smallest.routes.iter().map(|r| (r.route.as_str(), r.keep.len(), r.drop.len())).collect();
    assert_eq!(dropped, [("orders", 1, 1), ("pets", 0, 2)]);
    assert!(
        found.export.deck.contains("- username: \"app\"\n    acls: [{group: \"all\"}]"),
        "{}",
        found.export.deck
    );
    assert!(found.export.deck.contains("route: \"orders\"") && !found.export.deck.contains("\"pets\""));
    assert!(found.export.adc.contains("whitelist: [\"all\"]"));
    // With all of it in use, nothing is taken away that is needed.
    let found = told(&[("app", "orders", 1), ("app", "pets", 1)]);
    assert_eq!(found.smallest.consumers[0].keep, ["all"], "one group is fewer than two");
}

/// Of small random sets: what is kept allows all that was called, and no kept group could be left out.
#[test]
fn a_cover_covers() {
    let mut dice = 7_u64;
    let mut next = |n: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % n
    };
    for _ in 0..500 {
        let used: Vec<bool> = (0..6).map(|_| next(2) == 0).collect();
        let mut all = Vec::new();
        for group in 0..5 {
            for (route, used) in used.iter().enumerate() {
                if next(3) == 0 {
                    all.push(Grant {
                        origin: "o".into(),
                        consumer: "c".into(),
                        group: format!("g{group}"),
                        route: format!("r{route}"),
                        calls: u64::from(*used),
                        last_seen: None,
                        used: *used,
                    });
                }
            }
        }
        let smallest = cover::smallest(&all);
        let drop: Vec<String> = smallest.consumers.iter().flat_map(|one| one.drop.clone()).collect();
        let kept = |grant: &&Grant| !drop.contains(&grant.group);
        let wanted: BTreeSet<&str> = all.iter().filter(|g| g.used).map(|g| g.route.as_str()).collect();
        let covered: BTreeSet<&str> =
            all.iter().filter(kept).filter(|g| g.used).map(|g| g.route.as_str()).collect();
        assert_eq!(wanted, covered);
        // The true minimum, by trying all subsets: greedy is within its bound.
        let groups: BTreeSet<&str> = all.iter().map(|g| g.group.as_str()).collect();
        let groups: Vec<&str> = groups.into_iter().collect();
        let least = (0..1_u32 << groups.len())
            .filter(|set| {
                let has = |g: &Grant| {
                    groups.iter().position(|group| *group == g.group).is_some_and(|at| set >> at & 1 == 1)
                };
                let covered: BTreeSet<&str> =
                    all.iter().filter(|g| g.used && has(g)).map(|g| g.route.as_str()).collect();
                covered == wanted
            })
            .map(u32::count_ones)
            .min()
            .unwrap() as f64;
        let bound = least * (1.0 + (wanted.len().max(1) as f64).ln());
        assert!(smallest.memberships[1] as f64 >= least && smallest.memberships[1] as f64 <= bound + 1e-9);
    }
}
