//! What can go wrong in the ledger, in its own words. Knows no HTTP status.

use std::fmt::Display;
use std::io::{self, ErrorKind};

/// A failure of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk did not do what was asked; nothing was acknowledged.
    #[error("{what} failed: {source}")]
    Io {
        /// What was tried, as "opening wal/1".
        what: String,
        /// What the disk said.
        source: io::Error,
    },
    /// There is no room: the disk or a bound of ours is reached. It passes when room is made.
    #[error("no room left: {what}")]
    Full {
        /// Which bound was reached.
        what: String,
    },
    /// An earlier write failed so that the state on disk is unknown; opening again finds out.
    #[error("{what} is closed after a failed write and must be opened again")]
    Poisoned {
        /// What was poisoned.
        what: String,
    },
    /// The disk is nearly full; deliveries are refused so that sealing can still work.
    #[error("the disk has {free} bytes left, less than the {free_min} kept free")]
    DiskLow {
        /// Bytes left.
        free: u64,
        /// Bytes that must stay free.
        free_min: u64,
    },
    /// Bytes on disk are not what was written.
    #[error("damaged: {what}")]
    Damaged {
        /// What was found where.
        what: String,
    },
    /// The caller asked for something over a bound or not there.
    #[error("refused: {what}")]
    Refused {
        /// What was asked.
        what: String,
    },
    /// Columns could not be built, written or read.
    #[error("columns: {what}")]
    Columns {
        /// What the column library said.
        what: String,
    },
}

/// A result of the ledger.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The same error once more, for the next one who waited for the same thing.
    pub(crate) fn again(&self) -> Error {
        match self {
            Error::Io { what, source } => {
                let source = match source.raw_os_error() {
                    Some(code) => io::Error::from_raw_os_error(code),
                    None => io::Error::new(source.kind(), source.to_string()),
                };
                Error::Io { what: what.clone(), source }
            }
            Error::Full { what } => Error::Full { what: what.clone() },
            Error::Poisoned { what } => Error::Poisoned { what: what.clone() },
            Error::DiskLow { free, free_min } => Error::DiskLow { free: *free, free_min: *free_min },
            Error::Damaged { what } => Error::Damaged { what: what.clone() },
            Error::Refused { what } => Error::Refused { what: what.clone() },
            Error::Columns { what } => Error::Columns { what: what.clone() },
        }
    }

    /// An error of the disk; running out of space is told apart, because it passes.
    pub fn io(what: impl Into<String>, source: io::Error) -> Error {
        let what = what.into();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Error::Full { what: format!("{what}: {source}") }
            }
            _ => Error::Io { what, source },
        }
    }

    /// An error of Arrow or Parquet.
    pub fn arrow(error: impl Display) -> Error {
        Error::Columns { what: error.to_string() }
    }

    /// Whether it passes when room is made.
    pub fn is_full(&self) -> bool {
        matches!(self, Error::Full { .. })
    }
}

/// Says what was tried when the disk failed.
pub trait Tried<T> {
    /// `disk.open(path).tried("opening", path)?`
    fn tried(self, verb: &str, path: &str) -> Result<T>;
}

impl<T> Tried<T> for io::Result<T> {
    fn tried(self, verb: &str, path: &str) -> Result<T> {
        self.map_err(|source| Error::io(format!("{verb} {path}"), source))
    }
}
