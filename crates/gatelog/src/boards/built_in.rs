//! The dashboards that come with the program. A new one is a file and a line here.

use std::sync::LazyLock;

use super::What;

/// Id and content of each, in the order they are shown.
const FILES: &[(&str, &str)] = &[
    ("aws", include_str!("built_in/aws.json")),
    ("security", include_str!("built_in/security.json")),
    ("service-levels", include_str!("built_in/service-levels.json")),
    ("capacity", include_str!("built_in/capacity.json")),
];

static BUILT_IN: LazyLock<Vec<(&'static str, What)>> = LazyLock::new(|| {
    let read = |(id, text): &(&'static str, &str)| Some((*id, serde_json::from_str(text).ok()?));
    FILES.iter().filter_map(read).collect()
});

/// Id and content of each, in the order they are shown.
pub(super) fn built_in() -> &'static [(&'static str, What)] {
    &BUILT_IN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::Content as _;

    #[test]
    fn each_can_be_read_and_kept_as_a_copy() {
        assert_eq!(built_in().len(), FILES.len());
        for (id, what) in built_in() {
            assert_eq!(what.check(), Ok(()), "{id}");
            assert!(what.shared && !what.about.is_empty(), "{id}");
        }
    }
}
