//! Free text: messages, user agents, log lines. Finds `name=value` and `name: value`, users in addresses, long
//! segments after telling path segments, and whatever a detector knows by its looks.

use memchr::{memchr3, memmem};
use std::ops::Range;

use super::detectors::{Detector, Keep, compiled};
use super::names::Verdict;
use super::patch::Patch;
use super::scan::{self, SEGMENT_CHARS_MIN, is_segment_byte, segment_run};
use super::url::{IN_WORD, decoded, encoded};
use super::value::{Masker, SCHEMES, STARS, is_masked, is_plain_word};

/// Characters of a name that are looked at.
const NAME_CHARS_MAX: usize = 64;

impl Masker<'_> {
    /// Masks free text; `None` when nothing is to be masked.
    pub(crate) fn free(&mut self, text: &str) -> Option<String> {
        let behind = if text.contains('%') { self.behind_percent_signs(text) } else { None };
        self.plain(behind.as_deref().unwrap_or(text)).or(behind)
    }

    fn plain(&mut self, text: &str) -> Option<String> {
        let named = self.named(text);
        let looked = self.looks(named.as_deref().unwrap_or(text));
        looked.or(named)
    }

    /// Masks words that show their secret only when their percent signs are read.
    fn behind_percent_signs(&mut self, text: &str) -> Option<String> {
        let mut patch = Patch::new(text);
        let mut start = 0;
        for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\')) {
            let body = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\'));
            if let Some(plain) = decoded(body)
                && let Some(masked) = self.plain(&plain)
            {
                patch.put(start..start + body.len(), &encoded(&masked, IN_WORD));
            }
            start += word.len();
        }
        patch.done()
    }

    /// Masks what is known by its looks, without regard to names before `=` and `:`.
    pub(crate) fn looks(&mut self, text: &str) -> Option<String> {
        if scan::trigger(text.as_bytes(), 0).is_none() {
            let segments = self.segments(text);
            let cards = self.detect_with(segments.as_deref().unwrap_or(text), |d| d.triggers.is_empty());
            return cards.or(segments);
        }
        let user = user_info(text);
        let after = user.as_deref().unwrap_or(text);
        let segments = self.segments(after);
        let after = segments.as_deref().unwrap_or(after);
        let detected = self.detect(after);
        detected.or(segments).or(user)
    }

    /// Runs the detectors.
    pub(crate) fn detect(&mut self, text: &str) -> Option<String> {
        self.detect_with(text, |_| true)
    }

    fn detect_with(&mut self, text: &str, which: impl Fn(&Detector) -> bool) -> Option<String> {
        let mut changed: Option<String> = None;
        for (detector, regex) in compiled().filter(|(d, _)| which(d)) {
            // Twice, because of two matches side by side the second may lack the blank the first one took.
            for _ in 0..2 {
                let now = changed.as_deref().unwrap_or(text);
                if !detector.may_match(now) {
                    break;
                }
                let mut patch = Patch::new(now);
                for found in regex.captures_iter(now) {
                    let Some(secret) = found.get(1).or_else(|| found.get(0)) else { continue };
                    if !(detector.accept)(now, secret.start(), secret.end()) || is_masked(secret.as_str()) {
                        continue;
                    }
                    let new = match detector.keep {
                        Keep::Tag => self.tag(secret.as_str()),
                        Keep::LastFour => last_four(secret.as_str()),
                    };
                    patch.put(secret.range(), &new);
                }
                match patch.done() {
                    Some(new) => changed = Some(new),
                    None => break,
                }
            }
        }
        changed
    }

    /// `name=value`, `name: value`, `"name":"value"`, `["name","value"]` with a telling name.
    fn named(&mut self, text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let mut patch = Patch::new(text);
        let mut from = 0;
        // `"name":"authorization","value":"…"` names its value in the member before.
        let mut pending = Verdict::Plain;
        while let Some(at) = bytes.get(from..).and_then(|rest| memchr3(b'=', b':', b',', rest)) {
            let at = from + at;
            from = at + 1;
            let Some(name) = name_before(text, at).filter(|_| !is_tag_colon(text, at)) else { continue };
            let plain = decoded(name);
            let mut verdict = self.verdict(plain.as_deref().unwrap_or(name));
            if matches!(name, "name" | "key" | "header")
                && let Some((value, Form::Quoted)) = value_after(text, at + 1, Verdict::Plain)
            {
                pending = self.verdict(text.get(value).unwrap_or(""));
            } else if verdict == Verdict::Plain && name.starts_with("value") {
                verdict = std::mem::replace(&mut pending, Verdict::Plain);
            }
            if verdict == Verdict::Plain {
                continue;
            }
            let Some((range, form)) = value_after(text, at + 1, verdict) else { continue };
            let value = text.get(range.clone()).unwrap_or("");
            let word = form == Form::Bare && bytes.get(at) == Some(&b':') && is_word(value);
            let keep = match verdict {
                Verdict::Generic => is_plain_word(value) || word,
                Verdict::Secret => word,
                _ => false,
            };
            if keep {
                continue;
            }
            let plain = decoded(value);
            let value = plain.as_deref().unwrap_or(value);
            let new = match form {
                Form::Nested if is_masked(value) => None,
                Form::Nested => Some(format!("[{}]", self.tag(value))),
                _ => self.secret(verdict, value),
            };
            if let Some(new) = new {
                patch.put(range.clone(), &new);
            }
            from = from.max(range.end);
        }
        patch.done()
    }

    /// `/reset/<long>`: the long segment.
    fn segments(&mut self, text: &str) -> Option<String> {
        let mut patch = Patch::new(text);
        let mut from = 0;
        while let Some((segment, end)) = self.next_secret_segment(text.as_bytes(), from) {
            let secret = text.get(segment.clone()).unwrap_or("");
            let tag = self.tag(secret);
            patch.put(segment, &tag);
            from = end;
        }
        patch.done()
    }

    /// The next long path segment after a telling one, and where to look on.
    pub(crate) fn next_secret_segment(
        &mut self,
        bytes: &[u8],
        mut from: usize,
    ) -> Option<(Range<usize>, usize)> {
        while let Some(at) = segment_run(bytes, from) {
            let back =
                |from: usize| bytes.get(..from).and_then(|b| b.iter().rposition(|b| !is_segment_byte(*b)));
            let start = back(at).map_or(0, |before| before + 1);
            let rest = bytes.get(at..).unwrap_or_default();
            let end = at + rest.iter().position(|b| !is_segment_byte(*b)).unwrap_or(rest.len());
            from = end;
            let Some(slash) = start.checked_sub(1).filter(|slash| bytes.get(*slash) == Some(&b'/')) else {
                continue;
            };
            let name_start = back(slash).map_or(0, |before| before + 1);
            let text = |range: Range<usize>| {
                bytes.get(range).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
            };
            let (before, segment) = (text(name_start..slash), text(start..end));
            if before.is_empty() || before.len() > NAME_CHARS_MAX || segment.len() < SEGMENT_CHARS_MIN {
                continue;
            }
            if self.judge(before).announces(segment) {
                return Some((start..end, end));
            }
        }
        None
    }
}

/// `scheme://user:pass@host`: the part before the `@`.
fn user_info(text: &str) -> Option<String> {
    let mut patch = Patch::new(text);
    for at in memmem::find_iter(text.as_bytes(), "://") {
        let start = at + 3;
        let rest = text.get(start..).unwrap_or("");
        let end = rest.find(|c: char| {
            matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '\\') || c.is_whitespace()
        });
        let authority = rest.get(..end.unwrap_or(rest.len())).unwrap_or("");
        if let Some(user) = authority.rfind('@').filter(|user| *user > 0)
            && authority.get(..user) != Some(STARS)
        {
            patch.put(start..start + user, STARS);
        }
    }
    patch.done()
}

/// A word of letters, as in `invalid token: expired`.
fn is_word(value: &str) -> bool {
    let rest = value.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(value);
    value.len() <= 16 && rest.bytes().all(|b| b.is_ascii_lowercase())
}

fn last_four(card: &str) -> String {
    let digits: Vec<char> = card.chars().filter(char::is_ascii_digit).collect();
    let four: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
    format!("****{four}")
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']' | b'%')
}

/// Whether the colon is the one in `hmac:0123456789ab`.
fn is_tag_colon(text: &str, at: usize) -> bool {
    let hex = text.get(at + 1..at + 13).is_some_and(|tag| tag.bytes().all(|b| b.is_ascii_hexdigit()));
    hex && text.get(..at).is_some_and(|head| head.ends_with("hmac"))
}

/// The name that ends before `=`, `:` or `,`, blanks, quotes and their escapes between.
fn name_before(text: &str, at: usize) -> Option<&str> {
    let head = text.get(..at)?.trim_end_matches([' ', '"', '\'', '\\']);
    let long = head.bytes().rev().take(NAME_CHARS_MAX).take_while(|b| is_name_byte(*b)).count();
    let (before, name) = head.split_at_checked(head.len() - long)?;
    // A comma parts a name from its value only in a list of two texts.
    let pair = || {
        let opens = |text: &str| {
            text.ends_with(['"', '\'']) && text.trim_end_matches(['"', '\'', '\\']).ends_with('[')
        };
        opens(before)
            && text
                .get(at + 1..)
                .is_some_and(|rest| rest.trim_start_matches([' ', '\\']).starts_with(['"', '\'']))
    };
    (!name.is_empty() && (text.as_bytes().get(at) != Some(&b',') || pair())).then_some(name)
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Quoted,
    /// A JSON list or object.
    Nested,
    Bare,
}

/// Where the value after `=` or `:` stands, and how it is written.
fn value_after(text: &str, at: usize, verdict: Verdict) -> Option<(Range<usize>, Form)> {
    let rest = text.get(at..)?;
    let body = rest.trim_start_matches(' ');
    let mut start = at + rest.len() - body.len();
    let escapes = body.len() - body.trim_start_matches('\\').len();
    let quoted = body.get(escapes..)?;
    let quote = quoted.bytes().next()?;
    let (len, form) = match quote {
        b'"' | b'\'' => {
            start += escapes + 1;
            (quoted_len(text.get(start..)?, quote, escapes > 0), Form::Quoted)
        }
        b'[' | b'{' => (nested_len(body), Form::Nested),
        _ => (bare_len(body, verdict)?, Form::Bare),
    };
    Some((start..start + len, form))
}

/// Up to the closing quote; the whole rest when the text was cut before it.
fn quoted_len(body: &str, quote: u8, escaped: bool) -> usize {
    let mut backslash = false;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'\\' if escaped => return at,
            b'\\' => backslash = !backslash,
            _ if byte == quote && !backslash => return at,
            _ => backslash = false,
        }
    }
    body.len()
}

/// Up to the bracket that closes the first one.
fn nested_len(body: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    body.len()
}

/// Up to a blank or a mark; a scheme takes the word after it along, credentials and cookies the line.
fn bare_len(body: &str, verdict: Verdict) -> Option<usize> {
    if matches!(verdict, Verdict::Credential | Verdict::Cookie | Verdict::SetCookie) {
        return Some(body.find(['\n', '\r', '"']).unwrap_or(body.len())).filter(|len| *len > 0);
    }
    let word = |text: &str| {
        let end = |c: char| {
            matches!(c, '&' | ',' | ';' | '"' | '\'' | ')' | ']' | '}' | '<' | '>' | '\\')
                || c.is_whitespace()
        };
        text.find(end).unwrap_or(text.len())
    };
    let first = word(body);
    let scheme = body.get(..first).unwrap_or("").to_ascii_lowercase();
    if SCHEMES.contains(&scheme.as_str())
        && let Some(rest) = body.get(first..).and_then(|rest| rest.strip_prefix(' '))
        && word(rest) > 0
    {
        return Some(first + 1 + word(rest));
    }
    (first > 0).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::*;

    #[test]
    fn free_text() {
        let rules = Rules::new([7; 32]);
        let t = |secret: &str| rules.probe(secret);
        let hex = "0123456789abcdef0123456789abcdef";
        let cases = [
            ("login failed password=hunter2 for ann", "login failed password=*** for ann".to_owned()),
            (r#"{"x-api-key":"k1","a":1}"#, format!(r#"{{"x-api-key":"{}","a":1}}"#, t("k1"))),
            (r#"{"b":"{\"token\":\"t1\"}"}"#, format!(r#"{{"b":"{{\"token\":\"{}\"}}"}}"#, t("t1"))),
            ("Authorization: Bearer abc\nHost: h", format!("Authorization: Bearer {}\nHost: h", t("abc"))),
            ("token: Bearer t1, more", format!("token: Bearer {}, more", t("t1"))),
            ("GET /x?token=t1&a=b HTTP/1.1", format!("GET /x?token={}&a=b HTTP/1.1", t("t1"))),
            ("see https://u:p@h/a?b", "see https://***@h/a?b".to_owned()),
            ("card 4111 1111 1111 1111.", "card ****1111.".to_owned()),
            ("4111111111111111,5500005555555559", "****1111,****5559".to_owned()),
            ("key AKIAIOSFODNN7EXAMPLE used", format!("key {} used", t("AKIAIOSFODNN7EXAMPLE"))),
            (&format!("GET /reset/{hex} x"), format!("GET /reset/{} x", t(hex))),
            (r#""cookie":["a=b","c=d"],"x":1"#, format!(r#""cookie":[{}],"x":1"#, t(r#"["a=b","c=d"]"#))),
        ];
        for (text, want) in cases {
            let mut masker = Masker::new(&rules);
            let masked = masker.free(text).unwrap();
            assert_eq!(masked, want);
            assert_eq!(masker.free(&masked), None, "{masked} again");
        }
    }

    #[test]
    fn text_without_secrets_stays() {
        let rules = Rules::new([7; 32]);
        let hex = "0123456789abcdef0123456789abcdef";
        for text in [
            "Mozilla/5.0 (X11; rv:109.0) Gecko/20100101",
            "invalid token: expired",
            "status code: 404, error code=42",
            "Basic authentication required",
            "https://example.com/a@b",
            "10.0.0.1:8080, 10.0.0.2:8080",
            &format!("/orders/{hex}"),
        ] {
            assert_eq!(Masker::new(&rules).free(text), None, "{text}");
        }
    }
}
