//! Proof that nothing was changed or left out: logs of hashes in the layout of C2SP tlog-tiles, signed checkpoints, proofs
//! of inclusion and of consistency. Knows neither what is logged nor whose key it is. docs/proof.md draws it all.

pub mod block;
pub mod check;
mod events;
mod names;
pub mod note;
pub(crate) mod rows;
mod salts;
pub mod single;
pub mod tiles;
pub mod tree;

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Hash> {
        let digits = text.as_bytes().as_chunks::<2>().0;
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.iter().map(byte).collect();
        let hash = Hash(bytes?.try_into().ok()?);
        (hash.to_string() == text).then_some(hash)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        Hash::parse(&text).ok_or_else(|| D::Error::custom("not 64 hexadecimal digits"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The SHA-256 of a message, which is padded where it stands: the messages of events are short, and a copy of each would cost half as much as
/// the hash.
fn hashed(message: &mut Vec<u8>) -> Hash {
    let bits = 8 * message.len() as u64;
    message.push(0x80);
    message.resize((message.len() + 8).next_multiple_of(64) - 8, 0);
    message.extend_from_slice(&bits.to_be_bytes());
    let mut state = START;
    sha2::block_api::compress256(&mut state, message.as_chunks().0);
    let mut hash = Hash::default();
    hash.0.as_chunks_mut().0.iter_mut().zip(state).for_each(|(bytes, word)| *bytes = word.to_be_bytes());
    hash
}

/// What SHA-256 begins with (FIPS 180-4, 5.3.3).
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The hash of a leaf (RFC 6962).
pub fn leaf(data: &[u8]) -> Hash {
    Hash(Sha256::new_with_prefix([0]).chain_update(data).finalize().into())
}

/// The hash of two subtrees (RFC 6962).
pub fn node(left: Hash, right: Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Hash(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_padded_in_place_has_the_hash_that_everybody_gives_it() {
        let bytes: Vec<u8> = (0..1_000_u32).map(|n| (n * 7) as u8).collect();
        for len in 0..bytes.len() {
            let (message, _) = bytes.split_at(len);
            assert_eq!(hashed(&mut message.to_vec()), Hash(Sha256::digest(message).into()), "{len}");
        }
    }
}
