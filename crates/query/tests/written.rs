//! What the pills of the web app write is a filter: one list, checked there against the pills and here against the parser.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use query::Filter;

const CORPUS: &str = include_str!("../../../web/src/state/filter-corpus.json");

#[test]
fn every_text_the_pills_write_is_a_filter() {
    let texts: Vec<String> = serde_json::from_str(CORPUS).unwrap();
    assert!(texts.len() >= 40);
    for text in texts {
        let filter = Filter::parse(&text);
        assert!(filter.is_ok(), "{text}: {filter:?}");
        // One pill is one term, negated or not.
        assert_eq!(filter.unwrap().parts().len(), 1, "{text}");
    }
}
