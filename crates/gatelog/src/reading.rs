//! How the deliveries of a source are read: in which format, and for JSON of any program where each field is found. A source
//! brings either calls or the trail that a gateway keeps of its operators; its format says which.

use std::sync::{Arc, OnceLock};

use event::{FIELDS, field};
use intake::operator::{self, TRAILS};
use intake::{FieldMap, Format, Mapped};
use serde::{Deserialize, Serialize};

use crate::http::error::nearest;

/// What is set for a source. Without anything each record is recognised.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Reading {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field_map: Option<FieldMap>,
    /// The map made ready, once it was needed.
    #[serde(skip)]
    made: OnceLock<Option<Arc<Mapped>>>,
}

/// What a delivery is read with.
#[derive(Clone)]
pub(crate) enum Reader {
    /// One of the formats.
    Known(&'static dyn Format),
    /// JSON, logfmt or CSV by the source's own map.
    Mapped(Arc<Mapped>),
    /// What a gateway tells of its operators.
    Trail(&'static operator::Trail),
}

impl Reader {
    /// The format of calls, unless it is a trail.
    pub(crate) fn format(&self) -> Option<&dyn Format> {
        match self {
            Reader::Known(format) => Some(*format),
            Reader::Mapped(format) => Some(format.as_ref()),
            Reader::Trail(_) => None,
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Reader::Known(format) => format.name(),
            Reader::Mapped(format) => format.name(),
            Reader::Trail(trail) => trail.name,
        }
    }
}

/// A format that an address or a setting names.
#[derive(Clone, Copy)]
pub(crate) enum Named {
    /// Of calls.
    Calls(&'static dyn Format),
    /// Of a trail of operators.
    Trail(&'static operator::Trail),
}

impl Named {
    /// The format of that name.
    pub(crate) fn by_name(name: &str) -> Option<Named> {
        intake::by_name(name).map(Named::Calls).or_else(|| operator::by_name(name).map(Named::Trail))
    }
}

impl Reading {
    /// Checks what is to be set; the error says what is wrong. A map without a format means `json`.
    pub(crate) fn new(format: Option<String>, field_map: Option<FieldMap>) -> Result<Reading, String> {
        let field_map = field_map.filter(|map| !map.0.is_empty());
        let format = match (format.filter(|name| !name.is_empty()), &field_map) {
            (None, Some(_)) => Some(JSON.to_owned()),
            (Some(name), Some(_)) if !Mapped::FORMATS.contains(&name.as_str()) => {
                let forms = Mapped::FORMATS.join(", ");
                return Err(format!("a field map is for the formats {forms}, not for {name:?}"));
            }
            (format, _) => format,
        };
        if let Some(name) = format.as_deref().filter(|name| Named::by_name(name).is_none()) {
            return Err(no_such_format(name));
        }
        let made = OnceLock::new();
        if let Some(map) = &field_map {
            if let Some(name) = map.0.keys().find(|name| field::by_name(name).is_none()) {
                let meant = meant(name, FIELDS.iter().map(|field| field.name));
                return Err(format!("unknown field {name:?} in the field map{meant}"));
            }
            let form = format.as_deref().unwrap_or(JSON);
            let mapped = Mapped::new(form, map).map_err(|reason| reason.to_string())?;
            let _ = made.set(Some(Arc::new(mapped)));
        }
        Ok(Reading { format, field_map, made })
    }

    /// What to read a delivery with whose address names a format, or none. `None` recognises each record.
    pub(crate) fn reader(&self, named: Option<Named>) -> Result<Option<Reader>, Mismatch> {
        let set = self.format.as_deref().and_then(Named::by_name);
        match (set, named) {
            (Some(Named::Trail(_)), Some(Named::Calls(_))) => Err(Mismatch::CallsForTrail),
            (Some(Named::Calls(_)) | None, Some(Named::Trail(_))) => Err(Mismatch::TrailForCalls),
            (_, Some(Named::Trail(trail))) | (Some(Named::Trail(trail)), None) => {
                Ok(Some(Reader::Trail(trail)))
            }
            (_, Some(Named::Calls(format))) | (Some(Named::Calls(format)), None) => {
                Ok(Some(self.of_calls(format)))
            }
            (None, None) => Ok(None),
        }
    }

    fn of_calls(&self, format: &'static dyn Format) -> Reader {
        let own = self.format.as_deref().unwrap_or(JSON);
        let mapped = (format.name() == own).then(|| self.mapped()).flatten();
        mapped.map_or(Reader::Known(format), Reader::Mapped)
    }

    /// Whether it brings a trail of operators.
    pub(crate) fn is_trail(&self) -> bool {
        matches!(self.format.as_deref().and_then(Named::by_name), Some(Named::Trail(_)))
    }

    fn mapped(&self) -> Option<Arc<Mapped>> {
        let form = self.format.as_deref().unwrap_or(JSON);
        let make = || Mapped::new(form, self.field_map.as_ref()?).ok().map(Arc::new);
        self.made.get_or_init(make).clone()
    }
}

/// An address that names a format of the other kind. Whoever may send calls may not therefore say who did what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mismatch {
    /// Calls for a source of a trail.
    #[error("this source brings a trail of operators, and the address names a format of calls")]
    CallsForTrail,
    /// A trail for a source of calls.
    #[error("this source brings calls, and the address names a trail of operators")]
    TrailForCalls,
}

/// The format of a field map that names none.
const JSON: &str = "json";

/// What is said of a format that is none.
pub(crate) fn no_such_format(name: &str) -> String {
    let names = format_names();
    format!(
        "there is no format {name:?}; there are {}{}",
        names.join(", "),
        meant(name, names.iter().copied())
    )
}

/// Every format, those of trails last.
pub(crate) fn format_names() -> Vec<&'static str> {
    let calls = intake::FORMATS.iter().map(|format| format.name());
    calls.chain(TRAILS.iter().map(|trail| trail.name)).collect()
}

/// What was perhaps meant, in words; nothing when nothing is near.
fn meant(name: &str, among: impl Iterator<Item = &'static str>) -> String {
    nearest(name, among).first().map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> Option<FieldMap> {
        Some(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_map_is_for_forms_of_any_program_and_names_fields() {
        let reading = Reading::new(None, map(r#"{"status":"res.rc"}"#)).unwrap();
        assert_eq!(reading.format.as_deref(), Some("json"));
        assert!(Reading::new(Some("kong".into()), map(r#"{"status":"rc"}"#)).is_err());
        for form in ["json", "logfmt", "csv"] {
            let reading = Reading::new(Some(form.into()), map(r#"{"status":"rc"}"#)).unwrap();
            assert!(
                matches!(reading.reader(None), Ok(Some(Reader::Mapped(mapped))) if mapped.name() == form)
            );
        }
        let error = Reading::new(None, map(r#"{"statsu":"rc"}"#)).unwrap_err();
        assert_eq!(error, "unknown field \"statsu\" in the field map; did you mean status?");
        let error = Reading::new(Some("kogn".into()), None).unwrap_err();
        assert!(error.ends_with("did you mean kong?"), "{error}");
        assert_eq!(Reading::new(Some("kong".into()), map("{}")).unwrap().format.as_deref(), Some("kong"));
    }

    #[test]
    fn the_address_goes_before_the_source_and_the_map_counts_for_json() {
        let reading = Reading::new(None, map(r#"{"status":"rc"}"#)).unwrap();
        // As it comes back from the catalogue.
        let reading: Reading = serde_json::from_str(&serde_json::to_string(&reading).unwrap()).unwrap();
        assert!(matches!(reading.reader(None), Ok(Some(Reader::Mapped(_)))));
        assert!(matches!(reading.reader(Named::by_name("json")), Ok(Some(Reader::Mapped(_)))));
        assert!(matches!(reading.reader(Named::by_name("kong")), Ok(Some(Reader::Known(_)))));
        assert!(matches!(Reading::default().reader(None), Ok(None)));
    }

    #[test]
    fn a_source_brings_calls_or_a_trail() {
        let trail = Reading::new(Some("cloudtrail".into()), None).unwrap();
        assert!(trail.is_trail() && !Reading::default().is_trail());
        let name =
            |named: Option<&str>| trail.reader(named.and_then(Named::by_name)).map(|r| r.unwrap().name());
        assert_eq!((name(None), name(Some("trail"))), (Ok("cloudtrail"), Ok("trail")));
        assert_eq!(name(Some("kong")), Err(Mismatch::CallsForTrail));
        for calls in [Reading::default(), Reading::new(Some("kong".into()), None).unwrap()] {
            assert_eq!(calls.reader(Named::by_name("cloudtrail")).err(), Some(Mismatch::TrailForCalls));
        }
        assert!(Reading::new(Some("cloudtrail".into()), map(r#"{"status":"rc"}"#)).is_err());
    }
}
