//! Addresses: the query, the fragment, `;name=value` in the path, names and values behind percent signs.

use super::names::Verdict;
use super::value::Masker;

/// How deep addresses inside addresses are looked into; deeper ones are free text.
const DEPTH_MAX: usize = 3;
/// How often a changed text is looked at again.
const ROUNDS_MAX: usize = 4;

impl Masker<'_> {
    /// Masks an address or path; `None` when nothing is to be masked.
    pub(crate) fn url(&mut self, text: &str, depth: usize) -> Option<String> {
        let cut = text.find(['?', '#']).unwrap_or(text.len());
        let (path, rest) = text.split_at_checked(cut)?;
        let new_path = self.path(path, depth);
        let mut changed = new_path.is_some();
        let mut out = new_path.unwrap_or_else(|| path.to_owned());
        // What follows `?` and `#` reads alike: a query, or the fragment an OAuth answer comes in.
        for part in rest.split_inclusive(['?', '#']) {
            let body = part.trim_end_matches(['?', '#']);
            let masked = self.query(body, depth);
            changed |= masked.is_some();
            out.push_str(masked.as_deref().unwrap_or(body));
            out.push_str(part.get(body.len()..).unwrap_or(""));
        }
        changed.then_some(out)
    }

    fn path(&mut self, path: &str, depth: usize) -> Option<String> {
        let matrix = path.contains(';').then(|| self.matrix(path)).flatten();
        let now = matrix.as_deref().unwrap_or(path);
        if let Some(plain) = decoded(now)
            && depth < DEPTH_MAX
            && let Some(masked) = self.url(&plain, depth + 1)
        {
            return Some(encoded(&masked, IN_PATH));
        }
        self.looks(now).or(matrix)
    }

    /// `/a;jsessionid=1/b`
    fn matrix(&mut self, path: &str) -> Option<String> {
        let mut changed = false;
        let segments: Vec<String> = path
            .split('/')
            .map(|segment| match segment.split_once(';') {
                None => segment.to_owned(),
                Some((head, parameters)) => {
                    let masked = self.query(parameters, DEPTH_MAX);
                    changed |= masked.is_some();
                    format!("{head};{}", masked.as_deref().unwrap_or(parameters))
                }
            })
            .collect();
        changed.then(|| segments.join("/"))
    }

    /// Masks a query string or form body; `None` when nothing is to be masked.
    pub(crate) fn query(&mut self, query: &str, depth: usize) -> Option<String> {
        let mut out = String::new();
        let mut changed = false;
        for part in query.split_inclusive(['&', ';']) {
            let body = part.strip_suffix(['&', ';']).unwrap_or(part);
            match self.parameter(body, depth) {
                Some(new) => {
                    changed = true;
                    out.push_str(&new);
                }
                None => out.push_str(body),
            }
            out.push_str(part.get(body.len()..).unwrap_or(""));
        }
        // What no single parameter shows: a key over several lines of a form, say.
        if !changed {
            return self.looks(query);
        }
        Some(self.looks(&out).unwrap_or(out))
    }

    fn parameter(&mut self, text: &str, depth: usize) -> Option<String> {
        let Some((name, value)) = text.split_once('=') else {
            return self.encoded_value(text, depth);
        };
        let plain = decoded(name);
        let verdict = self.verdict(plain.as_deref().unwrap_or(name));
        if verdict != Verdict::Plain {
            let secret = decoded(value);
            let masked = self.secret(verdict, secret.as_deref().unwrap_or(value))?;
            return Some(format!("{name}={}", encoded(&masked, IN_VALUE)));
        }
        let new_name = self.encoded_value(name, DEPTH_MAX);
        let new_value = self.encoded_value(value, depth);
        if new_name.is_none() && new_value.is_none() {
            return None;
        }
        Some(format!("{}={}", new_name.as_deref().unwrap_or(name), new_value.as_deref().unwrap_or(value)))
    }

    /// A value whose name tells nothing.
    fn encoded_value(&mut self, value: &str, depth: usize) -> Option<String> {
        let plain = decoded(value);
        let now = plain.as_deref().unwrap_or(value);
        Some(encoded(&self.any(now, depth + 1)?, IN_VALUE))
    }

    /// Masks until nothing is left to be masked. A tag in place of a secret can make a text read differently: a
    /// word that was two, an address that was none.
    pub(crate) fn settled(
        &mut self,
        text: &str,
        mut mask: impl FnMut(&mut Self, &str) -> Option<String>,
    ) -> Option<String> {
        let mut masked = mask(self, text)?;
        for _ in 1..ROUNDS_MAX {
            match mask(self, &masked) {
                Some(again) => masked = again,
                None => break,
            }
        }
        Some(masked)
    }

    /// A text of unknown form: JSON, an address, or free.
    pub(crate) fn any(&mut self, text: &str, depth: usize) -> Option<String> {
        self.settled(text, |masker, text| masker.once(text, depth))
    }

    fn once(&mut self, text: &str, depth: usize) -> Option<String> {
        if depth < DEPTH_MAX {
            if text.starts_with(['{', '[']) {
                match self.json(text, depth + 1, false) {
                    Ok(masked) => return masked,
                    Err(()) => return self.free(text),
                }
            }
            let address = text.starts_with('/') || text.starts_with("http");
            if address && text.contains(['?', '#', ';', '%']) && !text.contains(' ') {
                return self.url(text, depth + 1);
            }
        }
        self.free(text)
    }
}

/// The text behind percent signs; `None` when there are none.
pub(crate) fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned()).filter(|plain| plain != text)
}

/// What stays as it is in a path: not the `?`, `&`, `=` and `#` that were hidden there.
const IN_PATH: &[u8] = b"-_.~*:/@,!$();";
/// What stays as it is in the value of a parameter.
pub(crate) const IN_VALUE: &[u8] = b"-_.~*:/@,!$()=?+";
/// What stays as it is in a word of free text.
pub(crate) const IN_WORD: &[u8] = b"-_.~*:/@,!$()=?+&;#%[]{}<>";

/// The text with percent signs where it needs them.
pub(crate) fn encoded(text: &str, safe: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || safe.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0').to_ascii_uppercase();
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::*;

    #[test]
    fn addresses() {
        let rules = Rules::new([7; 32]);
        let t = |secret: &str| rules.probe(secret);
        let cases = [
            ("/a?token=t1&b=2", format!("/a?token={}&b=2", t("t1"))),
            ("/a?to%6Ben=t%31", format!("/a?to%6Ben={}", t("t1"))),
            ("https://u:p@h/a#access_token=t1&x=1", format!("https://***@h/a#access_token={}&x=1", t("t1"))),
            ("/a;jsessionid=s1/b", format!("/a;jsessionid={}/b", t("s1"))),
            ("/a?password=p&pin=1", "/a?password=***&pin=***".to_owned()),
            ("/a?next=https%3A%2F%2Fu%3Ap%40h%2F", "/a?next=https://***@h/".to_owned()),
            ("/a?next=%2Fb%3Fcode%3Dc1", format!("/a?next=/b?code={}", t("c1"))),
            ("/login%3Ftoken=t1", format!("/login%3Ftoken%3D{}", t("t1"))),
            ("/a?card=4111+1111+1111+1111", "/a?card=****1111".to_owned()),
            ("/a?f=%7B%22secret%22%3A%22s1%22%7D", format!("/a?f=%7B%22secret%22:%22{}%22%7D", t("s1"))),
            ("/a?auth=Bearer%20t12345678", format!("/a?auth=Bearer%20{}", t("t12345678"))),
            ("/a?x-api-key=a%2Bb", format!("/a?x-api-key={}", t("a+b"))),
        ];
        for (text, want) in cases {
            let mut masker = Masker::new(&rules);
            let masked = masker.url(text, 0).unwrap();
            assert_eq!(masked, want, "{text}");
            assert_eq!(masker.url(&masked, 0), None, "{masked} again");
        }
        for text in [
            "/a?page=2&sort=name",
            "/a?q=50%25",
            "/a?max_tokens=5",
            "/",
            "",
            "?",
            "#",
            "/a?=&&;=",
            "%",
            "/%zz?%=%",
        ] {
            assert_eq!(Masker::new(&rules).url(text, 0), None, "{text}");
        }
    }
}
