//! A question to the operator trail, and what is shown of an event. Knows no HTTP.

use event::Act;
use event::act::{GROUPS, Group, Part};
use ledger::trail::Entry;
use serde_json::{Map, Value, json};

use super::actions::is_read;
use super::diff::{diff, read};

/// The name of what refuses reads.
pub(crate) const READS: &str = "reads";

/// What is looked for; an empty text asks for nothing. Several values stand with commas between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) operator: String,
    /// A code, the words of an event, or a verb.
    pub(crate) event: String,
    pub(crate) resource_type: String,
    /// An id or a name.
    pub(crate) resource_id: String,
    pub(crate) source: String,
    pub(crate) outcome: String,
    pub(crate) origin: String,
    /// The id of a change set.
    pub(crate) change_set: String,
    /// Anywhere.
    pub(crate) search: String,
    /// Whether reads are left out.
    pub(crate) hides_reads: bool,
}

impl Wanted {
    /// Whether an event is wanted.
    pub(crate) fn takes(&self, act: &Act) -> bool {
        self.refusals(act).next().is_none()
    }

    /// The names of what is asked for and not met by an event.
    pub(crate) fn refusals<'a>(&'a self, act: &'a Act) -> impl Iterator<Item = &'static str> + 'a {
        let one: [(&'static str, &str, [&'a str; 3]); 8] = [
            ("operator", &self.operator, [&act.operator, &act.token, ""]),
            ("event", &self.event, [&act.code, &act.event, &act.verb]),
            ("resource_type", &self.resource_type, [&act.resource_type, "", ""]),
            ("resource_id", &self.resource_id, [&act.resource_id, &act.resource_name, ""]),
            ("source", &self.source, [&act.source, "", ""]),
            ("outcome", &self.outcome, [&act.outcome, "", ""]),
            ("origin", &self.origin, [&act.origin, "", ""]),
            ("change_set", &self.change_set, [&act.change_set, "", ""]),
        ];
        let of_values =
            one.into_iter().filter(|(_, wanted, texts)| !is_one(wanted, texts)).map(|(name, ..)| name);
        let is_hidden = self.hides_reads && is_read(act);
        of_values.chain(is_hidden.then_some(READS)).chain((!self.is_found(act)).then_some("search"))
    }

    fn is_found(&self, act: &Act) -> bool {
        let search = self.search.trim().to_lowercase();
        search.is_empty() || act.parts().any(|(_, text)| text.to_lowercase().contains(&search))
    }
}

fn is_one(wanted: &str, texts: &[&str]) -> bool {
    let is = |wanted: &str| texts.iter().any(|text| text.to_lowercase() == wanted.trim().to_lowercase());
    wanted.is_empty() || wanted.split(',').any(is)
}

/// What stands in a column.
pub(crate) type Cell = fn(&Act) -> String;

/// The columns of the contract, in its words and order.
pub(crate) const COLUMNS: &[(&str, Cell)] = &[
    ("Time", |act| act.time.to_string()),
    ("Operator", |act| act.operator.clone()),
    ("Event", |act| act.event.clone()),
    ("Resource ID", |act| act.resource_id.clone()),
    ("Resource Name", |act| act.resource_name.clone()),
    ("IP Address", |act| act.address.clone()),
    ("Source", |act| act.source.clone()),
];

/// An event as a row of a list.
pub(crate) fn row(entry: &Entry) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(entry.seq.to_string()));
    shown.insert("time".to_owned(), json!(entry.act.time.to_string()));
    let is_shown = |part: &&Part| (part.group != Group::What || part.name == "detail") && part.name != "key";
    for part in event::act::PARTS.iter().filter(is_shown) {
        shown.insert(part.name.to_owned(), json!(entry.act.text(part.number)));
    }
    shown
}

/// All that is known of an event.
pub(crate) fn whole(entry: &Entry) -> Map<String, Value> {
    let act = &entry.act;
    let mut shown = row(entry);
    for (name, text) in
        [("before", &act.before), ("after", &act.after), ("request", &act.request), ("raw", &act.raw)]
    {
        shown.insert(name.to_owned(), read(text).unwrap_or(Value::Null));
    }
    // Of what began and whose end is not known, or that failed, nothing is known to have changed.
    let is_known = match act.verb.as_str() {
        // A gateway may tell only what it is now: then nobody knows what changed.
        "update" if act.origin != "gatelog" => !act.before.is_empty() && !act.after.is_empty(),
        _ => !(act.before.is_empty() && act.after.is_empty()),
    };
    let is_done = act.outcome == "success" && is_known;
    let changes = if is_done { diff(&act.before, &act.after) } else { Vec::new() };
    shown.insert("diff".to_owned(), json!(changes));
    let erased: Vec<&str> = GROUPS
        .iter()
        .zip(&act.erased)
        .filter(|(_, erased)| erased.is_some())
        .map(|(group, _)| match group {
            Group::Who => "who",
            Group::Whom => "whom",
            Group::What | Group::Open => "what",
        })
        .collect();
    shown.insert("erased".to_owned(), json!(erased));
    shown.insert("end_id".to_owned(), json!(entry.end.map(|end| end.to_string())));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_by_code_words_and_verb() {
        let act = Act {
            code: "GL-SOURCE-CREATE".into(),
            event: "Create source".into(),
            verb: "create".into(),
            operator: "ada".into(),
            token: "4fK09sQz".into(),
            resource_id: "3f0c".into(),
            resource_name: "edge".into(),
            after: r#"{"gateway":"Kong"}"#.into(),
            ..Act::default()
        };
        let takes = |make: fn(&mut Wanted)| {
            let mut wanted = Wanted::default();
            make(&mut wanted);
            wanted.takes(&act)
        };
        assert!(takes(|_| {}));
        assert!(
            takes(|w| w.event = "gl-source-create".into()) && takes(|w| w.event = "Create source".into())
        );
        assert!(takes(|w| w.event = "delete, create".into()) && !takes(|w| w.event = "source".into()));
        assert!(takes(|w| w.operator = "Ada".into()) && takes(|w| w.operator = "4fK09sQz".into()));
        assert!(takes(|w| w.resource_id = "edge".into()) && takes(|w| w.resource_id = "3f0c".into()));
        assert!(takes(|w| w.search = "kong".into()) && !takes(|w| w.search = "apisix".into()));
        assert!(!takes(|w| {
            w.operator = "ada".into();
            w.outcome = "failure".into()
        }));
    }

    #[test]
    fn hidden_are_reads_that_were_let_in() {
        let hides = |verb: &str, outcome: &str| {
            let act = Act { verb: verb.into(), outcome: outcome.into(), ..Act::default() };
            !Wanted { hides_reads: true, ..Wanted::default() }.takes(&act)
        };
        assert!(["success", "failure", "unknown"].iter().all(|outcome| hides("read", outcome)));
        assert!(!hides("read", "denied"));
        assert!(["create", "export", "sign_in", "run"].iter().all(|verb| !hides(verb, "success")));
    }
}
