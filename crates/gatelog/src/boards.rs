//! Dashboards: panels in an order, under a name, of the program and of people. Knows not what a panel answers.

mod built_in;
mod what;

use crate::saved::{Content, Shelf, Wrong, check_name};

pub(crate) use what::{BOARD_BYTES_MAX, What};

/// All dashboards that people made.
pub(crate) type Boards = Shelf<What>;

impl Content for What {
    const NOUN: &'static str = "dashboard";
    const COUNT_MAX: usize = 200;

    fn name(&self) -> &str {
        &self.name
    }

    fn is_shared(&self) -> bool {
        self.shared
    }

    fn check(&self) -> Result<(), Wrong> {
        check_name(&self.name)?;
        self.check_parts()
    }

    fn built_in() -> &'static [(&'static str, What)] {
        built_in::built_in()
    }
}
