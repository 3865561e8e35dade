//! Turns a gateway's bytes into events. Knows no disk, no clock, no network, and no crate of ours but `event`.
//!
//! ```
//! let body = br#"{"timestamp":"2026-11-21T10:30:00Z","consumer_id":"mobile-app",
//!     "request":{"path":"/v1/pets","method":"GET"},"response":{"status":200},"access":{"granted":true}}"#;
//! let decoded = intake::decode(None, body);
//! assert_eq!((decoded.batch.len(), decoded.rejected), (1, 0));
//! ```

mod decode;
mod denial;
pub mod directory;
pub mod endpoints;
pub mod enrich;
pub mod envelopes;
mod escape;
pub mod explain;
mod fieldmap;
mod fill;
mod format;
mod formats;
mod frames;
mod generate;
pub mod grants;
mod inflate;
pub mod json;
mod key;
mod normalise;
pub mod operator;
mod records;
mod scalar;
mod syslog;
mod table;
mod template;
pub mod what_if;
mod words;

pub use decode::{Decoded, Options, REJECTS_MAX, decode, decode_opened, decode_with};
pub use denial::{Judgement, Match, Words, denials_markdown};
pub use explain::{Explanation, explain};
pub use fieldmap::{FieldMap, From};
pub use format::{Format, RECORD_BYTES_MAX, Reason};
pub use formats::{FORMATS, Flowgenx, Json, Kong, Mapped, Nginx, by_name, formats_markdown, recognise};
pub use frames::Frames;
pub use generate::Generator;
pub use inflate::{InflateError, Packing, inflate, reader};
pub use normalise::normalise;
pub use records::{Record, Records};
pub use scalar::Unit;
pub use syslog::Numbered;
