//! A file or body someone hands in as a directory: JSON and YAML as one kind of value, anything else as plain text.
//! Bounded in size and depth, and in what YAML's aliases can grow into. Knows nothing of what it says.

use serde_json::Value;

use super::Fault;

/// The largest document, in bytes. A hundred thousand consumers take about 20 MiB.
pub const DOCUMENT_BYTES_MAX: usize = 64 << 20;

/// Values of one YAML document, what aliases repeat included.
const YAML_NODES_MAX: usize = 8 << 20;
/// Values that YAML's aliases repeat.
const YAML_REPEATED_MAX: usize = 100_000;
/// How deep values nest.
const DEPTH_MAX: usize = 64;

/// A document.
#[derive(Clone, Debug)]
pub struct Document {
    /// As it came.
    pub text: String,
    /// What it says, when it is JSON or YAML; else null.
    pub value: Value,
}

impl Document {
    /// Reads a text: JSON when it begins like JSON, YAML when that is an object or a list, else plain text.
    pub fn parse(text: String) -> Result<Document, Fault> {
        if text.len() > DOCUMENT_BYTES_MAX {
            return Err(Fault::new("document", format!("larger than {DOCUMENT_BYTES_MAX} bytes")));
        }
        let start = text.trim_start_matches('\u{feff}').trim_start();
        if start.is_empty() {
            return Err(Fault::new("line 1", "the document is empty"));
        }
        let value = match start.starts_with(['{', '[']) {
            true => json(start).or_else(|fault| yaml(start).map_err(|_| fault))?,
            false if is_plain(start) => Value::Null,
            false => yaml(start)?,
        };
        let value = if value.is_object() || value.is_array() { value } else { Value::Null };
        Ok(Document { text, value })
    }

    /// The member of the outermost object.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.value.get(name)
    }
}

/// Whether the first line is a row of names, which YAML would take for one long text.
fn is_plain(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.contains([',', ';', '\t']) && !first.contains(':') && !first.starts_with(['-', '#', '%'])
}

fn json(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        Fault::new(format!("line {}, column {}", error.line(), error.column()), reason)
    })
}

fn yaml(text: &str) -> Result<Value, Fault> {
    let mut limits = serde_saphyr::options::AliasLimits::default();
    limits.max_total_replayed_events = YAML_REPEATED_MAX;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: YAML_NODES_MAX,
            max_events: 2 * YAML_NODES_MAX,
            max_depth: DEPTH_MAX,
            max_documents: 1,
            max_total_scalar_bytes: DOCUMENT_BYTES_MAX,
        },
        alias_limits: limits,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = match error.location() {
            Some(at) => format!("line {}, column {}", at.line(), at.column()),
            None => "document".to_owned(),
        };
        Fault::new(place, format!("not YAML: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_are_one_and_faults_name_the_line() {
        let parse = |text: &str| Document::parse(text.to_owned());
        let value = |text: &str| parse(text).map(|document| document.value).unwrap();
        assert_eq!(value("groups: [gold]\n"), value("{\"groups\": [\"gold\"]}"));
        assert_eq!(value("{groups: [gold]}"), value("{\"groups\": [\"gold\"]}"));
        assert_eq!(value("name,groups\na,b\n"), Value::Null);
        assert_eq!(parse("").unwrap_err().place, "line 1");
        assert_eq!(parse("{\"a\": 1,\n \"b\": ]}").unwrap_err().place, "line 2, column 7");
        assert!(parse("a: 1\nb: [1,\nc: }").unwrap_err().place.starts_with("line "));
        assert!(parse("a: 1\na: 2\n").is_err(), "a member given twice is a slip");
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..9 {
            let before = n - 1;
            let ten = vec![format!("*a{before}"); 10].join(", ");
            bomb.push_str(&format!("a{n}: &a{n} [{ten}]\n"));
        }
        assert!(Document::parse(bomb).is_err());
        assert!(Document::parse("[".repeat(100_000)).is_err());
        assert!(Document::parse(format!("a: {}", "[".repeat(100_000))).is_err());
    }
}
