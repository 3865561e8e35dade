//! Passwords of people: argon2id with 19 MiB, two passes and one lane, and a salt of their own. Knows no clock and no
//! randomness; how often one may try is the program's to say.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::secret::Secret;

/// Characters a password needs at least.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Characters a password may have: more would be a way to make the server work.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Different characters a password needs at least.
const DIFFERENT_MIN: usize = 5;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 << 10;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Fresh randomness for one password.
pub type Salt = [u8; 16];

/// What makes a password too easy to guess, once its digits and signs at both ends are gone and `0`, `3`, `@` and the
/// like are read as the letters they stand for.
const COMMON: &[&str] = &[
    "abc",
    "access",
    "admin",
    "adminadmin",
    "administrator",
    "adminpassword",
    "asdfghjkl",
    "asdfghjklqwertyuiop",
    "baseball",
    "basketball",
    "changeit",
    "changeme",
    "changemenow",
    "changethis",
    "charlie",
    "chocolate",
    "computer",
    "correcthorse",
    "correcthorsebatterystaple",
    "default",
    "defaultpassword",
    "dragon",
    "football",
    "freedom",
    "gatelog",
    "gatelogadmin",
    "gatelogpassword",
    "gateway",
    "guest",
    "hello",
    "helloworld",
    "iloveyou",
    "iloveyouforever",
    "internet",
    "jordan",
    "letmein",
    "letmeinnow",
    "liverpool",
    "login",
    "loveyou",
    "manchester",
    "master",
    "michael",
    "monkey",
    "mypassword",
    "newpassword",
    "nopassword",
    "pass",
    "passpass",
    "passphrase",
    "password",
    "passwordpassword",
    "passwort",
    "pokemon",
    "princess",
    "qazwsxedc",
    "qazwsxedcrfv",
    "qwerty",
    "qwertyqwerty",
    "qwertyuiop",
    "qwertyuiopasdfghjkl",
    "qwertz",
    "qwertzuiop",
    "root",
    "rootroot",
    "samsung",
    "secret",
    "secretpassword",
    "secretsecret",
    "security",
    "shadow",
    "starwars",
    "sunshine",
    "superman",
    "superuser",
    "system",
    "temp",
    "temporary",
    "test",
    "testpassword",
    "testtest",
    "thisisapassword",
    "trustno",
    "trustnoone",
    "unknown",
    "user",
    "username",
    "welcome",
    "welcomewelcome",
    "whatever",
    "zaqwsxcde",
    "zxcvbnm",
    "zxcvbnmasdfghjkl",
];

/// Runs of neighbours on a keyboard or in the alphabet.
const RUNS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too short.
    #[error("a password needs at least {PASSWORD_CHARS_MIN} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {PASSWORD_CHARS_MAX} characters")]
    Long,
    /// On the list, or made of very few characters.
    #[error(
        "this password is one of the first that are tried; take a sentence or let a password manager make one"
    )]
    Common,
    /// It names whom it is for.
    #[error("a password must not contain the name it is for")]
    Name,
}

/// The hash of a password. Has no `Debug`, so that it does not get into a log by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    hash: String,
}

impl Password {
    /// Takes a password, if it is not too easy to guess. Costs 19 MiB and some 30 ms.
    pub fn make(user: &str, text: &Secret<String>, salt: &Salt) -> Result<Password, Weak> {
        check(user, text.expose())?;
        Ok(Password::of(text.expose(), salt))
    }

    fn of(text: &str, salt: &Salt) -> Password {
        let (memory_kib, passes, lanes) = (MEMORY_KIB, PASSES, LANES);
        let hash = hashed(text, salt, memory_kib, passes, lanes).map(|hash| hex(&hash)).unwrap_or_default();
        Password { memory_kib, passes, lanes, salt: hex(salt), hash }
    }

    /// What is compared where there is no account: it costs the same and is never right.
    pub fn nobody() -> Password {
        Password {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: "00".repeat(16),
            hash: String::new(),
        }
    }

    /// Whether it is the password. Costs 19 MiB and some 30 ms, whatever the answer.
    pub fn is(&self, text: &Secret<String>) -> bool {
        let text: String = text.expose().chars().take(PASSWORD_CHARS_MAX).collect();
        let salt = unhex(&self.salt);
        let made = hashed(&text, &salt, self.memory_kib, self.passes, self.lanes);
        made.is_some_and(|made| hex(&made).as_bytes().ct_eq(self.hash.as_bytes()).into())
    }
}

fn hashed(text: &str, salt: &[u8], memory_kib: u32, passes: u32, lanes: u32) -> Option<[u8; 32]> {
    let params = Params::new(memory_kib, passes, lanes, Some(32)).ok()?;
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text.as_bytes(), salt, &mut hash)
        .ok()?;
    Some(hash)
}

/// Whether a password may be taken.
fn check(user: &str, text: &str) -> Result<(), Weak> {
    let chars = text.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Err(Weak::Short);
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(Weak::Long);
    }
    let lower = text.to_lowercase();
    let local = user.split('@').next().unwrap_or(user).to_lowercase();
    if local.chars().count() >= 3 && lower.contains(&local) {
        return Err(Weak::Name);
    }
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    let is_run = RUNS.iter().any(|run| run.contains(&lower) || lower.contains(*run));
    if different.len() < DIFFERENT_MIN
        || is_run
        || stems(&lower).iter().any(|stem| COMMON.contains(&stem.as_str()))
    {
        return Err(Weak::Common);
    }
    Ok(())
}

/// The words a password may have been made of: a sign at an end stands for a letter, or is only an end.
fn stems(lower: &str) -> [String; 2] {
    let stands_for_letter = |c: char| matches!(c, '@' | '$' | '0');
    let ends = lower.trim_matches(|c: char| !c.is_alphabetic() && !stands_for_letter(c));
    [ends, lower.trim_matches(|c: char| !c.is_alphabetic())].map(word)
}

/// A word without its signs, digits read as the letters they stand for.
fn word(text: &str) -> String {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    text.chars().map(letter).filter(|c| c.is_alphabetic()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().as_chunks::<2>().0.iter();
    pairs.filter_map(|p| std::str::from_utf8(p).ok().and_then(|p| u8::from_str_radix(p, 16).ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_one_and_no_other() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let password = Password::make("ann", &secret("four words of mine"), &[7; 16]).ok().unwrap();
        assert!(password.is(&secret("four words of mine")));
        assert!(!password.is(&secret("four words of mine ")) && !password.is(&secret("")));
        assert!(!Password::nobody().is(&secret("")) && !Password::nobody().is(&secret("four words of mine")));
        // Another salt, another hash; and as it is saved it is read back.
        let other = Password::make("ann", &secret("four words of mine"), &[8; 16]).ok().unwrap();
        assert!(other.hash != password.hash);
        let saved = serde_json::to_string(&password).unwrap();
        assert!(!saved.contains("four") && serde_json::from_str::<Password>(&saved).unwrap() == password);
    }

    #[test]
    fn what_is_refused() {
        let judged = |text: &str| check("ann.smith@example.com", text);
        assert_eq!(judged("short"), Err(Weak::Short));
        assert_eq!(judged(&"long".repeat(40)), Err(Weak::Long));
        assert_eq!(judged("i am ann.smith really"), Err(Weak::Name));
        for text in [
            "password1234",
            "P@ssw0rd!2026",
            "123456789012",
            "aaaaaaaaaaaaaa",
            "abcdefghijkl",
            "qwertyuiopas",
            "Administrator1",
            "Welcome123456!",
            "0123456789012345678901234567",
        ] {
            assert_eq!(judged(text), Err(Weak::Common), "{text}");
        }
        for text in [
            "four words of mine",
            "xK9-mm2-pQ7-zz1",
            "das ist ein langer Satz",
            "パスワードは長い方がいいです",
        ] {
            assert_eq!(judged(text), Ok(()), "{text}");
        }
    }
}
