//! What an identity provider says of someone: an ID token (OpenID Connect Core 1.0, section 2), checked against the keys
//! that the provider published. RS256 and ES256 are all there is, and the kind of the key decides which: no other
//! algorithm can be put in their place.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event::Timestamp;
use event::time::{MINUTE, SECOND};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::members::Subject;

/// The longest ID token that is looked at, in bytes.
pub const ID_TOKEN_BYTES_MAX: usize = 64 << 10;
/// Keys of a provider that are looked at.
pub const PUBLISHED_KEYS_MAX: usize = 100;
/// Clocks may differ by so much, in microseconds.
const LEEWAY: i64 = MINUTE;
/// An ID token was issued at most so long ago, in microseconds: it is used at once or never.
const ISSUED_AGO_MAX: i64 = 10 * MINUTE;
/// A provider's name for a person is at most this long, in bytes.
const SUBJECT_BYTES_MAX: usize = 255;

/// Why an ID token is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Not three parts of the right kind.
    #[error("it is not a signed token")]
    Malformed,
    /// `none`, a shared secret, or one we do not check.
    #[error("it is signed with {0:?}, and only RS256 and ES256 are believed")]
    Algorithm(String),
    /// The provider did not publish that key, or not yet when we looked.
    #[error("the provider published no such key")]
    UnknownKey,
    /// The signature is not of that key.
    #[error("the signature is wrong")]
    Signature,
    /// A claim is missing or not what it must be.
    #[error("{0} is not as it should be")]
    Claim(&'static str),
    /// Past its time.
    #[error("it is past its time")]
    Expired,
}

/// The keys that a provider published, as far as they sign ID tokens.
#[derive(Clone, Default)]
pub struct PublishedKeys(Vec<Key>);

#[derive(Clone)]
struct Key {
    id: Option<String>,
    of: Kind,
}

#[derive(Clone)]
enum Kind {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point.
    P256(Vec<u8>),
}

/// A key as RFC 7517 writes it.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwk {
    fn key(self) -> Option<Key> {
        let is_for = |name: &str| self.alg.as_deref().is_none_or(|alg| alg == name);
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return None;
        }
        let of = match self.kty.as_str() {
            "RSA" if is_for("RS256") => Kind::Rsa { n: number(&self.n?)?, e: number(&self.e?)? },
            "EC" if is_for("ES256") && self.crv.as_deref() == Some("P-256") => {
                Kind::P256([vec![4], decoded(&self.x?)?, decoded(&self.y?)?].concat())
            }
            _ => return None,
        };
        Some(Key { id: self.kid, of })
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A number without zeros in front.
fn number(text: &str) -> Option<Vec<u8>> {
    Some(decoded(text)?.into_iter().skip_while(|byte| *byte == 0).collect())
}

impl PublishedKeys {
    /// Those of a key set (RFC 7517, section 5) that can be used; others are left out.
    pub fn read(set: &Value) -> PublishedKeys {
        let keys = set.get("keys").and_then(Value::as_array).into_iter().flatten();
        let keys = keys.filter_map(|key| Jwk::deserialize(key).ok()?.key());
        PublishedKeys(keys.take(PUBLISHED_KEYS_MAX).collect())
    }

    fn check(&self, header: &Header, message: &[u8], signature: &[u8]) -> Result<(), BadToken> {
        let fits = |key: &&Key| match (header.alg.as_str(), &key.of) {
            ("RS256", Kind::Rsa { .. }) | ("ES256", Kind::P256(_)) => {
                header.kid.is_none() || header.kid == key.id
            }
            _ => false,
        };
        let keys: Vec<&Key> = self.0.iter().filter(fits).collect();
        // A token that does not name its key can be believed where there is one only.
        if keys.is_empty() || header.kid.is_none() && keys.len() > 1 {
            return Err(BadToken::UnknownKey);
        }
        match keys.iter().any(|key| key.of.signed(message, signature)) {
            true => Ok(()),
            false => Err(BadToken::Signature),
        }
    }
}

impl Kind {
    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            Kind::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            Kind::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
        };
        checked.is_ok()
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// What an ID token must say to be for us and for this sign-in.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// What the provider knows us as.
    pub client_id: &'a str,
    /// What was sent along when the sign-in began.
    pub nonce: &'a str,
    /// The time now.
    pub now: Timestamp,
}

/// Someone a provider vouches for. Comes out of [`identity`] and out of nothing else.
#[derive(Clone, Debug)]
pub struct Identity {
    subject: Subject,
    claims: Map<String, Value>,
}

/// Checks an ID token: signature, issuer, audience, times and nonce.
pub fn identity(token: &str, keys: &PublishedKeys, expected: Expected<'_>) -> Result<Identity, BadToken> {
    let parts: Vec<&str> = token.split('.').collect();
    let (true, [head, body, signature]) = (token.len() <= ID_TOKEN_BYTES_MAX, parts.as_slice()) else {
        return Err(BadToken::Malformed);
    };
    let json = |part: &str| decoded(part).ok_or(BadToken::Malformed);
    let header: Header = serde_json::from_slice(&json(head)?).map_err(|_| BadToken::Malformed)?;
    if !["RS256", "ES256"].contains(&header.alg.as_str()) {
        return Err(BadToken::Algorithm(header.alg.chars().take(20).collect()));
    }
    if header.crit.is_some() {
        // It says that something must be understood, and whatever that is, we do not.
        return Err(BadToken::Claim("crit"));
    }
    let (message, _) = token.rsplit_once('.').ok_or(BadToken::Malformed)?;
    keys.check(&header, message.as_bytes(), &json(signature)?)?;
    let claims: Map<String, Value> = serde_json::from_slice(&json(body)?).map_err(|_| BadToken::Malformed)?;
    let subject = claimed(&claims, expected)?;
    Ok(Identity { subject, claims })
}

/// Whom the claims are of, when all of them are as they should be.
fn claimed(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<Subject, BadToken> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // Seconds, perhaps with a fraction.
    let time = |name: &'static str| {
        let seconds = claims.get(name)?.as_f64().filter(|s| (0.0..1e11).contains(s))?;
        Some((seconds * SECOND as f64) as i64)
    };
    if text("iss") != Some(expected.issuer) {
        return Err(BadToken::Claim("iss"));
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audience.contains(&expected.client_id) {
        return Err(BadToken::Claim("aud"));
    }
    // Of several audiences it must be us it was made for.
    let azp = claims.get("azp");
    if (azp.is_some() || audience.len() > 1) && text("azp") != Some(expected.client_id) {
        return Err(BadToken::Claim("azp"));
    }
    let now = expected.now.0;
    if time("exp").ok_or(BadToken::Claim("exp"))? + LEEWAY <= now {
        return Err(BadToken::Expired);
    }
    let issued = time("iat").ok_or(BadToken::Claim("iat"))?;
    if issued - LEEWAY > now || issued + ISSUED_AGO_MAX + LEEWAY < now {
        return Err(BadToken::Claim("iat"));
    }
    if claims.contains_key("nbf") && time("nbf").is_none_or(|from| from - LEEWAY > now) {
        return Err(BadToken::Claim("nbf"));
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(BadToken::Claim("nonce"));
    }
    let subject = text("sub").filter(|sub| !sub.is_empty() && sub.len() <= SUBJECT_BYTES_MAX);
    let subject = subject.ok_or(BadToken::Claim("sub"))?.to_owned();
    Ok(Subject { issuer: expected.issuer.to_owned(), subject })
}

impl Identity {
    /// The provider and its name for the person.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// A claim that is a text.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// The texts of a claim that is one or a list: `groups`, a name with dots in it such as
    /// `https://example.com/groups`, or a way into an object such as `realm_access.roles`.
    pub fn texts(&self, claim: &str) -> Vec<&str> {
        let inside = || {
            let mut steps = claim.split('.');
            let first = self.claims.get(steps.next()?)?;
            steps.try_fold(first, |value, step| value.get(step))
        };
        match self.claims.get(claim).or_else(inside) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}
