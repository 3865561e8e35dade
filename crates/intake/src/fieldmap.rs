//! Which member of a JSON record means which field, as data: the default of the generic format, what a source
//! configures on top, and NGINX's variable names. Names are compared without case, `_`, `-` and `@`.

use event::{Event, FieldId, Kind};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::fill::{Fill, pairs};
use crate::format::Reason;
use crate::json::{self, Error, Reader, Scalar};
use crate::scalar::Unit;

/// A configured map may name so many paths in all.
const PATHS_MAX: usize = 2_000;

/// Where a source's records hold which field: `{"status": "res.code", "duration": {"from": ["took"], "unit":
/// "micros"}}`. It is added to the default map and goes before it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldMap(pub BTreeMap<String, From>);

/// Where one field is looked for, first to last.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum From {
    /// At one path.
    Path(String),
    /// At several paths.
    Paths(Vec<String>),
    /// At several paths, in a unit.
    InUnit {
        /// The paths.
        from: Vec<String>,
        /// The unit of durations.
        unit: Unit,
    },
}

impl From {
    fn parts(&self) -> (&[String], Unit) {
        match self {
            From::Path(path) => (std::slice::from_ref(path), Unit::Millis),
            From::Paths(paths) => (paths, Unit::Millis),
            From::InUnit { from, unit } => (from, *unit),
        }
    }
}

/// What a member is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A field; durations are in this unit.
    Field(FieldId, Unit),
    /// Something only the format understands.
    Own(u8),
}

/// A map made ready for reading.
#[derive(Debug, Default)]
pub(crate) struct Map {
    /// For each path the target, and its rank among the paths of that target, the best being 0.
    paths: HashMap<String, (Target, u8), FixedState>,
    /// The objects some path goes through.
    groups: HashSet<String, FixedState>,
}

/// A field; durations in milliseconds.
pub(crate) const fn field(field: FieldId) -> Target {
    Target::Field(field, Unit::Millis)
}

/// A duration in a unit.
pub(crate) const fn in_unit(field: FieldId, unit: Unit) -> Target {
    Target::Field(field, unit)
}

/// A row of a map written in code.
pub(crate) type Row = (Target, &'static [&'static str]);

impl Map {
    pub(crate) fn of(rows: &[Row]) -> Map {
        let mut map = Map::default();
        rows.iter().for_each(|(target, paths)| map.add(*target, paths.iter().copied(), 0));
        map
    }

    /// Puts a configured map before this one.
    pub(crate) fn with(mut self, configured: &FieldMap) -> Result<Map, Reason> {
        let mut left = PATHS_MAX;
        for (name, from) in &configured.0 {
            let Some(field) = event::field::by_name(name) else {
                return Err(Reason::Words(format!("unknown field '{name}' in the field map").into()));
            };
            let (paths, unit) = from.parts();
            left =
                left.checked_sub(paths.len()).ok_or(Reason::new("more than 2,000 paths in the field map"))?;
            let target = Target::Field(field.id, unit);
            let later = u8::try_from(paths.len()).unwrap_or(u8::MAX);
            for (found, rank) in self.paths.values_mut() {
                if matches!(found, Target::Field(id, _) if *id == field.id) {
                    *rank = rank.saturating_add(later);
                }
            }
            self.add(target, paths.iter().map(String::as_str), 0);
        }
        Ok(self)
    }

    /// Adds rows whose names stand below another.
    pub(crate) fn extend(&mut self, rows: &[Row], below: &str) {
        for (target, paths) in rows {
            let paths: Vec<String> = paths.iter().map(|path| format!("{below}{path}")).collect();
            self.add(*target, paths.iter().map(String::as_str), 0);
        }
    }

    /// The field that a name of the outermost object is for.
    pub(crate) fn field_of(&self, name: &str) -> Option<FieldId> {
        let mut plain = String::new();
        simplify(name, &mut plain);
        match self.paths.get(&plain) {
            Some((Target::Field(field, _), _)) => Some(*field),
            _ => None,
        }
    }

    /// Reads names and values that are already apart; `own` gets the values only the format understands.
    pub(crate) fn given<'a, 'n>(
        &self,
        pairs: impl Iterator<Item = (&'n str, Scalar<'a>)>,
        event: &mut Event<'a>,
        own: &mut dyn FnMut(u8, Scalar<'a>),
    ) {
        let mut fill = Fill::new(event);
        let mut ranks = [u8::MAX; 256];
        let mut path = String::with_capacity(64);
        for (name, value) in pairs {
            path.clear();
            simplify(name, &mut path);
            let (field, unit, rank) = match self.paths.get(&path) {
                Some((Target::Field(field, unit), rank)) => (field, unit, rank),
                Some((Target::Own(number), _)) => {
                    own(*number, value);
                    continue;
                }
                None if value.is_absent() => continue,
                None => {
                    fill.keep(("", name), &value);
                    continue;
                }
            };
            match ranks.get_mut(usize::from(field.0)) {
                Some(best) if rank <= best || !fill.event.has(*field) => {
                    fill.given(*field, *unit, ("", name), value);
                    *best = *rank;
                }
                _ if value.is_absent() => {}
                _ => fill.keep(("", name), &value),
            }
        }
        fill.finish();
    }

    /// Puts one value that is already read, unless its field has one.
    pub(crate) fn put<'a>(&self, name: &str, value: Scalar<'a>, event: &mut Event<'a>) {
        let mut plain = String::new();
        simplify(name, &mut plain);
        if let Some((Target::Field(field, unit), _)) = self.paths.get(&plain)
            && !event.has(*field)
        {
            Fill::new(event).given(*field, *unit, ("", name), value);
        }
    }

    fn add<'p>(&mut self, target: Target, paths: impl Iterator<Item = &'p str>, first: u8) {
        for (n, path) in paths.enumerate() {
            let mut plain = String::new();
            for part in path.split('.') {
                if !plain.is_empty() {
                    self.groups.insert(plain.clone());
                    plain.push('.');
                }
                simplify(part, &mut plain);
            }
            self.paths.insert(plain, (target, first.saturating_add(n.min(254) as u8)));
        }
    }

    /// Reads a record; `own` gets the values only the format understands.
    pub(crate) fn read<'a>(
        &self,
        record: &'a str,
        event: &mut Event<'a>,
        own: &mut dyn FnMut(u8, Scalar<'a>, &mut Event<'a>),
    ) -> Result<(), Error> {
        let mut walk = Walk {
            map: self,
            fill: Fill::new(event),
            ranks: [u8::MAX; 256],
            path: String::with_capacity(64),
            shown: String::with_capacity(64),
            own,
        };
        json::object(record, |name, reader| walk.member(name, reader))?;
        walk.fill.finish();
        Ok(())
    }
}

/// Lower case, without `_`, `-` and `@`.
fn simplify(name: &str, out: &mut String) {
    out.extend(name.chars().filter(|c| !matches!(c, '_' | '-' | '@' | ' ')).map(|c| c.to_ascii_lowercase()));
}

struct Walk<'w, 'e, 'a> {
    map: &'w Map,
    fill: Fill<'e, 'a>,
    /// The rank of what each field holds.
    ranks: [u8; 256],
    /// Where we are, simplified and as written.
    path: String,
    shown: String,
    own: &'w mut dyn FnMut(u8, Scalar<'a>, &mut Event<'a>),
}

impl<'a> Walk<'_, '_, 'a> {
    fn member(&mut self, name: &str, reader: &mut Reader<'a>) -> Result<(), Error> {
        let (path, shown) = (self.path.len(), self.shown.len());
        if path > 0 {
            self.path.push('.');
            self.shown.push('.');
        }
        simplify(name, &mut self.path);
        self.shown.push_str(name);
        let done = self.value(reader);
        self.path.truncate(path);
        self.shown.truncate(shown);
        done
    }

    fn value(&mut self, reader: &mut Reader<'a>) -> Result<(), Error> {
        let object = reader.peek() == Some(b'{');
        match self.map.paths.get(&self.path).copied() {
            Some((Target::Field(field, unit), rank)) if !object || takes_objects(field) => {
                self.field(field, unit, rank, reader)
            }
            Some((Target::Own(number), _)) if !object => {
                let value = reader.scalar()?;
                (self.own)(number, value, self.fill.event);
                Ok(())
            }
            // An object that repeats what others say.
            Some((Target::Own(_), _)) if !self.map.groups.contains(&self.path) => reader.skip(),
            _ if object && self.map.groups.contains(&self.path) => {
                // A plain function would do; a closure here would make the type of this one endless.
                let member: &mut dyn FnMut(&str, &mut Reader<'a>) -> Result<(), Error> =
                    &mut |name, reader| self.member(name, reader);
                reader.object(member)
            }
            _ => {
                let shown = std::mem::take(&mut self.shown);
                let kept = self.fill.custom(("", &shown), reader);
                self.shown = shown;
                kept
            }
        }
    }

    /// Reads headers as pairs; those that the map names have a place of their own too.
    fn headers(&mut self, reader: &mut Reader<'a>) -> Result<String, Error> {
        if !self.map.groups.contains(&self.path) {
            return pairs(reader, |_, _| ());
        }
        let (map, mut path, mut found) = (self.map, self.path.clone() + ".", Vec::new());
        let start = path.len();
        let pairs = pairs(reader, |name, value| {
            path.truncate(start);
            simplify(name, &mut path);
            if let Some((target, rank)) = map.paths.get(&path) {
                found.push((*target, *rank, value.clone()));
            }
        })?;
        for (target, rank, value) in found {
            match target {
                Target::Own(number) => (self.own)(number, Scalar::Text(value), self.fill.event),
                Target::Field(field, unit) => {
                    let best = self.ranks.get_mut(usize::from(field.0));
                    if let Some(best) = best.filter(|best| rank < **best || !self.fill.event.has(field)) {
                        *best = rank;
                        self.fill.put(field, unit, ("", "header"), Scalar::Text(value));
                    }
                }
            }
        }
        Ok(pairs)
    }

    fn field(&mut self, field: FieldId, unit: Unit, rank: u8, reader: &mut Reader<'a>) -> Result<(), Error> {
        let shown = std::mem::take(&mut self.shown);
        let name = ("", shown.as_str());
        let best = self.ranks.get(usize::from(field.0)).copied().unwrap_or(u8::MAX);
        if rank > best && self.fill.event.has(field) {
            let kept = self.fill.custom(name, reader);
            self.shown = shown;
            return kept;
        }
        match field.field().kind {
            Kind::List => self.fill.list(field, name, reader)?,
            Kind::Pairs if reader.peek() == Some(b'{') => {
                let pairs = self.headers(reader)?;
                self.fill.event.text(field, pairs);
            }
            Kind::Json => {
                let copy = json_value(reader)?;
                self.fill.event.text(field, copy);
            }
            // The object may come written as a text.
            Kind::Pairs if reader.peek() == Some(b'"') => match reader.scalar()? {
                Scalar::Text(text) if text.starts_with('{') => {
                    match pairs(&mut Reader::new(&text), |_, _| ()) {
                        Ok(pairs) => self.fill.event.text(field, pairs),
                        Err(_) => self.fill.keep(name, &Scalar::Text(text)),
                    }
                }
                value if value.is_absent() => {}
                value => self.fill.keep(name, &value),
            },
            Kind::Pairs => self.fill.custom(name, reader)?,
            _ => {
                let value = reader.scalar()?;
                let before = self.fill.event.get(field).is_some();
                self.fill.put(field, unit, name, value);
                if !before && !self.fill.event.has(field) {
                    self.shown = shown;
                    return Ok(());
                }
            }
        }
        if let Some(best) = self.ranks.get_mut(usize::from(field.0)) {
            *best = rank;
        }
        self.shown = shown;
        Ok(())
    }
}

/// A value as JSON; a text that holds JSON is read.
fn json_value(reader: &mut Reader<'_>) -> Result<String, Error> {
    let mut copy = String::new();
    if reader.peek() == Some(b'"') {
        let text = reader.string()?;
        let mut inside = Reader::new(&text);
        if text.starts_with(['{', '[']) && inside.copy(&mut copy).is_ok() {
            return Ok(copy);
        }
        copy.clear();
        event::json::string(&mut copy, &text);
    } else {
        reader.copy(&mut copy)?;
    }
    Ok(if matches!(copy.as_str(), "null" | "\"\"" | "\"-\"") { String::new() } else { copy })
}

fn takes_objects(field: FieldId) -> bool {
    matches!(field.field().kind, Kind::Pairs | Kind::Json)
}
