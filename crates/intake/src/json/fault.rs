//! What can be wrong with a JSON text.

use std::fmt;

use super::DEPTH_MAX;

/// What is wrong with a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It ends too early.
    Unfinished,
    /// Something follows after the end.
    Trailing,
    /// It nests deeper than [`DEPTH_MAX`].
    Depth,
    /// This was expected, something else is there.
    Expected(Wanted),
}

/// What should have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `"name"`
    MemberName,
    /// `:`
    Colon,
    /// `,` or `}`
    NextMember,
    /// `,` or `]`
    NextItem,
    /// Any value.
    Value,
    /// The `"` at the end of a string.
    StringEnd,
    /// The digits of `\u00fc`.
    HexDigits,
}

impl Wanted {
    const fn words(self) -> &'static str {
        match self {
            Wanted::MemberName => "a member name in double quotes",
            Wanted::Colon => "':'",
            Wanted::NextMember => "',' or '}'",
            Wanted::NextItem => "',' or ']'",
            Wanted::Value => "a value",
            Wanted::StringEnd => "the end of a string before the line break",
            Wanted::HexDigits => "four hex digits after \\u",
        }
    }
}

/// What is wrong with a JSON text, and at which byte of it. Small, because every function here may return one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What.
    pub fault: Fault,
    /// Where, in bytes from the start of the text.
    pub at: u32,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::Unfinished => write!(f, "not valid JSON: it ends too early"),
            Fault::Trailing => write!(f, "not valid JSON: something follows the object at byte {}", self.at),
            Fault::Depth => write!(f, "nested deeper than {DEPTH_MAX} levels"),
            Fault::Expected(what) => {
                write!(f, "not valid JSON at byte {}: expected {}", self.at, what.words())
            }
        }
    }
}
