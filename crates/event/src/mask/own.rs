//! The rules an installation adds to the defaults. They act on what the defaults have left, so no rule can bring a secret
//! past them, and nothing but access events (and the excerpts of records that were refused) is touched by them: the operator
//! trail is not.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::Rules;
use super::columns::{self, Class};
use super::edit::{self, Touch};
use crate::batch::Batch;
use crate::column::{Column, DictColumn, Texts};
use crate::field::{self, FIELDS, Field, FieldId, Kind, Storage};

/// Rules there may be at once.
pub const OWN_RULES_MAX: usize = 100;
/// Characters of a name, of what a value is replaced by, and of a part of a scope.
pub const OWN_TEXT_CHARS_MAX: usize = 100;
/// Bytes of a pattern, a name of a field or key.
pub const OWN_PATTERN_BYTES_MAX: usize = 512;
/// Bytes a compiled pattern may take, and again its cache.
const COMPILED_BYTES_MAX: usize = 256 << 10;
/// How deep a pattern may nest.
const NESTING_MAX: u32 = 32;

/// Fields that say which rules hold, who may see an event, and what became of the call: no rule touches them.
pub const KEPT: &[FieldId] = &[
    field::SOURCE,
    field::FORMAT,
    field::GATEWAY,
    field::ENVIRONMENT,
    field::METHOD,
    field::OUTCOME,
    field::REASON,
];

/// Headers that have a field of their own: a rule for one is a rule for the other.
const SAME: &[(&str, FieldId)] = &[("user-agent", field::USER_AGENT), ("referer", field::REFERER)];

/// Headers that name the client's address: a rule for the field `ip` acts on them as well.
const ADDRESS_HEADERS: &[&str] = &[
    "x-forwarded-for",
    "x-original-forwarded-for",
    "forwarded",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "x-envoy-external-address",
];

/// What a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A field of that name.
    Field,
    /// A header of that name, of requests and responses.
    Header,
    /// A parameter of that name in a query.
    Query,
    /// A member of that name in JSON (custom fields, bodies), at any depth, or in a form.
    Member,
    /// What a regular expression finds in any text.
    Pattern,
}

/// What becomes of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It goes, with its name.
    Remove,
    /// Another text stands in its place.
    Replace,
    /// Its keyed tag stands in its place: equal values stay equal.
    Hash,
    /// Addresses in it are cut to their network: /24 of IPv4, /48 of IPv6.
    Truncate,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRule {
    /// What people call it.
    pub name: String,
    /// What it looks for.
    pub what: What,
    /// The field, name or regular expression.
    pub of: String,
    /// What becomes of it.
    pub how: How,
    /// What stands in its place, of [`How::Replace`]; without, `***`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub with: String,
    /// Only events of this gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// Only events of this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Only events of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether it is left out for now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

/// A rule that is ready.
pub(super) struct Ready {
    pub(super) rule: OwnRule,
    /// Of a rule for a field.
    field: Option<FieldId>,
    /// Of a pattern. Its time is linear in the text.
    pub(super) regex: Option<Regex>,
}

/// Rules that are ready, in their order. Those that are off are left out.
#[derive(Default)]
pub struct Own(Vec<Ready>);

/// The rules that hold for some rows.
type Set = Vec<usize>;

impl Own {
    /// Makes rules ready; the error says which is wrong and why.
    pub fn new(rules: &[OwnRule]) -> Result<Own, String> {
        if rules.len() > OWN_RULES_MAX {
            return Err(format!("more than {OWN_RULES_MAX} rules"));
        }
        let ready = |(at, rule): (usize, &OwnRule)| {
            ready(rule).map_err(|wrong| format!("rule {} ({}): {wrong}", at + 1, rule.name))
        };
        let all: Vec<Ready> = rules.iter().enumerate().map(ready).collect::<Result<_, _>>()?;
        Ok(Own(all.into_iter().filter(|ready| !ready.rule.off).collect()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&self, set: &[usize], field: &'static Field) -> Vec<&Ready> {
        set.iter().filter_map(|at| self.0.get(*at)).filter(|ready| ready.touch(field).is_some()).collect()
    }

    /// The rules that hold for an event from there.
    fn set(&self, gateway: &str, environment: &str, source: &str) -> Set {
        let is = |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|wanted| wanted == text);
        let holds = |ready: &Ready| {
            let OwnRule { gateway: g, environment: e, source: s, .. } = &ready.rule;
            is(g, gateway) && is(e, environment) && is(s, source)
        };
        self.0.iter().enumerate().filter(|(_, ready)| holds(ready)).map(|(at, _)| at).collect()
    }

    /// A text of a body; nothing of it where it cannot be told where a member of it ends.
    pub(super) fn body(
        &self,
        row: crate::batch::Row<'_>,
        id: FieldId,
        text: String,
        rules: &Rules,
    ) -> String {
        let part = |field| row.text(field).unwrap_or("");
        let set = self.set(part(field::GATEWAY), part(field::ENVIRONMENT), part(field::SOURCE));
        let ready = self.of(&set, id.field());
        change(&ready, id.field(), &text, rules).unwrap_or(text)
    }

    /// The beginning of a record of a source that was not understood, and why. Nobody can say which of its words a rule
    /// for a field or a key speaks of, so with such a rule nothing of it is kept.
    pub fn excerpt<'t>(
        &self,
        source: &str,
        text: &'t str,
        rules: &Rules,
    ) -> Option<std::borrow::Cow<'t, str>> {
        let mut out = std::borrow::Cow::Borrowed(text);
        for ready in &self.0 {
            if ready.rule.source.as_ref().is_some_and(|wanted| wanted != source) {
                continue;
            }
            let regex = ready.regex.as_ref()?;
            if let Some(new) = edit::matches(regex, &out, &ready.rule, rules) {
                out = new.into();
            }
        }
        Some(out)
    }
}

fn ready(rule: &OwnRule) -> Result<Ready, String> {
    let short =
        |text: &str| text.chars().count() <= OWN_TEXT_CHARS_MAX && !text.chars().any(char::is_control);
    let scopes = [&rule.gateway, &rule.environment, &rule.source];
    if rule.name.trim().is_empty() || !short(&rule.name) {
        return Err(format!("a rule has a name of at most {OWN_TEXT_CHARS_MAX} characters"));
    }
    if !short(&rule.with) || scopes.into_iter().flatten().any(|text| text.is_empty() || !short(text)) {
        return Err(format!("a text of it is empty or longer than {OWN_TEXT_CHARS_MAX} characters"));
    }
    if rule.of.is_empty() || rule.of.len() > OWN_PATTERN_BYTES_MAX {
        return Err(format!("what it looks for has 1 to {OWN_PATTERN_BYTES_MAX} bytes"));
    }
    let (mut field, mut regex) = (None, None);
    match rule.what {
        What::Field => field = Some(named(rule)?),
        What::Pattern => regex = Some(pattern(&rule.of)?),
        What::Header | What::Query | What::Member => {}
    }
    Ok(Ready { rule: rule.clone(), field, regex })
}

fn named(rule: &OwnRule) -> Result<FieldId, String> {
    let field = field::by_name(&rule.of).ok_or_else(|| format!("there is no field {:?}", rule.of))?;
    if KEPT.contains(&field.id) {
        return Err(format!("{} stays: it says where an event is from or what became of it", field.name));
    }
    match field.kind {
        _ if field.kind.storage() == Storage::Int => Err(format!("{} is a number and stays", field.name)),
        Kind::Pairs | Kind::Json if rule.how != How::Remove => {
            Err(format!("{} is removed as a whole; name a header, parameter or member of it", field.name))
        }
        _ => Ok(field.id),
    }
}

fn pattern(text: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(COMPILED_BYTES_MAX).dfa_size_limit(COMPILED_BYTES_MAX).nest_limit(NESTING_MAX);
    let regex = builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large once it is made ready".to_owned(),
        error => error.to_string(),
    })?;
    if regex.is_match("") {
        return Err("the pattern finds nothing at all, everywhere".to_owned());
    }
    Ok(regex)
}

impl Ready {
    /// In which way it concerns a field.
    fn touch(&self, field: &'static Field) -> Option<Touch<'_>> {
        if KEPT.contains(&field.id) || field.kind.storage() == Storage::Int {
            return None;
        }
        let class = columns::class(field);
        let is_headers = field.kind == Kind::Pairs && field.id != field::QUERY_PARAMETERS;
        let of = self.rule.of.as_str();
        match self.rule.what {
            What::Field if self.field == Some(field.id) => Some(Touch::Whole),
            What::Field if is_headers && self.field == Some(field::IP) => Some(Touch::Pairs(ADDRESS_HEADERS)),
            What::Field if is_headers => {
                let at = SAME.iter().position(|(_, same)| self.field == Some(*same))?;
                Some(Touch::Pairs(match at {
                    0 => &["user-agent"],
                    _ => &["referer"],
                }))
            }
            What::Header if is_headers => Some(Touch::Pair(of)),
            What::Header => {
                let same = |(name, id): &(&str, FieldId)| name.eq_ignore_ascii_case(of) && *id == field.id;
                SAME.iter().any(same).then_some(Touch::Whole)
            }
            What::Query if field.id == field::QUERY_PARAMETERS => Some(Touch::Pair(of)),
            What::Query if class == Class::Query => Some(Touch::Query(of)),
            What::Query if class == Class::Url => Some(Touch::Address(of)),
            What::Query if matches!(class, Class::Pairs | Class::Json) => Some(Touch::Addresses(of)),
            What::Member if class == Class::Json => Some(Touch::Member(of)),
            What::Member if columns::BODIES.contains(&field.id) => Some(Touch::Body(of)),
            What::Pattern => match class {
                Class::Pairs | Class::Json => Some(Touch::Strings),
                _ if columns::BODIES.contains(&field.id) => Some(Touch::Strings),
                _ => Some(Touch::Found),
            },
            _ => None,
        }
    }
}

/// What becomes of a text of a field under rules that concern it; `None` when it stays.
fn change(ready: &[&Ready], field: &'static Field, text: &str, rules: &Rules) -> Option<String> {
    let mut now: Option<String> = None;
    for one in ready {
        let text = now.as_deref().unwrap_or(text);
        if let Some(touch) = one.touch(field).filter(|_| !text.is_empty())
            && let Some(new) = edit::text(touch, text, one, field.kind, rules)
        {
            now = Some(new);
        }
    }
    now.filter(|new| new != text)
}

/// Applies the rules to every field but bodies.
pub(super) fn apply(batch: &mut Batch, rules: &Rules) {
    if rules.own.is_empty() {
        return;
    }
    let (sets, of_rows) = sets(batch, &rules.own);
    for field in FIELDS.iter().filter(|field| !columns::BODIES.contains(&field.id)) {
        let ready: Vec<Vec<&Ready>> = sets.iter().map(|set| rules.own.of(set, field)).collect();
        if ready.iter().all(Vec::is_empty) {
            continue;
        }
        let Some(column) = batch.take_column(field.id) else { continue };
        let column = match column {
            Column::Dict(column) => Column::Dict(dict(&column, &of_rows, &ready, field, rules)),
            Column::Text(texts) => Column::Text(each(&texts, &of_rows, &ready, field, rules)),
            numbers => numbers,
        };
        batch.set_column(field.id, column);
    }
}

/// The different sets of rules that hold in a batch, and which of them holds for each row.
fn sets(batch: &Batch, own: &Own) -> (Vec<Set>, Vec<usize>) {
    let mut known: HashMap<[&str; 3], usize> = HashMap::new();
    let mut sets: Vec<Set> = Vec::new();
    let mut of_rows = Vec::with_capacity(batch.len());
    for row in batch.rows() {
        let from = [field::GATEWAY, field::ENVIRONMENT, field::SOURCE].map(|id| row.text(id).unwrap_or(""));
        let number = *known.entry(from).or_insert_with(|| {
            let [gateway, environment, source] = from;
            let set = own.set(gateway, environment, source);
            sets.iter().position(|known| *known == set).unwrap_or_else(|| {
                sets.push(set);
                sets.len() - 1
            })
        });
        of_rows.push(number);
    }
    (sets, of_rows)
}

/// Each distinct text is looked at once for each set of rules.
fn dict(
    column: &DictColumn,
    of_rows: &[usize],
    ready: &[Vec<&Ready>],
    field: &'static Field,
    rules: &Rules,
) -> DictColumn {
    let mut out = DictColumn::default();
    let mut known: HashMap<(usize, u32), u32> = HashMap::new();
    for (id, set) in column.ids.iter().zip(of_rows) {
        let number = *known.entry((*set, *id)).or_insert_with(|| {
            let text = column.dict.get(*id);
            let new = ready.get(*set).and_then(|ready| change(ready, field, text, rules));
            out.dict.number(new.as_deref().unwrap_or(text))
        });
        out.ids.push(number);
    }
    out
}

fn each(
    texts: &Texts,
    of_rows: &[usize],
    ready: &[Vec<&Ready>],
    field: &'static Field,
    rules: &Rules,
) -> Texts {
    let mut out = Texts::default();
    for (text, set) in texts.iter().zip(of_rows) {
        let new = ready.get(*set).and_then(|ready| change(ready, field, text, rules));
        out.push(new.as_deref().unwrap_or(text));
    }
    out
}
