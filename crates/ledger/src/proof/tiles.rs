//! A log of hashes on the disk, in the layout of C2SP tlog-tiles.
//!
//! ```text
//! proof/trail/checkpoint            the newest signed note
//! proof/trail/tile/0/x001/067       256 hashes of leaves; of level 1, of what 256 tiles of level 0 come to, and so on
//! proof/trail/tile/0/x001/068.p/17  the last tile so far, with 17 of them
//! proof/trail/tile/entries/x001/067 what was hashed: (length:u16-be bytes)*, in the same way
//! ```
//!
//! A tile is never changed. What is after the newest checkpoint was not promised to anyone and is written again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::tree::{self, Nodes};
use super::{Hash, leaf};
use crate::disk::{self, Disk, join};
use crate::error::{Error, Result, Tried};

/// Hashes of a whole tile.
pub const WIDTH: u64 = 256;
/// Bytes of a leaf at most.
pub const LEAF_BYTES_MAX: usize = u16::MAX as usize;
/// Bytes of one file of leaves at most.
const ENTRIES_BYTES_MAX: u64 = WIDTH * (2 + LEAF_BYTES_MAX as u64);
/// Tiles kept in memory while proofs are made.
const TILES_KEPT_MAX: usize = 1_024;
/// Levels of tiles: enough for every number of leaves.
const LEVELS: u32 = 8;

/// A log that grows.
pub struct Log {
    disk: Arc<dyn Disk>,
    dir: String,
    size: u64,
    /// The hashes of each level's last tile, fewer than [`WIDTH`].
    edge: Vec<Vec<Hash>>,
    /// The leaves of the last tile.
    entries: Vec<Vec<u8>>,
    /// Files of tiles that were not whole at the newest checkpoint.
    partial: Vec<(String, String)>,
}

/// A tile's directory and name: `tile/0/x001`, `067`.
fn place(dir: &str, level: &str, index: u64) -> (String, String) {
    let mut groups = vec![format!("{:03}", index % 1_000)];
    let mut rest = index / 1_000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1_000));
        rest /= 1_000;
    }
    groups.reverse();
    let name = groups.pop().unwrap_or_default();
    let above: Vec<&str> =
        [dir, "tile", level].into_iter().chain(groups.iter().map(String::as_str)).collect();
    (above.join("/"), name)
}

impl Log {
    /// Opens a log that a checkpoint of that size was signed for; without one of size 0.
    pub fn open(disk: Arc<dyn Disk>, dir: &str, size: u64) -> Result<Log> {
        let mut log = Log {
            disk,
            dir: dir.to_owned(),
            size,
            edge: Vec::new(),
            entries: Vec::new(),
            partial: Vec::new(),
        };
        let tiles = Tiles::new(&*log.disk, dir, size);
        let (mut edge, mut left) = (Vec::new(), size);
        for level in 0..LEVELS {
            if left == 0 {
                break;
            }
            edge.push(if left.is_multiple_of(WIDTH) {
                Vec::new()
            } else {
                tiles.tile(level, left / WIDTH)?
            });
            left /= WIDTH;
        }
        let entries = if size.is_multiple_of(WIDTH) { Vec::new() } else { tiles.entries(size / WIDTH)? };
        (log.edge, log.entries) = (edge, entries);
        log.partial = log.unfinished();
        Ok(log)
    }

    /// The files of tiles that are not whole, as a checkpoint of this size has them.
    fn unfinished(&self) -> Vec<(String, String)> {
        let of = |level: &str, index: u64, width: usize| {
            let (dir, name) = place(&self.dir, level, index);
            (format!("{dir}/{name}.p"), width.to_string())
        };
        let edges = (0_u32..).zip(&self.edge).filter(|(_, edge)| !edge.is_empty());
        let mut files: Vec<(String, String)> = edges
            .map(|(level, edge)| of(&level.to_string(), self.size / WIDTH.pow(level + 1), edge.len()))
            .collect();
        if !self.entries.is_empty() {
            files.push(of("entries", self.size / WIDTH, self.entries.len()));
        }
        files
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. Durable after [`Log::write`].
    pub fn push(&mut self, data: Vec<u8>) -> Result<()> {
        if data.len() > LEAF_BYTES_MAX {
            return Err(Error::Refused { what: format!("a leaf of {} bytes", data.len()) });
        }
        let hash = leaf(&data);
        self.entries.push(data);
        if self.entries.len() as u64 == WIDTH {
            let bytes = encode(&self.entries);
            self.put("entries", self.size / WIDTH, None, &bytes)?;
            self.entries.clear();
        }
        self.add(0, hash)?;
        self.size += 1;
        Ok(())
    }

    fn add(&mut self, level: usize, hash: Hash) -> Result<()> {
        if self.edge.len() <= level {
            self.edge.push(Vec::new());
        }
        let Some(edge) = self.edge.get_mut(level) else { return Ok(()) };
        edge.push(hash);
        if (edge.len() as u64) < WIDTH {
            return Ok(());
        }
        let whole = std::mem::take(edge);
        let index = self.size / WIDTH.pow(level as u32 + 1);
        self.put(&level.to_string(), index, None, &flat(&whole))?;
        self.add(level + 1, tree::root(&whole))
    }

    /// Makes all of it durable; the root. Tiles that were not whole before go with [`Log::sweep`], when a checkpoint says
    /// that nobody needs them.
    pub fn write(&mut self) -> Result<Hash> {
        for (level, edge) in (0_u32..).zip(&self.edge).filter(|(_, edge)| !edge.is_empty()) {
            let index = self.size / WIDTH.pow(level + 1);
            self.put(&level.to_string(), index, Some(edge.len()), &flat(edge))?;
        }
        if !self.entries.is_empty() {
            self.put("entries", self.size / WIDTH, Some(self.entries.len()), &encode(&self.entries))?;
        }
        self.root()
    }

    /// Removes tiles that were not whole at an earlier checkpoint.
    pub fn sweep(&mut self) {
        let current = self.unfinished();
        for (dir, name) in std::mem::take(&mut self.partial).into_iter().filter(|old| !current.contains(old))
        {
            // Nothing depends on their going.
            drop(self.disk.remove(&join(&dir, &name)));
            drop(self.disk.remove_dir(&dir));
        }
        self.partial = current;
    }

    /// The root of all leaves.
    fn root(&self) -> Result<Hash> {
        // Complete subtrees from the largest to the smallest, each a hash of an edge.
        let mut peaks = Vec::new();
        for edge in self.edge.iter().rev() {
            let mut rest = edge.as_slice();
            while !rest.is_empty() {
                let count = 1 << (usize::BITS - 1 - rest.len().leading_zeros());
                let (subtree, after) = rest.split_at(count);
                peaks.push(tree::root(subtree));
                rest = after;
            }
        }
        let folded = peaks.into_iter().rev().reduce(|right, left| super::node(left, right));
        Ok(folded.unwrap_or_else(tree::empty))
    }

    fn put(&self, level: &str, index: u64, width: Option<usize>, bytes: &[u8]) -> Result<()> {
        let (mut dir, mut name) = place(&self.dir, level, index);
        if let Some(width) = width {
            (dir, name) = (format!("{dir}/{name}.p"), width.to_string());
        }
        self.disk.create_dir(&dir).tried("making", &dir)?;
        disk::write(&*self.disk, &dir, &name, bytes).tried("writing", &join(&dir, &name))
    }
}

/// A log of a known size, being read.
pub struct Tiles<'d> {
    /// Where it is.
    pub disk: &'d dyn Disk,
    /// Its directory.
    pub dir: &'d str,
    /// The size of a checkpoint.
    pub size: u64,
    /// Tiles that were read.
    cache: RefCell<BTreeMap<(u32, u64), Vec<Hash>>>,
}

impl<'d> Tiles<'d> {
    /// A log with the size of a checkpoint.
    pub fn new(disk: &'d dyn Disk, dir: &'d str, size: u64) -> Tiles<'d> {
        Tiles { disk, dir, size, cache: RefCell::default() }
    }

    /// The hashes of a tile, those of the size.
    pub fn tile(&self, level: u32, index: u64) -> Result<Vec<Hash>> {
        let of_level = self.size / WIDTH.pow(level);
        let bytes = self.read(&level.to_string(), index, of_level, WIDTH * 32)?;
        Ok(bytes.as_chunks::<32>().0.iter().map(|hash| Hash(*hash)).collect())
    }

    /// The leaves of a tile.
    pub fn entries(&self, index: u64) -> Result<Vec<Vec<u8>>> {
        let bytes = self.read("entries", index, self.size, ENTRIES_BYTES_MAX)?;
        decode(&bytes)
            .ok_or_else(|| Error::Damaged { what: format!("{}: the leaves of tile {index}", self.dir) })
    }

    /// All leaves, one after the other; those of a tile that cannot be read are left out.
    pub fn leaves(&self) -> impl Iterator<Item = Vec<u8>> {
        (0..self.size.div_ceil(WIDTH)).flat_map(|index| self.entries(index).unwrap_or_default())
    }

    fn read(&self, level: &str, index: u64, count: u64, bytes_max: u64) -> Result<Vec<u8>> {
        let (dir, name) = place(self.dir, level, index);
        let width = count.saturating_sub(index * WIDTH).min(WIDTH);
        let whole = join(&dir, &name);
        let path = if width == WIDTH { whole } else { format!("{whole}.p/{width}") };
        disk::read(self.disk, &path, bytes_max).tried("reading", &path)
    }
}

impl Nodes for Tiles<'_> {
    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        let (tile, inner) = (level / 8, level % 8);
        let from = index << inner;
        let place = (tile, from / WIDTH);
        let mut cache = self.cache.borrow_mut();
        if !cache.contains_key(&place) {
            if cache.len() >= TILES_KEPT_MAX {
                cache.clear();
            }
            cache.insert(place, self.tile(place.0, place.1)?);
        }
        let hashes = cache.get(&place).map(Vec::as_slice).unwrap_or_default();
        let from = (from % WIDTH) as usize;
        let subtree = hashes.get(from..from + (1 << inner));
        subtree
            .map(tree::root)
            .ok_or_else(|| Error::Damaged { what: format!("{}: a tile is too short", self.dir) })
    }
}

fn flat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn encode(entries: &[Vec<u8>]) -> Vec<u8> {
    let with_length = |entry: &Vec<u8>| [&(entry.len() as u16).to_be_bytes()[..], entry].concat();
    entries.iter().flat_map(with_length).collect()
}

fn decode(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::sim::SimDisk;

    #[test]
    fn a_log_is_opened_at_any_size_and_has_the_root_of_its_leaves() {
        let disk = SimDisk::new(1);
        let shared: Arc<dyn Disk> = Arc::new(disk.clone());
        let (mut leaves, mut size) = (Vec::new(), 0);
        for grow in [0, 1, 1, 5, 249, 1, 255, 700, 1, 66_000] {
            let mut log = Log::open(Arc::clone(&shared), "proof/x", size).unwrap();
            for n in 0..grow {
                let data = format!("{size} {n}").into_bytes();
                leaves.push(leaf(&data));
                log.push(data).unwrap();
            }
            let root = log.write().unwrap();
            log.sweep();
            size = log.size();
            assert_eq!((size, root), (leaves.len() as u64, tree::root(&leaves)));
            let tiles = Tiles::new(&*shared, "proof/x", size);
            assert_eq!(tree::over(&tiles, 0, size).unwrap(), root);
            for index in [0, size / 3, size.saturating_sub(1)].into_iter().filter(|index| *index < size) {
                let proof = tree::inclusion(&tiles, index, size).unwrap();
                assert_eq!(tree::led_to(leaves[index as usize], index, size, &proof), Some(root));
                let entries = tiles.entries(index / WIDTH).unwrap();
                assert_eq!(leaf(&entries[(index % WIDTH) as usize]), leaves[index as usize]);
            }
        }
        assert_eq!(place("d", "0", 1_234_067), ("d/tile/0/x001/x234".into(), "067".into()));
        assert!(disk.paths().iter().any(|path| path == "proof/x/tile/0/000"));
    }
}
