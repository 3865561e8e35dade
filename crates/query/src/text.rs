//! Finding texts in texts: ignoring the case of ASCII letters, and by how few letters two words differ.

use memchr::{memchr, memchr2};

/// Looks for one text in others, in any case of ASCII letters.
#[derive(Clone, Debug)]
pub(crate) struct Finder {
    needle: Vec<u8>,
    rare: usize,
}

/// Bytes from common to rare in paths, agents and names; what is not listed is rarer.
const COMMON: &[u8] = b"/eaoitnrs.0l1dcu-pmh2g3v5_;46 879b(){}kf=y,w+";

impl Finder {
    /// A finder of `needle`.
    pub(crate) fn new(needle: &str) -> Finder {
        let needle = needle.to_ascii_lowercase().into_bytes();
        let rank = |b: &u8| COMMON.iter().position(|c| c == b).unwrap_or(COMMON.len());
        let rare = (0..needle.len()).max_by_key(|at| needle.get(*at).map_or(0, rank)).unwrap_or(0);
        Finder { needle, rare }
    }

    /// Length of the text looked for, in bytes.
    pub(crate) fn needle_len(&self) -> usize {
        self.needle.len()
    }

    /// The first place at or after `start`.
    pub(crate) fn find_at(&self, hay: &[u8], start: usize) -> Option<usize> {
        let Some(byte) = self.needle.get(self.rare).copied() else {
            return (start <= hay.len()).then_some(start);
        };
        let mut at = start.checked_add(self.rare)?;
        loop {
            let rest = hay.get(at..)?;
            let hit = match byte.is_ascii_alphabetic() {
                true => memchr2(byte, byte.to_ascii_uppercase(), rest),
                false => memchr(byte, rest),
            };
            let place = at + hit?;
            let begin = place - self.rare;
            match hay.get(begin..begin + self.needle.len()) {
                Some(found) if found.eq_ignore_ascii_case(&self.needle) => return Some(begin),
                Some(_) => at = place + 1,
                None => return None,
            }
        }
    }

    /// Whether the text is in there.
    pub(crate) fn is_in(&self, hay: &str) -> bool {
        self.find_at(hay.as_bytes(), 0).is_some()
    }
}

/// A number with its thousands apart: `18,204`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// So many of something: `1 event`, `18,204 events`.
pub(crate) fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// In how many letters two words differ, at most `most`; `None` when in more.
pub(crate) fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    if a.len().abs_diff(b.len()) > most || a.len() > 64 || b.len() > 64 {
        return None;
    }
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut now = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let swap = before.get(j).copied().unwrap_or(0) + usize::from(x != y);
            let drop = before.get(j + 1).copied().unwrap_or(0) + 1;
            let add = now.last().copied().unwrap_or(0) + 1;
            now.push(swap.min(drop).min(add));
        }
        before = now;
    }
    before.last().copied().filter(|n| *n <= most)
}

/// The words nearest to one, best first: few letters different, or one the beginning of the other.
pub(crate) fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<String> {
    let most = match word.chars().count() {
        0..=2 => 1,
        3..=8 => 2,
        _ => 3,
    };
    let lower = word.to_lowercase();
    let mut found: Vec<(usize, &str)> = among
        .into_iter()
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            let begins = lower.len() >= 3
                && (other.starts_with(&lower) || lower.starts_with(&other) && other.len() >= 3);
            let inside = lower.len() >= 4 && other.contains(&lower);
            match distance(&lower, &other, most) {
                Some(n) => Some((n, candidate)),
                None if begins => Some((most + 1, candidate)),
                None if inside => Some((most + 2, candidate)),
                None => None,
            }
        })
        .collect();
    found.sort();
    found.dedup();
    // Only the nearest: what is further off would be noise beside them.
    let best = found.first().map_or(0, |(score, _)| *score);
    found
        .into_iter()
        .take_while(|(score, _)| *score == best)
        .take(count)
        .map(|(_, text)| text.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_for_people() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (18_204, "18,204"), (1_234_567, "1,234,567")];
        for (n, want) in cases {
            assert_eq!(grouped(n), want);
        }
        assert_eq!((counted(1, "event"), counted(2_000, "event")), ("1 event".into(), "2,000 events".into()));
    }

    #[test]
    fn near_words() {
        assert_eq!(nearest("staus", ["status", "stage", "route"], 2), ["status"]);
        assert_eq!(distance("mobile-app", "mobile-ap", 2), Some(1));
        assert_eq!(distance("a", "abcd", 2), None);
    }

    proptest! {
        #[test]
        fn finds_what_a_naive_search_finds(hay in "[aAbB/é]{0,30}", needle in "[aAbB/]{0,4}", start in 0_usize..30) {
            let naive = (start..=hay.len()).find(|at| {
                hay.as_bytes().get(*at..*at + needle.len()).is_some_and(|w| w.eq_ignore_ascii_case(needle.as_bytes()))
            });
            prop_assert_eq!(Finder::new(&needle).find_at(hay.as_bytes(), start), naive);
        }
    }
}
