//! The list of routes. The router and openapi.json are made of it; there is no second list.

use axum::http::Method;
use keys::Permission::{
    DirectoryRead, DirectoryWrite, EventsAppend, EventsExport, EventsRead, PanelsRead, SourcesRead,
    SourcesWrite, TrailRead, VerifyRun, ViewsWrite,
};

use super::question::{COMPARE, COMPARE_FROM, COMPARE_TO, FILTER, FROM, STEP, TO, TOP, TZ};
use super::route::{About, Param, Route, open, route};
use super::{
    account, diagnose, directory, download, erasures, events, export, fields, gateways, grants, health,
    ingest, masks, members, openapi, panels, person, provider, pulls, requests, retention, saved, session,
    sources, tail, tokens, trail, usage, views, what_if,
};

use crate::trail::actions::{
    DIRECTORY_DELETE, DIRECTORY_EXPORT, DIRECTORY_IMPORT, DIRECTORY_PULL, DIRECTORY_PULL_TRY, DIRECTORY_TRY,
    EVENTS_EXPORT, EVENTS_FOLLOW, EVENTS_READ, EXPORT_CREATE, EXPORT_DELETE, EXPORT_FETCH, SIGN_IN, SIGN_OUT,
    SOURCE_CREATE, SOURCE_DELETE, SOURCE_PAUSE, SOURCE_RESUME, SOURCE_TOKEN, SOURCE_TRY, SOURCE_UPDATE,
    VIEW_CREATE, VIEW_DELETE, VIEW_UPDATE, WHAT_IF_RUN,
};

const fn about(text: &'static str, params: &'static [Param], answer: &'static str) -> About {
    About::new(text, params, answer)
}

const NONE: &[Param] = &[];
const ORDER: Param = Param { name: "order", doc: "`desc` (the default) or `asc`." };
const EVENTS: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    ORDER,
    Param { name: "limit", doc: "Events of one page, 1 to 1,000. Default 100." },
    Param { name: "cursor", doc: "`next_cursor` of the page before." },
    Param {
        name: "wait_ms",
        doc: "Answer after so many milliseconds (100 to 30,000) with what was found; `next_cursor` goes on there.",
    },
];
const HISTOGRAM: &[Param] = &[
    FROM,
    TO,
    FILTER,
    STEP,
    TZ,
    COMPARE,
    COMPARE_FROM,
    COMPARE_TO,
    Param { name: "split", doc: "`none`, `status_class` (the default), `granted`, `reason`, or a field." },
];
const FACETS: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    TOP,
    Param { name: "fields", doc: "Field names with commas between." },
    Param { name: "search", doc: "Only values that hold this text." },
];
const EXPORT: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    ORDER,
    Param { name: "format", doc: "`csv` (the default), `json`, `ndjson` or `parquet`." },
    Param { name: "columns", doc: "Further columns of CSV, field names with commas between." },
    Param {
        name: "time_format",
        doc: "Times in CSV: `rfc3339` (the default, UTC), `epoch_ms` or `local` (RFC 3339 in `tz`).",
    },
    Param { name: "export_id", doc: "An id of your choice, such as a UUID, to find the manifest by." },
];
const USAGE: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    COMPARE,
    COMPARE_FROM,
    COMPARE_TO,
    Param { name: "sort", doc: "What the rows are ordered by, one of `sorts`. Default `calls`." },
    Param { name: "order", doc: "`desc` (the default; of names `asc`) or `asc`." },
    SEARCH,
    PAGE,
    Param { name: "offset", doc: "Rows before the page. Default 0." },
];
const HOURS: Param =
    Param { name: "hours", doc: "When people work, for what is off-hours. Default `mon-fri 07:00-19:00`." };
const PANEL: &[Param] = &[FROM, TO, FILTER, STEP, TZ, COMPARE, COMPARE_FROM, COMPARE_TO, TOP, HOURS];
const EXPLORE: &[Param] = &[
    FROM,
    TO,
    FILTER,
    STEP,
    TZ,
    COMPARE,
    COMPARE_FROM,
    COMPARE_TO,
    TOP,
    HOURS,
    Param {
        name: "measure",
        doc: "Up to 8 with commas between, the first decides the order: `calls` (the default), `errors`, `client_errors`, `denied`, `error_rate`, `client_error_rate`, `denial_rate`, `bytes`, `p50` … `p99.9`, `avg`, `max` (each also as `p95:upstream_duration`), `unique:<field>`.",
    },
    Param { name: "of", doc: "The duration percentiles, `avg` and `max` are of. Default `duration`." },
    Param {
        name: "by",
        doc: "Up to 16 splits with commas between: fields, `status_class`, `minute`, `hour`, `day`, `month`, `weekday`, `hour_of_day`, `off_hours`.",
    },
    Param {
        name: "chart",
        doc: "`stat`, `line`, `bars`, `area`, `toplist`, `table` or `heat`. Default `table`, without a split `stat`.",
    },
];
const LOOK_BACK: Param = Param { name: "look_back", doc: "Unused since then; as `from`. Default `90d`." };
const QUOTAS: &[Param] = &[FROM, TO, FILTER, TZ];
const DIFFERENCES: &[Param] = &[
    FROM,
    TO,
    FILTER,
    TZ,
    TOP,
    Param { name: "region_from", doc: "Start of the region that is compared with the rest of the range." },
    Param { name: "region_to", doc: "End of the region, exclusive." },
    Param { name: "fields", doc: "Field names with commas between." },
];
const WHAT_IF: &[Param] = &[Param {
    name: "format",
    doc: "`json` (the default); `ndjson` or `csv` for the ids of the calls that would flip.",
}];
const GRANTS: &[Param] = &[
    Param { name: "look_back", doc: "How far back use counts. Default `90d`." },
    FILTER,
    Param { name: "used", doc: "`true` or `false`: only grants that were used, or never." },
    SEARCH,
    Param { name: "limit", doc: "Grants of one page, 1 to 10,000. Default 1,000." },
    Param { name: "offset", doc: "Grants to pass over." },
];
const SUMMARY: &[Param] = &[FROM, TO, FILTER, TZ, COMPARE, COMPARE_FROM, COMPARE_TO];
const VIEWS: &[Param] = &[Param { name: "page", doc: "Only views of this page, such as `logs`." }];

const AT: Param = Param { name: "at", doc: "As it was at that moment; as `from`. Default `now`." };
const ORIGIN: Param = Param { name: "origin", doc: "Only what this origin says." };
const SEARCH: Param = Param { name: "search", doc: "Only what holds this text." };
const PAGE: Param = Param { name: "limit", doc: "Rows of one page, 1 to 1,000. Default 100." };
const CURSOR: Param = Param { name: "cursor", doc: "`next_cursor` of the page before." };
const ENTITIES: &[Param] = &[AT, ORIGIN, SEARCH, PAGE, CURSOR];
const HISTORY: &[Param] = &[
    Param { name: "from", doc: "Changes that hold from then on; as `from` of events. Default: all." },
    Param { name: "to", doc: "Changes before that moment." },
    Param { name: "kind", doc: "Only entities of this list, such as `consumers`." },
    Param { name: "key", doc: "Only the entity of this id or name." },
    ORIGIN,
    SEARCH,
    PAGE,
    CURSOR,
];
const IMPORT: &[Param] = &[
    Param { name: "format", doc: "The importer; without it the form is recognised." },
    Param {
        name: "since",
        doc: "From when on it holds, not before what was said last. Default: from now on; of a first import, for all times.",
    },
];

/// Every route.
pub(crate) fn all() -> Vec<Route> {
    let get = || Method::GET;
    let post = || Method::POST;
    let probes = "tells nothing but whether the server works";
    let door = "this is where one gets in";
    let deliver = about("Sends events in; each record's format is recognised.", NONE, "Taken");
    let deliver_as = about("Sends events of one format in.", NONE, "Taken");
    let mut routes = vec![
        route(EventsAppend, post(), "/ingest", ingest::receive, deliver),
        route(EventsAppend, post(), "/ingest/{format}", ingest::receive, deliver_as),
        route(EventsAppend, post(), "/i/{token}", ingest::receive, deliver),
        route(EventsAppend, post(), "/i/{token}/{format}", ingest::receive, deliver_as),
        route(
            EventsRead,
            get(),
            "/api/v1/events",
            events::list,
            about("Events, newest first.", EVENTS, "EventPage").recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            get(),
            "/api/v1/events/{id}",
            events::one,
            about("One event.", NONE, "Event").recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            get(),
            "/api/v1/events/{id}/explain",
            events::explain,
            about("Who refused a call and why, and what to change if it should pass.", NONE, "Explanation")
                .recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            get(),
            "/api/v1/events/{id}/proof",
            events::proof,
            about("One event with its proof, for `gatelog verify`.", NONE, "EventProof")
                .also(VerifyRun)
                .recorded(EVENTS_READ),
        ),
        route(
            EventsRead,
            post(),
            "/api/v1/what-if",
            what_if::replay,
            about(
                "Tries a change of a rule on the calls of a range, and changes nothing.",
                WHAT_IF,
                "WhatIf",
            )
            .recorded(WHAT_IF_RUN)
            .takes("WhatIfBody")
            .also(DirectoryRead),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/grants",
            grants::list,
            about("Who may call what, who does, and the fewest grants that would do.", GRANTS, "Grants")
                .also(DirectoryRead),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/endpoints",
            grants::endpoints,
            about(
                "What is called beside what OpenAPI documents describe.",
                &[FROM, TO, FILTER, TZ],
                "Endpoints",
            )
            .also(DirectoryRead),
        ),
        route(
            EventsRead,
            get(),
            "/api/v1/tail",
            tail::follow,
            about("Events as they come in, as server-sent events.", &[FILTER], "EventStream")
                .recorded(EVENTS_FOLLOW),
        ),
        route(
            EventsRead,
            get(),
            "/api/v1/facets",
            panels::values,
            about("Values of fields and how often each occurs.", FACETS, "Facets"),
        ),
        route(
            EventsRead,
            get(),
            "/api/v1/diagnose",
            diagnose::find,
            about("Why there is nothing to see, and what to do about it.", SUMMARY, "Findings"),
        ),
        route(
            EventsRead,
            get(),
            "/api/v1/differences",
            panels::differing,
            about("How a part of the range differs from the rest.", DIFFERENCES, "Differences"),
        ),
        route(
            EventsExport,
            get(),
            "/api/v1/export",
            export::start,
            about("Events as a file, without a limit.", EXPORT, "File").recorded(EVENTS_EXPORT),
        ),
        route(
            EventsExport,
            get(),
            "/api/v1/exports",
            export::list,
            about("The last exports.", NONE, "Exports"),
        ),
        route(
            EventsExport,
            get(),
            "/api/v1/exports/{id}",
            export::one,
            about("How an export stands; its manifest once it is done.", NONE, "Export"),
        ),
        route(
            EventsExport,
            post(),
            "/api/v1/exports",
            export::make,
            about("Writes events to a file, to be fetched within seven days.", NONE, "Export")
                .recorded(EXPORT_CREATE)
                .takes("ExportBody")
                .status(202),
        ),
        route(
            EventsExport,
            get(),
            "/api/v1/exports/{id}/file",
            download::file,
            about("The file of an export that is done; parts of it with `Range`.", NONE, "File")
                .recorded(EXPORT_FETCH),
        ),
        route(
            EventsExport,
            Method::DELETE,
            "/api/v1/exports/{id}",
            export::remove,
            about("Stops an export and removes it.", NONE, "Nothing").recorded(EXPORT_DELETE).status(204),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/histogram",
            panels::over_time,
            about("Calls over time.", HISTOGRAM, "Histogram"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/summary",
            panels::totals,
            about("Totals, with the period before.", SUMMARY, "Summary"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/panels",
            panels::list,
            about("The panels there are.", NONE, "Panels"),
        ),
        route(PanelsRead, get(), "/api/v1/panels/{id}", panels::one, about("One panel.", PANEL, "Panel")),
        route(
            PanelsRead,
            get(),
            "/api/v1/usage",
            usage::list,
            about("What usage is listed by.", NONE, "UsageDimensions"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/usage/{id}",
            usage::one,
            about("Who or what used the APIs: a page of a list.", USAGE, "Usage"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/explore",
            panels::explored,
            about("Any measure by any fields, answered like a panel.", EXPLORE, "Panel"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/usage/{id}/unused",
            usage::unused,
            about("What the directory lists and nobody called.", &[LOOK_BACK], "Unused"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/quotas",
            usage::quotas,
            about("How much of each quota is used, and how it will go on.", QUOTAS, "Quotas"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/fields",
            fields::fields,
            about("The fields of an event.", NONE, "Fields"),
        ),
        route(
            PanelsRead,
            get(),
            "/api/v1/reasons",
            fields::reasons,
            about("Why calls are denied.", NONE, "Reasons"),
        ),
        route(
            SourcesRead,
            get(),
            "/api/v1/sources",
            sources::list,
            about("Where events come from.", NONE, "Sources"),
        ),
        route(
            SourcesRead,
            get(),
            "/api/v1/sources/{name}/rejects",
            sources::rejects,
            about("The newest records of a source that were not understood.", NONE, "Rejects"),
        ),
        route(
            SourcesRead,
            get(),
            "/api/v1/sources/{name}/quality",
            sources::quality,
            about("How complete, late and well explained the events of a source are.", NONE, "Qualities"),
        ),
        route(
            SourcesWrite,
            post(),
            "/api/v1/sources/{name}/pause",
            sources::pause,
            about("Refuses what a source sends, until it may go on.", NONE, "Source").recorded(SOURCE_PAUSE),
        ),
        route(
            SourcesWrite,
            Method::DELETE,
            "/api/v1/sources/{name}/pause",
            sources::resume,
            about("Lets a paused source go on.", NONE, "Source").recorded(SOURCE_RESUME),
        ),
        route(
            SourcesRead,
            get(),
            "/api/v1/gateways",
            gateways::list,
            about("How each gateway is told to send its log here.", NONE, "Gateways"),
        ),
        route(
            SourcesRead,
            get(),
            "/api/v1/pulls",
            pulls::list,
            about("What is fetched again and again, and how that goes.", NONE, "Pulls"),
        ),
        route(
            TrailRead,
            get(),
            "/api/v1/proxies",
            pulls::proxies,
            about("How the audit proxies stand.", NONE, "AuditProxies"),
        ),
        route(
            SourcesWrite,
            post(),
            "/api/v1/sources",
            sources::make,
            about("Makes a source and its token, which is shown only here.", NONE, "NewSource")
                .recorded(SOURCE_CREATE)
                .takes("SourceBody")
                .status(201),
        ),
        route(
            SourcesWrite,
            Method::PUT,
            "/api/v1/sources/{name}",
            sources::set,
            about("Sets how a source is read.", NONE, "Source")
                .recorded(SOURCE_UPDATE)
                .takes("SourceSettings"),
        ),
        route(
            SourcesWrite,
            Method::DELETE,
            "/api/v1/sources/{name}",
            sources::remove,
            about("Forgets a source and ends its tokens; its events stay.", NONE, "Nothing")
                .recorded(SOURCE_DELETE)
                .status(204),
        ),
        route(
            SourcesWrite,
            post(),
            "/api/v1/sources/{name}/token",
            sources::renew,
            about("Makes another token; those of before stay good for 24 hours.", NONE, "NewToken")
                .recorded(SOURCE_TOKEN),
        ),
        route(
            SourcesWrite,
            post(),
            "/api/v1/sources/try",
            sources::attempt,
            about("Reads a pasted line and keeps nothing.", NONE, "Tried")
                .recorded(SOURCE_TRY)
                .takes("TryBody"),
        ),
        route(
            DirectoryRead,
            get(),
            "/api/v1/directory",
            directory::show,
            about("What is known besides the logs, and who said it.", NONE, "Directory"),
        ),
        route(
            DirectoryRead,
            get(),
            "/api/v1/directory/{name}",
            directory::entities,
            about(
                "Entities of a kind: environments, customers, groups, plans, consumers, keys, apis, services or routes.",
                ENTITIES,
                "DirectoryPage",
            ),
        ),
        route(
            DirectoryRead,
            get(),
            "/api/v1/directory/history",
            directory::history,
            about("What changed in the directory, the newest first.", HISTORY, "DirectoryHistory"),
        ),
        route(
            DirectoryRead,
            get(),
            "/api/v1/directory/export",
            directory::export,
            about("All that one origin says, as it can be imported.", &[AT, ORIGIN], "DirectorySnapshot")
                .recorded(DIRECTORY_EXPORT),
        ),
        route(
            DirectoryWrite,
            Method::PUT,
            "/api/v1/directory/{name}",
            directory::import,
            about("Imports a document: all that this origin says from now on.", IMPORT, "DirectoryImport")
                .recorded(DIRECTORY_IMPORT)
                .takes("DirectoryDocument"),
        ),
        route(
            DirectoryWrite,
            post(),
            "/api/v1/directory/{name}/dry-run",
            directory::dry_run,
            about("Tells what an import would change, and changes nothing.", IMPORT, "DirectoryImport")
                .recorded(DIRECTORY_TRY)
                .takes("DirectoryDocument"),
        ),
        route(
            DirectoryWrite,
            post(),
            "/api/v1/directory/{name}/pull",
            directory::pull,
            about("Pulls a directory of the settings at once.", NONE, "DirectoryImport")
                .recorded(DIRECTORY_PULL),
        ),
        route(
            DirectoryWrite,
            post(),
            "/api/v1/directory/{name}/pull/dry-run",
            directory::pull_dry_run,
            about("Tells what a pull would change, and changes nothing.", NONE, "DirectoryImport")
                .recorded(DIRECTORY_PULL_TRY),
        ),
        route(
            DirectoryWrite,
            Method::DELETE,
            "/api/v1/directory/{name}",
            directory::remove,
            about(
                "Ends what an origin said; what it said of the time before stays.",
                NONE,
                "DirectoryImport",
            )
            .recorded(DIRECTORY_DELETE),
        ),
        route(
            ViewsWrite,
            get(),
            "/api/v1/views",
            views::list,
            about("Your saved views and those that are shared.", VIEWS, "Views"),
        ),
        route(
            ViewsWrite,
            post(),
            "/api/v1/views",
            views::make,
            about("Saves a view.", NONE, "View").recorded(VIEW_CREATE).takes("ViewBody").status(201),
        ),
        route(
            ViewsWrite,
            Method::PUT,
            "/api/v1/views/{id}",
            views::change,
            about("Changes a view.", NONE, "View").recorded(VIEW_UPDATE).takes("ViewBody"),
        ),
        route(
            ViewsWrite,
            Method::DELETE,
            "/api/v1/views/{id}",
            views::remove,
            about("Deletes a view.", NONE, "Nothing").recorded(VIEW_DELETE).status(204),
        ),
        open(door, get(), "/api/v1/session", session::show, about("Who you are.", NONE, "Session")),
        open(
            door,
            get(),
            "/api/v1/session/ways",
            session::ways,
            about("How one signs in here.", NONE, "Ways"),
        ),
        open(
            door,
            post(),
            "/api/v1/session",
            session::start,
            about("Signs in with a name and a password, a one-time link or an API token.", NONE, "Session")
                .recorded(SIGN_IN)
                .takes("Credential"),
        ),
        open(
            door,
            Method::DELETE,
            "/api/v1/session",
            session::end,
            about("Signs out.", NONE, "Ended").recorded(SIGN_OUT),
        ),
        open(
            "describes the public program",
            get(),
            "/api/v1/openapi.json",
            openapi::show,
            about("This description.", NONE, "OpenApi"),
        ),
        open(
            probes,
            get(),
            "/healthz",
            health::healthz,
            about("Whether the process answers.", NONE, "Health"),
        ),
        open(probes, get(), "/readyz", health::readyz, about("Whether it can do its work.", NONE, "Health")),
        open(
            "checks by itself, as on a loopback address it is open",
            get(),
            "/metrics",
            health::metrics,
            about("Numbers for Prometheus.", NONE, "Metrics"),
        ),
    ];
    routes.extend(saved::routes());
    routes.extend(trail::routes());
    routes.extend(provider::routes());
    routes.extend(retention::routes());
    routes.extend(masks::routes());
    routes.extend(requests::routes());
    routes.extend(erasures::routes());
    routes.extend(person::routes());
    routes.extend(members::routes());
    routes.extend(tokens::routes());
    routes.extend(account::routes());
    routes.extend(crate::receivers::routes());
    routes.extend(crate::listen::grpc::routes());
    routes
}

#[cfg(test)]
mod tests {
    use super::*;
    use keys::Door;
    use keys::Permission::{PersonsErase, TrailExport, TrailRead};

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
