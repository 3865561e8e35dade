//! Signed notes (C2SP signed-note) and checkpoints (C2SP tlog-checkpoint) with Ed25519, cosignatures of witnesses (C2SP
//! tlog-cosignature), and the text forms of keys. Makes no keys: the seed is handed in.
//!
//! ```text
//! gatelog-1f0c5a2b/trail                          which log
//! 1042                                            how many leaves
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    the root
//!
//! — gatelog-1f0c5a2b/trail Az3grlgt…              name of the key, its id and the signature
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

use super::Hash;

/// The mark of Ed25519 in keys.
const ED25519_MARK: u8 = 1;
/// The mark in the keys of witnesses, which sign the time too.
const WITNESS_MARK: u8 = 4;
/// Signatures of one note at most.
const SIGNATURES_MAX: usize = 16;

/// A key that signs.
pub struct Signer {
    public: Verifier,
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

/// The public part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    mark: u8,
    key: [u8; 32],
}

/// What a log had at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Signer {
    /// The key of a seed nobody can guess. A name has no spaces and no plus.
    pub fn new(name: &str, seed: [u8; 32]) -> Option<Signer> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let key = pair.public_key().as_ref().try_into().ok()?;
        let is_name = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+');
        is_name.then(|| Signer {
            public: Verifier { name: name.to_owned(), mark: ED25519_MARK, key },
            seed,
            pair,
        })
    }

    /// Reads [`Signer::text`].
    pub fn parse(text: &str) -> Option<Signer> {
        let mut parts = text.trim().strip_prefix("PRIVATE+KEY+")?.splitn(3, '+');
        let (name, id, data) = (parts.next()?, parts.next()?, BASE64.decode(parts.next()?).ok()?);
        let (mark, seed) = data.split_first()?;
        let signer = Signer::new(name, seed.try_into().ok()?)?;
        (*mark == ED25519_MARK && signer.public.shown_id() == id).then_some(signer)
    }

    /// The key as text, a secret: `PRIVATE+KEY+name+id+…`.
    pub fn text(&self) -> String {
        let data: Vec<u8> = [ED25519_MARK].into_iter().chain(self.seed).collect();
        format!("PRIVATE+KEY+{}+{}+{}", self.public.name, self.public.shown_id(), BASE64.encode(data))
    }

    /// Its public part.
    pub fn public(&self) -> &Verifier {
        &self.public
    }

    /// A checkpoint as a signed note.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let text = checkpoint.text();
        let signature = self.pair.sign(text.as_bytes());
        let data: Vec<u8> = self.public.id().iter().chain(signature.as_ref()).copied().collect();
        format!("{text}\n\u{2014} {} {}\n", self.public.name, BASE64.encode(data))
    }
}

impl Verifier {
    /// Reads [`Verifier::text`] of a key that signs.
    pub fn parse(text: &str) -> Option<Verifier> {
        Verifier::read(text, ED25519_MARK)
    }

    /// Reads [`Verifier::text`] of a witness.
    pub fn witness(text: &str) -> Option<Verifier> {
        Verifier::read(text, WITNESS_MARK)
    }

    fn read(text: &str, expected: u8) -> Option<Verifier> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, data) = (parts.next()?, parts.next()?, BASE64.decode(parts.next()?).ok()?);
        let (mark, key) = data.split_first()?;
        let verifier = Verifier { name: name.to_owned(), mark: *mark, key: key.try_into().ok()? };
        (*mark == expected && verifier.shown_id() == id).then_some(verifier)
    }

    /// The key as text, for everyone: `name+id+…`.
    pub fn text(&self) -> String {
        let data: Vec<u8> = [self.mark].into_iter().chain(self.key).collect();
        format!("{}+{}+{}", self.name, self.shown_id(), BASE64.encode(data))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new_with_prefix(self.name.as_bytes()).chain_update([b'\n', self.mark]);
        let [a, b, c, d, ..]: [u8; 32] = hash.chain_update(self.key).finalize().into();
        [a, b, c, d]
    }

    fn shown_id(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id()))
    }

    fn accepts(&self, text: &str, line: &str) -> bool {
        let Some((name, data)) = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')) else {
            return false;
        };
        let Ok(data) = BASE64.decode(data.trim_end()) else { return false };
        let Some((id, signature)) = data.split_first_chunk::<4>() else { return false };
        let (text, signature) = match signature.split_first_chunk::<8>() {
            Some((time, signature)) if self.mark == WITNESS_MARK => {
                (format!("cosignature/v1\ntime {}\n{text}", u64::from_be_bytes(*time)), signature)
            }
            _ => (text.to_owned(), signature),
        };
        let key = UnparsedPublicKey::new(&ED25519, self.key);
        name == self.name && *id == self.id() && key.verify(text.as_bytes(), signature).is_ok()
    }
}

impl Checkpoint {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root.0))
    }

    /// Reads a signed note. Nothing when it is none, or signed by none of these keys.
    pub fn open(note: &str, keys: &[Verifier]) -> Option<Checkpoint> {
        let text = signed_by(note, keys)?;
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = Hash(BASE64.decode(root).ok()?.try_into().ok()?);
        let checkpoint = Checkpoint { origin: origin.to_owned(), size: size.parse().ok()?, root };
        (checkpoint.size.to_string() == size).then_some(checkpoint)
    }
}

/// The text of a note that one of these keys has signed, or one of these witnesses.
pub fn signed_by<'n>(note: &'n str, keys: &[Verifier]) -> Option<&'n str> {
    let (text, signatures) = note.ends_with('\n').then_some(note)?.split_at(note.rfind("\n\n")? + 1);
    let mut lines = signatures.trim_start_matches('\n').lines().take(SIGNATURES_MAX);
    lines.any(|line| keys.iter().any(|key| key.accepts(text, line))).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_as_text_and_notes_nobody_can_change() {
        let signer = Signer::new("gatelog-1f0c5a2b", [7; 32]).unwrap();
        let again = Signer::parse(&signer.text()).unwrap();
        assert_eq!(again.public(), signer.public());
        assert_eq!(Verifier::parse(&signer.public().text()).as_ref(), Some(signer.public()));
        assert!(
            Signer::new("a b", [7; 32]).is_none() && Signer::parse("PRIVATE+KEY+a+00000000+AQ==").is_none()
        );

        let checkpoint = Checkpoint { origin: "a/trail".into(), size: 1042, root: Hash([9; 32]) };
        let note = signer.sign(&checkpoint);
        let keys = [signer.public().clone()];
        assert_eq!(Checkpoint::open(&note, &keys), Some(checkpoint));
        for at in (0..note.len()).filter(|at| note.is_char_boundary(*at) && note.is_char_boundary(at + 1)) {
            let mut bytes = note.clone().into_bytes();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(Checkpoint::open(&changed, &keys), None, "{changed}");
        }
        let other = Signer::new("gatelog-1f0c5a2b", [8; 32]).unwrap();
        assert_eq!(Checkpoint::open(&note, &[other.public().clone()]), None);
    }

    /// The key and the text of the documentation of golang.org/x/mod/sumdb/note.
    #[test]
    fn a_key_of_the_reference_is_read() {
        let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(Signer::parse(text).unwrap().public().text(), public);
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let (text, signature) = note.split_at(note.rfind("\n\n").unwrap() + 1);
        assert!(Verifier::parse(public).unwrap().accepts(text, signature.trim()));
    }

    #[test]
    fn a_witness_signs_the_time_too() {
        let checkpoint = Checkpoint { origin: "a/trail".into(), size: 7, root: Hash([9; 32]) };
        let (signer, other) = (Signer::new("a", [7; 32]).unwrap(), Signer::new("w", [6; 32]).unwrap());
        let witness = Verifier { mark: WITNESS_MARK, ..other.public().clone() };
        assert_eq!(Verifier::witness(&witness.text()), Some(witness.clone()));
        assert_eq!(
            (Verifier::parse(&witness.text()), Verifier::witness(&other.public().text())),
            (None, None)
        );
        let note = signer.sign(&checkpoint);
        let cosigned = |signed: u64, said: u64| {
            let text = format!("cosignature/v1\ntime {signed}\n{}", checkpoint.text());
            let signature = other.pair.sign(text.as_bytes());
            let data = [&witness.id()[..], &said.to_be_bytes(), signature.as_ref()].concat();
            format!("{note}\u{2014} w {}\n", BASE64.encode(data))
        };
        let keys = [signer.public().clone()];
        let note = cosigned(1_795_298_319, 1_795_298_319);
        assert_eq!(Checkpoint::open(&note, &keys), Some(checkpoint.clone()));
        assert_eq!(signed_by(&note, std::slice::from_ref(&witness)), Some(&*checkpoint.text()));
        let postdated = cosigned(1_795_298_319, 1_795_298_320);
        assert_eq!(signed_by(&postdated, std::slice::from_ref(&witness)), None);
        assert_eq!(signed_by(&signer.sign(&checkpoint), &[witness]), None);
    }
}
