//! What a dashboard holds, and what of it cannot be.

use query::explore::{self, Spec};
use serde::{Deserialize, Serialize};

use crate::saved::Wrong;

/// Panels of one dashboard at most.
pub(crate) const ITEMS_MAX: usize = 60;
/// Controls of one dashboard at most.
pub(crate) const CONTROLS_MAX: usize = 16;
/// Columns of the grid: the width of an item at most.
pub(crate) const COLUMNS: u8 = 4;
/// Height of an item at most, in rows of the grid.
pub(crate) const HEIGHT_MAX: u8 = 2;
/// Size of a dashboard as JSON at most, in bytes.
pub(crate) const BOARD_BYTES_MAX: usize = 32 << 10;
/// Length of the text about a dashboard at most, in characters.
const ABOUT_CHARS_MAX: usize = 300;
/// Length of any other text at most, in bytes.
const TEXT_BYTES_MAX: usize = 2 << 10;

/// What its owner says of a dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct What {
    /// For people.
    pub(crate) name: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub(crate) about: String,
    /// Whether everyone sees it.
    #[serde(default)]
    pub(crate) shared: bool,
    /// Fields that can be filtered by at its head.
    #[serde(default)]
    pub(crate) controls: Vec<String>,
    /// Its panels, in reading order.
    #[serde(default)]
    pub(crate) items: Vec<Item>,
}

/// A place on a dashboard: a panel of the list, or a question of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    /// The id of a panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) panel: Option<String>,
    /// What is asked instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) explore: Option<Question>,
    /// Its heading; the panel's own without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// Columns of the grid, 1 to [`COLUMNS`].
    #[serde(default = "one")]
    pub(crate) width: u8,
    /// Rows of the grid, 1 to [`HEIGHT_MAX`].
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(crate) height: u8,
}

/// A question, in the words of the parameters of `GET /explore`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// What is counted or measured.
    pub(crate) measure: String,
    /// The time that is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<String>,
    /// Fields it is split by, with commas between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Which calls it is about, besides the filter of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    /// How it is drawn.
    pub(crate) chart: String,
    /// Rows of a list, 1 to [`query::panels::TOP_MAX`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) top: Option<u16>,
}

const fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_one(n: &u8) -> bool {
    *n == 1
}

impl From<query::Error> for Wrong {
    fn from(error: query::Error) -> Wrong {
        match error {
            query::Error::Filter(fault) => {
                Wrong { detail: format!("filter: {}", fault.detail), suggestions: fault.suggestions }
            }
            query::Error::Parameter { ref suggestions, .. } => {
                Wrong { detail: error.to_string(), suggestions: suggestions.clone() }
            }
            other => Wrong::text(other.to_string()),
        }
    }
}

impl What {
    /// Whether all but its name can be kept.
    pub(super) fn check_parts(&self) -> Result<(), Wrong> {
        if self.about.chars().count() > ABOUT_CHARS_MAX || self.about.chars().any(char::is_control) {
            return Err(Wrong::text(format!(
                "the text about a dashboard has at most {ABOUT_CHARS_MAX} characters, none of them a control character"
            )));
        }
        if self.controls.len() > CONTROLS_MAX {
            return Err(Wrong::text(format!("a dashboard has at most {CONTROLS_MAX} controls")));
        }
        if self.items.len() > ITEMS_MAX {
            return Err(Wrong::text(format!("a dashboard has at most {ITEMS_MAX} panels")));
        }
        self.controls.iter().try_for_each(|name| field(name))?;
        for (at, item) in self.items.iter().enumerate() {
            item.check()
                .map_err(|wrong| Wrong { detail: format!("item {}: {}", at + 1, wrong.detail), ..wrong })?;
        }
        let bytes = serde_json::to_vec(self).map_or(usize::MAX, |json| json.len());
        match bytes > BOARD_BYTES_MAX {
            true => Err(Wrong::text(format!("a dashboard is at most {BOARD_BYTES_MAX} bytes long as JSON"))),
            false => Ok(()),
        }
    }
}

impl Item {
    fn check(&self) -> Result<(), Wrong> {
        if !(1..=COLUMNS).contains(&self.width) || !(1..=HEIGHT_MAX).contains(&self.height) {
            return Err(Wrong::text(format!(
                "a width is 1 to {COLUMNS} columns and a height 1 to {HEIGHT_MAX} rows"
            )));
        }
        if self.title.as_deref().is_some_and(|title| !keys::is_name(title)) {
            return Err(Wrong::text("a title has 1 to 64 characters, none of them a control character"));
        }
        match (&self.panel, &self.explore) {
            (Some(panel), None) => known_panel(panel),
            (None, Some(question)) => question.check(),
            _ => Err(Wrong::text("either `panel` or `explore` says what is shown")),
        }
    }
}

impl Question {
    fn check(&self) -> Result<(), Wrong> {
        let texts = [
            Some(&self.measure),
            self.of.as_ref(),
            self.by.as_ref(),
            self.filter.as_ref(),
            Some(&self.chart),
        ];
        if texts.into_iter().flatten().any(|text| text.len() > TEXT_BYTES_MAX) {
            return Err(Wrong::text(format!("a text is at most {TEXT_BYTES_MAX} bytes long")));
        }
        if self.top.is_some_and(|top| !(1..=query::panels::TOP_MAX).contains(&usize::from(top))) {
            return Err(Wrong::text(format!("top is a whole number from 1 to {}", query::panels::TOP_MAX)));
        }
        let spec = |chart| Spec {
            of: self.of.as_deref().unwrap_or_default(),
            filter: self.filter.as_deref().unwrap_or_default(),
            ..Spec::new(&self.measure, self.by.as_deref().unwrap_or_default(), chart)
        };
        explore::chart(&self.chart).and_then(|chart| explore::check(&spec(chart))).map_err(Wrong::from)
    }
}

fn known_panel(id: &str) -> Result<(), Wrong> {
    if query::PANELS.iter().any(|panel| panel.id == id) {
        return Ok(());
    }
    Err(Wrong { detail: format!("there is no panel {id}"), suggestions: query::panels::near(id, 3) })
}

fn field(name: &str) -> Result<(), Wrong> {
    match query::lang::fields_of(name) {
        Some(_) => Ok(()),
        None => {
            Err(Wrong { detail: format!("there is no field {name}"), suggestions: query::lang::near(name) })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::saved::Content as _;

    use super::*;

    fn checked(item: Value) -> Result<(), Wrong> {
        let board = json!({ "name": "x", "items": [item] });
        serde_json::from_value::<What>(board).map_err(|e| Wrong::text(e.to_string()))?.check()
    }

    #[test]
    fn a_panel_or_a_question_is_an_item() {
        for good in [
            json!({ "panel": "top_routes" }),
            json!({ "panel": "top_routes", "width": 4, "height": 2, "title": "Busy" }),
            json!({ "explore": { "measure": "p95", "of": "duration", "by": "route", "chart": "line" } }),
            json!({ "explore": { "measure": "calls", "chart": "stat", "filter": "status:5xx", "top": 1000 } }),
        ] {
            assert_eq!(checked(good.clone()), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_and_says_where() {
        let question = json!({ "measure": "calls", "chart": "bars" });
        for (wrong, why) in [
            (json!({}), "item 1: either `panel` or `explore`"),
            (json!({ "panel": "top_routes", "explore": question }), "item 1: either `panel` or `explore`"),
            (json!({ "panel": "top_routes", "width": 0 }), "item 1: a width is 1 to 4 columns"),
            (json!({ "panel": "top_routes", "width": 5 }), "item 1: a width is 1 to 4 columns"),
            (json!({ "panel": "top_routes", "height": 3 }), "item 1: a width is 1 to 4 columns"),
            (json!({ "panel": "top_routes", "title": "a\nb" }), "item 1: a title"),
            (json!({ "panel": "top_routes", "colour": "red" }), "unknown field `colour`"),
            (json!({ "panel": "top_ruotes" }), "item 1: there is no panel top_ruotes"),
            (json!({ "explore": { "measure": "calls" } }), "missing field `chart`"),
            (json!({ "explore": { "measure": "calls", "chart": "bars", "top": 0 } }), "item 1: top is"),
            (json!({ "explore": { "measure": "x".repeat(3_000), "chart": "bars" } }), "item 1: a text"),
            (json!({ "explore": { "measure": "cals", "chart": "bars" } }), "item 1: measure: "),
            (json!({ "explore": { "measure": "calls", "chart": "bras" } }), "item 1: chart: "),
            (json!({ "explore": { "measure": "calls", "by": "ruote", "chart": "bars" } }), "item 1: by: "),
            (json!({ "explore": { "measure": "calls", "by": "route", "chart": "stat" } }), "item 1: by: "),
            (
                json!({ "explore": { "measure": "calls", "chart": "bars", "filter": "statsu:500" } }),
                "item 1: filter: ",
            ),
        ] {
            let found = checked(wrong.clone()).unwrap_err();
            assert!(found.detail.contains(why), "{wrong}: {found:?}");
        }
        assert_eq!(checked(json!({ "panel": "top_ruotes" })).unwrap_err().suggestions[0], "top_routes");
    }

    #[test]
    fn it_is_bounded() {
        let panel = json!({ "panel": "top_routes" });
        let of = |items: usize, controls: usize, about: usize| {
            let board = json!({ "name": "x", "about": "a".repeat(about), "items": vec![panel.clone(); items],
                "controls": vec!["status"; controls] });
            serde_json::from_value::<What>(board).unwrap().check()
        };
        assert_eq!(of(ITEMS_MAX, CONTROLS_MAX, ABOUT_CHARS_MAX), Ok(()));
        assert!(of(ITEMS_MAX + 1, 0, 0).is_err());
        assert!(of(0, CONTROLS_MAX + 1, 0).is_err());
        assert!(of(0, 0, ABOUT_CHARS_MAX + 1).is_err());
        let long = format!("path:\"{}\"", "x".repeat(TEXT_BYTES_MAX - 7));
        let long = json!({ "explore": { "measure": "calls", "chart": "bars", "filter": long } });
        let board = json!({ "name": "x", "items": vec![long; 20] });
        let found = serde_json::from_value::<What>(board).unwrap().check().unwrap_err();
        assert!(found.detail.contains("bytes long as JSON"), "{found:?}");
    }

    #[test]
    fn a_control_is_a_field() {
        let of =
            |name: &str| What { name: "x".into(), controls: vec![name.into()], ..What::default() }.check();
        assert_eq!(of("domain"), Ok(()));
        assert_eq!(of("plan"), Ok(()));
        assert!(of("domian").unwrap_err().suggestions.contains(&"domain".to_owned()));
    }
}
