//! What is durable: the log, the sealed tables, the roll-ups, and one consistent view of all. Only this crate
//! touches files, and only through [`disk::Disk`]. Knows no gateway, no user, no question.

mod archive;
pub mod cells;
pub mod columns;
mod count;
pub mod cube;
pub mod delta;
pub mod disk;
mod erase;
pub mod error;
mod keep;
mod ledger;
pub mod numbers;
mod open;
mod pages;
pub mod part;
pub mod proof;
mod recent;
mod retention;
pub mod rollup;
pub mod seal;
pub mod seen;
mod single;
mod table;
mod tail;
pub mod trail;
pub mod view;
pub mod wal;
mod writer;

pub use archive::{Archive, Leaving};
pub use cells::{Cell, Cells, Sym, Symbols};
pub use cube::{CUBES, Cube, Grain};
pub use erase::{Theirs, Whom};
pub use error::{Error, Result};
pub use ledger::{Ledger, Options, State};
pub use recent::{COUNT_BYTES_MAX, COUNTS_BYTES_MAX, Stay};
pub use retention::{DayUse, Found, Held, Retention, Seek};
pub use single::Proof;
pub use trail::Trail;
pub use view::{BLOCK_DAYS, Source, Unit, View};
pub use writer::Receipt;
