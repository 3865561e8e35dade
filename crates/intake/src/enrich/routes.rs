//! Keeps the number of routes in bounds that were made from paths. A site with a page for each word has no templates:
//! beyond a bound its further pages are one route, `(other)`, and only the path tells them apart. What a gateway
//! named itself is never touched.

use std::sync::{Mutex, PoisonError};

use event::column::Column;
use event::{Batch, field};
use foldhash::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::template::template;

/// Routes made from paths, for each source, since the start.
pub const DERIVED_ROUTES_MAX: usize = 1_000;
/// Sources whose routes are counted; the ones that come first.
const SOURCES_MAX: usize = 10_000;
/// The route of paths beyond the bound.
pub const OTHER_ROUTE: &str = "(other)";

/// The routes seen so far, by source.
#[derive(Default)]
pub struct Routes {
    seen: Mutex<HashMap<u64, HashSet<u64>>>,
}

impl Routes {
    /// Puts `(other)` where a derived route is beyond the bound of its source. All events are of one source.
    pub(super) fn bound(&self, batch: &mut Batch) {
        let source = xxh3_64(batch.row(0).text(field::SOURCE).unwrap_or("").as_bytes());
        let Some(Column::Dict(mut routes)) = batch.take_column(field::ROUTE) else { return };
        let new = self.beyond(source, routes.dict.texts().iter());
        if new.contains(&true) {
            let mut derived: Vec<Option<bool>> = vec![None; new.len()];
            let other = routes.dict.number(OTHER_ROUTE);
            for (row, id) in batch.rows().zip(&mut routes.ids) {
                let at = *id as usize;
                if new.get(at) != Some(&true) {
                    continue;
                }
                let Some(known) = derived.get_mut(at) else { continue };
                let is_derived = *known.get_or_insert_with(|| {
                    row.text(field::PATH).is_some_and(|path| template(path) == routes.dict.get(*id))
                });
                if is_derived {
                    *id = other;
                }
            }
        }
        batch.set_column(field::ROUTE, Column::Dict(routes));
    }

    /// For each text whether it is new and beyond the bound; up to it, what is new is noted.
    fn beyond<'t>(&self, source: u64, texts: impl Iterator<Item = &'t str>) -> Vec<bool> {
        let mut sources = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if sources.len() >= SOURCES_MAX && !sources.contains_key(&source) {
            return Vec::new();
        }
        let seen = sources.entry(source).or_default();
        let mut is_beyond = |text: &str| {
            let hash = xxh3_64(text.as_bytes());
            let is_new = !text.is_empty() && !seen.contains(&hash);
            let fits = seen.len() < DERIVED_ROUTES_MAX;
            if is_new && fits {
                seen.insert(hash);
            }
            is_new && !fits
        };
        texts.map(&mut is_beyond).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::Event;

    /// The routes of events with these paths and, where the gateway gave one, routes.
    fn routes(known: &Routes, source: &str, events: &[(String, Option<&str>)]) -> Vec<String> {
        let mut batch = Batch::new();
        for (path, route) in events {
            let mut event = Event::new();
            event.int(field::TIME, 1);
            event.text(field::PATH, path.as_str());
            event.text(field::ROUTE, route.map_or_else(|| template(path).into_owned(), str::to_owned));
            batch.push(&event);
        }
        batch.finish();
        batch.fill_text(field::SOURCE, source);
        known.bound(&mut batch);
        batch.rows().map(|row| row.text(field::ROUTE).unwrap().to_owned()).collect()
    }

    /// A word for each number, of letters only.
    fn word(n: usize) -> String {
        (0..4).map(|k| char::from(b'a' + (n / 26_usize.pow(k) % 26) as u8)).collect()
    }

    #[test]
    fn beyond_the_bound_only_the_path_tells_pages_apart() {
        let known = Routes::default();
        let pages: Vec<_> =
            (0..DERIVED_ROUTES_MAX + 500).map(|n| (format!("/tags/{}", word(n)), None)).collect();
        let first = routes(&known, "site", &pages);
        assert!(first.iter().take(DERIVED_ROUTES_MAX).zip(&pages).all(|(route, (path, _))| route == path));
        assert!(first.iter().skip(DERIVED_ROUTES_MAX).all(|route| route == OTHER_ROUTE));
        // The same again, also for what was known; another source has its own bound; a named route is kept.
        assert_eq!(routes(&known, "site", &pages), first);
        assert_eq!(
            routes(&known, "shop", &pages[1_400..]),
            pages[1_400..].iter().map(|p| p.0.clone()).collect::<Vec<_>>()
        );
        let named = [("/tags/unheard".to_owned(), Some("tags")), ("/tags/unheard".to_owned(), None)];
        assert_eq!(routes(&known, "site", &named), ["tags", OTHER_ROUTE]);
    }

    #[test]
    fn without_events_nothing_happens() {
        Routes::default().bound(&mut Batch::new());
    }
}
