//! Questions: the filter language, rows, counts, panels, exports. Answers come from a [`ledger::View`], for
//! somebody who may ask ([`keys::Scope`]). Knows no HTTP, no file and no wall clock: "now" is handed in.

pub mod budget;
mod cellular;
pub mod combinations;
pub mod diagnosis;
pub mod differences;
pub mod error;
pub mod eval;
pub mod explore;
pub mod export;
pub mod facets;
pub mod histogram;
pub mod lang;
pub mod limits;
pub mod panels;
mod quantile;
pub mod range;
pub mod reader;
pub mod reference;
pub mod rows;
mod scan;
pub mod series;
pub mod step;
pub mod summary;
pub mod tail;
pub mod tally;
mod text;
pub mod usage;
mod values;

pub use budget::Budget;
pub use combinations::combinations;
pub use diagnosis::diagnose;
pub use differences::differences;
pub use error::{Error, Result};
pub use explore::explore;
pub use export::export;
pub use facets::facets;
pub use histogram::histogram;
pub use lang::Filter;
pub use panels::{PANELS, panel};
pub use range::{Compare, Range, Zone};
pub use reference::{filter_markdown, panels_markdown};
pub use rows::{event, events};
pub use step::Step;
pub use summary::summary;
pub use usage::{DIMENSIONS, usage};
