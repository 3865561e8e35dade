//! The text of a token: `gl_<kind>_<id8>_<secret43>_<crc6>`, 65 characters, letters and digits only between the
//! underscores, so that a double click takes all of it.
//!
//! ```text
//! gl _ in _ 4fK09sQz _ <43 base-62 digits of 256 random bits> _ <6 base-62 digits of the CRC-32 of all before>
//! ```
//!
//! The CRC tells garbage and mistyped tokens apart from wrong ones without a look-up, and lets secret scanners
//! be sure. Only the SHA-256 of the text is kept; 256 random bits need no slow hash.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

use crate::secret::Secret;

/// Fresh randomness for one token: 32 bytes for the secret, 8 for the id.
pub type Random = [u8; 40];

const ID_CHARS: usize = 8;
const SECRET_CHARS: usize = 43;
const CRC_CHARS: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// `in`: appends events, nothing else.
    Ingest,
    /// `ap`: calls the API with a role.
    Api,
    /// `br`: a browser's session, or the one-time link that opens one.
    Browser,
}

impl TokenKind {
    const ALL: [TokenKind; 3] = [TokenKind::Ingest, TokenKind::Api, TokenKind::Browser];

    /// The two letters in the token.
    pub fn letters(self) -> &'static str {
        match self {
            TokenKind::Ingest => "in",
            TokenKind::Api => "ap",
            TokenKind::Browser => "br",
        }
    }
}

/// The public part of a token: eight letters and digits, good for lists, logs and the operator trail.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenId(String);

impl TokenId {
    /// Reads an id; `None` when it is not eight letters and digits.
    pub fn parse(text: &str) -> Option<TokenId> {
        (text.len() == ID_CHARS && is_base62(text)).then(|| TokenId(text.to_owned()))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> TokenId {
        TokenId(base62(bytes, ID_CHARS))
    }

    /// The eight characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token whose form and CRC are right. Whether it is known is the [`crate::Keyring`]'s to say.
#[derive(Clone)]
pub struct Token {
    kind: TokenKind,
    id: TokenId,
    text: Secret<String>,
}

impl Token {
    /// A new token.
    pub fn mint(kind: TokenKind, random: &Random) -> Token {
        let (secret, id) = random.split_at(32);
        let id = TokenId::from_bytes(id);
        let mut text = format!("gl_{}_{id}_{}", kind.letters(), base62(secret, SECRET_CHARS));
        let crc = crc(&text);
        text.push('_');
        text.push_str(&crc);
        Token { kind, id, text: Secret::new(text) }
    }

    /// Reads a token; `None` when the form or the CRC is wrong.
    pub fn parse(text: &str) -> Option<Token> {
        let mut parts = text.strip_prefix("gl_")?.split('_');
        let (kind, id, secret, check) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let kind = TokenKind::ALL.into_iter().find(|k| k.letters() == kind)?;
        let id = TokenId::parse(id)?;
        let whole = parts.next().is_none() && secret.len() == SECRET_CHARS && is_base62(secret);
        let body = text.get(..text.len().checked_sub(CRC_CHARS + 1)?)?;
        (whole && crc(body) == check).then(|| Token { kind, id, text: Secret::new(text.to_owned()) })
    }

    /// What it is for.
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// Its public part.
    pub fn id(&self) -> &TokenId {
        &self.id
    }

    /// All of it, to be shown once.
    pub fn text(&self) -> &Secret<String> {
        &self.text
    }

    /// All of it, to be shown once.
    pub fn into_text(self) -> Secret<String> {
        self.text
    }
}

/// The SHA-256 of a credential: all that is kept of it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    pub(crate) fn of(text: &str) -> Hash {
        Hash(Sha256::digest(text.as_bytes()).into())
    }

    /// Whether it is the hash of the same text; takes the same time whatever the answer.
    pub(crate) fn is(&self, other: &Hash) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> String {
        hash.0.iter().map(|b| format!("{b:02x}")).collect()
    }
}

impl TryFrom<String> for Hash {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Hash, &'static str> {
        let mut bytes = [0_u8; 32];
        let pairs = text.as_bytes().as_chunks::<2>().0;
        if text.len() != 64 || !text.is_ascii() {
            return Err("a hash has 64 hexadecimal digits");
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let digits = std::str::from_utf8(pair).ok();
            *byte = digits
                .and_then(|d| u8::from_str_radix(d, 16).ok())
                .ok_or("a hash has 64 hexadecimal digits")?;
        }
        Ok(Hash(bytes))
    }
}

/// A number of any length as base-62 digits, the last `chars` of them.
fn base62(bytes: &[u8], chars: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits: Vec<u8> = (0..chars)
        .map(|_| {
            let rest = number.iter_mut().fold(0_u32, |rest, byte| {
                let part = rest << 8 | u32::from(*byte);
                *byte = (part / 62) as u8;
                part % 62
            });
            DIGITS.get(rest as usize).copied().unwrap_or(b'0')
        })
        .collect();
    digits.reverse();
    digits.into_iter().map(char::from).collect()
}

fn is_base62(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn crc(text: &str) -> String {
    base62(&crc32fast::hash(text.as_bytes()).to_be_bytes(), CRC_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_looks_like_this() {
        let mut random = [0_u8; 40];
        random.iter_mut().enumerate().for_each(|(i, b)| *b = i as u8);
        let token = Token::mint(TokenKind::Ingest, &random);
        let text = token.text().expose();
        assert_eq!(text, "gl_in_UyNnS4W7_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf_1lrmRv");
        assert_eq!(Token::mint(TokenKind::Api, &[255; 40]).text().expose().len(), text.len());
        assert_eq!(Token::mint(TokenKind::Api, &[0; 40]).text().expose().len(), text.len());
    }

    #[test]
    fn the_hash_is_read_back() {
        let hash = Hash::of("a");
        let text = String::from(hash);
        assert!(Hash::try_from(text.clone()).is_ok_and(|h| h.is(&hash)));
        assert!(Hash::try_from(text[1..].to_owned()).is_err());
        assert!(Hash::try_from("g".repeat(64)).is_err());
    }

    proptest! {
        #[test]
        fn what_is_minted_is_parsed(random in prop::collection::vec(any::<u8>(), 40)) {
            let random: Random = random.try_into().unwrap();
            for kind in TokenKind::ALL {
                let token = Token::mint(kind, &random);
                let back = Token::parse(token.text().expose()).unwrap();
                prop_assert_eq!(back.id(), token.id());
                prop_assert_eq!(back.kind(), kind);
            }
        }

        #[test]
        fn one_wrong_character_is_noticed(at in 0_usize..65, with in "[ -~]") {
            let text = Token::mint(TokenKind::Api, &[9; 40]).into_text().into_exposed();
            let at = at % text.len();
            let mut wrong = text.clone();
            wrong.replace_range(at..=at, &with);
            prop_assert_eq!(Token::parse(&wrong).is_some(), wrong == text);
        }

        #[test]
        fn garbage_is_refused_without_panic(text in ".{0,90}") {
            let close = format!("gl_in_{text}");
            prop_assert!(Token::parse(&text).is_none());
            prop_assert!(Token::parse(&close).is_none());
        }
    }
}
