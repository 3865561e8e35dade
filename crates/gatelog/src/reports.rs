//! Reports: a page of the web app with its range, filter and comparison, under a name, to be printed or fetched as data.
//! Relative ranges stay relative: a report of last week is of last week whenever it is made.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::saved::{Content, Shelf, Wrong, check_name};
use crate::views::check_search;

/// Length of a page's address in bytes at most, without its query.
pub(crate) const PATH_BYTES_MAX: usize = 1 << 10;

/// All reports that people made.
pub(crate) type Reports = Shelf<What>;

/// What its owner says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct What {
    /// For people.
    pub(crate) name: String,
    /// The page, as in its address: `/usage/consumers`.
    pub(crate) path: String,
    /// Its state: the query of its address, without `?`.
    #[serde(default)]
    pub(crate) search: String,
    /// As what it is made.
    #[serde(default)]
    pub(crate) format: Format,
    /// Whether everyone sees it.
    #[serde(default)]
    pub(crate) shared: bool,
}

/// As what a report is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// The page, ready to print.
    #[default]
    Page,
    /// The numbers of its panels as tables.
    Csv,
    /// The same as JSON.
    Json,
}

/// Those that come with the program, in the order they are shown: id, name, page, state and format.
#[rustfmt::skip]
const BUILT_IN: &[(&str, &str, &str, &str, Format)] = &[
    ("weekly-overview", "Overview of last week", "/", "from=now-1w/w&to=now/w", Format::Page),
    ("weekly-denials", "Denials of last week", "/denials", "from=now-1w/w&to=now/w", Format::Page),
    ("monthly-customers", "Use of last month, by customer", "/usage/customers", "from=now-1M/M&to=now/M", Format::Csv),
    ("monthly-keys", "Use of last month, by API key", "/usage/keys", "from=now-1M/M&to=now/M", Format::Csv),
];

impl Content for What {
    const NOUN: &'static str = "report";
    const COUNT_MAX: usize = 500;

    fn name(&self) -> &str {
        &self.name
    }

    fn is_shared(&self) -> bool {
        self.shared
    }

    fn check(&self) -> Result<(), Wrong> {
        check_name(&self.name)?;
        let path = &self.path;
        let is_local = path.starts_with('/') && !path.starts_with("//");
        let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '\\');
        if !is_local || path.len() > PATH_BYTES_MAX || !path.chars().all(fits) {
            return Err(Wrong::text(format!(
                "a page is the path of its address, from its `/` on and at most {PATH_BYTES_MAX} bytes long"
            )));
        }
        check_search(&self.search)
    }

    fn built_in() -> &'static [(&'static str, What)] {
        static ALL: LazyLock<Vec<(&str, What)>> = LazyLock::new(|| {
            let text = |text: &str| text.to_owned();
            let what = |(id, name, path, search, format): &(&'static str, &str, &str, &str, Format)| {
                let what = What {
                    name: text(name),
                    path: text(path),
                    search: text(search),
                    format: *format,
                    shared: true,
                };
                (*id, what)
            };
            BUILT_IN.iter().map(what).collect()
        });
        &ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::SEARCH_BYTES_MAX;

    #[test]
    fn what_comes_with_the_program_can_be_kept_as_a_copy() {
        assert_eq!(What::built_in().len(), BUILT_IN.len());
        for (id, what) in What::built_in() {
            assert_eq!(what.check(), Ok(()), "{id}");
            assert!(what.shared);
        }
    }

    #[test]
    fn a_report_leads_to_a_page_of_this_server() {
        let good = What {
            name: "n".into(),
            path: "/usage/consumers/Acme%20%3F".into(),
            search: "from=now-1w/w".into(),
            format: Format::Csv,
            shared: false,
        };
        assert_eq!(good.check(), Ok(()));
        for path in ["", "logs", "//elsewhere.example", "/\\elsewhere.example", "/a?b", "/a#b", "/a b", "/ü"]
        {
            assert!(What { path: path.into(), ..good.clone() }.check().is_err(), "{path}");
        }
        let long = |path: usize, search: usize| What {
            path: format!("/{}", "x".repeat(path)),
            search: "x".repeat(search),
            ..good.clone()
        };
        assert_eq!(long(PATH_BYTES_MAX - 1, SEARCH_BYTES_MAX).check(), Ok(()));
        assert!(long(PATH_BYTES_MAX, 0).check().is_err());
        assert!(long(1, SEARCH_BYTES_MAX + 1).check().is_err());
    }
}
