//! The list of routes. The router and openapi.json are made of it; there is no second list. The routes of a page
//! stand in a file below, or beside what answers them.

mod directory;
mod doors;
mod events;
mod exports;
mod ingest;
mod panels;
mod rules;
mod sources;
mod usage;
mod views;

use super::question::{COMPARE, COMPARE_FROM, COMPARE_TO, FILTER, FROM, TO, TZ};
use super::route::{About, Param, Route};
use super::{account, erasures, masks, members, person, provider, requests, retention, saved, tokens, trail};

const fn about(text: &'static str, params: &'static [Param], answer: &'static str) -> About {
    About::new(text, params, answer)
}

const NONE: &[Param] = &[];
const ORDER: Param = Param { name: "order", doc: "`desc` (the default) or `asc`." };
const SUMMARY: &[Param] = &[FROM, TO, FILTER, TZ, COMPARE, COMPARE_FROM, COMPARE_TO];
const SEARCH: Param = Param { name: "search", doc: "Only what holds this text." };
const PAGE: Param = Param { name: "limit", doc: "Rows of one page, 1 to 1,000. Default 100." };
const CURSOR: Param = Param { name: "cursor", doc: "`next_cursor` of the page before." };

/// Every route.
pub(crate) fn all() -> Vec<Route> {
    [
        ingest::routes(),
        events::routes(),
        exports::routes(),
        rules::routes(),
        panels::routes(),
        usage::routes(),
        sources::routes(),
        directory::routes(),
        views::routes(),
        doors::routes(),
        saved::routes(),
        trail::routes(),
        provider::routes(),
        retention::routes(),
        masks::routes(),
        requests::routes(),
        erasures::routes(),
        person::routes(),
        members::routes(),
        tokens::routes(),
        account::routes(),
        crate::receivers::routes(),
        crate::listen::grpc::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use keys::Door;
    use keys::Permission::{EventsAppend, EventsExport, PersonsErase, TrailExport, TrailRead};

    #[test]
    fn whatever_changes_something_or_hands_events_out_is_recorded() {
        for route in all() {
            let is_data_plane = route.door() == Door::Needs(EventsAppend);
            let hands_out =
                [EventsExport, TrailRead, TrailExport].iter().any(|p| route.door() == Door::Needs(*p))
                    && !["Exports", "Export", "TrailFacets", "TrailMarks", "TrailLevels", "AuditProxies"]
                        .contains(&route.answer)
                    || ["Event", "EventPage", "EventStream", "Explanation", "EventProof", "TrailProof"]
                        .contains(&route.answer)
                    || route.door() == Door::Needs(PersonsErase) && route.answer == "Lines";
            let must = !is_data_plane && (!route.method.is_safe() || hands_out);
            assert_eq!(
                route.action.is_some(),
                must || route.answer == "DirectorySnapshot",
                "{} {}",
                route.method,
                route.path
            );
        }
    }
}
