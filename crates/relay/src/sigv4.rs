//! Signs requests as AWS wants them (Signature Version 4). Pure: the time is given, and of a body its hash.

use event::Timestamp;
use event::time::{DAY, HOUR, MINUTE, SECOND, civil};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Who signs. Has no `Debug` on purpose.
#[derive(Clone)]
pub struct Credentials {
    /// `AKIA…`; it is part of each request and no secret.
    pub key_id: String,
    /// The secret.
    pub secret: String,
    /// With credentials for a time.
    pub session_token: Option<String>,
}

/// A request to be signed and sent.
pub struct Request<'a> {
    /// `https://host:port`, without a path.
    pub origin: &'a str,
    /// The path, not encoded, with its first `/`.
    pub path: &'a str,
    /// Names and values, not encoded.
    pub query: &'a [(&'a str, &'a str)],
    /// `eu-west-1`.
    pub region: &'a str,
    /// `s3`, `apigateway`.
    pub service: &'a str,
}

/// What is done with what a request names, and what it brings.
pub struct Act<'a> {
    /// `GET`, `PUT`, `DELETE`.
    pub method: &'a str,
    /// SHA-256 of the body in hex.
    pub sha256: &'a str,
}

impl Act<'_> {
    /// Reads it.
    pub const GET: Act<'static> = Act { method: "GET", sha256: EMPTY };
    /// Removes it.
    pub const DELETE: Act<'static> = Act { method: "DELETE", sha256: EMPTY };
}

/// A request that can be sent.
pub struct Signed {
    /// The whole address.
    pub url: String,
    /// What its head must have.
    pub headers: Vec<(&'static str, String)>,
}

impl Signed {
    /// The headers, borrowed.
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

impl Request<'_> {
    /// The address, with nothing but what was said.
    fn address(&self) -> (String, String) {
        let path = encoded(self.path, true);
        let mut pairs: Vec<(String, String)> =
            self.query.iter().map(|(name, value)| (encoded(name, false), encoded(value, false))).collect();
        pairs.sort();
        let query: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        (path, query.join("&"))
    }

    /// As it is, for buckets anyone may read.
    pub fn unsigned(&self) -> Signed {
        let (path, query) = self.address();
        Signed { url: url(self.origin, &path, &query), headers: Vec::new() }
    }

    /// Signed.
    pub fn signed(&self, act: &Act<'_>, credentials: &Credentials, now: Timestamp) -> Signed {
        let (path, query) = self.address();
        let time = basic(now);
        let day = time.get(..8).unwrap_or_default();
        let host = self.origin.split("://").nth(1).unwrap_or_default();
        let mut headers = vec![("host", host.to_owned())];
        if self.service == "s3" {
            headers.push(("x-amz-content-sha256", act.sha256.to_owned()));
        }
        headers.push(("x-amz-date", time.clone()));
        if let Some(token) = &credentials.session_token {
            headers.push(("x-amz-security-token", token.clone()));
        }
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        // All but S3 encode the path a second time.
        let signed_path = if self.service == "s3" { path.clone() } else { encoded(&path, true) };
        let mut canonical = format!("{}\n{signed_path}\n{query}\n", act.method);
        for (name, value) in &headers {
            let _ = writeln!(canonical, "{name}:{value}");
        }
        let _ = write!(canonical, "\n{names}\n{}", act.sha256);
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text =
            format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
        let key = [self.region, self.service, "aws4_request", &text]
            .iter()
            .fold(mac(format!("AWS4{}", credentials.secret).as_bytes(), day), |key, part| mac(&key, part));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            credentials.key_id,
            hex(&key)
        );
        headers.retain(|(name, _)| *name != "host");
        headers.push(("authorization", authorization));
        Signed { url: url(self.origin, &path, &query), headers }
    }
}

fn url(origin: &str, path: &str, query: &str) -> String {
    if query.is_empty() { format!("{origin}{path}") } else { format!("{origin}{path}?{query}") }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Percent-encoded as AWS does it; in a path the slashes stay.
pub fn encoded(text: &str, is_path: bool) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if is_path => out.push('/'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}

/// `20261121T103000Z`.
fn basic(time: Timestamp) -> String {
    let (year, month, day) = civil(time.0.div_euclid(DAY));
    let rest = time.0.rem_euclid(DAY);
    let (hour, minute, second) = (rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE / SECOND);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            key_id: "AKIDEXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
        }
    }

    /// The test suite of AWS: its time, region and service.
    fn signature(path: &str, query: &[(&str, &str)]) -> String {
        let now = Timestamp::parse("2015-08-30T12:36:00Z").unwrap();
        let request = Request {
            origin: "https://example.amazonaws.com",
            path,
            query,
            region: "us-east-1",
            service: "service",
        };
        let signed = request.signed(&Act::GET, &credentials(), now);
        let authorization = signed.headers.iter().find(|(name, _)| *name == "authorization").unwrap();
        authorization.1.rsplit('=').next().unwrap().to_owned()
    }

    #[test]
    fn agrees_with_the_test_suite_of_aws() {
        // get-vanilla, get-vanilla-query-order-key-case, get-utf8.
        assert_eq!(signature("/", &[]), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
        assert_eq!(
            signature("/", &[("Param2", "value2"), ("Param1", "value1")]),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        );
    }

    #[test]
    fn addresses_are_encoded_once_and_sorted() {
        let request = Request {
            origin: "https://b.example.com",
            path: "/logs/year=2026/a b+ü",
            query: &[("z", "1 2"), ("a", "/x")],
            region: "eu-west-1",
            service: "s3",
        };
        assert_eq!(
            request.unsigned().url,
            "https://b.example.com/logs/year%3D2026/a%20b%2B%C3%BC?a=%2Fx&z=1%202"
        );
        let later = Timestamp::parse("2026-11-22T07:08:09Z").unwrap();
        assert_eq!(basic(later), "20261122T070809Z");
        let with_token = Credentials { session_token: Some("st".into()), ..credentials() };
        let signed = request.signed(&Act::GET, &with_token, later);
        let names: Vec<&str> = signed.headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "authorization"]);
    }
}
