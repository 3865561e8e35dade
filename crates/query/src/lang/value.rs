//! What a written value means for a field of some kind: numbers with units, classes, networks, reasons.

use event::field::{self, FieldId};
use event::reason::{self, REASONS};
use event::time::{DAY, HOUR, MINUTE, SECOND};
use event::{Kind, Storage, Timestamp};
use ipnet::IpNet;

use super::parse::Raw;
use super::{Target, Test};
use crate::text::nearest;

type Wrong = (String, Vec<String>);

/// Compiled size of one regular expression, at most.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// A compiled expression of the language, in linear time.
pub(crate) fn compile(source: &str) -> Result<regex::Regex, String> {
    regex::RegexBuilder::new(source).size_limit(REGEX_BYTES_MAX).build().map_err(|error| {
        let text = error.to_string();
        format!(
            "not a regular expression: {}",
            text.lines().last().unwrap_or("").trim_start_matches("error: ")
        )
    })
}

pub(super) fn regex(source: String) -> Result<Test, String> {
    compile(&source).map(|_| Test::Matches(source))
}

pub(super) fn contains(target: Target, raw: &Raw) -> Result<Test, String> {
    if raw.text.is_empty() {
        return Err("~ needs a text to look for".to_owned());
    }
    if target.fields().iter().any(|field| field.field().kind.storage() == Storage::Int) {
        return Err(format!("{} is a number; compare it with : and >, <, >=, <= or a..b", target.name()));
    }
    Ok(Test::Contains(raw.text.clone()))
}

/// What a written value means; some mean several things, of which one must hold.
pub(super) fn tests(target: Target, name: &str, sign: &str, raw: &Raw) -> Result<Vec<Test>, Wrong> {
    let is_status = target.fields() == [field::STATUS];
    // `=` says what is meant without it.
    let sign = if sign == "=" { "" } else { sign };
    match raw.text.as_str() {
        "unknown" if is_status && sign.is_empty() => Ok(vec![Test::Empty]),
        // What is no class of HTTP.
        "other" if is_status && sign.is_empty() => {
            Ok(vec![Test::Between(1, 99), Test::Between(600, i64::from(u16::MAX))])
        }
        _ => Ok(vec![test(target, name, sign, raw)?]),
    }
}

fn test(target: Target, name: &str, sign: &str, raw: &Raw) -> Result<Test, Wrong> {
    if sign.is_empty() && raw.quoted && raw.text.is_empty() {
        return Ok(if raw.begins { Test::Present } else { Test::Empty });
    }
    if sign.is_empty() && !raw.quoted && raw.text == "*" {
        return Ok(Test::Present);
    }
    let first = target.fields().first().copied().unwrap_or(field::PATH);
    match first.field().kind.storage() {
        Storage::Int if raw.begins => Err((format!("{name} is a number; * stands for texts"), Vec::new())),
        Storage::Int => number(first, name, sign, &raw.text),
        _ if sign.is_empty() => text(first, raw),
        _ => Err((format!("{name} is a text; {sign} compares numbers"), Vec::new())),
    }
}

fn text(field: FieldId, raw: &Raw) -> Result<Test, Wrong> {
    let text = raw.text.as_str();
    let upper = |text: &str| if field == field::METHOD { text.to_ascii_uppercase() } else { text.to_owned() };
    if raw.begins {
        return Ok(Test::Begins(upper(text)));
    }
    if field == field::IP && !raw.quoted && text.contains('/') {
        return match text.parse::<IpNet>() {
            Ok(network) => Ok(Test::Within(network.trunc())),
            Err(_) => Err((format!("{text} is not a network such as 10.0.0.0/8"), Vec::new())),
        };
    }
    if !raw.quoted && text.contains('*') {
        return Ok(match text.strip_suffix('*') {
            Some(start) if !start.contains('*') => Test::Begins(upper(start)),
            _ => Test::Like(upper(text)),
        });
    }
    if field == field::REASON {
        return match reason::parse(text) {
            Some(reason) => Ok(Test::Is(reason.code.to_owned())),
            None => {
                let mut near = nearest(text, REASONS.iter().map(|r| r.code), 3);
                if near.is_empty() {
                    near = REASONS.iter().map(|r| r.code.to_owned()).collect();
                }
                Err((format!("{text} is not a denial reason"), near))
            }
        };
    }
    Ok(Test::Is(upper(text)))
}

fn number(field: FieldId, name: &str, sign: &str, text: &str) -> Result<Test, Wrong> {
    let kind = field.field().kind;
    if field == field::STATUS
        && let Some(class) = class(text)
    {
        return match sign {
            "" => Ok(Test::Between(class * 100, class * 100 + 99)),
            _ => Err((
                format!("{text} is a class; use {name}:{text} or {name}:{sign}{}", class * 100),
                Vec::new(),
            )),
        };
    }
    let read = |text: &str| scalar(kind, text).ok_or_else(|| (wanted(kind, name, text), Vec::new()));
    if sign.is_empty()
        && let Some((low, high)) = text.split_once("..")
    {
        let (low, high) = (read(low)?, read(high)?);
        return match low <= high {
            true => Ok(Test::Between(low, high)),
            false => Err((format!("{text} is empty: the first number is the larger one"), Vec::new())),
        };
    }
    let n = read(text)?;
    Ok(match sign {
        ">" => Test::Between(n.saturating_add(1), i64::MAX),
        ">=" | "=>" => Test::Between(n, i64::MAX),
        "<" => Test::Between(i64::MIN + 1, n.saturating_sub(1)),
        "<=" | "=<" => Test::Between(i64::MIN + 1, n),
        "" => Test::Between(n, n),
        _ => return Err((format!("{sign} is not a comparison"), Vec::new())),
    })
}

/// `5xx` and `5XX`.
fn class(text: &str) -> Option<i64> {
    let [digit @ b'1'..=b'9', b'x' | b'X', b'x' | b'X'] = text.as_bytes() else { return None };
    Some(i64::from(digit - b'0'))
}

fn wanted(kind: Kind, name: &str, text: &str) -> String {
    let what = match kind {
        Kind::Bool => "true or false",
        Kind::Duration => "a duration such as 250 (milliseconds), 250ms or 1.5s",
        Kind::Bytes => "a size such as 512, 10kB or 1MiB",
        Kind::Time => "a time such as 2026-11-21T10:30:00Z",
        _ => "a whole number",
    };
    format!("{text:?} is not {what}, which {name} needs")
}

fn scalar(kind: Kind, text: &str) -> Option<i64> {
    match kind {
        Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(1),
            "false" | "no" | "0" => Some(0),
            _ => None,
        },
        Kind::Time => Timestamp::parse(text).map(|t| t.0),
        Kind::Duration => with_unit(
            text,
            &[
                ("us", 1),
                ("µs", 1),
                ("ms", 1_000),
                ("min", MINUTE),
                ("m", MINUTE),
                ("h", HOUR),
                ("d", DAY),
                ("s", SECOND),
                ("", 1_000),
            ],
        ),
        Kind::Bytes => with_unit(
            text,
            &[
                ("kib", 1 << 10),
                ("mib", 1 << 20),
                ("gib", 1 << 30),
                ("kb", 1_000),
                ("mb", 1_000_000),
                ("gb", 1_000_000_000),
                ("k", 1_000),
                ("m", 1_000_000),
                ("g", 1_000_000_000),
                ("b", 1),
                ("", 1),
            ],
        ),
        _ => text.parse().ok().filter(|n| *n != i64::MIN),
    }
}

fn with_unit(text: &str, units: &[(&str, i64)]) -> Option<i64> {
    let lower = text.to_lowercase();
    let digits = lower.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-')).unwrap_or(lower.len());
    let (number, unit) = lower.split_at_checked(digits)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    if let Ok(whole) = number.parse::<i64>() {
        return whole.checked_mul(*factor).filter(|n| *n != i64::MIN);
    }
    let product = number.parse::<f64>().ok().filter(|n| n.is_finite())? * *factor as f64;
    (product.abs() < 9e18).then_some(product.round() as i64)
}
