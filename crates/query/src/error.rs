//! What can go wrong with a question. Knows no HTTP status.

use crate::lang::Fault;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter was not understood; the fault says where and what may be meant.
    #[error("{0}")]
    Filter(#[from] Fault),
    /// A parameter was not understood.
    #[error("{name}: {detail}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it, and what it may be.
        detail: String,
        /// What may have been meant.
        suggestions: Vec<String>,
    },
    /// The answer would be larger than a limit.
    #[error("{what}")]
    TooLarge {
        /// Which limit was reached.
        what: String,
        /// What to do instead.
        remedy: String,
    },
    /// Nothing of that name or number, or not for this caller.
    #[error("there is no {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The filter that limits this caller is not valid; nothing is shown.
    #[error("the filter that limits this account is not valid: {0}")]
    Scope(Fault),
    /// What this caller may not ask.
    #[error("{0}")]
    Withheld(&'static str),
    /// A file could not be read.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// A file could not be written.
    #[error("writing the export: {what}")]
    Writing {
        /// What the writer said.
        what: String,
    },
}

impl Error {
    pub(crate) fn parameter(name: &'static str, detail: impl Into<String>) -> Error {
        Error::Parameter { name, detail: detail.into(), suggestions: Vec::new() }
    }

    /// A name that is not known, with those it may be meant for and, where they are few, all there are.
    pub(crate) fn unknown<'a>(
        name: &'static str,
        word: &str,
        suggestions: Vec<String>,
        all: impl IntoIterator<Item = &'a str>,
    ) -> Error {
        let all: Vec<&str> = all.into_iter().collect();
        let detail = match all.is_empty() {
            true => format!("there is no {word:?}"),
            false => format!("there is no {word:?}; there is {}", all.join(", ")),
        };
        Error::Parameter { name, detail, suggestions }
    }
}

/// A result of a question.
pub type Result<T> = std::result::Result<T, Error>;
