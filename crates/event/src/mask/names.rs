//! Which names announce a secret: of headers, query and form parameters, JSON members, cookies. One verdict for
//! all of them, because gateways copy one into another.

/// Headers whose value is a secret, request and response, in any case.
pub const HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "apikey",
    "api-key",
    "x-auth-token",
    "x-access-token",
    "x-csrf-token",
    "x-xsrf-token",
    "x-amz-security-token",
    "x-amz-firehose-access-key",
    "x-goog-api-key",
    "x-vault-token",
    "x-consul-token",
    "x-gitlab-token",
    "x-hub-signature",
    "x-hub-signature-256",
    "x-shopify-access-token",
    "ocp-apim-subscription-key",
    "x-functions-key",
    "dd-api-key",
    "dpop",
    "www-authenticate",
    "proxy-authenticate",
];

/// Query and form parameters, and JSON members, whose value is a secret.
pub const PARAMETERS: &[&str] = &[
    "access_token",
    "refresh_token",
    "id_token",
    "token",
    "api_key",
    "apikey",
    "key",
    "code",
    "client_secret",
    "client_assertion",
    "assertion",
    "password",
    "passwd",
    "pwd",
    "secret",
    "sig",
    "signature",
    "session",
    "sid",
    "jwt",
    "bearer",
    "otp",
    "pin",
    "subscription-key",
    "SAMLResponse",
    "SAMLRequest",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Goog-Signature",
];

/// Any name that contains one of these, dashes and underscores left out, announces a secret.
pub const FRAGMENTS: &[&str] = &[
    "token",
    "secret",
    "passw",
    "passphrase",
    "session",
    "sessid",
    "signature",
    "credential",
    "apikey",
    "accesskey",
    "privatekey",
];

/// Names so short of possible values that a tag could be guessed: replaced by `***`.
pub const GUESSABLE: &[&str] = &["pin", "otp", "password", "passwd", "pwd", "passphrase", "cvv", "cvc"];

/// Endings of names that speak about a secret and hold none: `max_tokens`, `token_type`, `session_count`.
pub const HARMLESS_ENDINGS: &[&str] = &[
    "tokens",
    "type",
    "count",
    "duration",
    "ttl",
    "expires",
    "expiresin",
    "expiresat",
    "expiry",
    "age",
    "ms",
    "size",
    "length",
    "limit",
    "status",
    "endpoint",
    "use",
];

/// Path segments after which a long segment is a secret: `/reset/<…>`.
pub const PATH_SEGMENTS: &[&str] = &[
    "tokens",
    "keys",
    "apikeys",
    "secrets",
    "sessions",
    "reset",
    "verify",
    "verification",
    "confirm",
    "confirmation",
    "activate",
    "activation",
    "invite",
    "invitation",
    "magic",
    "magiclink",
    "recover",
    "recovery",
    "unsubscribe",
    "login",
    "auth",
    "oauth",
    "sso",
    "i",
    "ingest",
];

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Plain,
    /// `key` or `code`: a secret in a query; in JSON and free text often a plain word or a small number.
    Generic,
    /// A secret.
    Secret,
    /// A credential as headers write it: a scheme may come first, blanks belong to it.
    Credential,
    /// A secret that could be guessed from its tag.
    Guessable,
    /// `a=1; b=2`.
    Cookie,
    /// `a=1; Path=/`.
    SetCookie,
}

/// The verdict on a name as it is written.
pub(crate) fn verdict(name: &str) -> Verdict {
    let name = plain(name);
    match name.as_str() {
        "" => return Verdict::Plain,
        "cookie" | "cookies" | "xcookie" => return Verdict::Cookie,
        "setcookie" | "setcookie2" => return Verdict::SetCookie,
        "key" | "code" => return Verdict::Generic,
        _ => {}
    }
    if GUESSABLE.contains(&name.as_str()) || name.ends_with("password") || name.ends_with("passwd") {
        return Verdict::Guessable;
    }
    if name.ends_with("authorization") || name.ends_with("authenticate") {
        return Verdict::Credential;
    }
    let listed = HEADERS.iter().chain(PARAMETERS).any(|listed| plain(listed) == name);
    let fragment = || FRAGMENTS.iter().any(|fragment| name.contains(fragment));
    let harmless = || HARMLESS_ENDINGS.iter().any(|ending| name.ends_with(ending));
    if listed || fragment() && !harmless() { Verdict::Secret } else { Verdict::Plain }
}

/// Everything a name says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    /// About a value of that name.
    pub(crate) verdict: Verdict,
    /// Whether a long path segment after one of that name is a secret.
    secret_follows: bool,
    /// Whether it is a name of many: `/tokens/<uuid>` names a thing, `/reset/<uuid>` is the secret itself.
    many: bool,
}

/// Everything a name says, as it is written.
pub(crate) fn judge(name: &str) -> Judged {
    let (verdict, name) = (verdict(name), plain(name));
    let listed =
        PATH_SEGMENTS.contains(&name.as_str()) || name.starts_with("reset") || name.ends_with("reset");
    Judged { verdict, secret_follows: listed || verdict != Verdict::Plain, many: name.ends_with('s') }
}

impl Judged {
    /// Whether this path segment of at least 32 characters, after one of this name, is a secret.
    pub(crate) fn announces(self, segment: &str) -> bool {
        self.secret_follows && !(self.many && is_uuid(segment))
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Lower case, without dashes and underscores, the innermost of `user[password]` and `headers.cookie`.
fn plain(name: &str) -> String {
    let name = name.trim().trim_end_matches([']', '[', ':']);
    let inner = name.rsplit(['.', '[']).next().unwrap_or(name);
    inner.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_spelling() {
        for name in HEADERS.iter().chain(PARAMETERS).chain(GUESSABLE) {
            for name in
                [name.to_string(), name.to_uppercase(), name.replace('-', "_"), format!("headers.{name}")]
            {
                assert_ne!(verdict(&name), Verdict::Plain, "{name}");
            }
        }
        for name in [
            "user[password]",
            "newPassword",
            "X-My-Secret-Header",
            "csrf_token",
            "JSESSIONID",
            "awsAccessKey",
        ] {
            assert_ne!(verdict(name), Verdict::Plain, "{name}");
        }
        for name in
            ["", "page", "max_tokens", "token_type", "host", "sec-websocket-key", "idempotency-key", "monkey"]
        {
            assert_eq!(verdict(name), Verdict::Plain, "{name}");
        }
    }

    #[test]
    fn segments_after_names() {
        let hex = "0123456789abcdef0123456789abcdef";
        let uuid = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
        for (before, segment, want) in [
            ("token", hex, true),
            ("reset", uuid, true),
            ("password-reset", hex, true),
            ("tokens", hex, true),
            ("tokens", uuid, false),
            ("orders", hex, false),
        ] {
            assert_eq!(judge(before).announces(segment), want, "{before}/{segment}");
        }
    }
}
