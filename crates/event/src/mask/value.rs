//! What takes the place of a secret whose name gave it away.

use std::collections::HashMap;

use super::Rules;
use super::names::{self, Judged, Verdict};

/// Words before a credential that say how to read it and are no part of it.
pub(crate) const SCHEMES: &[&str] = &[
    "bearer",
    "basic",
    "digest",
    "negotiate",
    "ntlm",
    "apikey",
    "api-key",
    "token",
    "splunk",
    "aws4-hmac-sha256",
    "hmac",
    "dpop",
    "oauth",
    "key",
    "sharedkey",
    "jwt",
    "hawk",
    "hoba",
    "mutual",
    "vapid",
    "signature",
    "genie",
    "gnap",
];

/// What a guessable secret becomes.
pub(crate) const STARS: &str = "***";

/// Distinct names and secrets remembered while one batch is masked.
const REMEMBERED_MAX: usize = 4_096;

/// Masks one batch: the rules, and what was worked out already.
pub(crate) struct Masker<'r> {
    pub(crate) rules: &'r Rules,
    judged: HashMap<Box<str>, Judged, foldhash::fast::RandomState>,
    tags: HashMap<Box<str>, Box<str>, foldhash::fast::RandomState>,
}

impl<'r> Masker<'r> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        Masker { rules, judged: HashMap::default(), tags: HashMap::default() }
    }

    /// The verdict on values of a name.
    pub(crate) fn verdict(&mut self, name: &str) -> Verdict {
        self.judge(name).verdict
    }

    /// What a name says. Names repeat, so each is judged once a batch.
    pub(crate) fn judge(&mut self, name: &str) -> Judged {
        if let Some(known) = self.judged.get(name) {
            return *known;
        }
        let judged = names::judge(name);
        if self.judged.len() < REMEMBERED_MAX {
            self.judged.insert(name.into(), judged);
        }
        judged
    }

    /// The tag of a secret; the secret itself when it arrived masked.
    pub(crate) fn tag(&mut self, secret: &str) -> String {
        let secret = secret.trim();
        if is_masked(secret) {
            return secret.to_owned();
        }
        if let Some(known) = self.tags.get(secret) {
            return known.to_string();
        }
        let tag = self.rules.probe(secret);
        if self.tags.len() < REMEMBERED_MAX {
            self.tags.insert(secret.into(), tag.as_str().into());
        }
        tag
    }

    /// What takes the place of a value with such a name; `None` to keep it.
    pub(crate) fn secret(&mut self, verdict: Verdict, value: &str) -> Option<String> {
        if is_masked(value) {
            return None;
        }
        let masked = match verdict {
            Verdict::Plain => return None,
            Verdict::Guessable => STARS.to_owned(),
            Verdict::Cookie => self.cookies(value),
            Verdict::SetCookie => self.set_cookie(value),
            Verdict::Generic | Verdict::Secret | Verdict::Credential => match scheme(value) {
                Some((scheme, rest)) => format!("{scheme} {}", self.tag(rest)),
                None => self.tag(value),
            },
        };
        (masked != value).then_some(masked)
    }

    /// `a=1; b=2`: the names stay.
    fn cookies(&mut self, value: &str) -> String {
        let masked: Vec<String> = value.split(';').map(|cookie| self.cookie(cookie)).collect();
        masked.join("; ")
    }

    fn cookie(&mut self, cookie: &str) -> String {
        match cookie.trim().split_once('=') {
            Some((name, value)) if !name.is_empty() => format!("{name}={}", self.tag(value)),
            _ => self.tag(cookie),
        }
    }

    /// `a=1; Path=/; HttpOnly`: the name and the attributes stay.
    fn set_cookie(&mut self, value: &str) -> String {
        const ATTRIBUTES: &[&str] = &["path", "domain", "expires", "max-age", "samesite", "priority"];
        const FLAGS: &[&str] = &["secure", "httponly", "partitioned"];
        let mut parts = value.split(';');
        let mut masked = self.cookie(parts.next().unwrap_or(""));
        for part in parts {
            masked.push_str("; ");
            let part = part.trim();
            let name = part.split_once('=').map(|(name, _)| name.to_ascii_lowercase());
            let known = match &name {
                Some(name) => ATTRIBUTES.contains(&name.as_str()),
                None => FLAGS.contains(&part.to_ascii_lowercase().as_str()),
            };
            if known {
                masked.push_str(&self.free(part).unwrap_or_else(|| part.to_owned()));
            } else {
                masked.push_str(&self.cookie(part));
            }
        }
        masked
    }
}

/// A known scheme and the credential behind it.
pub(crate) fn scheme(value: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    (SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) && !rest.trim().is_empty())
        .then_some((scheme, rest))
}

/// Whether the value tells nothing: it arrived masked, or is one of the ways to write "none".
pub(crate) fn is_masked(value: &str) -> bool {
    let value = value.trim().trim_matches(['[', ']', '<', '>', '(', ')', '{', '}', '"', '\'']);
    if let Some(hex) = value.strip_prefix("hmac:") {
        return hex.len() == 12 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    }
    let star = |c| c == '*' || c == '•';
    let stars = |rest: &str| value.len() - rest.len() >= 3 && rest.len() <= 4 && !rest.contains(star);
    if stars(value.trim_start_matches(star)) || stars(value.trim_end_matches(star)) {
        return true;
    }
    value.len() <= 10
        && matches!(
            value.to_ascii_lowercase().as_str(),
            "" | "-"
                | "redacted"
                | "masked"
                | "hidden"
                | "filtered"
                | "removed"
                | "null"
                | "none"
                | "undefined"
                | "true"
                | "false"
        )
}

/// Whether a value of a generic name (`key`, `code`) is a plain word or a small number and no secret.
pub(crate) fn is_plain_word(value: &str) -> bool {
    let only =
        |letter: fn(&u8) -> bool| value.bytes().all(|b| letter(&b) || matches!(b, b'_' | b'-' | b'.' | b' '));
    let short_number = value.len() <= 3 && value.bytes().all(|b| b.is_ascii_digit());
    value.len() <= 40 && (only(u8::is_ascii_lowercase) || only(u8::is_ascii_uppercase)) || short_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_name() {
        let rules = Rules::new([7; 32]);
        let mut masker = Masker::new(&rules);
        let tag = |secret: &str| rules.probe(secret);
        let cases = [
            (Verdict::Credential, "Bearer abc", format!("Bearer {}", tag("abc"))),
            (Verdict::Credential, "Basic YTpi", format!("Basic {}", tag("YTpi"))),
            (Verdict::Credential, "hunter two", tag("hunter two")),
            (Verdict::Secret, "abc", tag("abc")),
            (Verdict::Guessable, "1234", "***".to_owned()),
            (Verdict::Cookie, "a=1;b=x=y; c", format!("a={}; b={}; {}", tag("1"), tag("x=y"), tag("c"))),
            (
                Verdict::SetCookie,
                "sid=1; Path=/; HttpOnly; x=2",
                format!("sid={}; Path=/; HttpOnly; x={}", tag("1"), tag("2")),
            ),
        ];
        for (verdict, value, want) in cases {
            let masked = masker.secret(verdict, value).unwrap();
            assert_eq!(masked, want);
            assert_eq!(masker.secret(verdict, &masked), None, "{masked} again");
        }
    }

    #[test]
    fn masked_values_are_kept() {
        for value in ["***", "****1111", "hmac:0123456789ab", "REDACTED", "[redacted]", "abc***", "", "null"]
        {
            assert!(is_masked(value), "{value}");
        }
        for value in ["hmac:0123456789ag", "hmac:0123456789abc", "*", "***secret", "a***b", "redacted-not"] {
            assert!(!is_masked(value), "{value}");
        }
    }
}
