//! Sections that others tell: those that are not written because a finer or a wider one that is written has little more
//! cells, and those of which only the text beside the key is written because all else is in another one.

use super::Sections;
use crate::cells::Cells;
use crate::cube::{CUBES, Cube, Grain};

/// A section is left out when one that tells it has at most so many times its cells.
const TIMES_MAX: usize = 4;

/// The sections that tell those of a cube at a grain: finer ones of the cube, and those of a cube that counts by the outcome too.
pub(super) fn tellers(cube: &Cube, grain: Grain) -> impl Iterator<Item = (&'static Cube, Grain)> {
    let is_same = |wider: &Cube| wider.number() == cube.number();
    let is_wider = |wider: &Cube| {
        let keys = |cube: &Cube| (cube.key, cube.detail, cube.coarse, cube.latency);
        keys(wider) == keys(cube) && wider.outcome && !cube.outcome && (wider.bytes || !cube.bytes)
    };
    let told = CUBES.iter().filter(move |wider| is_same(wider) || is_wider(wider));
    let each = told.flat_map(|wider| wider.grains.iter().map(move |grain| (wider, *grain)));
    let others = each.filter(move |(wider, at)| *at <= grain && (!is_same(wider) || *at < grain));
    let mut others: Vec<(&'static Cube, Grain)> = others.collect();
    // The coarsest has the fewest cells.
    others.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    others.into_iter()
}

/// The sections that are written.
pub(super) fn worth_writing(sections: &Sections) -> impl Iterator<Item = &(&'static Cube, Grain, Cells)> {
    let mut written: Vec<(usize, Grain, usize)> = Vec::new();
    let mut order: Vec<usize> = (0..sections.len()).collect();
    // Those that tell others come before them.
    order.sort_by_key(|at| sections.get(*at).map(|(cube, grain, _)| (!cube.outcome, *grain)));
    let mut is_written = vec![false; sections.len()];
    for at in order {
        let Some((cube, grain, cells)) = sections.get(at) else { continue };
        let is_told = |(number, finer, len): &(usize, Grain, usize)| {
            let tells = |(wider, at): (&Cube, Grain)| wider.number() == *number && at == *finer;
            *len <= cells.len() * TIMES_MAX && tellers(cube, *grain).any(tells)
        };
        if !written.iter().any(is_told) {
            written.push((cube.number(), *grain, cells.len()));
            is_written.get_mut(at).into_iter().for_each(|is| *is = true);
        }
    }
    sections.iter().zip(is_written).filter(|(_, is)| *is).map(|(section, _)| section)
}

/// Whether cells are the same but for the texts beside their keys. Response bytes are not looked for in the second.
pub(super) fn differ_beside(a: &Cells, b: &Cells) -> bool {
    let columns = [
        (&a.key, &b.key),
        (&a.calls, &b.calls),
        (&a.minute, &b.minute),
        (&a.gateway, &b.gateway),
        (&a.environment, &b.environment),
        (&a.status, &b.status),
        (&a.reason, &b.reason),
        (&a.bucket, &b.bucket),
    ];
    a.len() == b.len() && columns.iter().all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use event::{Batch, Event, field};

    use crate::cells::Symbols;
    use crate::cube::{CUBES, Grain, cube};
    use crate::disk::sim::SimDisk;
    use crate::rollup::{File, Worth, decode, encode, sections, written};
    use crate::{count, seal};

    /// Calls of keys with one name and one plan each, except for one key when `strays`.
    fn calls(strays: bool) -> Batch {
        let mut batch = Batch::new();
        for i in 0..20_000_i64 {
            let mut event = Event::new();
            event.int(field::TIME, 1_795_298_319_000_000 + i * 2_000_000);
            event.int(field::STATUS, if i % 7 == 0 { 403 } else { 200 });
            event.int(field::RESPONSE_BYTES, i);
            event.text(field::API_KEY_ID, format!("k{}", i % 10));
            event.text(field::API_KEY_NAME, format!("key {}", i % 10));
            let plan = if strays && i % 50 == 0 { 3 } else { i % 10 % 3 };
            event.text(field::USAGE_PLAN, format!("p{plan}"));
            batch.push(&event);
        }
        batch.finish();
        batch
    }

    #[test]
    fn what_is_not_written_is_told_by_others() {
        for strays in [false, true] {
            let (batch, symbols, disk) = (calls(strays), Symbols::default(), SimDisk::new(1));
            let rows: Vec<u32> = (0..batch.len() as u32).collect();
            let all = sections(&batch, &rows, &symbols, &mut Worth::default());
            let bytes = encode(&all, &symbols).expect("a file");
            seal::put(&disk, "", "r", "f", &bytes).expect("a file");
            let file = File { path: "r/f", crc: crc32fast::hash(&bytes) };
            let text = String::from_utf8_lossy(&bytes);
            let is_beside = text.contains("key_plan/hour=api_key/hour");
            assert_eq!(is_beside, !strays, "plans of a key tell whether it is");
            // Eleven hours of few keys: days are a small part of them, and calls without outcome half.
            assert!(!text.contains("consumer_calls/hour") && text.contains("api_key/day"));
            let has = written(&disk, &file).expect("sections");
            for (cube, grain, cells) in &all {
                let read = decode(&disk, &file, cube, *grain, &symbols).expect("a section").expect("cells");
                let sorted = |cells: &crate::cells::Cells| {
                    let mut sum = crate::cells::Sum::default();
                    sum.add(cells, *grain);
                    sum.finish().iter().collect::<Vec<_>>()
                };
                let counted = count::count(cube, *grain, &batch, None, &symbols);
                assert_eq!(sorted(&read), sorted(&counted), "{} {grain:?}", cube.name);
                assert_eq!(sorted(&read), sorted(cells), "{} {grain:?}", cube.name);
                assert!(has.contains(&(cube.number(), *grain)));
            }
        }
    }

    #[test]
    fn a_section_is_told_by_finer_and_by_wider_ones() {
        let names = |name: &str, grain| -> Vec<String> {
            let tellers = super::tellers(cube(name).expect("a cube"), grain);
            tellers.map(|(cube, grain)| format!("{}/{}", cube.name, grain.name())).collect()
        };
        assert_eq!(names("traffic", Grain::Day), ["traffic/hour", "traffic/minute"]);
        assert_eq!(
            names("consumer_calls", Grain::Day),
            ["consumer/day", "consumer/hour", "consumer_calls/hour"]
        );
        assert!(names("api_key", Grain::Hour).is_empty());
        assert!(CUBES.iter().all(|c| super::tellers(c, c.finest()).all(|(wider, _)| wider.outcome)));
    }
}
