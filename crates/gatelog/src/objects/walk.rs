//! Finds objects without listing all there ever were: folders that are a date (`2026/11/21/`, `year=2026/month=11/day=21/`,
//! `dt=2026-11-21/`) are entered only when they are not before a day; other folders always. So Firehose's layout and
//! CloudTrail's, with any accounts and regions before the date, and layouts of one's own are all walked the same way.

use event::Timestamp;
use event::time::{DAY, civil};
use relay::bucket::{Ask, Object};

use super::Shelf;

/// Folders that are looked into at most.
const FOLDERS_MAX: usize = 100_000;
/// Folders inside each other.
const DEPTH_MAX: usize = 16;

/// A date as far as it is known: year, month, day.
type Date = Vec<i64>;

struct Walk<'a> {
    shelf: &'a dyn Shelf,
    floor: Date,
    folders: usize,
    visit: &'a mut dyn FnMut(Object) -> Result<(), String>,
}

/// Shows every object of folders that are not before the day of `floor`.
pub(super) fn walk(
    shelf: &dyn Shelf,
    prefix: &str,
    floor: Timestamp,
    visit: &mut dyn FnMut(Object) -> Result<(), String>,
) -> Result<(), String> {
    let (year, month, day) = civil(floor.0.max(0) / DAY);
    let mut walk = Walk { shelf, floor: vec![year, month, day], folders: 0, visit };
    walk.folder(prefix, &[], 0)
}

impl Walk<'_> {
    fn folder(&mut self, prefix: &str, date: &[i64], depth: usize) -> Result<(), String> {
        // Within a day there is nothing to leave out.
        let folded = date.len() < 3;
        if depth > DEPTH_MAX {
            return Err(format!("folders deeper than {DEPTH_MAX} at {prefix:?}"));
        }
        let mut folders = Vec::new();
        let mut next = None::<String>;
        loop {
            let page = self.shelf.list(Ask { prefix, folded, next: next.as_deref(), after: None })?;
            folders.extend(page.folders);
            self.folders += 1;
            if self.folders + folders.len() > FOLDERS_MAX {
                return Err(format!("more than {FOLDERS_MAX} folders and pages; set a longer prefix"));
            }
            for object in page.objects {
                (self.visit)(object)?;
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        for folder in folders {
            let name = folder.strip_prefix(prefix).unwrap_or(&folder).trim_matches('/');
            let inner = dated(date, name);
            let is_old = self.floor.get(..inner.len()).is_some_and(|floor| inner.as_slice() < floor);
            if !is_old {
                self.folder(&folder, &inner, depth + 1)?;
            }
        }
        Ok(())
    }
}

/// The date of a folder inside one of that date.
fn dated(outer: &[i64], name: &str) -> Date {
    let value = name.rsplit_once('=').map_or(name, |(_, value)| value);
    let number = |text: &str, digits: usize, from: i64, to: i64| {
        let fits = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|n| fits && (from..=to).contains(n))
    };
    let mut date = outer.to_vec();
    match outer.len() {
        0 => {
            let parts: Vec<&str> = value.splitn(3, '-').collect();
            let whole = |parts: &[&str]| {
                let [year, month, day] = parts else { return None };
                Some(vec![number(year, 4, 2000, 2999)?, number(month, 2, 1, 12)?, number(day, 2, 1, 31)?])
            };
            date = whole(&parts).or_else(|| Some(vec![number(value, 4, 2000, 2999)?])).unwrap_or_default();
        }
        1 => date.extend(number(value, 2, 1, 12)),
        2 => date.extend(number(value, 2, 1, 31)),
        _ => {}
    }
    date
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::Read;

    use relay::bucket::Listing;

    use super::*;

    /// Keys, listed as S3 does, two a page; notes what was asked.
    struct Keys(Vec<&'static str>, RefCell<Vec<String>>);

    impl Shelf for Keys {
        fn list(&self, ask: Ask<'_>) -> Result<Listing, String> {
            if ask.next.is_none() {
                self.1.borrow_mut().push(ask.prefix.to_owned());
            }
            let mut entries: Vec<String> = Vec::new();
            for key in self.0.iter().filter(|key| key.starts_with(ask.prefix)) {
                let rest = &key[ask.prefix.len()..];
                let entry = match rest.find('/') {
                    Some(at) if ask.folded => format!("{}{}", ask.prefix, &rest[..=at]),
                    _ => (*key).to_owned(),
                };
                if !entries.contains(&entry) {
                    entries.push(entry);
                }
            }
            let from: usize = ask.next.map_or(0, |next| next.parse().unwrap());
            let next = (entries.len() > from + 2).then(|| (from + 2).to_string());
            let (folders, keys): (Vec<_>, Vec<_>) =
                entries.into_iter().skip(from).take(2).partition(|entry| entry.ends_with('/'));
            let object = |key| Object { key, bytes: 1, modified: Timestamp(0) };
            Ok(Listing { objects: keys.into_iter().map(object).collect(), folders, next })
        }

        fn open(&self, _: &str) -> Result<Box<dyn Read + Send>, String> {
            Err("nothing is read".to_owned())
        }
    }

    fn found(keys: &[&'static str], prefix: &str, floor: &str) -> (Vec<String>, Vec<String>) {
        let shelf = Keys(keys.to_vec(), RefCell::default());
        let mut found = Vec::new();
        let mut visit = |object: Object| {
            found.push(object.key);
            Ok(())
        };
        walk(&shelf, prefix, Timestamp::parse(floor).unwrap(), &mut visit).unwrap();
        (found, shelf.1.into_inner())
    }

    #[test]
    fn old_days_are_not_entered() {
        let keys = [
            "logs/2024/12/31/23/s-1-a.gz",
            "logs/2026/10/02/05/s-1-b.gz",
            "logs/2026/11/19/05/s-1-c.gz",
            "logs/2026/11/20/05/s-1-d.gz",
            "logs/2026/11/20/06/s-1-e.gz",
            "logs/2026/11/21/00/s-1-f.gz",
            "logs/2027/01/01/00/s-1-g.gz",
            "logs/errors/2026/11/01/x",
            "logs/errors/2026/11/22/y",
            "logs/README",
        ];
        let (found, asked) = found(&keys, "logs/", "2026-11-20T04:00:00Z");
        assert_eq!(found, ["logs/README", keys[3], keys[4], keys[5], keys[6], "logs/errors/2026/11/22/y"]);
        assert!(
            !asked.iter().any(|prefix| prefix.contains("/2024/") || prefix.contains("/10/")),
            "{asked:?}"
        );
    }

    #[test]
    fn the_layouts_of_others() {
        let hive = ["l/year=2026/month=11/day=19/hour=05/a", "l/year=2026/month=11/day=20/hour=05/b"];
        assert_eq!(found(&hive, "l/", "2026-11-20T00:00:00Z").0, ["l/year=2026/month=11/day=20/hour=05/b"]);
        let dt = ["l/dt=2026-11-19/a", "l/dt=2026-11-20/b", "l/dt=unknown/c"];
        assert_eq!(found(&dt, "l/", "2026-11-20T00:00:00Z").0, ["l/dt=2026-11-20/b", "l/dt=unknown/c"]);
        let trail = [
            "AWSLogs/123456789012/CloudTrail/eu-west-1/2026/11/19/a.json.gz",
            "AWSLogs/123456789012/CloudTrail/eu-west-1/2026/11/20/b.json.gz",
            "AWSLogs/123456789012/CloudTrail/us-east-1/2026/11/20/c.json.gz",
            "AWSLogs/210987654321/CloudTrail/us-east-1/2026/11/20/d.json.gz",
        ];
        assert_eq!(found(&trail, "", "2026-11-20T00:00:00Z").0, trail[1..]);
        // From long ago: everything.
        assert_eq!(found(&trail, "AWSLogs/", "2000-01-01T00:00:00Z").0, trail);
    }

    #[test]
    fn what_is_no_date() {
        assert_eq!(dated(&[], "1234"), Date::new());
        assert_eq!(dated(&[2026], "13"), [2026]);
        assert_eq!(dated(&[2026, 11], "day=07"), [2026, 11, 7]);
        assert_eq!(dated(&[], "2026-11-07"), [2026, 11, 7]);
    }
}
