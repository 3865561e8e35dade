//! The forms that know no product (JSON, logfmt, CSV), read by the names one source uses. Knows no name itself.

use event::Event;
use std::sync::Arc;

use crate::denial::Judgement;
use crate::fieldmap::{FieldMap, Map};
use crate::format::{Format, Reason};
use crate::records::Records;

use super::{csv, json, logfmt};

/// A form by a source's own map of names, and then by the default one.
#[derive(Debug)]
pub struct Mapped {
    form: Form,
    map: Arc<Map>,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Json,
    Logfmt,
    Csv,
}

impl Mapped {
    /// The formats that take a map.
    pub const FORMATS: [&str; 3] = ["json", "logfmt", "csv"];

    /// From what is configured; the reason names what is wrong with it.
    pub fn new(format: &str, map: &FieldMap) -> Result<Self, Reason> {
        let form = match format {
            "json" => Form::Json,
            "logfmt" => Form::Logfmt,
            "csv" => Form::Csv,
            _ => return Err(Reason::new("a field map is for json, logfmt and csv")),
        };
        let map = Arc::new(json::default_map().with(map)?);
        Ok(Mapped { form, map })
    }

    fn plain(&self) -> &'static dyn Format {
        match self.form {
            Form::Json => &json::Json,
            Form::Logfmt => &logfmt::Logfmt,
            Form::Csv => &csv::Csv,
        }
    }
}

impl Format for Mapped {
    fn name(&self) -> &'static str {
        self.plain().name()
    }

    fn doc(&self) -> &'static str {
        self.plain().doc()
    }

    fn judgement(&self) -> &Judgement {
        &json::JUDGEMENT
    }

    fn recognises(&self, record: &str) -> bool {
        match self.form {
            Form::Json => json::recognises(&self.map, record),
            Form::Logfmt => logfmt::recognises(&self.map, record),
            Form::Csv => csv::recognises(&self.map, record),
        }
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        match self.form {
            Form::Json => json::read(&self.map, record, event),
            Form::Logfmt => logfmt::read(&self.map, record, event),
            Form::Csv => csv::Csv.event(record, event),
        }
    }

    fn records<'a>(&self, body: &'a str) -> Records<'a> {
        self.plain().records(body)
    }

    fn for_body(&self, body: &str) -> Option<Box<dyn Format>> {
        match self.form {
            Form::Csv => csv::with_header(Some(&self.map), body),
            Form::Json | Form::Logfmt => None,
        }
    }

    fn takes_received_time(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;
    use event::{field as f, json::to_string};

    fn map(text: &str) -> FieldMap {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_source_brings_its_own_names() {
        let map = map(
            r#"{"status":"out.rc","duration":{"from":["took_us","t2"],"unit":"micros"},"consumer_name":["who"]}"#,
        );
        let mapped = Mapped::new("json", &map).unwrap();
        let record = br#"{"ts":1795298871,"status":1,"out":{"rc":404},"took_us":2500,"duration":9,"who":"acme","user":"x"}"#;
        let decoded = decode(Some(&mapped), record);
        assert_eq!(
            to_string(decoded.batch.row(0)),
            r#"{"timestamp":"2026-11-21T22:07:51.000000Z","format":"json","consumer_name":"acme","request":{},"response":{"status":404,"duration_ms":2.5},"access":{"granted":true,"reason":null},"custom":{"duration":9,"user":"x"}}"#
        );
        let unknown: FieldMap = serde_json::from_str(r#"{"colour":"c"}"#).unwrap();
        assert_eq!(
            Mapped::new("json", &unknown).err().unwrap().to_string(),
            "unknown field 'colour' in the field map"
        );
    }

    #[test]
    fn columns_and_keys_have_names_of_their_own_too() {
        let names = map(
            r#"{"status":"rc","duration":{"from":["took"],"unit":"micros"},"consumer_name":"who","reason":"why"}"#,
        );
        let csv =
            "when,rc,took,who,why,path\n2026-11-21T22:07:51Z,403,2500,acme,IP restriction violation,/a\n";
        let csv = csv.replacen("when", "time", 1);
        let line =
            "time=2026-11-21T22:07:51Z rc=403 took=2500 who=acme why=\"IP restriction violation\" path=/a";
        for (format, body) in [("csv", csv.as_str()), ("logfmt", line)] {
            let mapped = Mapped::new(format, &names).unwrap();
            let decoded = decode(Some(&mapped), body.as_bytes());
            assert_eq!((decoded.rejects.as_slice(), decoded.batch.len()), (&[][..], 1), "{format}");
            let row = decoded.batch.row(0);
            assert_eq!((row.int(f::STATUS), row.int(f::DURATION)), (Some(403), Some(2_500)), "{format}");
            assert_eq!(
                (row.text(f::CONSUMER_NAME), row.text(f::REASON)),
                (Some("acme"), Some("ip_restricted"))
            );
            assert_eq!(row.text(f::FORMAT), Some(format));
        }
        assert!(Mapped::new("kong", &names).is_err());
    }
}
