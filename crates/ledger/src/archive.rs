//! What becomes of a day before it is removed: its files are made safe elsewhere. Knows neither where nor how.

use std::io::Read;
use std::sync::Arc;

use crate::disk::Disk;
use crate::error::Result;
use crate::part::{At, Chunks, Place};

/// Makes days safe elsewhere.
pub trait Archive: Send + Sync {
    /// Whether exactly these files are safe elsewhere. It is asked about once a second while the day is due, by the thread that
    /// seals: it answers at once, and what is not safe yet is made so by others meanwhile.
    fn is_safe(&self, leaving: &Leaving) -> bool;
}

/// A day that is about to be removed, with all its sealed files.
#[derive(Clone)]
pub struct Leaving {
    /// The UTC day, in days since the epoch.
    pub day: i64,
    /// Its files.
    pub places: Vec<Place>,
    disk: Arc<dyn Disk>,
}

impl Leaving {
    pub(crate) fn new(day: i64, places: Vec<Place>, disk: Arc<dyn Disk>) -> Leaving {
        Leaving { day, places, disk }
    }

    /// A file of it, to be read bit by bit after every byte of it was checked.
    pub fn read(&self, place: &Place) -> Result<impl Read + use<>> {
        let chunks = Chunks::open(&*self.disk, &place.path)?;
        chunks.check(&place.path, place.crc)?;
        Ok(At::begin(&chunks))
    }
}
