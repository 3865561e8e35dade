//! An operator event: one administrative act, such as a sign-in, a token made, a route changed, an export. Knows no
//! disk, no clock and not which acts there are.
//!
//! ```text
//! act   = version:u8 time:i64 part* group{3}
//! group = 0xf0                                nothing in it
//!       | 0xf1 salt:16 length:u32 part*       as it is kept
//!       | 0xf2 commitment:32                  as it is proved, and all that is left after an erasure
//! part  = number:u8 length:u32 text           numbers rise, and are below 0xf0
//!
//! commitment = SHA-256("gatelog act" number-of-group:u8 salt:16 part*)
//! ```
//!
//! Little endian; in each place parts in the order of their numbers, empty ones left out. What may be about a person stands in one of
//! three groups: who, whom, what. The leaf of an act ([`Act::leaf`]) has each group's commitment in its place, so the
//! leaf stays the same when a group is erased, and without the salt nobody can try values against the commitment.

use crate::Timestamp;
use crate::mask::{Masked, Rules, mask_text};
use sha2::{Digest as _, Sha256};

/// Bytes of one text of an act at most; longer ones are cut when they are masked.
pub const TEXT_BYTES_MAX: usize = 64 << 10;

/// The same of texts that stand in the leaf as they are.
const OPEN_BYTES_MAX: usize = 1 << 10;

const VERSION: u8 = 1;
const NOTHING: u8 = 0xf0;
const KEPT: u8 = 0xf1;
const COMMITTED: u8 = 0xf2;

/// Sixteen bytes that nobody can guess, one for each group of an act.
pub type Salt = [u8; 16];

/// Which parts are erased together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Never erased: no person can be told by it.
    Open,
    /// The operator.
    Who,
    /// What it was done to.
    Whom,
    /// What was said and what changed.
    What,
}

/// The groups that can be erased, in the order of their commitments.
pub const GROUPS: [Group; 3] = [Group::Who, Group::Whom, Group::What];

/// One text of an act.
#[derive(Debug)]
pub struct Part {
    /// Its number in the encoding.
    pub number: u8,
    /// Its name in the API.
    pub name: &'static str,
    /// What it is erased with.
    pub group: Group,
    /// What it says.
    pub doc: &'static str,
}

macro_rules! parts {
    ($($number:literal $name:ident $group:ident $doc:literal)*) => {
        /// An operator event. A part that is not known is empty.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Act {
            /// When.
            pub time: Timestamp,
            /// What makes the commitments impossible to guess.
            pub salts: [Salt; 3],
            /// The commitment of each group that was erased.
            pub erased: [Option<[u8; 32]>; 3],
            $(#[doc = $doc] pub $name: String,)*
        }

        /// Every part, in the order of the encoding.
        pub const PARTS: &[Part] =
            &[$(Part { number: $number, name: stringify!($name), group: Group::$group, doc: $doc }),*];

        impl Act {
            /// The text of a part.
            pub fn text(&self, number: u8) -> &str {
                match number { $($number => &self.$name,)* _ => "" }
            }

            fn text_mut(&mut self, number: u8) -> Option<&mut String> {
                match number { $($number => Some(&mut self.$name),)* _ => None }
            }
        }
    };
}

parts! {
    1 code Open "The stable code of the event, such as `GL-TOKEN-CREATE`."
    2 event Open "What was done, in words: `Create token`, or the gateway's own name of it."
    3 verb Open "`create`, `update`, `delete`, `read`, `export`, `sign_in`, `sign_out`, `run` or `other`."
    4 resource_type Open "The kind of thing it was done to."
    5 source Open "`dashboard`, `api`, `cli`, `declarative`, or the gateway's own name."
    6 outcome Open "`success`, `failure`, `denied`; `unknown` when its end was not recorded."
    7 origin Open "`gatelog`, or the source whose trail it comes from."
    8 request_id Open "The request it was done with."
    9 status Open "The status it was answered with."
    22 key Open "By what a second delivery of a gateway's record is recognised: a keyed hash of it."
    10 operator Who "Who did it."
    11 operator_kind Who "`person`, `machine` or `host` (a command on the server's own machine)."
    12 token Who "The public part of the token or session."
    13 address Who "The address it came from."
    14 agent Who "The program it was done with."
    15 resource_id Whom "The id of what it was done to."
    16 resource_name Whom "The name of what it was done to."
    17 before What "What it was before, as JSON."
    18 after What "What it is now, as JSON."
    19 request What "What was asked: parameters and body."
    20 detail What "Why it failed, and other remarks."
    21 raw What "The record as the gateway wrote it."
    23 tool Open "The kind of program it was done with: `deck`, `adc`, `curl`, `dashboard`, …; known of gateways' changes."
    24 change_set Open "What all changes of one declarative sync have in common."
}

impl Act {
    /// The parts that say something.
    pub fn parts(&self) -> impl Iterator<Item = (&'static Part, &str)> {
        PARTS.iter().map(|part| (part, self.text(part.number))).filter(|(_, text)| !text.is_empty())
    }

    /// The act with what its end says, which counts where it says something.
    #[must_use]
    pub fn completed(mut self, end: &Act) -> Act {
        for part in PARTS.iter().filter(|part| !end.text(part.number).is_empty()) {
            if let Some(text) = self.text_mut(part.number) {
                end.text(part.number).clone_into(text);
            }
        }
        self
    }

    /// As it is kept.
    pub fn encode(&self) -> Vec<u8> {
        self.write(|_, salt, inner, out| {
            out.push(KEPT);
            out.extend_from_slice(salt);
            out.extend_from_slice(&length(inner));
            out.extend_from_slice(inner);
        })
    }

    /// What the log of proofs holds of it: the same before and after an erasure.
    pub fn leaf(&self) -> Vec<u8> {
        self.write(|number, salt, inner, out| {
            out.push(COMMITTED);
            out.extend_from_slice(&commitment(number, salt, inner));
        })
    }

    fn write(&self, group: impl Fn(u8, &Salt, &[u8], &mut Vec<u8>)) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.time.0.to_le_bytes());
        self.write_parts(Group::Open, &mut out);
        for ((number, one), (salt, erased)) in (0_u8..).zip(GROUPS).zip(self.salts.iter().zip(&self.erased)) {
            let mut inner = Vec::new();
            self.write_parts(one, &mut inner);
            match erased {
                Some(commitment) => {
                    out.push(COMMITTED);
                    out.extend_from_slice(commitment);
                }
                None if inner.is_empty() => out.push(NOTHING),
                None => group(number, salt, &inner, &mut out),
            }
        }
        out
    }

    fn write_parts(&self, group: Group, out: &mut Vec<u8>) {
        for (part, text) in self.parts().filter(|(part, _)| part.group == group) {
            out.push(part.number);
            out.extend_from_slice(&length(text.as_bytes()));
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// Reads what [`Act::encode`] wrote; nothing when it is not that.
    pub fn decode(bytes: &[u8]) -> Option<Act> {
        let (version, rest) = bytes.split_first()?;
        let (time, rest) = rest.split_first_chunk::<8>()?;
        if *version != VERSION {
            return None;
        }
        let mut act = Act { time: Timestamp(i64::from_le_bytes(*time)), ..Act::default() };
        let mut rest = act.read_parts(rest, Group::Open)?;
        for number in 0..GROUPS.len() {
            let (kind, after) = rest.split_first()?;
            rest = match *kind {
                NOTHING => after,
                KEPT => {
                    let (salt, after) = after.split_first_chunk::<16>()?;
                    let (inner, after) = lengthy(after)?;
                    *act.salts.get_mut(number)? = *salt;
                    act.read_parts(inner, *GROUPS.get(number)?)?.is_empty().then_some(after)?
                }
                COMMITTED => {
                    let (commitment, after) = after.split_first_chunk::<32>()?;
                    *act.erased.get_mut(number)? = Some(*commitment);
                    after
                }
                _ => return None,
            };
        }
        rest.is_empty().then_some(act)
    }

    /// Reads parts as long as they are of the group; the rest.
    fn read_parts<'b>(&mut self, mut rest: &'b [u8], group: Group) -> Option<&'b [u8]> {
        let mut last = 0;
        while let Some(number) = rest.first().copied() {
            let of_group = |part: &&Part| part.number == number && part.group == group;
            if number <= last || PARTS.iter().find(of_group).is_none() {
                break;
            }
            let (text, after) = lengthy(rest.get(1..)?)?;
            *self.text_mut(number)? = String::from_utf8(text.to_vec()).ok()?;
            (last, rest) = (number, after);
        }
        Some(rest)
    }

    /// Erases a group: its texts and its salt go, its commitment stays.
    pub fn erase(&mut self, group: Group) {
        let Some(at) = GROUPS.iter().position(|one| *one == group) else { return };
        let mut inner = Vec::new();
        self.write_parts(group, &mut inner);
        if inner.is_empty() {
            return;
        }
        if let (Some(salt), Some(erased)) = (self.salts.get_mut(at), self.erased.get_mut(at)) {
            *erased = Some(commitment(at as u8, salt, &inner));
            *salt = Salt::default();
        }
        for part in PARTS.iter().filter(|part| part.group == group) {
            self.text_mut(part.number).map(String::clear).unwrap_or_default();
        }
    }
}

/// Masks every secret of an act, and cuts what is too long.
impl Masked<Act> {
    /// The one constructor.
    pub fn act(mut act: Act, rules: &Rules) -> Masked<Act> {
        for part in PARTS {
            let Some(text) = act.text_mut(part.number) else { continue };
            if let std::borrow::Cow::Owned(masked) = mask_text(text, rules) {
                *text = masked;
            }
            let bytes_max = if part.group == Group::Open { OPEN_BYTES_MAX } else { TEXT_BYTES_MAX };
            if text.len() > bytes_max {
                let end = (0..=bytes_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                text.truncate(end);
                text.push('…');
            }
        }
        Masked::of(act)
    }
}

fn commitment(number: u8, salt: &Salt, inner: &[u8]) -> [u8; 32] {
    let hash = Sha256::new_with_prefix(b"gatelog act").chain_update([number]).chain_update(salt);
    hash.chain_update(inner).finalize().into()
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

fn lengthy(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn act() -> Act {
        Act {
            time: Timestamp(1_795_298_319_000_000),
            salts: [[1; 16], [2; 16], [3; 16]],
            code: "GL-TOKEN-CREATE".into(),
            outcome: "success".into(),
            operator: "ada".into(),
            address: "192.0.2.7".into(),
            resource_id: "4fK09sQz".into(),
            after: r#"{"name":"ci"}"#.into(),
            ..Act::default()
        }
    }

    #[test]
    fn what_is_written_is_read_and_numbers_rise() {
        let of = |group: Group| PARTS.iter().filter(move |part| part.group == group).map(|part| part.number);
        for group in [Group::Open, Group::Who, Group::Whom, Group::What] {
            assert!(of(group).is_sorted() && of(group).all(|number| number < NOTHING));
        }
        for act in [act(), Act { key: "00".into(), ..act() }, Act::default()] {
            assert_eq!(Act::decode(&act.encode()), Some(act));
        }
    }

    #[test]
    fn an_erased_group_leaves_the_leaf_and_not_the_text() {
        let (whole, mut erased) = (act(), act());
        erased.erase(Group::Who);
        erased.erase(Group::What);
        assert_eq!(erased.leaf(), whole.leaf());
        let kept = erased.encode();
        assert_eq!(Act::decode(&kept).map(|act| act.leaf()), Some(whole.leaf()));
        for gone in ["ada", "192.0.2.7", "\u{1}\u{1}\u{1}\u{1}", "\"ci\""] {
            assert!(!kept.windows(gone.len()).any(|part| part == gone.as_bytes()), "{gone}");
        }
        assert_eq!((erased.operator.as_str(), erased.resource_id.as_str()), ("", "4fK09sQz"));
    }

    #[test]
    fn secrets_are_masked_and_long_texts_cut() {
        let act = Act {
            request: r#"{"name":"ci","password":"hunter2hunter2"}"#.into(),
            raw: "é".repeat(TEXT_BYTES_MAX),
            ..act()
        };
        let masked = Masked::act(act, &Rules::new([7; 32]));
        assert!(!masked.request.contains("hunter2") && masked.request.contains("ci"), "{}", masked.request);
        assert_eq!(masked.raw.len(), TEXT_BYTES_MAX + '…'.len_utf8());
        assert_eq!(masked.operator, "ada");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut whole = vec![VERSION];
            whole.extend(bytes);
            if let Some(act) = Act::decode(&whole) {
                prop_assert_eq!(Act::decode(&act.encode()), Some(act));
            }
        }
    }
}
