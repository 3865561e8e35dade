//! The reference pages of the filter language and of the panels, made from the lists themselves.

use std::fmt::Write;

use event::{FIELDS, Kind, Storage};

use crate::lang::{ALIASES, BYTES_MAX, DEPTH_MAX, FREE, OPERATORS, TERMS_MAX};
use crate::panels::PANELS;

const FILTER_INTRODUCTION: &str = include_str!("../text/filter.md");

/// docs/filter.md.
pub fn filter_markdown() -> String {
    let mut out = FILTER_INTRODUCTION
        .replace("{TERMS_MAX}", &TERMS_MAX.to_string())
        .replace("{DEPTH_MAX}", &DEPTH_MAX.to_string())
        .replace("{BYTES_KIB_MAX}", &(BYTES_MAX >> 10).to_string())
        .replace(
            "{FREE}",
            &FREE.iter().map(|f| format!("`{}`", f.field().name)).collect::<Vec<_>>().join(", "),
        );
    out.push_str("\n## Operators\n\n| name | | written |\n|---|---|---|\n");
    for operator in OPERATORS {
        let _ = writeln!(out, "| `{}` | {} | `{}` |", operator.name, operator.label, operator.form);
    }
    out.push_str("\n## Short names\n\n| name | stands for |\n|---|---|\n");
    for alias in ALIASES {
        let fields: Vec<String> = alias.fields.iter().map(|f| format!("`{}`", f.field().name)).collect();
        let _ = writeln!(out, "| `{}` | {} |", alias.name, fields.join(" or "));
    }
    out.push_str("\n## Fields\n\n| name | compares as | what it is |\n|---|---|---|\n");
    for field in FIELDS {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} |",
            field.name,
            kind_words(field.kind),
            field.doc.replace('|', "\\|")
        );
    }
    out
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::List => "list",
        Kind::Pairs => "pairs",
        Kind::Json => "JSON text",
        Kind::Bytes => "size",
        Kind::Time => "time",
        Kind::Duration => "duration",
        Kind::Bool => "yes or no",
        _ if kind.storage() == Storage::Int => "number",
        _ => "text",
    }
}

/// docs/panels.md.
pub fn panels_markdown() -> String {
    let mut out = String::from(
        "# Panels\n\nEvery panel of the dashboard, as `GET /api/v1/panels/{id}` answers it. This page is generated from the list of\n\
         panels in `crates/query/src/panels.rs`; a new panel is one file and one line there.\n\n\
         Counts are exact for any range: whole days, hours and minutes come from roll-ups, the ragged ends from rows. A filter\n\
         that the roll-up of a panel cannot answer is counted from rows into the same cells. `source` says which it was.\n\
         Percentiles come from latency buckets 9 % wide.\n\n\
         | id | page | title | question | unit | chart | split | filter |\n|---|---|---|---|---|---|---|---|\n",
    );
    for panel in PANELS {
        let word = |value: &dyn erased::Word| value.word();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
            panel.id,
            word(&panel.page),
            panel.title,
            panel.question,
            word(&panel.unit),
            word(&panel.chart),
            panel.split.unwrap_or("").replace(',', ", "),
            panel.filter().map_or_else(String::new, |filter| format!("`{}`", filter.replace('|', "\\|")))
        );
    }
    out
}

mod erased {
    //! The serialised word of a value, so that pages and answers use the same.

    use serde::Serialize;

    pub(super) trait Word {
        fn word(&self) -> String;
    }

    impl<T: Serialize> Word for T {
        fn word(&self) -> String {
            serde_json::to_string(self).unwrap_or_default().trim_matches('"').to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the pages anew when asked to, else compares them.
    #[test]
    fn the_pages_are_up_to_date() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        for (name, text) in [("filter.md", filter_markdown()), ("panels.md", panels_markdown())] {
            let path = docs.join(name);
            if std::env::var_os("WRITE_DOCS").is_some() {
                std::fs::write(&path, &text).unwrap();
            }
            assert_eq!(
                std::fs::read_to_string(&path).unwrap_or_default(),
                text,
                "run with WRITE_DOCS=1: {name}"
            );
        }
    }
}
