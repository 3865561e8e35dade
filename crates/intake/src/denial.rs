//! Why a call was refused, when the gateway says it in words, or only by its status. Knows no gateway.

use event::reason;

/// The code of a reason in words or as a code; `None` when it is none of the closed list.
pub(crate) fn code(words: &str) -> Option<&'static str> {
    let words = words.trim();
    // The usual spellings first: reading a reason in any spelling is slow, and floods of denials are not rare.
    let usual = reason::REASONS.iter().find(|r| r.code == words || r.label == words);
    usual.or_else(|| reason::parse(words)).map(|r| r.code)
}

/// What a refusal with this status most likely means, when nothing else tells.
pub(crate) fn by_status(status: Option<i64>) -> &'static str {
    match status {
        Some(401 | 407) => "invalid_credentials",
        Some(403) => "policy_denied",
        Some(404) => "no_route",
        Some(413) => "request_too_large",
        Some(429) => "rate_limited",
        _ => "other",
    }
}

/// Whether a status alone counts as a refusal, for gateways that do not say who answered.
pub(crate) fn is_refusal(status: i64) -> bool {
    matches!(status, 401 | 403 | 429)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_inferred_is_on_the_list() {
        for status in [None, Some(401), Some(403), Some(404), Some(407), Some(413), Some(429), Some(500)] {
            assert!(reason::by_code(by_status(status)).is_some());
        }
        assert_eq!(code(" Invalid credentials"), Some("invalid_credentials"));
        assert_eq!(code("quota-exceeded"), Some("quota_exceeded"));
        assert_eq!(code("because"), None);
    }
}
