//! What is masked, and with which key.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::own::Own;

/// Bytes of one body that are kept at most, whatever the settings say.
pub const BODY_BYTES_MAX: usize = 16 << 10;

/// What happens to the client's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientIp {
    /// It stays: security needs it.
    #[default]
    Keep,
    /// The last byte of an IPv4 address and the last ten of an IPv6 address become zero (/24 and /48).
    Truncate,
    /// The keyed tag: one client's calls can be counted, and it cannot be told who it is.
    Tag,
}

/// What is masked, and with which key. Has no `Debug`: it holds the key.
#[derive(Clone)]
pub struct Rules {
    mac: Hmac<Sha256>,
    pub(crate) body_bytes: usize,
    pub(crate) route_body_bytes: Vec<(String, usize)>,
    pub(crate) client_ip: ClientIp,
    pub(crate) own: Arc<Own>,
}

impl Rules {
    /// The default rules with this tenant's key: everything is masked, bodies are dropped, addresses stay.
    pub fn new(key: [u8; 32]) -> Self {
        // A key shorter than the block is padded with zeros by definition; a whole block cannot be refused.
        let mut block = [0_u8; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        Rules {
            mac: Hmac::new(&block.into()),
            body_bytes: 0,
            route_body_bytes: Vec::new(),
            client_ip: ClientIp::Keep,
            own: Arc::default(),
        }
    }

    /// Keeps this many bytes of every request and response body, masked; at most [`BODY_BYTES_MAX`].
    #[must_use]
    pub fn keep_bodies(mut self, bytes: usize) -> Self {
        self.body_bytes = bytes.min(BODY_BYTES_MAX);
        self
    }

    /// Keeps this many bytes of the bodies of one route, whatever is kept of others.
    #[must_use]
    pub fn keep_bodies_of(mut self, route: impl Into<String>, bytes: usize) -> Self {
        self.route_body_bytes.push((route.into(), bytes.min(BODY_BYTES_MAX)));
        self
    }

    /// What happens to the client's address.
    #[must_use]
    pub fn client_ip(mut self, choice: ClientIp) -> Self {
        self.client_ip = choice;
        self
    }

    /// The rules of the installation, on top of the defaults.
    #[must_use]
    pub fn own(mut self, own: Own) -> Self {
        self.own = Arc::new(own);
        self
    }

    /// The tag that stands in events for this secret: `hmac:` and the first 12 hexadecimal digits of its
    /// HMAC-SHA-256. With it a leaked value that is known can be looked for.
    pub fn probe(&self, value: &str) -> String {
        format!("hmac:{}", self.digits(value, 6))
    }

    /// The first 16 bytes of the HMAC-SHA-256 of a text in hexadecimal digits: tells equal texts and nothing else of them.
    pub fn fingerprint(&self, text: &str) -> String {
        self.digits(text, 16)
    }

    fn digits(&self, text: &str, bytes: usize) -> String {
        let mut mac = self.mac.clone();
        mac.update(text.as_bytes());
        let mut digits = String::with_capacity(2 * bytes);
        for byte in mac.finalize().into_bytes().iter().take(bytes) {
            for digit in [byte >> 4, byte & 15] {
                digits.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_the_hmac_of_rfc_4231() {
        // Test case 1 has the key 20 × 0x0b, here padded with zeros to 32 bytes, which HMAC does itself.
        let mut key = [0_u8; 32];
        key.iter_mut().take(20).for_each(|b| *b = 0x0b);
        assert_eq!(Rules::new(key).probe("Hi There"), "hmac:b0344c61d8db");
    }
}
