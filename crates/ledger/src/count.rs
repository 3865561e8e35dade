//! The making of cells from events. What rows have in common is turned into small numbers once for all roll-ups: the
//! outcome, the response time, the key. A roll-up then only counts pairs of such numbers, for each stretch of time.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use event::column::{Column, NULL};
use event::field::{self, FieldId};
use event::reason::REASONS;
use event::time::MINUTE;
use event::{Batch, Kind};
use foldhash::fast::FixedState;

use crate::cells::{Cell, Cells, KEYS_MAX, OTHER, Sum, Sym, Symbols};
use crate::cube::{COARSE_BUCKETS, Cube, Grain, bucket};

/// Counts events into the cells of a cube at a grain: all rows, or those of `rows`.
pub fn count(cube: &Cube, grain: Grain, batch: &Batch, rows: Option<&[u32]>, symbols: &Symbols) -> Cells {
    let counter = Counter::new(batch, rows, symbols);
    let counted = counter.count_within(cube, grain, |_, _| true).unwrap_or_default();
    counter.cells(cube, grain, &counted)
}

/// The number of a reason in a cell: 0 for none, unknown codes count as `other`, the last.
pub fn reason_number(code: &str) -> u8 {
    match code {
        "" => 0,
        _ => REASONS.iter().position(|r| r.code == code).map_or(REASONS.len(), |at| at + 1) as u8,
    }
}

/// Fewer rows than this tell nothing about the rest.
const FIRST_ROWS_MIN: usize = 8_192;

/// So many pairs of numbers are looked up in a table; more in a map.
const TABLE_PAIRS_MAX: usize = 1 << 20;

/// Counts the same rows into one roll-up after the other.
pub(crate) struct Counter<'a> {
    batch: &'a Batch,
    rows: Vec<u32>,
    symbols: &'a Symbols,
    times: Vec<i64>,
    bytes: OnceCell<Vec<u64>>,
    bases: RefCell<Vec<(BaseKind, Rc<Coded<Base>>)>>,
    keys: RefCell<Vec<(KeyFields, Rc<Keys>)>>,
}

type KeyFields = (&'static [FieldId], Option<FieldId>);

/// With the outcome, with the response time, coarsely.
type BaseKind = (bool, bool, bool);

/// A number for each row, and what each number stands for.
struct Coded<T> {
    of: Vec<u32>,
    each: Vec<T>,
}

/// The dimensions of a cell besides time and key.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Base {
    gateway: Sym,
    environment: Sym,
    status: u16,
    reason: u8,
    /// The latency bucket plus one; 0 without a duration.
    bucket: u16,
}

/// The keys of rows with the text beside. Rows with a list have a number of `lists`, others of `coded.each`.
struct Keys {
    coded: Coded<(Sym, Sym)>,
    lists: Option<Vec<Vec<u32>>>,
}

/// A number for pairs of numbers.
enum Pairs {
    Table { width: usize, slots: Vec<u32> },
    Map(HashMap<u64, u32, FixedState>),
}

impl Pairs {
    fn new(left: usize, right: usize) -> Pairs {
        match left.checked_mul(right) {
            Some(pairs) if pairs <= TABLE_PAIRS_MAX => Pairs::Table { width: right, slots: vec![0; pairs] },
            _ => Pairs::Map(HashMap::default()),
        }
    }

    /// The place of a pair's number: 0 for a pair that is new.
    #[inline]
    fn slot(&mut self, left: u32, right: u32) -> Option<&mut u32> {
        match self {
            Pairs::Table { width, slots } => slots.get_mut(left as usize * *width + right as usize),
            Pairs::Map(map) => Some(map.entry(u64::from(left) << 32 | u64::from(right)).or_default()),
        }
    }

    fn forget(&mut self, pairs: impl Iterator<Item = (u32, u32)>) {
        match self {
            Pairs::Map(map) => map.clear(),
            Pairs::Table { width, slots } => {
                for (left, right) in pairs {
                    slots.get_mut(left as usize * *width + right as usize).into_iter().for_each(|s| *s = 0);
                }
            }
        }
    }
}

impl<T: Copy + Default> Coded<T> {
    /// Both together: what is made of different pairs and is the same has one number.
    fn with<U: Copy + Default, V: Copy + Eq + Hash>(
        &self,
        other: &Coded<U>,
        make: impl Fn(T, U) -> V,
    ) -> Coded<V> {
        let mut pairs = Pairs::new(self.each.len(), other.each.len());
        let mut numbers: HashMap<V, u32, FixedState> = HashMap::default();
        let mut each = Vec::new();
        let mut number = |(left, right): (&u32, &u32)| {
            let Some(slot) = pairs.slot(*left, *right) else { return 0 };
            if *slot == 0 {
                let (left, right) = (self.each.get(*left as usize), other.each.get(*right as usize));
                let made = make(left.copied().unwrap_or_default(), right.copied().unwrap_or_default());
                *slot = *numbers.entry(made).or_insert_with(|| {
                    each.push(made);
                    each.len() as u32
                });
            }
            *slot - 1
        };
        let of = self.of.iter().zip(&other.of).map(&mut number).collect();
        Coded { of, each }
    }
}

impl<'a> Counter<'a> {
    pub(crate) fn new(batch: &'a Batch, rows: Option<&[u32]>, symbols: &'a Symbols) -> Counter<'a> {
        let rows = rows.map_or_else(|| (0..batch.len() as u32).collect(), <[u32]>::to_vec);
        let column = batch.column(field::TIME);
        let time = |row: &u32| column.and_then(|c| c.int(*row as usize)).unwrap_or(NULL);
        let times = rows.iter().map(time).collect();
        Counter {
            batch,
            rows,
            symbols,
            times,
            bytes: OnceCell::new(),
            bases: RefCell::default(),
            keys: RefCell::default(),
        }
    }

    /// Counts into a cube at a grain, unless that makes more than one cell for `rows_per_cell` rows. Rows come in the
    /// order of time, so the first eighth tells how it will end: what has by then far too many cells is given up.
    pub(crate) fn count_if_small(&self, cube: &Cube, grain: Grain, rows_per_cell: usize) -> Option<Counted> {
        let all = self.rows.len();
        self.count_within(cube, grain, |rows, cells| {
            let is_early = rows == all / 8 && rows > FIRST_ROWS_MIN;
            cells * rows_per_cell <= all && !(is_early && cells * rows_per_cell > rows * 2)
        })
    }

    /// Counts, as long as `may` agrees to the number of rows looked at and of cells made.
    fn count_within(&self, cube: &Cube, grain: Grain, may: impl Fn(usize, usize) -> bool) -> Option<Counted> {
        let (base, keys) = (self.base(cube), self.keys(cube));
        let bytes = cube.bytes.then(|| self.bytes());
        let mut open = Open::new(&keys.coded, &base, grain);
        let rows = self.times.iter().zip(&base.of).zip(&keys.coded.of).enumerate();
        for (at, ((time, base_of), key)) in rows {
            let is_time = at.is_multiple_of(1_024) || at == self.rows.len() / 8;
            if is_time && !may(at, open.len()) {
                return None;
            }
            if *time == NULL
                || (cube.latency && base.each.get(*base_of as usize).is_none_or(|b| b.bucket == 0))
            {
                continue;
            }
            open.at(*time);
            let bytes = bytes.and_then(|bytes| bytes.get(at)).copied().unwrap_or(0);
            match &keys.lists {
                None => open.add(*key, *base_of, 1, bytes),
                Some(lists) => {
                    let list = lists.get(*key as usize).map_or(&[][..], Vec::as_slice);
                    list.iter().for_each(|key| open.add(*key, *base_of, 1, bytes));
                }
            }
        }
        may(self.rows.len(), open.len()).then(|| open.finish())
    }

    /// Whether no row has a key: what is counted is then the same for all cubes with the same other dimensions.
    pub(crate) fn is_without_keys(&self, cube: &Cube) -> bool {
        let keys = self.keys(cube);
        keys.lists.is_none() && keys.coded.each == [(0, 0)]
    }

    /// The same at a coarser grain.
    pub(crate) fn coarser(&self, cube: &Cube, grain: Grain, finer: &Counted) -> Counted {
        let keys = self.keys(cube);
        let mut open = Open::new(&keys.coded, &self.base(cube), grain);
        for pair in &finer.pairs {
            open.at(i64::from(pair.minute) * MINUTE);
            open.add(pair.key, pair.base, pair.calls, pair.bytes);
        }
        open.finish()
    }

    /// What was counted, as cells.
    pub(crate) fn cells(&self, cube: &Cube, grain: Grain, counted: &Counted) -> Cells {
        let (base, keys) = (self.base(cube), self.keys(cube));
        let cell = |pair: &Pair| {
            let (key, detail) = keys.coded.each.get(pair.key as usize).copied().unwrap_or_default();
            let base = base.each.get(pair.base as usize).copied().unwrap_or_default();
            Cell {
                minute: pair.minute,
                gateway: base.gateway,
                environment: base.environment,
                key,
                detail,
                status: base.status,
                reason: base.reason,
                bucket: base.bucket.saturating_sub(1),
                calls: pair.calls,
                bytes: if cube.bytes { pair.bytes } else { 0 },
            }
        };
        let cells: Cells = counted.pairs.iter().map(cell).collect();
        if counted.pairs.is_sorted_by_key(|pair| pair.minute) {
            return cells;
        }
        // Events out of order begin a stretch anew.
        let mut sum = Sum::default();
        sum.add(&cells, grain);
        sum.finish()
    }

    fn bytes(&self) -> &[u64] {
        self.bytes.get_or_init(|| {
            let column = self.batch.column(field::RESPONSE_BYTES);
            let bytes = |row: &u32| column.and_then(|c| c.int(*row as usize)).map_or(0, |b| b.max(0) as u64);
            self.rows.iter().map(bytes).collect()
        })
    }

    /// What is counted besides the key, made once for all cubes with the same.
    fn base(&self, cube: &Cube) -> Rc<Coded<Base>> {
        let kind = (cube.outcome, cube.latency, cube.coarse);
        if let Some((_, base)) = self.bases.borrow().iter().find(|(known, _)| *known == kind) {
            return Rc::clone(base);
        }
        let base = Rc::new(self.make_base(cube));
        self.bases.borrow_mut().push((kind, Rc::clone(&base)));
        base
    }

    fn make_base(&self, cube: &Cube) -> Coded<Base> {
        let mut base = match cube.coarse {
            true => Coded { of: vec![0; self.rows.len()], each: vec![Base::default()] },
            false => {
                self.texts(field::GATEWAY).with(&self.texts(field::ENVIRONMENT), |gateway, environment| {
                    Base { gateway, environment, ..Base::default() }
                })
            }
        };
        if cube.outcome {
            let status = self.batch.column(field::STATUS);
            let status = self.small(|row| status.and_then(|c| c.int(row)).map_or(0, |s| s as u16));
            let reasons = Reasons::new(self.batch);
            let reason = self.small(|row| reasons.get(row).into());
            let outcome = status.with(&reason, |status, reason| (status, reason as u8));
            base = base.with(&outcome, |base, (status, reason)| Base { status, reason, ..base });
        }
        if cube.latency {
            let duration = self.batch.column(field::DURATION);
            let width = if cube.coarse { COARSE_BUCKETS } else { 1 };
            let of = |micros| bucket(micros) / width * width + 1;
            let bucket = self.small(|row| duration.and_then(|c| c.int(row)).map_or(0, of));
            base = base.with(&bucket, |base, bucket| Base { bucket, ..base });
        }
        base
    }

    /// Small numbers, which stand for themselves.
    fn small(&self, number: impl Fn(usize) -> u16) -> Coded<u16> {
        let of: Vec<u32> = self.rows.iter().map(|row| number(*row as usize).into()).collect();
        let most = of.iter().max().copied().unwrap_or(0) as u16;
        Coded { of, each: (0..=most).collect() }
    }

    /// A dictionary column, its texts turned into symbols once for each distinct text.
    fn texts(&self, field: FieldId) -> Coded<Sym> {
        let Some(Column::Dict(c)) = self.batch.column(field) else {
            return Coded { of: vec![0; self.rows.len()], each: vec![0] };
        };
        let texts = c.dict.texts().iter().take(KEYS_MAX + 1).map(|text| self.symbols.sym(text));
        let each = texts.chain([self.symbols.sym(OTHER)]).collect();
        // Those beyond the limit are all the last one.
        let number = |row: &u32| c.ids.get(*row as usize).map_or(0, |id| (*id).min(KEYS_MAX as u32 + 1));
        let of = self.rows.iter().map(number);
        let last = c.dict.len().min(KEYS_MAX + 1) as u32;
        Coded { of: of.map(|id| id.min(last)).collect(), each }
    }

    /// The keys of a cube, made once for all cubes with the same.
    fn keys(&self, cube: &Cube) -> Rc<Keys> {
        let fields = (cube.key, cube.detail);
        if let Some((_, keys)) = self.keys.borrow().iter().find(|(known, _)| *known == fields) {
            return Rc::clone(keys);
        }
        let keys = Rc::new(match cube.key {
            [list] if list.field().kind == Kind::List => self.lists(*list),
            _ => Keys { coded: self.pairs(cube), lists: None },
        });
        self.keys.borrow_mut().push((fields, Rc::clone(&keys)));
        keys
    }

    /// The first field of the key that has a value, and the text beside.
    fn pairs(&self, cube: &Cube) -> Coded<(Sym, Sym)> {
        let mut fields = cube.key.iter();
        let Some(first) = fields.next() else {
            return Coded { of: vec![0; self.rows.len()], each: vec![(0, 0)] };
        };
        let beside =
            |field: FieldId, sym: Sym, detail: Sym| if cube.detail == Some(field) { sym } else { detail };
        let name = self.texts(*first);
        let each = name.each.iter().map(|sym| (*sym, beside(*first, *sym, 0))).collect();
        let mut pairs = Coded { of: name.of, each };
        for field in fields {
            pairs = pairs.with(&self.texts(*field), |(key, detail), sym| {
                (if key == 0 { sym } else { key }, beside(*field, sym, detail))
            });
        }
        match cube.detail.filter(|detail| !cube.key.contains(detail)) {
            Some(detail) => pairs.with(&self.texts(detail), |(key, _), detail| (key, detail)),
            None => pairs,
        }
    }

    /// Every element of a list, each once, or none.
    fn lists(&self, field: FieldId) -> Keys {
        let Some(Column::Dict(c)) = self.batch.column(field) else {
            let coded = Coded { of: vec![0; self.rows.len()], each: vec![(0, 0)] };
            return Keys { coded, lists: None };
        };
        let mut numbers: HashMap<Sym, u32, FixedState> = HashMap::default();
        let mut each = Vec::new();
        let list = |text: &str| {
            let mut names: Vec<String> = serde_json::from_str(text).unwrap_or_default();
            names.sort_unstable();
            names.dedup();
            if names.is_empty() {
                names.push(String::new());
            }
            let number = |name: &String| {
                let sym = self.symbols.sym(name);
                *numbers.entry(sym).or_insert_with(|| {
                    each.push((sym, 0));
                    each.len() as u32 - 1
                })
            };
            names.iter().map(number).collect()
        };
        let lists = c.dict.texts().iter().map(list).collect();
        let of = self.rows.iter().map(|row| c.ids.get(*row as usize).copied().unwrap_or(0)).collect();
        Keys { coded: Coded { of, each }, lists: Some(lists) }
    }
}

/// How often each key and base came together, a stretch of time after the other.
#[derive(Default)]
pub(crate) struct Counted {
    pairs: Vec<Pair>,
}

struct Pair {
    minute: u32,
    /// Gateway and environment.
    place: u32,
    key: u32,
    base: u32,
    calls: u64,
    bytes: u64,
}

/// The counting of one stretch, small enough to stay close to the processor, behind those that are done.
struct Open {
    grain: Grain,
    places: Vec<u32>,
    minute: u32,
    stretch: std::ops::Range<i64>,
    /// The place of each pair in `done`, plus one.
    pairs: Pairs,
    begun: usize,
    done: Vec<Pair>,
}

impl Open {
    fn new(keys: &Coded<(Sym, Sym)>, base: &Coded<Base>, grain: Grain) -> Open {
        Open {
            grain,
            places: places(&base.each),
            minute: 0,
            stretch: 0..0,
            pairs: Pairs::new(keys.each.len(), base.each.len()),
            begun: 0,
            done: Vec::new(),
        }
    }

    fn len(&self) -> usize {
        self.done.len()
    }

    /// What follows is of the stretch of this time.
    #[inline]
    fn at(&mut self, time: i64) {
        if self.stretch.contains(&time) {
            return;
        }
        self.close();
        let from = time - time.rem_euclid(self.grain.micros());
        self.stretch = from..from.saturating_add(self.grain.micros());
        self.minute = from.div_euclid(MINUTE) as u32;
    }

    #[inline]
    fn add(&mut self, key: u32, base: u32, calls: u64, bytes: u64) {
        let Some(slot) = self.pairs.slot(key, base) else { return };
        if let Some(pair) = slot.checked_sub(1).and_then(|at| self.done.get_mut(at as usize)) {
            pair.calls += calls;
            pair.bytes += bytes;
            return;
        }
        let place = self.places.get(base as usize).copied().unwrap_or(0);
        self.done.push(Pair { minute: self.minute, place, key, base, calls, bytes });
        *slot = self.done.len() as u32;
    }

    fn close(&mut self) {
        let begun = self.begun.min(self.done.len());
        let (_, fresh) = self.done.split_at_mut(begun);
        self.pairs.forget(fresh.iter().map(|pair| (pair.key, pair.base)));
        // In an order that packs well: what is alike beside each other.
        fresh.sort_unstable_by_key(|pair| (pair.place, pair.key, pair.base));
        self.begun = self.done.len();
    }

    fn finish(mut self) -> Counted {
        self.close();
        Counted { pairs: self.done }
    }
}

/// The number of each one's gateway and environment.
fn places(bases: &[Base]) -> Vec<u32> {
    let mut numbers: HashMap<(Sym, Sym), u32, FixedState> = HashMap::default();
    let mut place = |base: &Base| {
        let next = numbers.len() as u32;
        *numbers.entry((base.gateway, base.environment)).or_insert(next)
    };
    bases.iter().map(&mut place).collect()
}

/// The denial reasons of a batch as numbers.
struct Reasons<'a> {
    granted: Option<&'a Column>,
    ids: &'a [u32],
    numbers: Vec<u8>,
}

impl<'a> Reasons<'a> {
    fn new(batch: &'a Batch) -> Self {
        let (ids, numbers) = match batch.column(field::REASON) {
            Some(Column::Dict(c)) => (c.ids.as_slice(), c.dict.texts().iter().map(reason_number).collect()),
            _ => (&[][..], Vec::new()),
        };
        Reasons { granted: batch.column(field::GRANTED), ids, numbers }
    }

    #[inline]
    fn get(&self, row: usize) -> u8 {
        if self.granted.and_then(|c| c.int(row)) != Some(0) {
            return 0;
        }
        let named = self.ids.get(row).and_then(|id| self.numbers.get(*id as usize)).copied().unwrap_or(0);
        if named == 0 { REASONS.len() as u8 } else { named }
    }
}
