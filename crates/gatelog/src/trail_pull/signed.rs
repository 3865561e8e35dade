//! Whether Kong signed an entry of its audit log. Knows a public key and RSA with SHA-256, and not what an entry means.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::Value;

/// The public part of Kong's `audit_log_signing_key`.
pub(super) struct Key(UnparsedPublicKey<Vec<u8>>);

impl Key {
    /// Reads it in PEM, as `openssl rsa -pubout` writes it.
    pub(super) fn read(file: &Path) -> Result<Key, String> {
        let wrong = |why: String| format!("public_key_file {}: {why}", file.display());
        let info = SubjectPublicKeyInfoDer::from_pem_file(file).map_err(|error| wrong(error.to_string()))?;
        let key =
            key_of(info.as_ref()).ok_or_else(|| wrong("no RSA key in PEM (BEGIN PUBLIC KEY)".to_owned()))?;
        Ok(Key(UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.to_vec())))
    }

    /// Whether an entry has the signature that it must have. One without any has not.
    pub(super) fn has_signed(&self, entry: &Value) -> bool {
        let signature = entry.get("signature").and_then(Value::as_str).unwrap_or_default();
        let Ok(signature) = STANDARD.decode(signature.trim()) else { return false };
        self.0.verify(intake::operator::signed_text(entry).as_bytes(), &signature).is_ok()
    }
}

/// The key inside what names its kind: `SEQUENCE { SEQUENCE { kind … }, BIT STRING { 0, key } }`.
fn key_of(info: &[u8]) -> Option<&[u8]> {
    let (outer, _) = inside(info, 0x30)?;
    let (_, rest) = inside(outer, 0x30)?;
    let (bits, _) = inside(rest, 0x03)?;
    bits.strip_prefix(&[0])
}

/// What a value of that kind holds, and what follows it.
fn inside(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk::<2>()?)), rest.get(2..)?),
        _ => return None,
    };
    rest.split_at_checked(length)
}
