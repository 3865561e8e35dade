//! Erasing a person from the trail: of each record that names them, the groups in which the name stands become their
//! commitments. Leaves, numbers and checkpoints stay what they are. A segment is replaced as a whole, so after a crash it
//! still names them or does not, and erasing again goes on.

use event::act::GROUPS;
use event::subject::Word;
use event::{Act, Timestamp};

use super::{DIR, RETIRED, Trail};
use crate::disk::{self, join};
use crate::error::{Error, Result};
use crate::wal::{RECORD_BYTES_MAX, Segment, read_segment};

/// A segment of the trail is not larger than this: it ends after the write that made it too long.
const SEGMENT_BYTES_MAX: u64 = RECORD_BYTES_MAX * 2;

/// What of the trail names a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Records of which a group names them.
    pub records: u64,
    /// Records that name them where nothing is ever erased, as in the name of a source.
    pub open: u64,
}

impl Trail {
    /// How many records name a person. `each` gets the time of each that would be changed.
    pub fn named(&self, word: &Word, each: &mut dyn FnMut(Timestamp)) -> Result<Named> {
        let mut named = Named::default();
        for segment in self.shared.wal().segments().to_vec().iter().filter(|segment| segment.events > 0) {
            read_segment(&*self.shared.disk, DIR, segment, &mut |record| {
                let Some(act) = Act::decode(record.payload) else { return Ok(()) };
                if erased(&act, word).is_some() {
                    named.records += 1;
                    each(act.time);
                }
                named.open += u64::from(stands_open(&act, word));
                Ok(())
            })?;
        }
        Ok(named)
    }

    /// Erases what names a person; how many records were changed. Refused at the first that `is_held` keeps.
    pub fn erase(&self, word: &Word, is_held: &dyn Fn(Timestamp) -> bool) -> Result<u64> {
        // What is being written now is ended first: only what is done is written anew.
        let begun = self.shared.wal().rotate()?;
        let segments = self.shared.wal().segments().to_vec();
        let mut records = 0;
        for segment in
            segments.iter().filter(|segment| segment.number < begun && self.may_name(segment, word))
        {
            records += self.erase_in(segment, word, is_held)?;
        }
        Ok(records)
    }

    /// Whether the bytes of a segment have the word, be it where records do not reach.
    fn may_name(&self, segment: &Segment, word: &Word) -> bool {
        let path = join(DIR, &format!("{:016}.wal", segment.number));
        let bytes = disk::read(&*self.shared.disk, &path, SEGMENT_BYTES_MAX);
        bytes.map_or(true, |bytes| word.is_within(&bytes))
    }

    fn erase_in(&self, segment: &Segment, word: &Word, is_held: &dyn Fn(Timestamp) -> bool) -> Result<u64> {
        let mut held = None;
        read_segment(&*self.shared.disk, DIR, segment, &mut |record| {
            let act = Act::decode(record.payload).filter(|act| erased(act, word).is_some());
            held = held.or(act.map(|act| act.time).filter(|time| is_held(*time)));
            Ok(())
        })?;
        if let Some(time) = held {
            return Err(Error::Refused { what: format!("the operator events of {time} are on hold") });
        }
        let mut wal = self.shared.wal();
        // Its time may be over meanwhile.
        if !wal.segments().iter().any(|known| known.number == segment.number) {
            return Ok(0);
        }
        let mut records = 0;
        wal.rewrite(segment.number, &mut |record| {
            let changed = Act::decode(record.payload).and_then(|act| erased(&act, word))?;
            records += 1;
            Some(changed.encode())
        })?;
        Ok(records)
    }
}

/// The act without the groups that name a person; nothing when none does. The act that says up to where the trail was
/// shortened names nobody, and has to be read.
fn erased(act: &Act, word: &Word) -> Option<Act> {
    if act.code == RETIRED {
        return None;
    }
    let names = |group| act.parts().any(|(part, text)| part.group == group && word.stands_in(text));
    let mut changed = act.clone();
    GROUPS.into_iter().filter(|group| names(*group)).for_each(|group| changed.erase(group));
    (changed != *act).then_some(changed)
}

/// Whether it stands in a part that is never erased.
fn stands_open(act: &Act, word: &Word) -> bool {
    act.parts().any(|(part, text)| !GROUPS.contains(&part.group) && word.stands_in(text))
}
