//! Where an archive lies: a directory of the machine, or a bucket.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

use relay::bucket::{Ask, Bucket};
use relay::egress::Body;

use crate::outbound::Outbound;
use crate::s3::Place;
use crate::{clock, durable};

/// The media type of what is put.
const BYTES: &str = "application/octet-stream";
/// Pages of a list of one day's objects.
const PAGES_MAX: usize = 100;

/// A place for an archive.
pub(crate) enum Target {
    /// A directory.
    Directory(PathBuf),
    /// A bucket.
    Bucket(Place),
}

impl Target {
    /// Reads `/mnt/archive` or `s3://bucket/prefix?region=…`.
    pub(crate) fn parse(text: &str) -> Result<Target, String> {
        match text.contains("://") {
            true => Place::parse(text).map(Target::Bucket),
            false => Ok(Target::Directory(PathBuf::from(text))),
        }
    }

    /// Without what says how to get there.
    pub(crate) fn shown(&self) -> String {
        match self {
            Target::Directory(dir) => dir.display().to_string(),
            Target::Bucket(place) => place.shown(),
        }
    }

    /// Ready to be used, with the credentials as they are now.
    pub(crate) fn open(&self, outbound: &Outbound) -> Result<Store, String> {
        Ok(match self {
            Target::Directory(dir) => Store::Directory(dir.clone()),
            Target::Bucket(place) => Store::Bucket(place.clone(), Box::new(place.bucket(outbound)?)),
        })
    }
}

/// An archive that files are put in. Names have slashes, and are made of dates and numbers.
pub(crate) enum Store {
    /// In a directory.
    Directory(PathBuf),
    /// In a bucket.
    Bucket(Place, Box<Bucket>),
}

impl Store {
    /// Puts a file, durably, in place of one of that name.
    pub(crate) fn put(
        &self,
        name: &str,
        from: &mut dyn Read,
        bytes: u64,
        sha256: &str,
    ) -> Result<(), String> {
        match self {
            Store::Directory(dir) => {
                let path = dir.join(name);
                let mut write = || -> io::Result<()> {
                    let parent = path.parent().unwrap_or(dir);
                    fs::create_dir_all(parent)?;
                    let part = path.with_extension("part");
                    let mut file = File::create(&part)?;
                    io::copy(from, &mut file)?;
                    file.sync_all()?;
                    fs::rename(&part, &path)?;
                    durable::sync_parent(&path)?;
                    durable::sync_parent(parent)
                };
                write().map_err(|error| format!("{}: {error}", path.display()))
            }
            Store::Bucket(place, bucket) => {
                let body = Body { from, bytes, kind: BYTES };
                let put = bucket.put(&place.key(name), body, sha256, clock::now());
                put.map_err(|fault| fault.to_string())
            }
        }
    }

    /// A file of at most `bytes_max` bytes, to be read bit by bit; none when there is none.
    pub(crate) fn get(&self, name: &str, bytes_max: u64) -> Result<Option<Box<dyn Read + Send>>, String> {
        match self {
            Store::Directory(dir) => match File::open(dir.join(name)) {
                Ok(file) => Ok(Some(Box::new(file))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(format!("{}: {error}", dir.join(name).display())),
            },
            Store::Bucket(place, bucket) => match bucket.open(&place.key(name), bytes_max, clock::now()) {
                Ok(stream) => Ok(Some(stream.body)),
                Err(fault) if fault.status() == Some(404) => Ok(None),
                Err(fault) => Err(fault.to_string()),
            },
        }
    }

    /// The names of the files in a folder, whose name ends with a slash.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<String>, String> {
        match self {
            Store::Directory(dir) => {
                let names = || -> io::Result<Vec<String>> {
                    let entries = fs::read_dir(dir.join(folder))?;
                    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
                };
                names().map_err(|error| format!("{}: {error}", dir.join(folder).display()))
            }
            Store::Bucket(place, bucket) => {
                let (prefix, mut names, mut next) = (place.key(folder), Vec::new(), None);
                for _ in 0..PAGES_MAX {
                    let ask = Ask { prefix: &prefix, next: next.as_deref(), ..Ask::default() };
                    let page = bucket.list(ask, clock::now()).map_err(|fault| fault.to_string())?;
                    let found = page.objects.iter().filter_map(|object| object.key.strip_prefix(&prefix));
                    names.extend(found.map(str::to_owned));
                    next = page.next;
                    if next.is_none() {
                        return Ok(names);
                    }
                }
                Err(format!("{prefix} has more than {} objects", names.len()))
            }
        }
    }

    /// Removes a file; one that is not there is fine.
    pub(crate) fn remove(&self, name: &str) -> Result<(), String> {
        match self {
            Store::Directory(dir) => match fs::remove_file(dir.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(format!("{}: {error}", dir.join(name).display()))
                }
                _ => Ok(()),
            },
            Store::Bucket(place, bucket) => {
                bucket.remove(&place.key(name), clock::now()).map_err(|fault| fault.to_string())
            }
        }
    }
}
