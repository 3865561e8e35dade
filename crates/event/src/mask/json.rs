//! JSON: walks the text once, writes a new one only from the first change on. No tree is built.

use memchr::{memchr2, memchr3};

use super::names::Verdict;
use super::scan;
use super::value::{Masker, STARS, is_masked, is_plain_word};
use crate::json::string as write_string;

/// How deep values may nest; deeper ones are treated as free text.
const NESTING_MAX: usize = 64;

/// A walk over one JSON text.
struct Walk<'t> {
    text: &'t str,
    at: usize,
    out: String,
    copied: usize,
    /// How deep this text stands inside others.
    depth: usize,
    /// Whether generic names are secrets, as they are in lists of pairs.
    strict: bool,
    /// Where the next trigger stands, looked for once over the whole text; its end when there is none.
    trigger: usize,
    /// Where the next long run of digits stands.
    digits: usize,
}

/// What surrounds a value.
#[derive(Clone, Copy)]
struct Around {
    verdict: Verdict,
    nesting: usize,
    in_array: bool,
}

impl Masker<'_> {
    /// Masks JSON text: `Ok(None)` when nothing is to be masked, an error when it is no JSON.
    pub(crate) fn json(&mut self, text: &str, depth: usize, strict: bool) -> Result<Option<String>, ()> {
        let mut walk =
            Walk { text, at: 0, out: String::new(), copied: 0, depth, strict, trigger: 0, digits: 0 };
        walk.look_ahead(0);
        let around = Around { verdict: Verdict::Plain, nesting: 0, in_array: false };
        walk.value(self, around).ok_or(())?;
        walk.blanks();
        if walk.at < text.len() {
            return Err(());
        }
        if walk.copied == 0 {
            return Ok(None);
        }
        walk.out.push_str(text.get(walk.copied..).unwrap_or(""));
        Ok(Some(walk.out))
    }
}

impl<'t> Walk<'t> {
    /// Moves to the next trigger and the next long run of digits that do not lie before `at`.
    fn look_ahead(&mut self, at: usize) {
        let bytes = self.text.as_bytes();
        if self.trigger <= at {
            self.trigger = scan::trigger(bytes, at).unwrap_or(usize::MAX);
        }
        if self.digits <= at {
            self.digits = scan::digit_run(bytes, at).unwrap_or(usize::MAX);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The text between the quotes of a string, as it stands there.
    fn string(&mut self) -> Option<&'t str> {
        self.eat(b'"')?;
        let start = self.at;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let next = memchr2(b'"', b'\\', rest)?;
            self.at += next + 1;
            if rest.get(next) == Some(&b'"') {
                return self.text.get(start..self.at - 1);
            }
            self.at += 1;
        }
    }

    fn replace(&mut self, start: usize, new: &str) {
        self.out.push_str(self.text.get(self.copied..start).unwrap_or(""));
        write_string(&mut self.out, new);
        self.copied = self.at;
    }

    fn value(&mut self, masker: &mut Masker<'_>, around: Around) -> Option<()> {
        self.blanks();
        match self.peek()? {
            b'{' if around.nesting < NESTING_MAX => self.object(masker, around),
            b'[' if around.nesting < NESTING_MAX => self.array(masker, around),
            b'"' => {
                let start = self.at;
                let raw = self.string()?;
                if let Some(new) = self.text_value(masker, raw, start + 1, around.verdict) {
                    self.replace(start, &new);
                }
                Some(())
            }
            _ => self.scalar(masker, around.verdict),
        }
    }

    fn object(&mut self, masker: &mut Masker<'_>, around: Around) -> Option<()> {
        self.eat(b'{')?;
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        // `{"name":"authorization","value":"…"}` names its value in the member before.
        let mut named = Verdict::Plain;
        loop {
            self.blanks();
            let key_start = self.at;
            let raw = self.string()?;
            let key = unescaped(raw);
            let key = key.as_deref().unwrap_or(raw);
            let mut verdict = masker.verdict(key);
            if around.verdict != Verdict::Plain {
                verdict = around.verdict;
            } else if verdict == Verdict::Plain && named != Verdict::Plain && key.starts_with("value") {
                verdict = named;
            }
            // A secret may be the key itself.
            if self.is_telling(raw, key_start + 1)
                && let Some(new) = masker.looks(key)
            {
                self.replace(key_start, &new);
            }
            self.eat(b':')?;
            self.blanks();
            let start = self.at;
            self.value(masker, Around { verdict, nesting: around.nesting + 1, in_array: false })?;
            if matches!(key, "name" | "key" | "header") {
                named = self.verdict_of(masker, start);
            }
            self.blanks();
            self.at += 1;
            match self.text.as_bytes().get(self.at - 1)? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// The verdict on the string that stands at `start` and was just passed.
    fn verdict_of(&self, masker: &mut Masker<'_>, start: usize) -> Verdict {
        let raw =
            self.text.get(start..self.at).and_then(|s| s.trim_end().strip_prefix('"')?.strip_suffix('"'));
        raw.map_or(Verdict::Plain, |raw| masker.verdict(raw))
    }

    fn array(&mut self, masker: &mut Masker<'_>, around: Around) -> Option<()> {
        self.eat(b'[')?;
        self.blanks();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        let mut verdict = around.verdict;
        let mut first = true;
        loop {
            self.blanks();
            let start = self.at;
            self.value(masker, Around { verdict, nesting: around.nesting + 1, in_array: true })?;
            // `[["authorization","…"]]`: the first of a list in a list names the others.
            if first && around.in_array && verdict == Verdict::Plain {
                verdict = self.verdict_of(masker, start);
            }
            first = false;
            self.blanks();
            self.at += 1;
            match self.text.as_bytes().get(self.at - 1)? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self, masker: &mut Masker<'_>, verdict: Verdict) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).filter(|text| !text.is_empty())?;
        let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        if !number && !matches!(text, "true" | "false" | "null") {
            return None;
        }
        match verdict {
            _ if !number => {}
            Verdict::Generic if !self.strict && text.len() <= 3 => {}
            Verdict::Plain => {
                if text.len() >= 13
                    && let Some(new) = masker.detect(text)
                {
                    self.replace(start, &new);
                }
            }
            _ => self.replace(start, STARS),
        }
        Some(())
    }

    /// Whether the string that stands at `at` may hold something known by its looks.
    fn is_telling(&mut self, raw: &str, at: usize) -> bool {
        self.look_ahead(at);
        self.trigger.min(self.digits) < at + raw.len()
            || raw.starts_with(['{', '['])
            || raw.len() >= scan::SEGMENT_CHARS_MIN && raw.contains('/')
            || raw.contains('\\')
    }

    /// What takes the place of a string; `None` to keep it.
    fn text_value(
        &mut self,
        masker: &mut Masker<'_>,
        raw: &str,
        at: usize,
        verdict: Verdict,
    ) -> Option<String> {
        if raw.is_empty() {
            return None;
        }
        if verdict == Verdict::Plain {
            // Most values hold none of these and no trigger.
            if memchr3(b'=', b':', b'%', raw.as_bytes()).is_none() && !self.is_telling(raw, at) {
                return None;
            }
            let plain = unescaped(raw);
            return masker.any(plain.as_deref().unwrap_or(raw), self.depth);
        }
        let plain = unescaped(raw);
        let value = plain.as_deref().unwrap_or(raw);
        if is_masked(value) || verdict == Verdict::Generic && !self.strict && is_plain_word(value) {
            return None;
        }
        masker.secret(verdict, value)
    }
}

/// The text of a string with escapes; `None` when it has none.
fn unescaped(raw: &str) -> Option<String> {
    if !raw.contains('\\') {
        return None;
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        rest = rest.get(at + 2..).unwrap_or("");
        match escape {
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'u' => {
                let unit = |text: &str| text.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                let high = unit(rest).unwrap_or(0xfffd);
                rest = rest.get(4..).unwrap_or("");
                let low =
                    rest.strip_prefix("\\u").and_then(unit).filter(|low| (0xdc00..0xe000).contains(low));
                let code = match low {
                    Some(low) if (0xd800..0xdc00).contains(&high) => {
                        rest = rest.get(6..).unwrap_or("");
                        0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                    }
                    _ => high,
                };
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => out.push(char::from(other)),
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::*;

    #[test]
    fn json_texts() {
        let rules = Rules::new([7; 32]);
        let t = |secret: &str| rules.probe(secret);
        let cases = [
            (
                r#"[["Authorization","Bearer t1"],["host","h"]]"#,
                format!(r#"[["Authorization","Bearer {}"],["host","h"]]"#, t("t1")),
            ),
            (
                r#"{"a":{"password":"p","pin":1234,"n":5}}"#,
                r#"{"a":{"password":"***","pin":"***","n":5}}"#.to_owned(),
            ),
            (r#"{"token":{"v":"t1","ok":true}}"#, format!(r#"{{"token":{{"v":"{}","ok":true}}}}"#, t("t1"))),
            (r#"{"cookie":["a=1","b=2"]}"#, format!(r#"{{"cookie":["a={}","b={}"]}}"#, t("1"), t("2"))),
            (
                r#"[{"name":"x-api-key","value":"k1"}]"#,
                format!(r#"[{{"name":"x-api-key","value":"{}"}}]"#, t("k1")),
            ),
            (r#"{"body":"{\"token\":\"t1\"}"}"#, format!(r#"{{"body":"{{\"token\":\"{}\"}}"}}"#, t("t1"))),
            (r#"{"url":"/a?code=c1"}"#, format!(r#"{{"url":"/a?code={}"}}"#, t("c1"))),
            (r#"{"to\u006ben":"t\u0031"}"#, format!(r#"{{"to\u006ben":"{}"}}"#, t("t1"))),
            (r#"{"n":4111111111111111}"#, r#"{"n":"****1111"}"#.to_owned()),
            (r#"{"key":"a1B2"}"#, format!(r#"{{"key":"{}"}}"#, t("a1B2"))),
            (r#"{"AKIAIOSFODNN7EXAMPLE":1}"#, format!(r#"{{"{}":1}}"#, t("AKIAIOSFODNN7EXAMPLE"))),
        ];
        for (text, want) in cases {
            let mut masker = Masker::new(&rules);
            let masked = masker.json(text, 0, false).unwrap().unwrap();
            assert_eq!(masked, want, "{text}");
            assert_eq!(masker.json(&masked, 0, false), Ok(None), "{masked} again");
        }
        let stays =
            r#"{"a":[1,2.5e3,null,true],"key":"env","code":404,"max_tokens":5,"s":"x: y","e":{},"f":[]}"#;
        assert_eq!(Masker::new(&rules).json(stays, 0, false), Ok(None));
    }

    #[test]
    fn what_is_no_json() {
        let rules = Rules::new([7; 32]);
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "{",
            "[1",
            r#"{"a"}"#,
            r#"{"a":1}x"#,
            r#""abc"#,
            r#""\"#,
            "nope",
            "[1 2]",
            "-",
            deep.as_str(),
        ] {
            let _ = Masker::new(&rules).json(text, 0, false);
            if text != "-" {
                assert_eq!(Masker::new(&rules).json(text, 0, false), Err(()), "{text:.20}");
            }
        }
    }
}
