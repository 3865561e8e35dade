//! Where senders put their ingest token. Gateways and shippers fix the place, so every place is looked at.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Longer credentials are not looked at.
const CREDENTIAL_BYTES_MAX: usize = 1 << 10;

const SCHEMES: [&str; 5] = ["bearer", "splunk", "token", "basic", "apikey"];

/// The ingest token a request presents, from wherever the sender could put it: the path segment after `/i/` if
/// there is one, then the headers, then the query.
///
/// | place | sent by |
/// |---|---|
/// | `/i/<T>/…` | Kong http-log, which drops the query of its endpoint |
/// | `X-Amz-Firehose-Access-Key: T` | Amazon Data Firehose |
/// | `DD-API-KEY: T` | Datadog agents and libraries |
/// | `Authorization: Bearer T`, `Splunk T`, `Token T`, `T` | most shippers, Splunk HEC senders |
/// | `Authorization: Basic base64(user:T)` | address with user info; the user is free |
/// | `Authorization: Basic base64(Splunk T)` | the recipe of webMethods' tutorial |
/// | `Authorization: ApiKey base64(id:T)`, `ApiKey T` | Elasticsearch clients |
/// | `X-Api-Key: T` | generic senders |
/// | `?token=T`, `?dd-api-key=T` | senders that can set nothing but an address |
pub fn ingest_token_from<'h>(
    header: impl Fn(&str) -> Option<&'h str>,
    query: Option<&str>,
    path_segment: Option<&str>,
) -> Option<String> {
    path_segment
        .and_then(plain)
        .or_else(|| header("x-amz-firehose-access-key").and_then(plain))
        .or_else(|| header("dd-api-key").and_then(plain))
        .or_else(|| header("authorization").and_then(authorization))
        .or_else(|| header("x-api-key").and_then(plain))
        .or_else(|| query.and_then(from_query))
}

fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= CREDENTIAL_BYTES_MAX).then(|| text.to_owned())
}

fn authorization(value: &str) -> Option<String> {
    let value = value.trim();
    if value.len() > CREDENTIAL_BYTES_MAX {
        return None;
    }
    let Some((scheme, rest)) = value.split_once(|c: char| c.is_ascii_whitespace()) else {
        return plain(value).filter(|text| !SCHEMES.contains(&text.to_ascii_lowercase().as_str()));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "splunk" | "token" => plain(rest),
        "basic" => basic(&decode(rest)?),
        "apikey" => match decode(rest).as_deref().and_then(|text| text.split_once(':')) {
            Some((_, token)) => plain(token),
            None => plain(rest),
        },
        _ => None,
    }
}

/// `user:T`, `T:` (an address `https://T@host`) or `Splunk T`.
fn basic(text: &str) -> Option<String> {
    if let Some(token) = text.strip_prefix("Splunk ") {
        return plain(token);
    }
    let (user, password) = text.split_once(':')?;
    plain(password).or_else(|| plain(user))
}

fn decode(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()?;
    String::from_utf8(bytes).ok()
}

fn from_query(query: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(name, _)| matches!(*name, "token" | "dd-api-key"))?;
    let value = value.get(..value.len().min(3 * CREDENTIAL_BYTES_MAX))?;
    plain(&percent_decoded(value)?)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        out.push(match byte {
            b'%' => (digit(bytes.next())? * 16 + digit(bytes.next())?) as u8,
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> Option<String> {
        ingest_token_from(|asked| (asked == name).then_some(value), None, None)
    }

    #[test]
    fn every_way_of_the_senders() {
        const T: &str = "gl_in_T";
        let b64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let ways = [
            ("authorization", format!("Bearer {T}")),
            ("authorization", format!("bearer  {T} ")),
            ("authorization", format!("Splunk {T}")),
            ("authorization", T.to_owned()),
            ("authorization", format!("Basic {}", b64("anyone:gl_in_T"))),
            ("authorization", format!("Basic {}", b64("anyone:gl_in_T").trim_end_matches('='))),
            ("authorization", format!("Basic {}", b64("gl_in_T:"))),
            ("authorization", format!("Basic {}", b64("Splunk gl_in_T"))),
            ("authorization", format!("ApiKey {}", b64("some-id:gl_in_T"))),
            ("authorization", format!("ApiKey {T}")),
            ("x-amz-firehose-access-key", T.to_owned()),
            ("dd-api-key", T.to_owned()),
            ("x-api-key", T.to_owned()),
        ];
        for (name, value) in ways {
            assert_eq!(with(name, &value).as_deref(), Some(T), "{name}: {value}");
        }
        assert_eq!(ingest_token_from(|_| None, Some("a=1&token=gl%5Fin_T"), None).as_deref(), Some(T));
        assert_eq!(
            ingest_token_from(|_| None, Some("ddsource=a&dd-api-key=gl_in_T"), None).as_deref(),
            Some(T)
        );
        assert_eq!(ingest_token_from(|_| Some("other"), Some("token=other"), Some(T)).as_deref(), Some(T));
    }

    #[test]
    fn what_is_none() {
        for (name, value) in [
            ("authorization", ""),
            ("authorization", "Digest username=a"),
            ("authorization", "Basic ???"),
            ("authorization", "Bearer "),
            ("x-api-key", " "),
            ("cookie", "gl_in_T"),
        ] {
            assert_eq!(with(name, value), None, "{name}: {value}");
        }
        for query in ["", "token", "token=", "token=%", "token=%f", "token=%ff", "tokens=a"] {
            assert_eq!(ingest_token_from(|_| None, Some(query), None), None, "{query}");
        }
        assert_eq!(with("authorization", &"x".repeat(2_000)), None);
    }
}
