//! Secrets that are known by their looks, wherever they stand. A new kind is one entry in [`DETECTORS`].

use regex::Regex;
use std::sync::LazyLock;

use super::scan;

/// What takes the place of a found secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The keyed tag.
    Tag,
    /// Asterisks and the last four digits: a tag of a card number could be guessed.
    LastFour,
}

/// One kind of secret that is known by its looks.
#[derive(Debug)]
pub struct Detector {
    /// Its name.
    pub name: &'static str,
    /// What it finds, for people.
    pub doc: &'static str,
    /// Texts of which every match contains one; most events contain none and cost no more than this look.
    /// Empty: a run of 13 digits.
    pub triggers: &'static [&'static str],
    /// What it looks like. The regex engine takes linear time. Group 1, if there is one, is the secret.
    pub pattern: &'static str,
    /// What takes its place.
    pub keep: Keep,
    /// A last check of (whole text, start, end).
    pub accept: fn(&str, usize, usize) -> bool,
    /// A made-up example, for the documentation and the tests.
    pub example: &'static str,
}

fn always(_: &str, _: usize, _: usize) -> bool {
    true
}

/// All detectors, in the order they are asked: what can contain others comes first.
pub const DETECTORS: &[Detector] = &[
    Detector {
        name: "private_key",
        doc: "A private key in PEM form, cut ones too.",
        triggers: &["-----BEGIN"],
        pattern: r"-----BEGIN[ +A-Z0-9]*PRIVATE[ +]KEY-----(?s:.*?)(?:-----END[ +A-Z0-9]*PRIVATE[ +]KEY-----|\z)",
        keep: Keep::Tag,
        accept: always,
        example: "-----BEGIN PRIVATE KEY-----MC4CAQAwBQYDK2VwBCIEIJ-----END PRIVATE KEY-----",
    },
    Detector {
        name: "bearer",
        doc: "What follows the word Bearer; the word stays.",
        triggers: &["Bearer", "bearer", "BEARER"],
        pattern: r"(?i)\bbearer(?:\s|\+|%20)+([A-Za-z0-9._~+/=-]{8,})",
        keep: Keep::Tag,
        accept: |text, start, end| {
            text.get(start..end).is_some_and(|t| t.len() >= 20 || t.bytes().any(|b| b.is_ascii_digit()))
        },
        example: "Bearer mF_9.B5f-4.1JqM",
    },
    Detector {
        name: "basic",
        doc: "A user and password after the word Basic; the word stays.",
        triggers: &["Basic", "basic", "BASIC"],
        pattern: r"(?i)\bbasic(?:\s|\+|%20)+([A-Za-z0-9+/_-]{4,}={0,2})",
        keep: Keep::Tag,
        accept: |text, start, end| text.get(start..end).is_some_and(holds_a_colon),
        example: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    },
    Detector {
        name: "jwt",
        doc: "A JSON Web Token, signed or encrypted, cut ones too.",
        triggers: &["eyJ"],
        pattern: r"eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){0,4}",
        keep: Keep::Tag,
        accept: always,
        example: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    },
    Detector {
        name: "aws_key",
        doc: "An AWS access key id, long-lived (AKIA) or temporary (ASIA).",
        triggers: &["AKIA", "ASIA"],
        pattern: r"(?:AKIA|ASIA)[A-Z0-9]{16}",
        keep: Keep::Tag,
        accept: always,
        example: "AKIAIOSFODNN7EXAMPLE",
    },
    Detector {
        name: "github_token",
        doc: "A GitHub token of any kind.",
        triggers: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        pattern: r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}",
        keep: Keep::Tag,
        accept: always,
        example: "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    },
    Detector {
        name: "gitlab_token",
        doc: "A GitLab personal access token.",
        triggers: &["glpat-"],
        pattern: r"glpat-[A-Za-z0-9_-]{16,}",
        keep: Keep::Tag,
        accept: always,
        example: "glpat-1234567890abcdefghij",
    },
    Detector {
        name: "slack_token",
        doc: "A Slack token.",
        triggers: &["xox", "xapp-"],
        pattern: r"xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}",
        keep: Keep::Tag,
        accept: always,
        example: "xoxb-17653672481-19874698323",
    },
    Detector {
        name: "stripe_key",
        doc: "A Stripe secret or restricted key, or webhook secret.",
        triggers: &["k_live_", "k_test_", "whsec_"],
        pattern: r"[sr]k_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{16,}",
        keep: Keep::Tag,
        accept: always,
        example: "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    },
    Detector {
        name: "google_key",
        doc: "A Google API key.",
        triggers: &["AIza"],
        pattern: r"AIza[A-Za-z0-9_-]{35}",
        keep: Keep::Tag,
        accept: always,
        example: "AIzaSyA-0123456789abcdefghijklmnopqrstu",
    },
    Detector {
        name: "gatelog_token",
        doc: "A token of Gatelog itself.",
        triggers: &["gl_in_", "gl_ap_", "gl_br_"],
        pattern: r"gl_(?:in|ap|br)_[A-Za-z0-9]{8}_[A-Za-z0-9]+(?:_[A-Za-z0-9]+)?",
        keep: Keep::Tag,
        accept: always,
        example: "gl_in_UyNnS4W7_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf_1lrmRv",
    },
    Detector {
        name: "card_number",
        doc: "A payment card number: 13 to 19 digits of a known issuer with a right check digit. Four digits stay.",
        triggers: &[],
        pattern: r"\d{13,19}|(?:\d{4}[ +-]){3}\d{4}|\d{4}[ +-]\d{6}[ +-]\d{5}",
        keep: Keep::LastFour,
        accept: is_card,
        example: "4111 1111 1111 1111",
    },
];

/// The detectors with their patterns compiled.
pub(crate) fn compiled() -> impl Iterator<Item = (&'static Detector, &'static Regex)> {
    static ALL: LazyLock<Vec<Option<Regex>>> =
        LazyLock::new(|| DETECTORS.iter().map(|d| Regex::new(d.pattern).ok()).collect());
    DETECTORS.iter().zip(ALL.iter()).filter_map(|(d, r)| Some((d, r.as_ref()?)))
}

impl Detector {
    /// Whether the text may hold a match.
    pub(crate) fn may_match(&self, text: &str) -> bool {
        if self.triggers.is_empty() {
            may_hold_card(text)
        } else {
            self.triggers.iter().any(|t| memchr::memmem::find(text.as_bytes(), t.as_bytes()).is_some())
        }
    }
}

/// Whether the text holds a card number, or digits in groups that had better be looked at closely. Times in
/// milliseconds and numbers of orders are as long as card numbers and far more frequent.
pub(crate) fn may_hold_card(text: &str) -> bool {
    let bytes = text.as_bytes();
    let class = |b: &u8| scan::is_card_byte(*b);
    let mut from = 0;
    while let Some(at) = scan::digit_run(bytes, from) {
        let start =
            bytes.get(..at).and_then(|b| b.iter().rposition(|b| !class(b))).map_or(0, |before| before + 1);
        let run = bytes.get(start..).unwrap_or_default();
        let run = run.get(..run.iter().position(|b| !class(b)).unwrap_or(run.len())).unwrap_or_default();
        let grouped = run.iter().any(|b| !b.is_ascii_digit());
        if grouped || is_card(text, start, start + run.len()) {
            return true;
        }
        from = start + run.len();
    }
    false
}

/// Whether the digits are a card number and not part of something longer.
fn is_card(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let beside = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
    if beside(before) || beside(bytes.get(end)) || before == Some(&b'.') {
        return false;
    }
    let digits: Vec<u32> = bytes
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .filter(|b| b.is_ascii_digit())
        .map(|b| u32::from(b - b'0'))
        .collect();
    issued(&digits) && luhn(&digits)
}

/// Whether a card issuer gives out numbers of that beginning and length. Without this one in ten of all long
/// numbers, times in microseconds among them, would be taken for a card.
fn issued(digits: &[u32]) -> bool {
    let first = |n: usize| digits.iter().take(n).fold(0, |number, digit| number * 10 + digit);
    match digits.len() {
        13 => first(1) == 4,
        14 => matches!(first(2), 30 | 36 | 38 | 39),
        15 => matches!(first(2), 34 | 37),
        16 => {
            first(1) == 4
                || matches!(first(2), 35 | 50..=58 | 60 | 62 | 63 | 64 | 65 | 67)
                || (2221..=2720).contains(&first(4))
        }
        17..=19 => matches!(first(2), 50 | 56..=58 | 62 | 63 | 67) || first(1) == 4 && digits.len() == 19,
        _ => false,
    }
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether the text is base 64 of something with a colon, as user and password are.
fn holds_a_colon(text: &str) -> bool {
    let mut bits = 0_u32;
    let mut held = 0;
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            if (bits >> held) as u8 == b':' {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_finds_its_example() {
        assert_eq!(compiled().count(), DETECTORS.len());
        for (detector, regex) in compiled() {
            let found = regex.captures(detector.example).unwrap();
            let secret = found.get(1).or(found.get(0)).unwrap();
            assert!((detector.accept)(detector.example, secret.start(), secret.end()), "{}", detector.name);
            assert!(detector.may_match(detector.example), "{}", detector.name);
        }
    }

    #[test]
    fn numbers_that_are_no_cards() {
        for text in [
            "1795298319952123",
            "4111111111111112",
            "a4111111111111111",
            "0.4111111111111111",
            "41111111111111111",
        ] {
            assert!(!is_card(text, text.len() - 16, text.len()), "{text}");
        }
        for text in ["4111111111111111", "5500005555555559", "378282246310005", "4111-1111-1111-1111"] {
            assert!(is_card(text, 0, text.len()), "{text}");
        }
    }

    #[test]
    fn words_after_basic_are_no_password() {
        assert!(!holds_a_colon("authentication") && !holds_a_colon("plan") && holds_a_colon("YTpi"));
    }
}
