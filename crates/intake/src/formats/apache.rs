//! Apache's access logs: common, combined and those with the virtual host in front. Knows what Apache does otherwise
//! than NGINX, whose combined form is the same.

use event::{Event, Value, field as f};

use super::nginx::combined;
use crate::denial::{self, Judgement, Told};
use crate::format::{Format, Reason};

/// The Apache HTTP server.
pub(crate) struct Apache;

impl Format for Apache {
    fn name(&self) -> &'static str {
        "apache"
    }

    fn doc(&self) -> &'static str {
        "Apache's access logs: `common`, `combined`, `combinedio` and `vhost_combined`.\n\n\
         A combined line of Apache looks like one of NGINX, so name the format where you can: without a name a line is \
         taken for Apache's only when it has a virtual host with a port, `-` for no bytes, or `\\\"` in a quoted part. \
         The user of a 401 is only claimed."
    }

    fn recognises(&self, record: &str) -> bool {
        is_error_log(record) || combined::recognises(record) && is_apaches(record)
    }

    fn event<'a>(&self, record: &'a str, event: &mut Event<'a>) -> Result<(), Reason> {
        event.text(f::GATEWAY, self.name());
        if is_error_log(record) {
            return Err(Reason::new("a line of the error log, not of an access log"));
        }
        combined::read(record, event)?;
        for field in [f::PATH, f::REFERER, f::USER_AGENT, f::CONSUMER_NAME] {
            if let Some(Value::Text(text)) = event.get(field)
                && text.contains('\\')
            {
                let text = unescaped(text);
                event.text(field, text);
            }
        }
        if !event.has(f::RESPONSE_BYTES) {
            // `%b` writes `-` for none.
            event.int(f::RESPONSE_BYTES, 0);
        }
        let named = event.has(f::CONSUMER_NAME);
        denial::decide(event, Told { credentials: Some(named), claimed: true, ..Told::default() });
        Ok(())
    }

    fn judgement(&self) -> &Judgement {
        &JUDGEMENT
    }
}

static JUDGEMENT: Judgement = Judgement {
    backend: "not in Apache's common and combined forms: every 401, 403 and 429 counts as denied",
    words: &[],
    signs: &[
        ("401 without a user", "missing_credentials"),
        ("401 with a user, who is only claimed", "invalid_credentials"),
        ("403", "policy_denied"),
        ("429", "rate_limited"),
    ],
    unknown: "Who answered, and why. Log JSON with `%{handler}` or an environment variable of your own as `denial_reason`, and read it as \
              `json`.",
};

/// `[Fri Oct 08 17:08:41.203277 2021] [core:error] …`
fn is_error_log(line: &str) -> bool {
    let rest = line.strip_prefix('[').and_then(|line| line.split_once("] ["));
    rest.is_some_and(|(time, rest)| {
        time.len() >= 24 && rest.split(']').next().is_some_and(|level| level.contains(':'))
    })
}

fn is_apaches(line: &str) -> bool {
    let before = line.split('[').next().unwrap_or("");
    let vhost_port = before.split(' ').next().is_some_and(|host| {
        host.rsplit_once(':').is_some_and(|(name, port)| {
            !name.contains(':') && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
        })
    }) && before.split_whitespace().count() >= 4;
    vhost_port || line.contains("\\\"") || without_bytes(line)
}

/// `" 304 -`
fn without_bytes(line: &str) -> bool {
    line.match_indices("\" ").any(|(at, _)| {
        let rest = line.as_bytes().get(at + 2..).unwrap_or(&[]);
        rest.get(..3).is_some_and(|status| status.iter().all(u8::is_ascii_digit))
            && matches!(rest.get(3..), Some([b' ', b'-'] | [b' ', b'-', b' ', ..]))
    })
}

/// `\"`, `\\` and `\t`; Apache's `\xHH` is read by then.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('\\', Some(next @ ('"' | '\\'))) => {
                out.push(next);
                rest.next();
            }
            ('\\', Some('t')) => {
                out.push(' ');
                rest.next();
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::decode;
    use event::field as f;

    #[test]
    fn what_only_apache_writes_is_known_and_the_rest_is_nginx() {
        let formats = |line: &str| decode(None, line.as_bytes()).formats;
        let usual = r#"1.2.3.4 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 "-" "ua""#;
        assert_eq!(formats(usual), [("nginx", 1)]);
        for line in [
            r#"1.2.3.4 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 304 -"#,
            r#"shop.example:443 1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 1 "-" "ua""#,
            r#"1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 1 "-" "a \"b\" c""#,
        ] {
            assert_eq!(formats(line), [("apache", 1)], "{line}");
        }
    }

    #[test]
    fn escapes_are_read_and_a_refused_user_is_only_claimed() {
        let line =
            r#"1.2.3.4 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 401 - "-" "a \"b\" \\c""#;
        let decoded = decode(crate::by_name("apache"), line.as_bytes());
        let row = decoded.batch.row(0);
        assert_eq!(row.text(f::USER_AGENT), Some(r#"a "b" \c"#));
        assert_eq!((row.text(f::CLAIMED_CONSUMER), row.text(f::CONSUMER_NAME)), (Some("frank"), None));
        assert_eq!((row.text(f::REASON), row.int(f::RESPONSE_BYTES)), (Some("invalid_credentials"), Some(0)));
    }
}
